import { features, message, source, sql, stream, t, windowed } from "tidemark";

export const User = features("user", {
  id: t.utf8(),
  lastIp: t.utf8(),
  numFailedLogins: windowed(t.int(), ["10m", "30m", "1d"], { default: 0 }),
  numLogins: windowed(t.int(), ["10m", "30m", "1d"], { default: 0 }),
  distinctIps: windowed(t.int(), ["1h", "1d"]),
});

const login = message("Login", {
  event_id: t.utf8(),
  user_id: t.utf8(),
  failed: t.bool(),
  ip_address: t.utf8(),
  at: t.timestamp(),
});

export const logins = source("logins", login, {
  timestamp: "at",
  key: "user_id",
  outOfOrderness: "5s",
  lateArrivalDeadline: "30m",
});

/** The transport may deliver a message twice: the first of an event_id within a day counts. */
const once = { on: "event_id", within: "1d" } as const;

export const lastIp = stream(
  { name: "last_ip", source: logins, dedup: once, output: [User.id, User.lastIp] },
  (login) => User({ id: login.user_id, lastIp: login.ip_address }),
);

export const failedLogins = stream(
  { name: "failed_logins", source: logins, dedup: once, output: [User.id, User.numFailedLogins] },
  (events) => User({ id: events.col("user_id").max(), numFailedLogins: events.col("failed").sum() }),
);

export const loginCounts = stream(
  { name: "login_counts", source: logins, dedup: once, output: [User.id, User.numLogins] },
  (events) => sql`
    select user_id as id, count(*) as num_logins
    from ${events}
    group by 1`,
);

export const distinctIps = stream(
  {
    name: "distinct_ips",
    source: logins,
    dedup: once,
    mode: "continuous",
    keys: { user_id: User.id },
    output: [User.id, User.distinctIps],
  },
  (events) => sql`
    select user_id as id, approximate_count_distinct(ip_address) as distinct_ips
    from ${events}`,
);

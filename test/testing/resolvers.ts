import { features, message, type Resolver, source, sql, stream, t, windowed } from "tidemark";

/** The resolvers of the contract, and some that go wrong. */
export const User = features("user", {
  id: t.utf8(),
  favoriteColor: t.utf8(),
  numFailedLogins: windowed(t.int(), ["10m", "30m", "1d"], { default: 0 }),
  distinctIps: windowed(t.int(), ["1h", "1d"]),
  amount: windowed(t.float(), ["all"]),
});

export const updates = source("user_updates", message("UserUpdate", { user_id: t.utf8(), favorite_color: t.utf8() }));
export const logins = source(
  "logins",
  message("Login", { user_id: t.utf8(), failed: t.bool(), ip_address: t.utf8(), at: t.timestamp() }),
  { timestamp: "at", key: "user_id", lateArrivalDeadline: "30m" },
);

export const favoriteColor: Resolver = stream(
  { name: "favorite_color", source: updates, output: [User.id, User.favoriteColor] },
  (update) => User({ id: update.user_id, favoriteColor: update.favorite_color }),
);

export const failedLogins: Resolver = stream(
  { name: "failed_logins", source: logins, output: [User.id, User.numFailedLogins] },
  (events) => User({ id: events.col("user_id").max(), numFailedLogins: events.col("failed").sum() }),
);

export const failedLoginsSql: Resolver = stream(
  { name: "failed_logins_sql", source: logins, output: [User.id, User.numFailedLogins] },
  (events) => sql`
    select user_id as id, count(*) as num_failed_logins
    from ${events}
    where failed = 1
    group by 1`,
);

export const distinctIps: Resolver = stream(
  {
    name: "distinct_ips",
    source: logins,
    mode: "continuous",
    keys: { user_id: User.id },
    output: [User.id, User.distinctIps],
  },
  (events) => sql`
    select user_id as id, approximate_count_distinct(ip_address) as distinct_ips
    from ${events}`,
);

/** A source without a timestamp field. */
const payments = source("payments", message("Payment", { user_id: t.utf8(), amount: t.float(), note: t.utf8() }), {
  key: "user_id",
});

export const totalAmount: Resolver = stream(
  { name: "total_amount", source: payments, output: [User.id, User.amount] },
  (events) => sql`select user_id as id, sum(amount) as amount from ${events}`,
);

/** Lines such as `u1 teal`; `#` begins a comment. */
const lines = source("lines", message("Line", { user_id: t.utf8(), color: t.utf8() }), {
  parse: (text) => {
    if (text.startsWith("#")) return null;
    const [user_id, color] = text.split(" ");
    if (user_id === undefined || color === undefined) throw new Error("a line has two words");
    return { user_id, color };
  },
});

export const lineColor: Resolver = stream(
  { name: "line_color", source: lines, output: [User.id, User.favoriteColor] },
  (line) => User({ id: line.user_id, favoriteColor: line.color }),
);

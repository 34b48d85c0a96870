// biome-ignore-all format: the definitions stand as the product's description has them
import { engine, features, message, source, sql, stream, t, windowed } from "tidemark";
import { describe, expect, it } from "vitest";

const User = features("user", {
  id: t.utf8(),
  favoriteColor: t.utf8(),
  numFailedLogins: windowed(t.int(), ["10m", "30m", "1d"], { default: 0 }),
  distinctIps: windowed(t.int(), ["1h", "1d"]),
});

const updates = source("user_updates", message("UserUpdate", { user_id: t.utf8(), favorite_color: t.utf8() }));
const logins = source(
  "logins",
  message("Login", {
    user_id: t.utf8(),
    failed: t.bool(),
    ip_address: t.utf8(),
    at: t.timestamp(),
  }),
  { timestamp: "at", key: "user_id", lateArrivalDeadline: "30m" },
);

// 1. mapping: one message, one set of feature values
export const favoriteColor = stream(
  { name: "favorite_color", source: updates, output: [User.id, User.favoriteColor] },
  (message) => User({ id: message.user_id, favoriteColor: message.favorite_color }),
);

// 2. window over a DataFrame of messages (tumbling unless said otherwise), once for each of 10m, 30m, 1d
export const failedLogins = stream(
  { name: "failed_logins", source: logins, output: [User.id, User.numFailedLogins] },
  (events) => User({ id: events.col("user_id").max(), numFailedLogins: events.col("failed").sum() }),
);

// 3. window in SQL
export const failedLoginsSql = stream(
  { name: "failed_logins_sql", source: logins, output: [User.id, User.numFailedLogins] },
  (events) => sql`
    select user_id as id, count(*) as num_failed_logins
    from ${events}
    where failed = 1
    group by 1`,
);

// 4. continuous (exact sliding) aggregation in SQL, distinct count by HyperLogLog
export const distinctIps = stream(
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

const day = (time: string): Date => new Date(`2026-01-01T${time}Z`);
const shown = (app: ReturnType<typeof engine>): string[] =>
  [...app.emissions()].map(({ resolver, feature, entity, window, value, revision }) =>
    `${resolver}: ${feature} ${entity} ${window === null ? "" : window.end.toISOString().slice(11, 16)} = ${String(value)}${revision === 0 ? "" : ` r${revision}`}`);

const messages = [
  { user_id: "u1", failed: true, ip_address: "10.0.0.1", at: day("12:00:00") },
  { user_id: "u1", failed: false, ip_address: "10.0.0.2", at: day("12:05:00") },
  { user_id: "u2", failed: false, ip_address: "10.0.0.2", at: day("12:06:00") },
  { user_id: "u1", failed: true, ip_address: "10.0.0.1", at: day("12:07:00") },
];

describe("the four resolvers of the contract", () => {
  it("run from message to emission and query", () => {
    const app = engine({ resolvers: [favoriteColor, failedLogins, distinctIps] });
    app.push(updates, [{ user_id: "u1", favorite_color: "teal" }]);
    app.push(logins, messages);
    expect(shown(app)).toEqual(["favorite_color: user.favorite_color u1  = teal"]);
    app.advanceTo("2026-01-01T12:10:00Z");
    expect(shown(app)).toEqual([
      "failed_logins: user.num_failed_logins__600__ u1 12:10 = 2",
      "failed_logins: user.num_failed_logins__600__ u2 12:10 = 0",
    ]);
    const [color, ips] = app.query(User, "u1", [User.favoriteColor, User.distinctIps["1h"]], { at: "2026-01-01T12:15:00Z" });
    expect([color, ips]).toEqual(["teal", 2]);
    expect(app.query(User, "u1", [User.distinctIps, User.numFailedLogins], { at: "2026-01-01T13:00:00Z" })).toEqual([
      { "1h": 2, "1d": 2 },
      { "10m": 0, "30m": 0, "1d": 0 },
    ]);
    expect(app.ledger()["logins"]?.applied).toBe(4);
    expect(app.pending().map(({ key, window }) => `${key} ${window.label}`)).toEqual(["u1 30m", "u2 30m", "u1 1d", "u2 1d"]);
    app.finish();
    expect(app.pending()).toEqual([]);
    expect(shown(app)).toEqual([
      "failed_logins: user.num_failed_logins__1800__ u1 12:30 = 2",
      "failed_logins: user.num_failed_logins__1800__ u2 12:30 = 0",
      "failed_logins: user.num_failed_logins__86400__ u1 00:00 = 2",
      "failed_logins: user.num_failed_logins__86400__ u2 00:00 = 0",
    ]);
  });

  it("count the same in SQL, in an engine of its own", () => {
    const app = engine({ resolvers: [failedLoginsSql] });
    app.push(logins, messages);
    app.advanceTo("2026-01-01T12:10:00Z");
    expect(shown(app)).toEqual(["failed_logins_sql: user.num_failed_logins__600__ u1 12:10 = 2"]); // where has removed u2
    expect(app.query(User, "u2", [User.numFailedLogins["10m"]])).toEqual([0]); // the default
    app.push(logins, { user_id: "u2", failed: true, ip_address: "10.0.0.3", at: day("12:09:00") });
    app.push(logins, { user_id: "u1", failed: true, ip_address: "10.0.0.3", at: day("12:09:00") });
    expect(shown(app)).toEqual([
      "failed_logins_sql: user.num_failed_logins__600__ u2 12:10 = 1",
      "failed_logins_sql: user.num_failed_logins__600__ u1 12:10 = 3 r1",
    ]);
  });

  it("become plans", () => {
    const explained = engine({ resolvers: [failedLogins, distinctIps] }).explain() + engine({ resolvers: [failedLoginsSql] }).explain();
    expect(explained.match(/incremental/g)).toHaveLength(3);
  });
});

describe("lines of a log file", () => {
  const parseLogLine = (line: string) => {
    const found = /^(\S+) sshd: (Failed|Accepted) password for (\S+) from (\S+)$/.exec(line);
    if (found === null) return null;
    const [, at = "", verdict, user = "", ip = ""] = found;
    return { ip, user, failed: verdict === "Failed", at };
  };
  const sshd = source("sshd", message("Attempt", { ip: t.utf8(), user: t.utf8(), failed: t.bool(), at: t.timestamp() }), {
    parse: (line) => parseLogLine(line),     // a line of a log file, or null
    timestamp: "at", key: "ip", outOfOrderness: "5s",
  });
  const Address = features("address", { ip: t.utf8(), failures: windowed(t.int(), ["1m"], { default: 0 }) });
  const failures = stream(
    { name: "failures", source: sshd, output: [Address.ip, Address.failures] },
    (events) => sql`select ip, count(*) as failures from ${events} where failed group by ip`,
  );

  it("are parsed before all else", () => {
    const app = engine({ resolvers: [failures] });
    app.push(sshd, [
      "2026-01-01T12:00:10Z sshd: Failed password for root from 10.0.0.1",
      "2026-01-01T12:00:20Z sshd: Failed password for admin from 10.0.0.1",
      "2026-01-01T12:00:21Z kernel: eth0 up",
      "2026-01-01T12:01:01Z sshd: Accepted password for admin from 10.0.0.2",
      "2026-01-01T12:00:59Z sshd: Failed password for root from 10.0.0.1",
    ]);
    expect(shown(app)).toEqual([]);
    app.push(sshd, "2026-01-01T12:01:05Z sshd: Accepted password for admin from 10.0.0.2");
    expect(shown(app)).toEqual(["failures: address.failures__60__ 10.0.0.1 12:01 = 3"]);
    expect(app.ledger()["sshd"]).toMatchObject({ pushed: 6, applied: 5, skipped: 1 });
  });
});

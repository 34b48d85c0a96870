import { describe, expect, it } from "vitest";
import { engine, features, message, source, sql, stream, t, windowed } from "../src/index.ts";

const User = features("user", {
  id: t.utf8(),
  favoriteColor: t.utf8(),
  numFailedLogins: windowed(t.int(), ["10m", "30m", "1d"], { default: 0 }),
  distinctIps: windowed(t.int(), ["1h", "1d"]),
});

const updates = source("user_updates", message("UserUpdate", { user_id: t.utf8(), favorite_color: t.utf8() }));
const logins = source("logins", message("Login", {
  user_id: t.utf8(), failed: t.bool(), ip_address: t.utf8(), at: t.timestamp(),
}), { timestamp: "at", key: "user_id", lateArrivalDeadline: "30m" });

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
  { name: "distinct_ips", source: logins, mode: "continuous", keys: { user_id: User.id }, output: [User.id, User.distinctIps] },
  (events) => sql`
    select user_id as id, approximate_count_distinct(ip_address) as distinct_ips
    from ${events}`,
);

describe("the four resolvers of the contract", () => {
  it("run from message to query", () => {
    const app = engine({ resolvers: [favoriteColor, failedLogins, distinctIps] });
    app.push(updates, [{ user_id: "u1", favorite_color: "teal" }]);
    app.push(logins, [
      { user_id: "u1", failed: true, ip_address: "10.0.0.1", at: new Date("2026-01-01T12:00:00Z") },
      { user_id: "u1", failed: false, ip_address: "10.0.0.2", at: new Date("2026-01-01T12:05:00Z") },
      { user_id: "u2", failed: true, ip_address: "10.0.0.2", at: new Date("2026-01-01T12:06:00Z") },
    ]);
    app.advanceTo("2026-01-01T12:10:00Z");
    const emissions = [...app.emissions()];

    const [color, ips] = app.query(User, "u1", [User.favoriteColor, User.distinctIps["1h"]], { at: "2026-01-01T12:15:00Z" });
    expect([color, ips]).toEqual(["teal", 2]);

    expect(app.ledger()["logins"]?.applied).toBe(3);
    app.finish();

    expect(app.pending()).toEqual([]);
  });
});

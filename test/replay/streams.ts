import { features, message, source, sql, stream, t, windowed } from "../../src/index.ts";

/** The login stream of the tests: a mapping, a tumbling and a continuous resolver. */
export const User = features("user", {
  id: t.utf8(),
  favoriteColor: t.utf8(),
  numFailedLogins: windowed(t.int(), ["10m", "1h"], { default: 0 }),
  distinctIps: windowed(t.int(), ["1h"]),
});

export const updates = source(
  "user_updates",
  message("UserUpdate", { user_id: t.utf8(), favorite_color: t.utf8(), at: t.timestamp() }),
  { timestamp: "at" },
);

export const logins = source(
  "logins",
  message("Login", { user_id: t.utf8(), failed: t.bool(), ip_address: t.utf8(), at: t.timestamp() }),
  { timestamp: "at", key: "user_id", lateArrivalDeadline: "30m" },
);

export const favoriteColor = stream(
  { name: "favorite_color", source: updates, output: [User.id, User.favoriteColor] },
  (update) => User({ id: update.user_id, favoriteColor: update.favorite_color }),
);

export const failedLogins = stream(
  { name: "failed_logins", source: logins, output: [User.id, User.numFailedLogins] },
  (events) => User({ id: events.col("user_id").max(), numFailedLogins: events.col("failed").sum() }),
);

const distinctIps = stream(
  {
    name: "distinct_ips",
    source: logins,
    mode: "continuous",
    keys: { user_id: User.id },
    output: [User.id, User.distinctIps],
  },
  (events) => sql`select user_id as id, approximate_count_distinct(ip_address) as distinct_ips from ${events}`,
);

export const resolvers = [favoriteColor, failedLogins, distinctIps];

export interface Login {
  readonly user_id: string;
  readonly failed: boolean;
  readonly ip_address: string;
  readonly at: string;
}

const START_MS = Date.UTC(2026, 0, 1);

/** Logins in time order, a few seconds apart, by a fixed rule. */
export const someLogins = (count: number): Login[] =>
  Array.from({ length: count }, (_, i) => ({
    user_id: `u${(i * 7) % 13}`,
    failed: i % 3 === 0,
    ip_address: `10.0.${i % 5}.${i % 11}`,
    at: new Date(START_MS + i * 7_000).toISOString(),
  }));

export const linesOf = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

import * as arrow from "apache-arrow";
import {
  type AnyFeature,
  DataFrame,
  engine,
  features,
  message,
  source,
  sql,
  stream,
  t,
  windowed,
} from "../../src/index.ts";

/** Compiles only where the two types are one. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

const User = features("user", {
  id: t.utf8(),
  favoriteColor: t.utf8(),
  nickname: t.utf8().nullable(),
  numFailedLogins: windowed(t.int(), ["10m", "30m", "1d"], { default: 0 }),
  distinctIps: windowed(t.int(), ["1h", "1d"]),
  bytes: windowed(t.bigint(), ["1h"]),
  lastIp: windowed(t.utf8().nullable(), ["1h"]),
});
const Shop = features("shop", { id: t.utf8(), favoriteColor: t.utf8(), failures: windowed(t.int(), ["1h"]) });

const updates = source("user_updates", message("UserUpdate", { user_id: t.utf8(), favorite_color: t.utf8() }));
const login = message("Login", {
  user_id: t.utf8(),
  failed: t.bool(),
  ip_address: t.utf8(),
  bytes: t.bigint(),
  port: t.int().nullable(),
  at: t.timestamp(),
});
const logins = source("logins", login, { timestamp: "at", key: "user_id", lateArrivalDeadline: "30m" });

// Sources.
// @ts-expect-error there is no such field
source("logins", login, { timestamp: "att" });
// @ts-expect-error there is no such field
source("logins", login, { key: "user" });
// @ts-expect-error the field is no time
source("logins", login, { timestamp: "user_id" });
source("logins", message("Seen", { at: t.timestamp().nullable() }), { timestamp: "at" });
// @ts-expect-error a parsed message lacks its fields
source("logins", login, { parse: (line) => ({ user_id: line }) });
source("logins", login, {
  // @ts-expect-error parse gets text, not bytes
  parse: (line: Uint8Array) => (line.length > 0 ? null : null),
});
const parsed = source("sshd", login, {
  parse: (line) => {
    same<typeof line, string>(true);
    return line === ""
      ? null
      : { user_id: line, failed: true, ip_address: "", bytes: 1, at: "2026-01-01T00:00:00Z", port: undefined };
  },
  timestamp: "at",
  key: "ip_address",
});

// Mappings get one message.
stream({ name: "color", source: updates, output: [User.id, User.favoriteColor] }, (m) => {
  same<typeof m, { user_id: string; favorite_color: string }>(true);
  return User({ id: m.user_id, favoriteColor: m.favorite_color });
});
stream({ name: "color", source: updates, output: [User.id, User.favoriteColor] }, (m) =>
  // @ts-expect-error the message has no such field
  User({ id: m.user_id, favoriteColor: m.color }),
);
// @ts-expect-error an output is missing
stream({ name: "color", source: updates, output: [User.id, User.favoriteColor] }, (m) => User({ id: m.user_id }));
stream({ name: "color", source: updates, output: [User.id, User.favoriteColor] }, (m) =>
  // @ts-expect-error the primary key is missing
  User({ favoriteColor: m.favorite_color }),
);
stream({ name: "color", source: updates, output: [User.id, User.favoriteColor] }, (m) =>
  // @ts-expect-error a number is no text
  User({ id: m.user_id, favoriteColor: 1 }),
);
stream({ name: "color", source: updates, output: [User.id, User.favoriteColor] }, (m) =>
  // @ts-expect-error null is no text
  User({ id: m.user_id, favoriteColor: null }),
);
stream({ name: "nick", source: updates, output: [User.id, User.nickname] }, (m) =>
  User({ id: m.user_id, nickname: null }),
);
stream({ name: "color", source: updates, output: [User.id, User.favoriteColor] }, (m) =>
  // @ts-expect-error the set has no such feature
  User({ id: m.user_id, favoriteColor: m.favorite_color, colour: "teal" }),
);
stream({ name: "color", source: updates, output: [User.id, User.favoriteColor] }, (m) =>
  // @ts-expect-error values of another feature set
  Shop({ id: m.user_id, favoriteColor: m.favorite_color }),
);
stream({ name: "color", source: updates, output: [User.id, User.favoriteColor] }, (m) =>
  // @ts-expect-error the nickname is not among the outputs
  User({ id: m.user_id, favoriteColor: m.favorite_color, nickname: "nick" }),
);
stream({ name: "color", source: updates, keys: { user_id: User.id }, output: [User.favoriteColor] }, (m) =>
  User({ id: m.user_id, favoriteColor: m.favorite_color }),
);
stream(
  // @ts-expect-error a mapping has no mode
  { name: "color", source: updates, mode: "tumbling", output: [User.id, User.favoriteColor] },
  () => User({ id: "u", favoriteColor: "teal" }),
);
// @ts-expect-error a mapping gives feature values, not SQL
stream({ name: "color", source: updates, output: [User.id, User.favoriteColor] }, () => sql`select 1`);

// Windowed resolvers get a frame.
stream({ name: "failed", source: logins, output: [User.id, User.numFailedLogins] }, (events) =>
  User({ id: events.col("user_id").max(), numFailedLogins: events.col("failed").sum() }),
);
stream({ name: "one", source: logins, output: [User.id, User.numFailedLogins["10m"]] }, (events) =>
  User({ id: events.col("user_id").max(), numFailedLogins: events.count() }),
);
stream({ name: "bytes", source: logins, output: [User.id, User.bytes] }, (events) =>
  User({ id: events.col("user_id").max(), bytes: events.col("bytes").sum() }),
);
stream({ name: "many", source: logins, output: [User.id, User.bytes] }, (events) =>
  User({ id: events.col("user_id").max(), bytes: events.col("failed").sum() }),
);
stream({ name: "many", source: logins, output: [User.id, User.bytes] }, (events) =>
  // @ts-expect-error text is no integer
  User({ id: events.col("user_id").max(), bytes: events.col("ip_address").max() }),
);
stream({ name: "extra", source: logins, output: [User.id, User.bytes] }, (events) =>
  // @ts-expect-error the count is not among the outputs
  User({ id: events.col("user_id").max(), bytes: events.col("bytes").sum(), distinctIps: events.count() }),
);
stream(
  { name: "ips", source: logins, mode: "continuous", keys: { user_id: User.id }, output: [User.id, User.distinctIps] },
  (e) => User({ distinctIps: e.col("ip_address").approxCountDistinct() }),
);
stream({ name: "list", source: logins, output: [User.id, User.numFailedLogins] }, (events) =>
  events.toRows().map(({ user_id, failed }) => User({ id: user_id, numFailedLogins: failed ? 1 : 0 })),
);
stream({ name: "failed", source: logins, output: [User.id, User.numFailedLogins] }, (events) =>
  // @ts-expect-error the frame has no such column
  User({ id: events.col("user").max(), numFailedLogins: events.col("failed").sum() }),
);
stream({ name: "failed", source: logins, output: [User.id, User.numFailedLogins] }, (events) =>
  // @ts-expect-error an output is missing
  User({ id: events.col("user_id").max() }),
);
stream({ name: "failed", source: logins, output: [User.id, User.numFailedLogins] }, (events) =>
  // @ts-expect-error text is no integer
  User({ id: events.col("user_id").max(), numFailedLogins: events.col("ip_address").max() }),
);
stream({ name: "failed", source: logins, output: [User.id, User.numFailedLogins] }, (events) =>
  // @ts-expect-error text is no integer
  User({ id: events.col("user_id").max(), numFailedLogins: "3" }),
);
stream({ name: "failed", source: logins, output: [User.id, User.numFailedLogins] }, (events) =>
  // @ts-expect-error values of another feature set
  Shop({ id: events.col("user_id").max(), favoriteColor: "teal" }),
);
// @ts-expect-error the window is not declared
stream({ name: "two", source: logins, output: [User.id, User.numFailedLogins["2h"]] }, () => sql`select 1`);
stream(
  // @ts-expect-error the key is no field of the message
  { name: "keys", source: logins, keys: { user: User.id }, output: [User.id, User.distinctIps] },
  () => sql`select 1`,
);
stream(
  // @ts-expect-error the key is of another feature set
  { name: "keys", source: logins, keys: { user_id: Shop.id }, output: [User.id, User.distinctIps] },
  () => sql`select 1`,
);
stream(
  // @ts-expect-error there is no such mode
  { name: "mode", source: logins, mode: "sliding", output: [User.id, User.distinctIps] },
  () => sql`select 1`,
);
stream(
  // @ts-expect-error dedup is on a field of the message
  { name: "dedup", source: logins, dedup: { on: "id", within: "1h" }, output: [User.id, User.distinctIps] },
  () => sql`select 1`,
);

// A resolver's own parse reshapes the message.
stream(
  {
    name: "parse",
    source: logins,
    message: message("Ip", { ip: t.utf8(), n: t.int() }),
    parse: (m) => (m.failed ? { ip: m.ip_address, n: m.port ?? 0 } : null),
    output: [User.id, User.favoriteColor],
  },
  (m) => {
    same<typeof m, { ip: string; n: number }>(true);
    return User({ id: m.ip, favoriteColor: String(m.n) });
  },
);

// Defaults and windows.
windowed(t.int(), ["1h"], { default: 1 });
// @ts-expect-error the default is of another type
windowed(t.int(), ["1h"], { default: "none" });
// @ts-expect-error no window
windowed(t.int(), []);

// The engine.
const app = engine({ resolvers: [] });
app.push(logins, { user_id: "u", failed: true, ip_address: "i", bytes: 1, at: new Date(0) });
app.push(logins, [{ user_id: "u", failed: true, ip_address: "i", bytes: 1n, port: null, at: "2026-01-01T00:00:00Z" }]);
app.push(parsed, "a line");
app.push(parsed, ["a line", "another"]);
const tables = DataFrame.fromRows([{ user_id: "u", failed: true }]);
app.push(logins, tables);
app.push(logins, sql`select * from ${tables}`);
app.push(logins, arrow.tableFromArrays({ user_id: ["u"], port: Int32Array.of(22) }));
// @ts-expect-error a field is missing
app.push(logins, [{ user_id: "u", failed: true, at: new Date(0) }]);
// @ts-expect-error a field has another type
app.push(logins, { user_id: 1, failed: true, ip_address: "i", bytes: 1, at: new Date(0) });
// @ts-expect-error a parsing source takes payloads
app.push(parsed, [{ user_id: "u" }]);

const answers = app.query(User, "u1", [
  User.favoriteColor,
  User.distinctIps["1h"],
  User.numFailedLogins,
  User.bytes,
  User.lastIp,
]);
same<
  typeof answers,
  [
    string | null,
    number | null,
    { "10m": number | null; "30m": number | null; "1d": number | null },
    { "1h": bigint | null },
    { "1h": string | null },
  ]
>(true);

// @ts-expect-error the window is of another feature set
app.query(User, "u1", [Shop.failures["1h"]]);
// @ts-expect-error one of the features is of another set
app.query(User, "u1", [User.id, Shop.favoriteColor]);
// @ts-expect-error the feature is of another set
app.queryMany(User, ["u1"], [Shop.failures]);
app.queryMany(User, ["u1"], [User.favoriteColor, User.bytes]);
const listed: readonly AnyFeature[] = [User.favoriteColor, User.bytes];
app.query(User, "u1", listed);

// Features may have the names of a function's own properties.
const Odd = features("odd", { name: t.utf8(), length: t.int(), call: t.float(), bind: windowed(t.bool(), ["1m"]) });
const [length, call, bound] = app.query(Odd, "x", [Odd.length, Odd.call, Odd.bind["1m"]]);
same<[typeof length, typeof call, typeof bound], [number | null, number | null, boolean | null]>(true);
Odd({ name: "x", length: 1, call: 0.5 });

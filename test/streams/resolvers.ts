import {
  type AnyFeature,
  features,
  message,
  type Resolver,
  source,
  sql,
  stream,
  t,
  windowed,
} from "../../src/index.ts";

const User = features("user", {
  id: t.utf8(),
  failed: windowed(t.int(), ["10m", "15m"], { default: 0 }),
  lastIp: t.utf8(),
  few: windowed(t.int(), ["10m"]),
  ever: windowed(t.int(), ["all"]),
  now: windowed(t.int(), ["10m"], { default: 0 }),
  opaque: windowed(t.int(), ["10m"]),
  firstIp: windowed(t.utf8(), ["10m"]),
});

/** What a timeline may be played with. */
export function setting(options: Readonly<Record<string, string>>, dedup: string | undefined) {
  const logins = source(
    "logins",
    message("Login", { user_id: t.utf8().nullable(), failed: t.bool(), ip: t.utf8(), at: t.timestamp() }),
    { timestamp: "at", key: "user_id", ...options },
  );
  const shared = { source: logins, ...(dedup === undefined ? {} : { dedup: { on: "ip", within: dedup } as const }) };
  const resolvers: Readonly<Record<string, Resolver>> = {
    failed: stream({ ...shared, name: "failed", output: [User.id, User.failed] }, (events) =>
      User({ id: events.col("user_id").max(), failed: events.col("failed").sum() }),
    ),
    last_ip: stream({ ...shared, name: "last_ip", output: [User.id, User.lastIp] }, (login) =>
      User({ id: login.user_id ?? "", lastIp: login.ip }),
    ),
    few: stream(
      { ...shared, name: "few", output: [User.id, User.few] },
      (events) => sql`select user_id as id, count(*) as few from ${events} group by 1 having count(*) < 3`,
    ),
    ever: stream(
      { ...shared, name: "ever", output: [User.id, User.ever] },
      (events) => sql`select user_id as id, count(*) as ever from ${events} group by 1`,
    ),
    now: stream(
      { ...shared, name: "now", mode: "continuous", keys: { user_id: User.id }, output: [User.id, User.now] },
      (events) => sql`select count(*) as now from ${events} where failed`,
    ),
    opaque: stream(
      { ...shared, name: "opaque", keys: { user_id: User.id }, output: [User.id, User.opaque] },
      (events) => {
        const rows = events.toRows();
        if (rows.some(({ ip }) => ip === "bad")) throw new Error("a bad address");
        return User({ opaque: rows.length });
      },
    ),
    first_ip: stream(
      { ...shared, name: "first_ip", keys: { user_id: User.id }, output: [User.id, User.firstIp] },
      (events) => User({ firstIp: events.rows()[0]?.ip ?? "" }),
    ),
  };
  return { User, logins, resolvers };
}

/** A feature by the end of its full name, as in `failed__600__`. */
export function featureNamed(name: string): AnyFeature {
  const all = Object.values(User).flatMap((feature: AnyFeature): AnyFeature[] =>
    feature.kind === "windowed" ? feature.windows.map(({ label }) => (feature as never)[label]) : [feature],
  );
  const found = all.find(({ fqn }) => fqn === `user.${name}`);
  if (found === undefined) throw new Error(`no feature ${name}`);
  return found;
}

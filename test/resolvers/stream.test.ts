import { describe, expect, it } from "vitest";
import {
  DataFrame,
  engine,
  features,
  message,
  type Resolver,
  source,
  sql,
  stream,
  t,
  TidemarkError,
  windowed,
} from "../../src/index.ts";

const User = features("user", {
  id: t.utf8(),
  color: t.utf8(),
  numFailed: windowed(t.int(), ["10m", "1h"]),
  other: windowed(t.int(), ["60m", "10m"]),
  single: windowed(t.int(), ["5m"]),
  share: windowed(t.float(), ["10m", "1h"]),
});
const Shop = features("shop", { id: t.utf8(), n: windowed(t.int(), ["10m"]) });
const login = message("Login", { user_id: t.utf8(), failed: t.bool(), ip: t.utf8(), n: t.int(), at: t.timestamp() });
const keyed = source("logins", login, { timestamp: "at", key: "user_id" });
const bare = source("bare", login, { timestamp: "at" });
const failed = { name: "failed", source: keyed, output: [User.id, User.numFailed] } as const;

const thrown = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof TidemarkError) return error.message;
    throw error;
  }
  return "nothing thrown";
};
const row = (user_id: string, ip: string, n: number, minute: number, isFailed = true) => ({
  user_id,
  ip,
  n,
  failed: isFailed,
  at: new Date(minute * 60_000),
});
/** What a resolver emits for some messages, one line for each value of its first window. */
const emitted = (resolver: Resolver, rows: readonly ReturnType<typeof row>[]): string[] => {
  const app = engine({ resolvers: [resolver] });
  app.push(resolver.source, rows);
  app.advanceTo(new Date(10_000_000_000));
  expect(app.failures()).toEqual([]);
  return [...app.emissions()]
    .filter(({ feature }) => feature.endsWith("__600__"))
    .map(({ entity, value }) => `${entity} ${value}`);
};
const someRows = [row("b", "x", 1, 1), row("a", "x", 2, 2), row("a", "y", 3, 3), row("a", "y", 4, 4, false)];

describe("definition errors", () => {
  it.each<[string, string, () => unknown]>([
    ["no name", "resolver.invalid", () => stream({ ...failed, name: "" }, (e) => sql`select 1 from ${e}`)],
    ["no source", "resolver.invalid", () => stream({ ...failed, source: {} as never }, (e) => sql`select 1 from ${e}`)],
    ["no function", "resolver.invalid", () => stream(failed, undefined as never)],
    ["no output", "resolver.invalid", () => stream({ ...failed, output: [] }, (() => null) as never)],
    [
      "no primary key",
      "resolver.invalid",
      () => stream({ ...failed, output: [User.numFailed] }, (e) => sql`select count(*) as num_failed from ${e}`),
    ],
    ["two sets", "resolver.invalid", () => stream({ ...failed, output: [User.id, Shop.n] }, (() => null) as never)],
    [
      "an output twice",
      "resolver.invalid",
      () => stream({ ...failed, output: [User.id, User.color, User.color] }, (() => null) as never),
    ],
    [
      "different windows",
      "resolver.invalid",
      () => stream({ ...failed, output: [User.id, User.numFailed, User.single] }, (() => null) as never),
    ],
    [
      "windowed and not",
      "resolver.invalid",
      () => stream({ ...failed, output: [User.id, User.numFailed, User.color] }, (() => null) as never),
    ],
    [
      "a mode without a window",
      "resolver.invalid",
      () => stream({ ...failed, mode: "continuous" as never, output: [User.id, User.color] }, (() => null) as never),
    ],
    [
      "an unknown mode",
      "resolver.invalid",
      () => stream({ ...failed, mode: "sliding" as never }, (() => null) as never),
    ],
    [
      "dedup on no field",
      "resolver.invalid",
      () => stream({ ...failed, dedup: { on: "x" as never, within: "1h" } }, (() => null) as never),
    ],
    [
      "a key that is no field",
      "resolver.key",
      () => stream({ ...failed, keys: { x: User.id } as never }, (() => null) as never),
    ],
    [
      "a key for no feature of the set",
      "resolver.key",
      () => stream({ ...failed, keys: { ip: Shop.id as never } }, (() => null) as never),
    ],
    [
      "a missing column",
      "resolver.output",
      () => stream(failed, (e) => sql`select user_id as id from ${e} group by 1`),
    ],
    [
      "a column too many",
      "resolver.output",
      () => stream(failed, (e) => sql`select user_id as id, count(*) as num_failed, 1 as x from ${e} group by 1`),
    ],
    [
      "a float for an integer",
      "resolver.output",
      () => stream(failed, (e) => sql`select user_id as id, avg(n) as num_failed from ${e} group by 1`),
    ],
    [
      "text for an integer",
      "resolver.output",
      () => stream(failed, (e) => sql`select user_id as id, max(ip) as num_failed from ${e} group by 1`),
    ],
    [
      "columns of no output, without a grouping",
      "resolver.output",
      () => stream(failed, (e) => sql`select * from ${e}`),
    ],
    [
      "text for an integer, without a grouping",
      "resolver.output",
      () => stream(failed, (e) => sql`select user_id as id, ip as num_failed from ${e}`),
    ],
    [
      "a column too many below a limit",
      "resolver.output",
      () => stream(failed, (e) => sql`select user_id as id, count(*) as zz from ${e} limit 1`),
    ],
    [
      "a float for an integer above two groupings",
      "resolver.output",
      () =>
        stream(
          failed,
          (e) => sql`select id, avg(n) as num_failed
            from (select user_id as id, ip, count(*) as n from ${e} group by all) group by id`,
        ),
    ],
    [
      "a missing column of a continuous resolver, without a grouping",
      "resolver.output",
      () => stream({ ...failed, mode: "continuous", keys: { user_id: User.id } }, (e) => sql`select ip from ${e}`),
    ],
    ["no object", "resolver.invalid", () => stream("failed" as never, (() => null) as never)],
    [
      "a promise",
      "resolver.invalid",
      () => stream(failed, (async (e: DataFrame<never>) => User({ numFailed: e.toRows().length })) as never),
    ],
    [
      "no such column",
      "sql.unknown-column",
      () => stream(failed, (e) => sql`select user as id, count(*) as num_failed from ${e} group by 1`),
    ],
    [
      "no SQL",
      "sql.syntax",
      () => stream(failed, (e) => sql`select user_id as id count(*) as num_failed from ${e} group by 1`),
    ],
    ["nothing", "resolver.output", () => stream(failed, (() => undefined) as never)],
    [
      "values of another set",
      "resolver.output",
      () =>
        stream(failed, ((e: DataFrame<{ failed: boolean }>) => Shop({ id: "x", n: e.col("failed").sum() })) as never),
    ],
    [
      "a DataFrame without a key",
      "resolver.key",
      () =>
        stream({ ...failed, source: bare }, (e) =>
          User({ id: e.col("user_id").max(), numFailed: e.col("failed").sum() }),
        ),
    ],
    [
      "continuous without one key",
      "resolver.key",
      () =>
        stream(
          { ...failed, source: bare, mode: "continuous" },
          (e) => sql`select user_id as id, count(*) as num_failed from ${e} group by user_id, ip`,
        ),
    ],
    [
      "a bare column that is no key",
      "sql.grouping",
      () => stream(failed, (e) => User({ id: e.col("ip"), numFailed: e.col("failed").sum() })),
    ],
    [
      "columns of two frames",
      "resolver.output",
      () =>
        stream(failed, (e) =>
          User({ id: e.col("user_id").max(), numFailed: e.filter(e.col("failed")).col("n").sum() }),
        ),
    ],
    [
      "an unknown window",
      "feature.unknown-window",
      () => stream({ ...failed, output: [User.id, (User.numFailed as never)["2h"]] }, (() => null) as never),
    ],
  ])("%s", (_, code, define) => {
    expect(thrown(define)).toMatch(new RegExp(`^${code}: `));
  });

  it("point at the place in the SQL and suggest the name that was meant", () => {
    const message = thrown(() =>
      stream(failed, (e) => sql`select user_id as id, count(*) as num_fialed from ${e} group by 1`),
    );
    expect(message).toContain('did you mean "num_failed"?');
    expect(
      thrown(() => stream(failed, (e) => sql`select usr_id as id, count(*) as num_failed from ${e} group by 1`)),
    ).toContain("^^^^^^");
  });
});

describe("options", () => {
  const defined = (options: object): string =>
    thrown(() => stream({ ...failed, ...options } as never, () => sql`select 1`));

  it("that there are not are refused with the name that was meant", () => {
    expect(defined({ kyes: { user_id: User.id } })).toMatch(/^resolver.invalid: .*"kyes"\n.*did you mean "keys"/);
    expect(thrown(() => source("s", login, { timestmp: "at" } as never))).toMatch(
      /^source.invalid: .*"timestmp"\n.*did you mean "timestamp"/,
    );
  });

  it("that are not here yet say so", () => {
    expect(defined({ window: { kind: "session" } })).toMatch(/^resolver.invalid: .*"window" is not supported yet/);
    expect(defined({ sinks: [] })).toContain("not supported yet");
    expect(thrown(() => source("s", login, { idleTimeout: "1m" } as never))).toContain("not supported yet");
  });

  it("may be undefined", () => {
    const make = (): unknown =>
      stream(
        { ...failed, wnidow: undefined } as never,
        ((e: never) => sql`select user_id as id, count(*) as num_failed from ${e} group by 1`) as never,
      );
    expect(thrown(make)).toBe("nothing thrown");
  });
});

describe("keys", () => {
  it("are the GROUP BY columns in SQL, whatever key the source has", () => {
    const byIp = stream(failed, (e) => sql`select ip as id, count(*) as num_failed from ${e} group by ip`);
    expect(emitted(byIp, someRows)).toEqual(["x 2", "y 2"]);
  });

  it("are the bare column that is selected as the primary key", () => {
    const byIp = stream(
      { ...failed, source: bare },
      (e) => sql`select ip as id, count(*) as "numFailed" from ${e} where failed`,
    );
    expect(emitted(byIp, someRows)).toEqual(["x 2", "y 1"]);
  });

  it("are the source's key otherwise, and its column is a constant", () => {
    const byUser = stream(failed, (e) => User({ id: e.col("user_id"), numFailed: e.col("failed").sum() }));
    expect(emitted(byUser, someRows)).toEqual(["a 2", "b 1"]);
  });

  it("come first in keys, and may be left out of the result", () => {
    const byIp = stream({ ...failed, keys: { ip: User.id } }, (e) => sql`select sum(n) as NUM_FAILED from ${e}`);
    expect(emitted(byIp, someRows)).toEqual(["x 3", "y 7"]);
    const named = stream(
      { ...failed, keys: { ip: User.id } },
      (e) => sql`select ip as id, sum(n) as num_failed from ${e} group by all`,
    );
    expect(emitted(named, someRows)).toEqual(["x 3", "y 7"]);
  });

  it("give a row for a key whose rows are all removed, but not under GROUP BY", () => {
    const none = stream(
      { ...failed, keys: { user_id: User.id } },
      (e) => sql`select count(*) as num_failed from ${e} where n > 1`,
    );
    expect(emitted(none, someRows)).toEqual(["a 3", "b 0"]);
    const grouped = stream(
      failed,
      (e) => sql`select user_id as id, count(*) as num_failed from ${e} where n > 1 group by 1`,
    );
    expect(emitted(grouped, someRows)).toEqual(["a 3"]);
  });

  it("make a limit one for each key, where they part the frame", () => {
    const limited = stream(
      { ...failed, keys: { user_id: User.id } },
      (e) =>
        sql`select user_id as id, count(*) as num_failed from ${e} group by ip, user_id order by 2 desc, ip limit 1`,
    );
    expect(emitted(limited, someRows)).toEqual(["a 2", "b 1"]);
    const top = stream(
      failed,
      (e) => sql`select user_id as id, count(*) as num_failed from ${e} group by 1 order by 2 desc limit 1`,
    );
    expect(emitted(top, someRows)).toEqual(["a 3"]);
  });

  it("of two parts collide where the primary key is one of them", () => {
    const both = stream(
      failed,
      (e) => sql`select user_id as id, count(*) as num_failed from ${e} group by user_id, ip`,
    );
    const app = engine({ resolvers: [both] });
    app.push(keyed, someRows);
    app.advanceTo(new Date(600_000));
    expect([...app.emissions()]).toEqual([]);
    expect(app.failures().map(({ error }) => (error as TidemarkError).code)).toEqual(["resolver.entity-collision"]);
  });
});

describe("two outputs", () => {
  it("may spell one window differently", () => {
    const two = stream(
      { ...failed, output: [User.id, User.numFailed, User.other] },
      (e) => sql`select user_id as id, count(*) as num_failed, sum(n) as other from ${e} group by 1`,
    );
    const app = engine({ resolvers: [two] });
    app.push(keyed, someRows);
    app.finish();
    expect([...app.emissions()].map(({ feature, entity, value }) => `${feature} ${entity} ${value}`)).toEqual([
      "user.num_failed__600__ a 3",
      "user.other__600__ a 9",
      "user.num_failed__600__ b 1",
      "user.other__600__ b 1",
      "user.num_failed__3600__ a 3",
      "user.other__3600__ a 9",
      "user.num_failed__3600__ b 1",
      "user.other__3600__ b 1",
    ]);
  });

  it("may be single windows", () => {
    const one = stream(
      { ...failed, output: [User.id, User.numFailed["1h"], User.other["60m"]] },
      (e) => sql`select user_id as id, count(*) as num_failed, sum(n) as other from ${e} group by 1`,
    );
    const app = engine({ resolvers: [one] });
    app.push(keyed, someRows);
    expect(app.pending().map(({ window }) => window.label)).toEqual(["1h", "1h"]);
  });
});

describe("how a resolver runs", () => {
  const explained = (resolver: Resolver): string => engine({ resolvers: [resolver] }).explain();

  it("is incremental where it only builds expressions or SQL", () => {
    expect(
      explained(stream(failed, (e) => sql`select user_id as id, count(*) as num_failed from ${e} group by 1`)),
    ).toContain("incremental");
  });

  it("names the call that read values", () => {
    const opaque = stream({ ...failed, keys: { user_id: User.id } }, (e) =>
      User({ numFailed: e.filter(e.col("failed")).toRows().length }),
    );
    expect(explained(opaque)).toContain("toRows() reads values");
    const scalar = stream({ ...failed, keys: { user_id: User.id } }, (e) => User({ numFailed: Number(e.sum("n")) }));
    expect(explained(scalar)).toContain('sum("n") reads values');
    expect(emitted(scalar, someRows)).toEqual(["a 9", "b 1"]);
  });

  it("is on real frames where the function catches what reading throws", () => {
    const caught = stream({ ...failed, keys: { user_id: User.id } }, (e) => {
      let total = 0;
      try {
        total = Number(e.sum("n"));
      } catch {
        total = -1;
      }
      return sql`select ${total} + count(*) as num_failed from ${e}`;
    });
    expect(explained(caught)).toContain('sum("n") reads values');
    expect(emitted(caught, someRows)).toEqual(["a 12", "b 2"]);
    const wrapped = stream({ ...failed, keys: { user_id: User.id } }, (e) => {
      try {
        return User({ numFailed: e.toRows().length });
      } catch (cause) {
        throw new Error("cannot count", { cause });
      }
    });
    expect(emitted(wrapped, someRows)).toEqual(["a 3", "b 1"]);
  });

  it("takes columns of frames that were made of values", () => {
    const collected = stream({ ...failed, keys: { user_id: User.id } }, (e) => {
      const some = e.filter(e.col("failed")).collect();
      return User({ numFailed: some.col("n").max() });
    });
    expect(emitted(collected, someRows)).toEqual(["a 3", "b 1"]);
    const remade = stream(failed, (e) => {
      const rows = DataFrame.fromRows(e.toRows().map(({ user_id, n }) => ({ user: user_id, double: n * 2 })));
      return User({ id: rows.col("user").max(), numFailed: rows.col("double").max().cast(t.int()) });
    });
    expect(emitted(remade, someRows)).toEqual(["a 8", "b 2"]);
  });

  it("counts into a bigint feature", () => {
    const Big = features("big", { id: t.utf8(), n: windowed(t.bigint(), ["10m"], { default: 0n }) });
    const count = stream({ name: "count", source: keyed, output: [Big.id, Big.n] }, (e) =>
      Big({ id: e.col("user_id").max(), n: e.col("failed").sum() }),
    );
    const app = engine({ resolvers: [count] });
    app.push(keyed, someRows);
    app.finish();
    expect([...app.emissions()].map(({ entity, value }) => [entity, value])).toEqual([
      ["a", 2n],
      ["b", 1n],
    ]);
  });

  it("refuses promises, and leaves no rejection behind", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    const late = stream({ ...failed, keys: { user_id: User.id } }, ((e: DataFrame<never>) => {
      const n = e.toRows().length;
      return Promise.reject(new Error(`too late for ${n}`));
    }) as never);
    const color = stream({ name: "color", source: keyed, output: [User.id, User.color] }, (async () => {
      throw new Error("too late");
    }) as never);
    const app = engine({ resolvers: [late, color] });
    app.push(keyed, row("a", "x", 1, 1));
    app.finish();
    expect(app.ledger("color")["logins"]).toMatchObject({ applied: 0, failed: 1 });
    expect(app.failures().map(({ error }) => (error as TidemarkError).code)).toContain("resolver.invalid");
    await new Promise((resolve) => setTimeout(resolve, 5)); // until rejections without a handler are told
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  it("may mix values and expressions", () => {
    const mixed = stream({ ...failed, keys: { user_id: User.id } }, (e) =>
      User({ id: e.col("user_id"), numFailed: e.toRows().length }),
    );
    expect(emitted(mixed, someRows)).toEqual(["a 3", "b 1"]);
  });

  it("on real frames gives failures for wrong results, and nothing else", () => {
    const wrong = (make: (rows: number) => unknown): string[] => {
      const resolver = stream({ ...failed, keys: { user_id: User.id } }, ((e: { toRows(): unknown[] }) =>
        make(e.toRows().length)) as never);
      const app = engine({ resolvers: [resolver] });
      app.push(keyed, someRows);
      app.advanceTo(new Date(600_000));
      expect([...app.emissions()]).toEqual([]);
      expect(app.ledger()["logins"]?.applied).toBe(4);
      return app.failures().map(({ key, error }) => `${key} ${(error as TidemarkError).message.split(":")[0]}`);
    };
    const both = (code: string): string[] => [`b ${code}`, `a ${code}`];
    expect(wrong(() => 5)).toEqual(both("resolver.output"));
    expect(wrong(() => User({ id: "a" }))).toEqual(both("resolver.output"));
    expect(wrong(() => User({ numFailed: "x" } as never))).toEqual(both("resolver.output"));
    expect(wrong(() => User({ numFailed: 0.5 }))).toEqual(both("resolver.output"));
    expect(wrong(() => Shop({ n: 1 }))).toEqual(both("resolver.output"));
    expect(wrong((n) => User({ id: "someone else", numFailed: n }))).toEqual(both("resolver.output"));
    expect(wrong((n) => [User({ numFailed: n }), User({ numFailed: n })])).toEqual(both("resolver.entity-collision"));
  });

  it("on real frames finds entities that two keys make", () => {
    const same = stream(failed, (e) => User({ id: "one", numFailed: e.toRows().length }));
    const app = engine({ resolvers: [same] });
    app.push(keyed, someRows);
    app.advanceTo(new Date(600_000));
    expect([...app.emissions()]).toEqual([]);
    expect(app.failures().map(({ error }) => (error as TidemarkError).code)).toEqual(["resolver.entity-collision"]);
  });

  it("is recognised by a brand, also of another copy of the package", () => {
    const branded = stream(failed, (e) => sql`select user_id as id, count(*) as num_failed from ${e} group by 1`);
    const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(branded)) as Resolver;
    expect(engine({ resolvers: [copy] }).pending()).toEqual([]);
  });
});

describe("parse of a resolver", () => {
  it("picks, reshapes and re-keys messages", () => {
    const byPort = stream(
      {
        name: "by_port",
        source: keyed,
        message: message("Port", { port: t.utf8(), weight: t.int() }),
        keys: { port: User.id },
        parse: (m) => (m.failed ? { port: m.ip.toUpperCase(), weight: m.n * 10 } : null),
        output: [User.id, User.numFailed],
      },
      (e) => sql`select sum(weight) as num_failed from ${e}`,
    );
    expect(emitted(byPort, someRows)).toEqual(["X 30", "Y 30"]);
    const app = engine({ resolvers: [byPort] });
    app.push(keyed, someRows);
    expect(app.ledger("by_port")["logins"]).toMatchObject({ applied: 3, skipped: 1 });
  });
});

import { describe, expect, it } from "vitest";
import {
  type Emission,
  type Engine,
  engine,
  features,
  message,
  source,
  type SourceOptions,
  sql,
  stream,
  t,
  windowed,
} from "../../src/index.ts";

// Faults that were found from outside, each as the smallest case that showed it.
const U = features("user", {
  id: t.utf8(),
  n: windowed(t.int(), ["10m"], { default: -1 }),
  m: t.int(),
});
const event = message("Event", {
  k: t.utf8().nullable(),
  v: t.int().nullable(),
  s: t.utf8().nullable(),
  at: t.timestamp().nullable(),
});
type Row = { k: string | null; v: number | null; s: string | null; at: Date | null };
const events = (options: SourceOptions<Row> = {}) => source("ev", event, { timestamp: "at", key: "k", ...options });
const NOON = "2026-01-01T12:00:00Z";
const END = "2026-01-01T12:10:00Z";

const shown = (emissions: Iterable<Emission>): unknown[] =>
  [...emissions].map(({ entity, value, revision, retracted }) => [
    entity,
    value,
    revision,
    ...(retracted ? ["retracted"] : []),
  ]);
const drained = (app: Engine): unknown[] => shown(app.emissions());

describe("a mapping", () => {
  it("that gives an int beyond 2^53 fails on that message alone", () => {
    const ev = events();
    const m = stream({ name: "m", source: ev, output: [U.id, U.m] }, (x) =>
      U({ id: x.k ?? "", m: BigInt(x.v ?? 0) * 2n ** 30n }),
    );
    const app = engine({ resolvers: [m] });
    app.push(ev, [
      { k: "good", v: 1, at: NOON },
      { k: "bad", v: 2 ** 30, at: NOON },
      { k: "good2", v: 1, at: NOON },
    ]);
    expect(app.ledger()["ev"]).toMatchObject({ pushed: 3, applied: 2, failed: 1 });
    expect([...app.emissions()].map(({ entity }) => entity)).toEqual(["good", "good2"]);
  });
});

describe("a window in which one key overflows", () => {
  const total = (ev: ReturnType<typeof events>) =>
    stream(
      { name: "r", source: ev, output: [U.id, U.n] },
      (e) => sql`select k as id, sum(v) as n from ${e} group by 1`,
    );

  it("gives out the other keys, and names the one that failed", () => {
    const ev = events();
    const app = engine({ resolvers: [total(ev)] });
    app.push(ev, [
      { k: "a", v: Number.MAX_SAFE_INTEGER, at: NOON },
      { k: "a", v: 1, at: NOON },
      { k: "b", v: 1, at: NOON },
    ]);
    app.advanceTo(END);
    expect(drained(app)).toEqual([["b", 1, 0]]);
    expect(app.failures().map(({ key }) => key)).toEqual(["a"]);
    app.push(ev, [{ k: "b", v: 1, at: NOON }]);
    expect(drained(app)).toEqual([["b", 2, 1]]);
    app.push(ev, [{ k: "a", v: -5, at: NOON }]);
    expect(drained(app)).toEqual([["a", Number.MAX_SAFE_INTEGER - 4, 0]]);
  });
});

describe("a resolver whose result tells the entity", () => {
  it("retracts what it gave out before a collision", () => {
    const ev = events();
    const r = stream({ name: "r", source: ev, output: [U.id, U.n] }, (e) =>
      U({ id: String(e.max("s")), n: e.count() }),
    );
    const app = engine({ resolvers: [r] });
    app.push(ev, [
      { k: "a", s: "x", at: NOON },
      { k: "b", s: "w", at: NOON },
    ]);
    app.advanceTo(END);
    expect(drained(app)).toEqual([
      ["w", 1, 0],
      ["x", 1, 0],
    ]);
    app.push(ev, [{ k: "b", s: "x", at: NOON }]);
    expect(drained(app)).toEqual([]);
    expect(app.failures()).toHaveLength(1);
    app.push(ev, [{ k: "b", s: "z", at: NOON }]);
    expect(new Set(drained(app).map(String))).toEqual(new Set(["w,,1,retracted", "z,3,0"]));
  });
});

describe("the engine's clock", () => {
  const counted = (ev: ReturnType<typeof events>) =>
    stream(
      { name: "r", source: ev, output: [U.id, U.n] },
      (e) => sql`select k as id, count(*) as n from ${e} group by 1`,
    );

  it("takes the first event's time even where that is before the start", () => {
    const ev = events({ lateArrivalDeadline: "30m" });
    const app = engine({ resolvers: [counted(ev)], startAt: "2026-01-01T00:00:00Z" });
    expect(app.now).toEqual(new Date("2026-01-01T00:00:00Z"));
    app.push(ev, [
      { k: "a", at: "1960-01-01T00:05:00Z" },
      { k: "a", at: "1960-01-01T00:15:00Z" },
    ]);
    expect(app.now).toEqual(new Date("1960-01-01T00:15:00Z"));
    expect(app.query(U, "a", [U.n["10m"]])).toEqual([1]);
  });

  it.each(["9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z"])("is not moved by a message of %s", (at) => {
    const ev = events();
    const app = engine({ resolvers: [counted(ev)] });
    app.push(ev, [
      { k: "a", at },
      { k: "a", at: NOON },
    ]);
    expect(app.ledger()["ev"]).toMatchObject({ pushed: 2, applied: 1, invalid: 1 });
    expect(app.deadLetters()[0]?.reason).toContain("1684 and 2255");
    expect(app.now).toEqual(new Date(NOON));
    expect(() => app.advanceTo(at)).toThrow("1684 and 2255");
  });
});

describe("dedup", () => {
  it("within no time at all is refused", () => {
    expect(() =>
      stream(
        { name: "r", source: events(), dedup: { on: "v", within: "0s" }, output: [U.id, U.n] },
        (e) => sql`select k as id, count(*) as n from ${e} group by 1`,
      ),
    ).toThrow("drops nothing");
  });

  const app = (): [Engine, (v: number, seconds: number) => void] => {
    const ev = events();
    const r = stream(
      { name: "r", source: ev, dedup: { on: "v", within: "10s" }, output: [U.id, U.n] },
      (e) => sql`select k as id, count(*) as n from ${e} group by 1`,
    );
    const made = engine({ resolvers: [r] });
    return [made, (v, seconds) => made.push(ev, [{ k: "a", v, at: new Date(Date.parse(NOON) + seconds * 1_000) }])];
  };

  it("remembers a later message when an earlier one comes in between", () => {
    const [made, send] = app();
    for (const seconds of [100, 95, 100]) send(1, seconds);
    expect(made.ledger()["ev"]).toMatchObject({ applied: 1, duplicate: 2 });
  });

  it.each([10, 2_000])("finds a late repeat, whatever else it holds (%i other values)", (others) => {
    const [made, send] = app();
    send(1, 0);
    for (let v = 2; v < others + 2; v++) send(v, 100);
    send(1, 3);
    expect(made.ledger()["ev"]).toMatchObject({ applied: others + 1, duplicate: 1 });
  });
});

describe("a parse that gives no answer", () => {
  it.each([
    ["undefined", () => undefined],
    ["a promise", async () => null],
  ])("(%s) is parse-failed, not skipped", (what, parse) => {
    const ev = source("ev", event, { timestamp: "at", key: "k", parse: parse as never });
    const r = stream(
      { name: "r", source: ev, output: [U.id, U.n] },
      (e) => sql`select k as id, count(*) as n from ${e} group by 1`,
    );
    const app = engine({ resolvers: [r] });
    app.push(ev, ["a line"]);
    expect(app.ledger()["ev"]).toMatchObject({ pushed: 1, "parse-failed": 1 });
    expect(app.deadLetters()[0]?.reason).toContain(what);
  });
});

describe("misuse", () => {
  const ev = events();
  const r = stream(
    { name: "r", source: ev, output: [U.id, U.n] },
    (e) => sql`select k as id, count(*) as n from ${e} group by 1`,
  );

  it("is a TidemarkError with a hint", () => {
    expect(() => engine(undefined as never)).toThrow("engine.invalid");
    expect(() => engine({ resolvers: [r], clock: "system" } as never)).toThrow("not supported yet");
    expect(() => engine({ resolvers: [r], startat: NOON } as never)).toThrow('did you mean "startAt"');
    const app = engine({ resolvers: [r] });
    expect(() => app.query(U, "a", U.n as never)).toThrow("list of features");
    expect(() => app.pushEnvelopes(ev, {} as never)).toThrow("list of envelopes");
    expect(() => app.push(events(), [])).toThrow("another source of this name");
    const Other = features("user", { id: t.int(), other: windowed(t.int(), ["10m"]) });
    const other = stream(
      { name: "other", source: ev, output: [Other.id, Other.other] },
      (e) => sql`select v as id, count(*) as other from ${e} group by 1`,
    );
    expect(() => engine({ resolvers: [r, other] })).toThrow("two feature sets");
  });

  it("of one envelope does not harm the others", () => {
    const app = engine({ resolvers: [r] });
    app.pushEnvelopes(ev, [
      { value: { v: 1, at: NOON }, key: "a" },
      { value: { v: 1, at: NOON }, key: 5 as never },
    ]);
    expect(app.ledger()["ev"]).toMatchObject({ pushed: 2, applied: 1, invalid: 1 });
  });

  it("of the engine by its own resolver is refused", () => {
    const app: Engine = engine({
      resolvers: [
        stream({ name: "loop", source: ev, output: [U.id, U.m] }, (x) => {
          app.push(ev, [{ k: "a", v: 1, at: NOON }]);
          return U({ id: x.k ?? "", m: 1 });
        }),
      ],
    });
    app.push(ev, [{ k: "a", v: 1, at: NOON }]);
    expect(app.ledger()["ev"]).toMatchObject({ pushed: 1, failed: 1 });
  });
});

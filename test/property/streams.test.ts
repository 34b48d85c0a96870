import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AnyFeature,
  DataFrame,
  engine,
  features,
  type Resolver,
  sql,
  stream,
  t,
  windowed,
} from "../../src/index.ts";
import { openOracle } from "../support/duckdb.ts";
import {
  cases,
  caseSets,
  type EventSource,
  LENGTHS,
  model,
  play,
  sourceOf,
  type Step,
  steps,
  type Timing,
  timings,
} from "./streams.ts";

const options = { numRuns: 60 };
const far = (all: readonly Step[]): Step[] => [...all, { kind: "advance", to: 100_000 }];

describe.each(cases)("emissions of $name", (each) => {
  it("are those of a model that computes every window again after each message", () => {
    fc.assert(
      fc.property(steps(50), timings, (all, timing) => {
        const events = sourceOf(timing);
        const app = engine({ resolvers: [each.resolver(events)] });
        expect(play(app, events, far(all), 1)).toEqual(model(each, far(all), timing));
        expect(app.failures()).toEqual([]);
      }),
      options,
    );
  });
});

describe("a batch is only a vessel", () => {
  it("of any size gives the same emissions and ledgers", () => {
    fc.assert(
      fc.property(steps(120), timings, (all, timing) => {
        const events = sourceOf(timing);
        const resolvers = cases.map((each) => each.resolver(events));
        const whole = engine({ resolvers });
        const lines = play(whole, events, all);
        for (const size of [1, 2, 3, 7, 64]) {
          const app = engine({ resolvers });
          expect(play(app, events, all, size)).toEqual(lines);
          expect(app.ledger()).toEqual(whole.ledger());
          for (const { name } of resolvers) expect(app.ledger(name)).toEqual(whole.ledger(name));
          expect(app.pending()).toEqual(whole.pending());
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("order of arrival", () => {
  const permuted = fc
    .record({
      sorted: fc.array(
        fc.record({
          k: fc.constantFrom("a", "b", "c"),
          v: fc.option(fc.integer({ min: -3, max: 3 })),
          b: fc.boolean(),
          gap: fc.integer({ min: 0, max: 9 }),
          first: fc.integer({ min: 0, max: 20 }),
          second: fc.integer({ min: 0, max: 20 }),
          far: fc.integer({ min: 0, max: 50 }),
        }),
        { minLength: 1, maxLength: 100 },
      ),
    })
    .map(({ sorted }) => {
      let now = 100;
      return sorted.map(({ k, v, b, gap, ...delays }) => ({ event: { k, v, b, at: (now += gap) }, ...delays }));
    });
  type Delayed = (typeof permuted extends fc.Arbitrary<infer A> ? A : never)[number];
  const ordered = (all: readonly Delayed[], delay: "first" | "second" | "far"): Step[] =>
    [...all]
      .sort((x, y) => x.event.at + x[delay] - (y.event.at + y[delay]))
      .map(({ event }) => ({ kind: "message", message: event }));

  it("changes nothing while no message falls behind the watermark", () => {
    fc.assert(
      fc.property(permuted, (all) => {
        const events = sourceOf({ outOfOrderness: 20, deadline: 0 });
        const resolvers = cases.map((each) => each.resolver(events));
        const [a, b] = [engine({ resolvers }), engine({ resolvers })];
        const lines = play(a, events, far(ordered(all, "first")));
        expect(lines.length).toBeGreaterThan(0);
        expect(play(b, events, far(ordered(all, "second")))).toEqual(lines);
        expect(b.ledger()).toEqual(a.ledger());
      }),
      { numRuns: 40 },
    );
  });

  it("does not change the last revisions while no message is late", () => {
    fc.assert(
      fc.property(permuted, fc.constantFrom(0, 7), (all, outOfOrderness) => {
        const events = sourceOf({ outOfOrderness, deadline: 50 });
        const resolvers = cases.map((each) => each.resolver(events));
        const last = (delay: "first" | "far"): Map<string, string> => {
          const app = engine({ resolvers });
          const lines = play(app, events, far(ordered(all, delay)));
          expect(app.ledger()["events"]?.late).toBe(0);
          const byPlace = new Map(
            lines.map((line) => {
              const [, feature = "", entity = "", window = "", value = "", , , retracted = ""] = line.split(" ");
              return [`${feature} ${entity} ${window}`, retracted === "" ? value : "retracted"];
            }),
          );
          // A row that was never there and one that was taken back are the same in the end.
          for (const [place, value] of byPlace) if (value === "retracted") byPlace.delete(place);
          return byPlace;
        };
        expect(last("far")).toEqual(last("first"));
      }),
      { numRuns: 40 },
    );
  });
});

describe("the last revisions", () => {
  it("are what DuckDB computes from the applied messages", async () => {
    const oracle = await openOracle();
    const queries: Readonly<Record<string, (length: number) => string>> = {
      fluent: (length) => `select k, w, count(*) filter (where b), max(v) from (${placed(length)}) group by k, w`,
      grouped: (length) => `select k, w, sum(v), count(*) from (${placed(length)}) where b group by k, w`,
      having: (length) => `select k, w, count(*) from (${placed(length)}) group by k, w having count(*) % 3 <> 2`,
      distinct: (length) => `select k, w, count(distinct v), min(v) from (${placed(length)}) group by k, w`,
    };
    const placed = (length: number): string => `select *, "at" // ${length} * ${length} as w from applied`;
    await fc.assert(
      fc.asyncProperty(steps(150), timings, async (all, timing) => {
        const events = sourceOf(timing);
        const known = cases.filter(({ name }) => name in queries);
        const app = engine({ resolvers: known.map((each) => each.resolver(events)) });
        const last = new Map<string, string>();
        const take = (lines: readonly string[]): void => {
          for (const line of lines) {
            const [, feature = "", entity = "", window = "", value = "", , , retracted = ""] = line.split(" ");
            if (retracted === "") last.set(`${feature} ${entity} ${window}`, value);
            else last.delete(`${feature} ${entity} ${window}`);
          }
        };
        const half = all.length >> 1;
        let played = 0;
        for (const part of [all.slice(0, half), all.slice(half), [{ kind: "advance", to: 100_000 } as const]]) {
          take(play(app, events, part));
          const until = (app.stats().sources["events"]?.watermark?.getTime() ?? Number.NEGATIVE_INFINITY) / 1000;
          played += part.length;
          const applied = appliedOf(all.slice(0, played), timing);
          await oracle.load(
            "applied",
            DataFrame.fromRows(applied, { k: t.utf8(), v: t.int().nullable(), b: t.bool(), at: t.int() }),
          );
          const expected = new Map<string, string>();
          for (const each of known) {
            const fields = Object.keys(each.compute([{ k: "a", v: 1, b: true, at: 0 }]) ?? {});
            for (const length of LENGTHS) {
              for (const [k, w, ...values] of await oracle.query(queries[each.name]!(length))) {
                if (Number(w) + length > until) continue;
                fields.forEach((field, f) => {
                  const value = values[f];
                  const shown = value === null || value === undefined ? "null" : String(value);
                  expected.set(`${each.name}.${field}__${length}__ ${String(k)} [${w},${Number(w) + length})`, shown);
                });
              }
            }
          }
          expect(last).toEqual(expected);
        }
      }),
      { numRuns: 25 },
    );
    oracle.close();
  });
});

/** The messages that a windowed resolver takes. */
function appliedOf(
  all: readonly Step[],
  { outOfOrderness, deadline }: Timing,
): { k: string; v: number | null; b: boolean; at: number }[] {
  let watermark = Number.NEGATIVE_INFINITY;
  return all.flatMap((step) => {
    if (step.kind === "advance") {
      watermark = Math.max(watermark, step.to);
      return [];
    }
    const { k, v, b, at } = step.message;
    if (at === null) return [];
    watermark = Math.max(watermark, at - outOfOrderness);
    return k === null || at < watermark - deadline ? [] : [{ k, v, b, at }];
  });
}

describe("continuous windows", () => {
  const C = features("user", {
    id: t.utf8(),
    total: windowed(t.int().nullable(), ["10s", "45s", "all"]),
    rows: windowed(t.int(), ["10s", "45s", "all"], { default: 0 }),
  });
  const Q = features("opaque", { id: t.utf8(), rows: windowed(t.int(), ["10s", "45s", "all"], { default: 0 }) });

  it("are the events in (t - w, t] at any time, and later messages do not change that", () => {
    fc.assert(
      fc.property(
        steps(60),
        timings,
        fc.array(fc.integer({ min: 60, max: 300 }), { minLength: 3, maxLength: 6 }),
        (all, timing, times) => {
          const events = sourceOf(timing);
          const exact = stream(
            { name: "exact", source: events, mode: "continuous", keys: { k: C.id }, output: [C.id, C.total, C.rows] },
            (e) => sql`select sum(v) as total, count(*) as rows from ${e} where b`,
          );
          const opaque = stream(
            { name: "opaque", source: events, mode: "continuous", keys: { k: Q.id }, output: [Q.id, Q.rows] },
            (e) => Q({ rows: e.toRows().filter(({ b }) => b).length }),
          );
          const app = engine({ resolvers: [exact, opaque], history: "all" });
          all.forEach((step, i) => {
            play(app, events, [step], 1);
            const applied = appliedOf(all.slice(0, i + 1), timing).filter(({ b }) => b);
            for (const at of times) {
              for (const [label, length] of [
                ["10s", 10],
                ["45s", 45],
                ["all", Number.POSITIVE_INFINITY],
              ] as const) {
                const rows = applied.filter((row) => row.k === "a" && row.at > at - length && row.at <= at);
                const values = rows.flatMap(({ v }) => (v === null ? [] : [v]));
                const [total, count, same] = app
                  .query(C, "a", [C.total[label], C.rows[label]], { at: new Date(at * 1000) })
                  .concat(app.query(Q, "a", [Q.rows[label]], { at: new Date(at * 1000) }));
                expect([total, count, same]).toEqual([
                  values.length === 0 ? null : values.reduce((x, y) => x + y, 0),
                  rows.length,
                  rows.length,
                ]);
              }
            }
          });
          expect([...app.emissions()]).toEqual([]);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("a query", () => {
  const M = features("last", { id: t.utf8(), v: t.int().nullable() });

  it("never sees a later message, and answers for the last window that has ended", () => {
    fc.assert(
      fc.property(steps(60), timings, fc.integer({ min: 90, max: 260 }), (all, timing, at) => {
        const events = sourceOf(timing);
        const seen = cases.map((each) => each.resolver(events));
        const mapping = stream(
          { name: "last", source: events, output: [M.id, M.v], parse: (row) => (row.k === null ? null : row) },
          (row) => M({ id: row.k ?? "", v: row.v }),
        );
        const app = engine({ resolvers: [...seen, mapping], history: "all" });
        const known = all.filter(
          (step) => step.kind === "message" && step.message.at !== null && step.message.at <= at,
        );
        const later = all.filter((step) => step.kind === "message" && step.message.at !== null && step.message.at > at);
        play(app, events, known, 3);
        const ask = (): unknown[] =>
          ["a", "b"].flatMap((entity) =>
            cases
              .map((each) => setOf(each.resolver(events)))
              .concat([M as never])
              .map((set) => app.query(set, entity, featuresOfSet(set), { at: new Date(at * 1000) })),
          );
        const before = ask();
        const applied = appliedOf(known, timing);
        cases.forEach(({ compute }, c) => {
          LENGTHS.forEach((length, l) => {
            const end = Math.floor(at / length) * length;
            const rows = applied.filter((row) => row.k === "a" && row.at >= end - length && row.at < end);
            const values = rows.length === 0 ? undefined : compute(rows);
            const answer = before[c] as Record<string, unknown>[];
            Object.keys(compute([{ k: "a", v: 1, b: true, at: 0 }]) ?? {}).forEach((field, f) => {
              expect(Object.values(answer[f] ?? {})[l]).toEqual(values?.[field] ?? null);
            });
          });
        });
        play(app, events, later, 3);
        app.advanceTo(new Date(1_000_000));
        expect(ask()).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });
});

describe("every message", () => {
  it("ends in one disposition, whatever it is", () => {
    fc.assert(
      fc.property(steps(60), timings, fc.array(fc.anything(), { maxLength: 8 }), (all, timing, junk) => {
        const events = sourceOf(timing);
        const resolvers = cases.map((each) => each.resolver(events));
        const app = engine({ resolvers });
        let pushed = 0;
        all.forEach((step, i) => {
          play(app, events, [step], 1);
          if (step.kind === "message") pushed++;
          if (i < junk.length && !Array.isArray(junk[i])) {
            app.push(events, junk[i] as never);
            pushed++;
          }
        });
        app.push(events, junk as never);
        pushed += junk.length;
        for (const name of [undefined, ...resolvers.map((each) => each.name)]) {
          const { events: counts } = app.ledger(name);
          const { pushed: total, ...rest } = counts!;
          expect([total, Object.values(rest).reduce((sum, n) => sum + n, 0)]).toEqual([pushed, pushed]);
        }
        const { applied } = app.ledger("fluent")["events"]!;
        expect(applied).toBe(appliedOf(all, timing).length);
        // A filter decides before a group is looked for, so a message that it removes has no use for a key.
        expect(app.deadLetters().length).toBe(pushed - app.ledger()["events"]!.applied);
      }),
      { numRuns: 60 },
    );
  });
});

describe("state", () => {
  const sizes = (
    deadline: number,
    resolvers: (events: EventSource) => Resolver[],
  ): { bytes: number; answers: unknown[] } => {
    const events = sourceOf({ outOfOrderness: 5, deadline });
    const app = engine({ resolvers: resolvers(events), history: "3m" });
    let most = 0;
    const answers: unknown[] = [];
    for (let batch = 0; batch < 300; batch++) {
      const rows = Array.from({ length: 40 }, (_, i) => ({
        k: `k${i % 7}`,
        v: i % 5,
        b: i % 2 === 0,
        at: new Date((batch * 40 + i) * 1000),
      }));
      app.push(events, rows);
      void app.emissions().length;
      const { resolvers: stats } = app.stats();
      if (batch > 100) most = Math.max(most, ...Object.values(stats).map(({ stateBytes }) => stateBytes));
      if (batch > 100 && batch % 50 === 0) {
        const sets = resolvers(events)
          .filter(({ name }) => name !== "having")
          .map(setOf);
        answers.push(
          ...sets.map((set) => app.query(set, "k0", featuresOfSet(set), { at: new Date((batch * 40 - 130) * 1000) })),
        );
      }
    }
    return { bytes: most, answers };
  };

  it.each([0, 60])(
    "is dropped behind a deadline of %i s, and queries within the history are still answered",
    (deadline) => {
      const all = (events: EventSource): Resolver[] => cases.map((each) => each.resolver(events));
      const kept = sizes(deadline, all);
      expect(kept.bytes).toBeLessThan(150_000);
      for (const answer of kept.answers as Record<string, unknown>[][])
        for (const windows of answer)
          for (const value of Object.values(windows).slice(1)) expect(typeof value).toBe("number");
      expect(sizes(Number.POSITIVE_INFINITY, all).bytes).toBeGreaterThan(kept.bytes * 3);
    },
  );
});

/** The feature set of a resolver's outputs. */
const setOf = (resolver: Resolver) => sets.get(resolver.set.name)!;
const sets = new Map(caseSets.map((set) => [set.id.set as string, set]));
const featuresOfSet = (set: object): AnyFeature[] => Object.values(set).slice(1) as AnyFeature[];

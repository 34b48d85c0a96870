import fc from "fast-check";
import {
  type Emission,
  type Engine,
  features,
  message,
  type Resolver,
  source,
  sql,
  stream,
  t,
  windowed,
} from "../../src/index.ts";

/** A stream for the properties: a message, or an advance of event time (both in seconds). */
export type Step =
  | { readonly kind: "message"; readonly message: Event }
  | { readonly kind: "advance"; readonly to: number };

export interface Event {
  readonly k: string | null;
  readonly v: number | null;
  readonly b: boolean;
  /** Seconds; null where the message has no time. */
  readonly at: number | null;
}

export interface Timing {
  readonly outOfOrderness: number;
  /** Seconds; `Infinity` for no deadline. */
  readonly deadline: number;
}

export const LENGTHS: readonly number[] = [10, 30, 45]; // seconds; 45 is no multiple of 10
const labels = ["10s", "30s", "45s"] as const;

export const sourceOf = ({ outOfOrderness, deadline }: Timing) =>
  source(
    "events",
    message("Event", { k: t.utf8().nullable(), v: t.int().nullable(), b: t.bool(), at: t.timestamp().nullable() }),
    {
      timestamp: "at",
      key: "k",
      outOfOrderness: `${outOfOrderness}s`,
      lateArrivalDeadline: Number.isFinite(deadline) ? `${deadline}s` : "infinity",
    },
  );
export type EventSource = ReturnType<typeof sourceOf>;

const rowOf = ({ at, ...rest }: Event) => ({ ...rest, at: at === null ? null : new Date(at * 1000) });

/** What a resolver computes for one key: a value for each output, or undefined for no row. */
export type Compute = (rows: readonly Event[]) => Readonly<Record<string, unknown>> | undefined;

export interface Case {
  readonly name: string;
  /** Not distinguished from each other: plans, SQL and functions that say the same. */
  resolver(events: EventSource): Resolver;
  readonly compute: Compute;
}

const window = (options?: { default: number }) => windowed(t.int().nullable(), labels, options);
const numbers = (rows: readonly Event[]): number[] => rows.flatMap(({ v }) => (v === null ? [] : [v]));
const sumOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0);
const greatest = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.max(...values));
const least = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.min(...values));
const hits = (rows: readonly Event[]): Event[] => rows.filter(({ b }) => b);

const F = features("fluent", { id: t.utf8(), trues: window(), top: window() });
const G = features("grouped", { id: t.utf8(), total: window(), rows: window() });
const K = features("keyed", { id: t.utf8(), total: window(), rows: window() });
const H = features("having", { id: t.utf8(), rows: window() });
const D = features("distinct", { id: t.utf8(), different: window(), lowest: window() });
const P = features("picked", { id: t.utf8(), total: window(), rows: window() });
const O = features("opaque", { id: t.utf8(), total: window(), rows: window() });
const L = features("listed", { id: t.utf8(), total: window(), rows: window() });

export const caseSets = [F, G, K, H, D, P, O, L] as const;

const counted: Compute = (rows) => ({ total: sumOf(numbers(hits(rows))), rows: hits(rows).length });
const countedWhereAny: Compute = (rows) => (hits(rows).length === 0 ? undefined : counted(rows));

export const cases: readonly Case[] = [
  {
    name: "fluent",
    resolver: (events) =>
      stream({ name: "fluent", source: events, output: [F.id, F.trues, F.top] }, (e) =>
        F({ id: e.col("k").max(), trues: e.col("b").sum(), top: e.col("v").max() }),
      ),
    compute: (rows) => ({ trues: hits(rows).length, top: greatest(numbers(rows)) }),
  },
  {
    name: "grouped",
    resolver: (events) =>
      stream(
        { name: "grouped", source: events, output: [G.id, G.total, G.rows] },
        (e) => sql`select k as id, sum(v) as total, count(*) as rows from ${e} where b = 1 group by 1`,
      ),
    compute: countedWhereAny,
  },
  {
    name: "keyed",
    resolver: (events) =>
      stream(
        { name: "keyed", source: events, keys: { k: K.id }, output: [K.id, K.total, K.rows] },
        (e) => sql`select sum(v) as total, count(*) as rows from ${e} where b`,
      ),
    compute: counted,
  },
  {
    name: "having",
    resolver: (events) =>
      stream(
        { name: "having", source: events, output: [H.id, H.rows] },
        (e) => sql`select k as id, count(*) as rows from ${e} group by k having count(*) % 3 <> 2`,
      ),
    compute: (rows) => (rows.length % 3 === 2 ? undefined : { rows: rows.length }),
  },
  {
    name: "distinct",
    resolver: (events) =>
      stream(
        { name: "distinct", source: events, output: [D.id, D.different, D.lowest] },
        (e) => sql`select k as id, approx_count_distinct(v) as different, min(v) as lowest from ${e}`,
      ),
    compute: (rows) => ({ different: new Set(numbers(rows)).size, lowest: least(numbers(rows)) }),
  },
  {
    name: "picked",
    resolver: (events) =>
      stream({ name: "picked", source: events, keys: { k: P.id }, output: [P.id, P.total, P.rows] }, (e) => {
        const picked = e.filter(e.col("b"));
        return P({ total: picked.col("v").sum(), rows: picked.col("b").count() });
      }),
    // The DataFrame method gives 0 where SQL's sum gives null.
    compute: (rows) => ({ total: sumOf(numbers(hits(rows))) ?? 0, rows: hits(rows).length }),
  },
  {
    name: "opaque",
    resolver: (events) =>
      stream({ name: "opaque", source: events, keys: { k: O.id }, output: [O.id, O.total, O.rows] }, (e) => {
        const rows = e.toRows().filter(({ b }) => b);
        return O({ total: sumOf(rows.flatMap(({ v }) => (v === null ? [] : [v]))), rows: rows.length });
      }),
    compute: counted,
  },
  {
    name: "listed",
    resolver: (events) =>
      stream({ name: "listed", source: events, output: [L.id, L.total, L.rows] }, (e) =>
        e
          .rows()
          .slice(-1)
          .flatMap(({ k }) => {
            const rows = e.rows().filter(({ b }) => b);
            if (rows.length === 0) return [];
            return [
              L({ id: k ?? "", total: sumOf(rows.flatMap(({ v }) => (v === null ? [] : [v]))), rows: rows.length }),
            ];
          }),
      ),
    compute: countedWhereAny,
  },
];

const key = fc.constantFrom("a", "b", "c", "é", "\u{1F600}", "\uFFFD");
const eventParts = {
  k: fc.oneof({ weight: 12, arbitrary: key }, { weight: 1, arbitrary: fc.constant(null) }),
  v: fc.option(fc.integer({ min: -3, max: 3 }), { freq: 8 }),
  b: fc.boolean(),
};

/** Streams with disorder, bursts, gaps, equal times, repeated messages, null keys, messages without a time, advances. */
export const steps = (maxLength: number): fc.Arbitrary<Step[]> =>
  fc
    .array(
      fc.record({
        ...eventParts,
        gap: fc.oneof(
          { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }) },
          { weight: 1, arbitrary: fc.integer({ min: 20, max: 120 }) },
        ),
        behind: fc.oneof(
          { weight: 5, arbitrary: fc.constant(0) },
          { weight: 2, arbitrary: fc.integer({ min: 1, max: 60 }) },
        ),
        kind: fc.constantFrom("message", "message", "message", "message", "message", "repeat", "no-time", "advance"),
      }),
      { maxLength },
    )
    .map((parts) => {
      const made: Step[] = [];
      let now = 100;
      for (const { gap, behind, kind, ...rest } of parts) {
        const last = made.at(-1);
        if (kind === "advance") made.push({ kind: "advance", to: now + gap * 2 });
        else if (kind === "repeat" && last?.kind === "message") made.push(last);
        else {
          now += gap;
          made.push({ kind: "message", message: { ...rest, at: kind === "no-time" ? null : now - behind } });
        }
      }
      return made;
    });

export const timings: fc.Arbitrary<Timing> = fc.record({
  outOfOrderness: fc.constantFrom(0, 0, 5, 20),
  deadline: fc.constantFrom(0, 15, 60, Number.POSITIVE_INFINITY),
});

/** One line for each emission, as the model writes them. */
const lineOf = ({ feature, entity, window: w, value, revision, retracted, observedAt, seq }: Emission): string =>
  [
    seq,
    feature,
    entity,
    w === null ? "-" : `[${w.start.getTime() / 1000},${w.end.getTime() / 1000})`,
    JSON.stringify(value),
    `r${revision}`,
    `@${observedAt.getTime() / 1000}`,
    retracted ? "retracted" : "",
  ].join(" ");

/** Gives the steps to an engine, `size` messages to a push; reads emissions after each push where asked. */
export function play(
  app: Engine,
  events: EventSource,
  all: readonly Step[],
  size = Number.POSITIVE_INFINITY,
): string[] {
  const lines: string[] = [];
  let waiting: ReturnType<typeof rowOf>[] = [];
  const flush = (): void => {
    const [only] = waiting;
    if (size === 1 && only !== undefined) app.push(events, only);
    else if (waiting.length > 0) app.push(events, waiting);
    waiting = [];
    for (const emission of app.emissions()) lines.push(lineOf(emission));
  };
  for (const step of all) {
    if (step.kind === "message") {
      waiting.push(rowOf(step.message));
      if (waiting.length >= size) flush();
    } else {
      flush();
      app.advanceTo(new Date(step.to * 1000));
      for (const emission of app.emissions()) lines.push(lineOf(emission));
    }
  }
  flush();
  return lines;
}

/** The slow and obvious model: after each step every window that has ended is computed again from all its messages. */
export function model({ name, compute }: Case, all: readonly Step[], { outOfOrderness, deadline }: Timing): string[] {
  const lines: string[] = [];
  const applied: Event[] = [];
  const given = new Map<
    string,
    { readonly values: Readonly<Record<string, unknown>> | undefined; readonly revisions: Record<string, number> }
  >();
  let watermark = Number.NEGATIVE_INFINITY;
  let seq = 0;

  const publish = (untilUs: number): void => {
    const due: { end: number; entity: string; length: number }[] = [];
    for (const length of LENGTHS) {
      const seen = new Set<string>();
      for (const { at, k } of applied) {
        const end = Math.floor(at! / length) * length + length;
        if (end > untilUs || seen.has(`${end} ${k}`)) continue;
        seen.add(`${end} ${k}`);
        due.push({ end, entity: k!, length });
      }
    }
    due.sort((x, y) => x.end - y.end || codePoints(x.entity, y.entity) || x.length - y.length);
    for (const { end, entity, length } of due) {
      const values = compute(applied.filter(({ at, k }) => k === entity && at! >= end - length && at! < end));
      const at = `${length} ${end} ${entity}`;
      const before = given.get(at) ?? { values: undefined, revisions: {} };
      const revisions = { ...before.revisions };
      for (const field of Object.keys(values ?? before.values ?? {})) {
        const [value, old] = [values?.[field], before.values?.[field]];
        const isSame = (values === undefined) === (before.values === undefined) && value === old;
        if (isSame) continue;
        const revision = (revisions[field] ?? -1) + 1;
        revisions[field] = revision;
        const shown = JSON.stringify(value ?? null);
        const retracted = values === undefined ? "retracted" : "";
        lines.push(
          [
            seq++,
            `${name}.${field}__${length}__`,
            entity,
            `[${end - length},${end})`,
            shown,
            `r${revision}`,
            `@${end}`,
            retracted,
          ].join(" "),
        );
      }
      given.set(at, { values, revisions });
    }
  };

  for (const step of all) {
    if (step.kind === "advance") watermark = Math.max(watermark, step.to);
    else {
      const { message: event } = step;
      if (event.at !== null) watermark = Math.max(watermark, event.at - outOfOrderness);
      const isLate = event.at !== null && event.at < watermark - deadline;
      if (event.at !== null && !isLate && event.k !== null) applied.push(event);
    }
    publish(watermark);
  }
  return lines;
}

function codePoints(a: string, b: string): number {
  const [x, y] = [[...a].map((c) => c.codePointAt(0)!), [...b].map((c) => c.codePointAt(0)!)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
}

import { isValid } from "../column/bitmap.ts";
import type { Column } from "../column/column.ts";
import { rawAt, type Value, valueAt } from "../column/value.ts";
import { rowsWhere } from "../exec/evaluate.ts";
import type { Feature, Window } from "../features/feature.ts";
import { cast } from "../kernels/cast.ts";
import { concat } from "../kernels/concat.ts";
import { keyEncoder } from "../kernels/key-encoder.ts";
import { take as takeColumn } from "../kernels/take.ts";
import type { WindowProgram } from "../window/program.ts";
import { featureIn, type Resolver, type Windowed } from "../resolvers/resolver.ts";
import { createFrameState, takeRows } from "../window/frame-state.ts";
import { createIncrementalState } from "../window/incremental-state.ts";
import { createKeyTable, type KeyTable } from "../window/key-table.ts";
import { lastEndedStart, windowEnd, windowStart } from "../window/tumbling.ts";
import type { KeyedRows, TumblingState } from "../window/tumbling-state.ts";
import { corrections, type Revisions } from "./correction.ts";
import { APPLIED, code } from "./disposition.ts";
import { type Caused, dateOfBound } from "./emission.ts";
import type { Arrivals, Failure, Lane, LaneResult, PendingWindow } from "./lane.ts";
import { createPrepare, type Prepared } from "./prepare.ts";
import { type Result, resultOf, rowOfEntity } from "./result.ts";

const NO_TIMESTAMP = code("no-timestamp");
const NULL_KEY = code("null-key");
const ADVANCE = -1; // the cause of what an advance closes: no message

/** How long windows are kept after they have closed. */
export interface Retention {
  /** A message this much behind the watermark is late. */
  readonly deadlineUs: number;
  /** A query may ask for a time this much before the engine's clock. */
  readonly historyUs: number;
}

/** The windows of one length. */
interface Length {
  readonly window: Window;
  readonly features: readonly Feature[];
  readonly state: TumblingState;
  /** Starts of windows that have not closed, in no order. */
  readonly open: Set<number>;
  /** By window start, then by entity: the revisions that corrections have given out. */
  readonly revisions: Map<number, Revisions>;
}

/** Messages in tumbling windows: a window emits when the watermark passes its end, and again where late ones change it. */
export function createTumblingLane(
  resolver: Resolver,
  work: Windowed,
  order: number,
  retention: Retention,
  fail: (failure: Failure) => void,
): Lane {
  const { program } = work;
  const prepare = createPrepare(resolver);
  const keyTable = createKeyTable(program.keys);
  const lengths = work.windows.map(
    (window): Length => ({
      window,
      features: work.outputs.map((output) => featureIn(output, window)),
      state:
        program.kind === "incremental"
          ? createIncrementalState(program, keyTable, window.us)
          : createFrameState(program, resolver.schema, window.us),
      open: new Set(),
      revisions: new Map(),
    }),
  );
  const entityType = resolver.set.primaryKey.type;
  let finished = false;
  const perKey = program.kind === "incremental" ? program.local : program.keys.length > 0;

  /** The result of a window or of one key in it; undefined, and a failure, where the resolver throws. */
  const resultIn = ({ state, window }: Length, start: number, key?: number): Result | undefined => {
    try {
      return resultOf(state.result(start, key), resolver.name);
    } catch (error) {
      const bounds = { start: dateOfBound(start), end: dateOfBound(windowEnd(start, window.us)) };
      fail({ resolver: resolver.name, key: key === undefined ? null : keyValue(keyTable, key), window: bounds, error });
      return undefined;
    }
  };

  const add = (rows: KeyedRows): void => {
    for (const { state, open, window } of lengths) {
      state.add(rows);
      let start = Number.NaN;
      for (const time of rows.times) {
        const at = windowStart(time, window.us);
        if (at !== start) open.add((start = at));
      }
    }
  };

  const closeOne = (length: Length, start: number, cause: number, observedAtUs: number): Caused[] => {
    length.open.delete(start);
    const endUs = windowEnd(start, length.window.us);
    // Where a function runs once a key, one key that fails does not take the others with it.
    const keys = program.kind === "frame" && perKey ? [...length.state.keys(start)] : [undefined];
    return keys.flatMap((key) => {
      const result = resultIn(length, start, key);
      if (result === undefined || result.entities.length === 0) return [];
      const chunk = {
        resolver: resolver.name,
        features: length.features,
        ...result,
        entityType,
        window: { startUs: start, endUs },
        observedAtUs,
      };
      return [{ chunk, cause, phase: "closing", order } as const];
    });
  };

  /** Closes what ends at or before the watermark; `watermarks` say which message brought it there. */
  const closeUntil = (watermarkUs: number, causeOf: (endUs: number) => number): Caused[] =>
    lengths.flatMap((length) =>
      [...length.open]
        .filter((start) => windowEnd(start, length.window.us) <= watermarkUs)
        .sort((a, b) => a - b)
        .flatMap((start) => {
          const endUs = windowEnd(start, length.window.us);
          return closeOne(length, start, causeOf(endUs), endUs);
        }),
    );

  /** Puts in one message whose window has closed for some length, and gives out what it changes. */
  const correct = (row: KeyedRows, watermarkUs: number, cause: number): Caused[] => {
    const time = row.times[0]!;
    const closed = lengths.filter(({ window }) => windowEnd(windowStart(time, window.us), window.us) <= watermarkUs);
    const key = perKey ? row.keys[0] : undefined;
    const before = closed.map((length) => resultIn(length, windowStart(time, length.window.us), key));
    add(row);
    return closed.flatMap((length, l) => {
      const start = windowStart(time, length.window.us);
      length.open.delete(start);
      const after = resultIn(length, start, key);
      const revisions = length.revisions.get(start) ?? new Map<string, number>();
      length.revisions.set(start, revisions);
      if (after === undefined) return [];
      const bounds = { startUs: start, endUs: windowEnd(start, length.window.us) };
      const shared = {
        resolver: resolver.name,
        features: length.features,
        entityType,
        window: bounds,
        observedAtUs: bounds.endUs,
      };
      return corrections(before[l], after, revisions).map(
        (each) => ({ chunk: { ...shared, ...each }, cause, phase: "correction", order }) as const,
      );
    });
  };

  const take = (all: Arrivals): LaneResult => {
    const dispositions = new Uint8Array(all.batch.length);
    const reasons = new Map<number, string>();
    const prepared = prepare(all, dispositions, reasons);
    const { rows, causes, watermarks } = keyedRows(work, keyTable, prepared, dispositions);
    const caused: Caused[] = [];
    let from = 0;
    const closeBy = (watermarkUs: number): void => {
      caused.push(...closeUntil(watermarkUs, (endUs) => firstAtLeast(all.watermarks, endUs)));
    };
    const addUntil = (to: number): void => {
      if (to > from) add(from === 0 && to === rows.times.length ? rows : sliceRows(rows, from, to));
      from = to;
    };
    for (let i = 0; i < rows.times.length; i++) {
      // Only a message behind the watermark can belong to a window that has closed.
      if (
        rows.times[i]! >= watermarks[i]! ||
        !lengths.some(({ window }) => windowEnd(windowStart(rows.times[i]!, window.us), window.us) <= watermarks[i]!)
      )
        continue;
      addUntil(i);
      closeBy(watermarks[i]!);
      caused.push(...correct(sliceRows(rows, i, i + 1), watermarks[i]!, causes[i]!));
      from = i + 1;
    }
    addUntil(rows.times.length);
    if (all.watermarks.length > 0) closeBy(all.watermarks.at(-1)!);
    return { dispositions, reasons, caused };
  };

  return {
    resolver,
    features: lengths.flatMap(({ features }) => features),
    take,
    close: (watermarkUs) => closeUntil(watermarkUs, () => ADVANCE),
    finish: (clockUs) => {
      finished = true;
      return lengths.flatMap((length) =>
        [...length.open]
          .sort((a, b) => a - b)
          .flatMap((start) => {
            const endUs = windowEnd(start, length.window.us);
            return closeOne(length, start, ADVANCE, Number.isFinite(endUs) ? endUs : clockUs);
          }),
      );
    },
    query: (feature, entity, atUs) => {
      const length = lengths[Math.floor(feature / work.outputs.length)]!;
      const output = feature % work.outputs.length;
      const { type, default: otherwise } = length.features[output]!;
      const fallback = (otherwise ?? null) as Value;
      const start = lastEndedStart(atUs, length.window.us);
      if (!length.state.has(start) || (length.window.us === Number.POSITIVE_INFINITY && !finished)) return fallback;
      const key =
        perKey && program.entityKey !== -1
          ? keyTable.find([keyColumn(entity, entityType, program.keys[program.entityKey]!.type)])
          : undefined;
      if (key === -1) return fallback;
      const result = resultOf(length.state.result(start, key), resolver.name);
      const row = rowOfEntity(result.entities, rawAt(entity, 0));
      return row === -1 ? fallback : valueAt(result.values[output]!, type, row);
    },
    expire: (watermarkUs, clockUs) => {
      for (const { state, window, open, revisions } of lengths) {
        // A query at a time asks for the last window that ended before it, so one more length is kept.
        const endedBefore = Math.min(watermarkUs - retention.deadlineUs, clockUs - retention.historyUs - window.us);
        if (!(endedBefore > Number.NEGATIVE_INFINITY)) continue;
        for (const start of state.starts()) {
          if (windowEnd(start, window.us) > endedBefore) break;
          if (open.has(start)) continue;
          state.drop(start);
          revisions.delete(start);
        }
      }
    },
    pending: () =>
      lengths.flatMap(({ window, open, state }) =>
        [...open]
          .sort((a, b) => a - b)
          .map(
            (startUs): PendingWindow => ({
              startUs,
              endUs: windowEnd(startUs, window.us),
              label: window.label,
              keys: [...state.keys(startUs)].map((key) => keyValue(keyTable, key)),
            }),
          ),
      ),
    entities: () => {
      if (program.entityKey !== -1) return entitiesOf(keyTable, program, entityType);
      const results = lengths.flatMap((length) =>
        length.state.starts().flatMap((start) => resultIn(length, start) ?? []),
      );
      const all = concat(
        results.map(({ entities }) => entities),
        entityType,
      );
      const encoder = keyEncoder(all.kind);
      encoder.encode(all, new Int32Array(all.length));
      return encoder.values(Int32Array.from({ length: encoder.size() }, (_, i) => i));
    },
    bytes: () => lengths.reduce((sum, { state }) => sum + state.bytes(), 0),
  };
}

/** The rows that go into windows: with a time, with a key, and through the predicate where it decides about rows. */
function keyedRows(
  { program }: Windowed,
  keyTable: KeyTable,
  { arrivals, positions }: Prepared,
  dispositions: Uint8Array,
): { rows: KeyedRows; causes: Int32Array; watermarks: Float64Array } {
  const { batch, times, watermarks } = arrivals;
  let candidates: Int32Array | undefined;
  if (program.kind === "incremental" && !program.implicit && program.predicate !== null) {
    for (const position of positions) dispositions[position] = APPLIED;
    candidates = rowsWhere(program.predicate, batch);
  }
  const all: KeyedRows = { batch, times, keys: new Int32Array(0) };
  const wanted = candidates === undefined ? all : takeRows(all, candidates);
  const keys = program.keys.length === 0 ? new Int32Array(wanted.batch.length) : keyTable.assign(wanted.batch);
  const rows: number[] = [];
  for (let i = 0; i < wanted.batch.length; i++) {
    const position = positions[candidates === undefined ? i : candidates[i]!]!;
    if (Number.isNaN(wanted.times[i]!)) dispositions[position] = NO_TIMESTAMP;
    else if (keys[i] === -1) dispositions[position] = NULL_KEY;
    else {
      dispositions[position] = APPLIED;
      rows.push(i);
    }
  }
  if (candidates !== undefined)
    for (let i = 0; i < times.length; i++) if (Number.isNaN(times[i]!)) dispositions[positions[i]!] = NO_TIMESTAMP;
  const keyed: KeyedRows = { ...wanted, keys };
  const original = (row: number): number => (candidates === undefined ? row : candidates[row]!);
  const list = Int32Array.from(rows);
  return {
    rows: rows.length === wanted.batch.length ? keyed : takeRows(keyed, list),
    causes: Int32Array.from(list, (row) => positions[original(row)]!),
    watermarks: Float64Array.from(list, (row) => watermarks[original(row)]!),
  };
}

const sliceRows = (rows: KeyedRows, from: number, to: number): KeyedRows =>
  takeRows(
    rows,
    Int32Array.from({ length: to - from }, (_, i) => from + i),
  );

/** The first position of a value that has reached `bound`, in values that never fall. */
function firstAtLeast(values: Float64Array, bound: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The keys of a table, where they are the entities. */
export const entitiesOf = (keyTable: KeyTable, { keys, entityKey }: WindowProgram, type: Feature["type"]): Column => {
  const column = keyTable.columns(Int32Array.from({ length: keyTable.size() }, (_, key) => key))[entityKey]!;
  const rows = Int32Array.from({ length: column.length }, (_, i) => i).filter((i) => isValid(column.validity, i));
  return cast(takeColumn(column, rows), keys[entityKey]!.type, type);
};

/** An entity's column in the type of the key column that it is. */
export const keyColumn = (entity: Column, from: Feature["type"], to: Feature["type"]): Column =>
  cast(entity, from, to, "null");

function keyValue(keyTable: KeyTable, key: number): PendingWindow["keys"][number] {
  const columns = keyTable.columns(Int32Array.of(key));
  const parts = columns.map((column) => rawAt(column, 0));
  return parts.length === 1 ? parts[0]! : parts.join(", ");
}

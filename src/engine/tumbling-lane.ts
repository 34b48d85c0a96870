import type { Column } from "../column/column.ts";
import { range } from "../column/pick.ts";
import { type Value, valueAt } from "../column/value.ts";
import { featureIn, type Resolver, type Windowed } from "../resolvers/resolver.ts";
import { createFrameState } from "../window/frame-state.ts";
import { createIncrementalState } from "../window/incremental-state.ts";
import { createKeyTable } from "../window/key-table.ts";
import { lastEndedStart, windowEnd, windowStart } from "../window/tumbling.ts";
import { type KeyedRows, takeRows } from "../window/tumbling-state.ts";
import { firstReaching } from "../window/watermark.ts";
import { corrections, nothingGivenOut } from "./correction.ts";
import type { Caused } from "./emission.ts";
import { distinct, entitiesOfKeys, keyOfEntity, keyValues } from "./entities.ts";
import { createPickRows } from "./keyed-rows.ts";
import type { Arrivals, Failure, Lane, LaneResult, PendingWindow } from "./lane.ts";
import { createPrepare } from "./prepare.ts";
import { identityAt, resultOf, rowOfEntity } from "./result.ts";
import { createWindowResults, type Length } from "./window-results.ts";

const ADVANCE = -1; // the cause of what an advance closes: no message

/** How long windows are kept after they have closed. */
export interface Retention {
  /** A message this much behind the watermark is late. */
  readonly deadlineUs: number;
  /** A query may ask for a time this much before the engine's clock. */
  readonly historyUs: number;
}

/** Messages in tumbling windows: a window emits when the watermark passes its end, and again where late ones change it. */
export function createTumblingLane(
  resolver: Resolver,
  work: Windowed,
  order: number,
  retention: Retention,
  fail: (failure: Failure) => void,
): Lane {
  const { program, outputs } = work;
  const prepare = createPrepare(resolver);
  const keyTable = createKeyTable(program.keys);
  const pickRows = createPickRows(work, keyTable);
  const results = createWindowResults(resolver, work, keyTable, fail);
  const lengths = work.windows.map(
    (window): Length => ({
      window,
      features: outputs.map((output) => featureIn(output, window)),
      state:
        program.kind === "incremental"
          ? createIncrementalState(program, keyTable, window.us)
          : createFrameState(program, resolver.schema, window.us),
      givenOut: new Map(),
      makers: new Map(),
    }),
  );
  const entityType = resolver.set.primaryKey.type;
  let closedUntilUs = Number.NEGATIVE_INFINITY; // every window with an end up to here has closed
  let finishedAtUs = Number.POSITIVE_INFINITY; // the engine's clock when it was finished

  const add = (rows: KeyedRows): void => {
    for (const { state } of lengths) state.add(rows);
  };

  const chunkOf = ({ features, window }: Length, start: number, observedAtUs: number) => ({
    resolver: resolver.name,
    features,
    entityType,
    window: { startUs: start, endUs: windowEnd(start, window.us) },
    observedAtUs,
  });

  /** The starts of windows that have not closed and end at or before a time. */
  const openUntil = ({ state, window }: Length, us: number): number[] => {
    const starts: number[] = [];
    const all = state.starts();
    for (let i = all.length - 1; i >= 0; i--) {
      const start = all[i] ?? Number.NaN;
      const endUs = windowEnd(start, window.us);
      if (endUs <= closedUntilUs) break;
      if (endUs <= us) starts.push(start);
    }
    return starts.reverse();
  };

  /** Closes what ends at or before the watermark; `causeOf` says which message brought it to an end. */
  const closeUntil = (watermarkUs: number, causeOf: (endUs: number) => number, clockUs = Number.NaN): Caused[] => {
    if (!(watermarkUs > closedUntilUs)) return [];
    const caused = lengths.flatMap((length) =>
      openUntil(length, watermarkUs).flatMap((start) => {
        const result = results.closing(length, start);
        if (result === undefined || result.entities.length === 0) return [];
        const endUs = windowEnd(start, length.window.us);
        const observedAtUs = Number.isFinite(endUs) ? endUs : clockUs;
        const chunk = { ...chunkOf(length, start, observedAtUs), ...result };
        return [{ chunk, cause: causeOf(endUs), phase: "closing", order } as const];
      }),
    );
    closedUntilUs = watermarkUs;
    return caused;
  };

  /** Puts in one message whose window has closed for some length, and gives out what it changes. */
  const correct = (row: KeyedRows, watermarkUs: number, cause: number): Caused[] => {
    const [time = Number.NaN] = row.times;
    const key = results.byKey ? row.keys[0] : undefined;
    const closed = lengths
      .filter(({ window }) => windowEnd(windowStart(time, window.us), window.us) <= watermarkUs)
      .map((length) => {
        const start = windowStart(time, length.window.us);
        return { length, start, before: results.before(length, start, key) };
      });
    add(row);
    return closed.flatMap(({ length, start, before }) => {
      const givenOut = length.givenOut.get(start) ?? nothingGivenOut();
      length.givenOut.set(start, givenOut);
      const { beforeFailure } = givenOut;
      const last = beforeFailure.has(key ?? -1) ? beforeFailure.get(key ?? -1) : before;
      const after = results.after(length, start, key);
      if (after === undefined) {
        beforeFailure.set(key ?? -1, last);
        return [];
      }
      beforeFailure.delete(key ?? -1);
      const chunk = chunkOf(length, start, windowEnd(start, length.window.us));
      return corrections(last, after, givenOut).map(
        (each) => ({ chunk: { ...chunk, ...each }, cause, phase: "correction", order }) as const,
      );
    });
  };

  /** Whether the message's window has closed, for any length; only one behind the watermark can be that late. */
  const isClosed = (timeUs: number, watermarkUs: number): boolean =>
    timeUs < watermarkUs &&
    lengths.some(({ window }) => windowEnd(windowStart(timeUs, window.us), window.us) <= watermarkUs);

  const take = (all: Arrivals): LaneResult => {
    const dispositions = new Uint8Array(all.batch.length);
    const reasons = new Map<number, string>();
    const { rows, causes, watermarks } = pickRows(prepare(all, dispositions, reasons), dispositions, reasons);
    const { times } = rows;
    const caused: Caused[] = [];
    const causeOf = (endUs: number): number => firstReaching(all.watermarks, endUs);
    let from = 0;
    const addUntil = (to: number): void => {
      if (to > from) add(from === 0 && to === times.length ? rows : takeRows(rows, range(from, to)));
      from = to;
    };
    for (let i = 0; i < times.length; i++) {
      const time = times[i] ?? Number.NaN;
      const watermarkUs = watermarks[i] ?? Number.NaN;
      if (!isClosed(time, watermarkUs)) continue;
      addUntil(i);
      caused.push(...closeUntil(watermarkUs, causeOf));
      caused.push(...correct(takeRows(rows, Int32Array.of(i)), watermarkUs, causes[i] ?? ADVANCE));
      from = i + 1;
    }
    addUntil(times.length);
    const last = all.watermarks.at(-1);
    if (last !== undefined) caused.push(...closeUntil(last, causeOf));
    return { dispositions, reasons, caused };
  };

  const valueIn = (length: Length, output: number, start: number, entity: Column): Value | undefined => {
    const { state, features } = length;
    const feature = features[output];
    if (feature === undefined || !state.has(start)) return undefined;
    const wanted = identityAt(entity, 0);
    const key =
      results.byKey && program.entityKey !== -1 ? keyOfEntity(keyTable, program, entity, entityType) : undefined;
    if (key === -1) return undefined;
    const own = key === undefined ? undefined : resultOf(state.result(start, key), resolver, features);
    const found =
      own === undefined ? results.find(length, start, wanted) : { result: own, row: rowOfEntity(own, wanted) };
    const column = found?.result.values[output];
    return found === undefined || found.row === -1 || column === undefined
      ? undefined
      : valueAt(column, feature.type, found.row);
  };

  return {
    resolver,
    features: lengths.flatMap(({ features }) => features),
    take,
    close: (watermarkUs) => closeUntil(watermarkUs, () => ADVANCE),
    finish: (clockUs) => {
      finishedAtUs = clockUs;
      return closeUntil(Number.POSITIVE_INFINITY, () => ADVANCE, clockUs);
    },
    query: (feature, entity, atUs) => {
      const length = lengths[Math.floor(feature / outputs.length)];
      if (length === undefined) return null;
      const { us } = length.window;
      const hasEnded = Number.isFinite(us) || atUs >= finishedAtUs;
      const output = feature % outputs.length;
      const value = hasEnded ? valueIn(length, output, lastEndedStart(atUs, us), entity) : undefined;
      return value === undefined ? ((length.features[output]?.default ?? null) as Value) : value;
    },
    expire: (watermarkUs, clockUs) => {
      for (const { state, window, givenOut, makers } of lengths) {
        // A query at a time asks for the last window that ended before it, so one more length is kept.
        const endedBefore = Math.min(watermarkUs - retention.deadlineUs, clockUs - retention.historyUs - window.us);
        for (;;) {
          const [start] = state.starts();
          if (start === undefined || !(windowEnd(start, window.us) <= endedBefore)) break;
          state.drop(start);
          givenOut.delete(start);
          makers.delete(start);
        }
      }
    },
    pending: () =>
      lengths.flatMap((length) =>
        openUntil(length, Number.POSITIVE_INFINITY).map(
          (startUs): PendingWindow => ({
            startUs,
            endUs: windowEnd(startUs, length.window.us),
            label: length.window.label,
            keys: keyValues(keyTable, length.state.keys(startUs)),
          }),
        ),
      ),
    entities: () => {
      if (program.entityKey !== -1) return entitiesOfKeys(keyTable, program, entityType);
      const columns = lengths.flatMap((length) =>
        [...length.state.starts()].flatMap((start) => results.before(length, start, undefined)?.entities ?? []),
      );
      return distinct(columns, entityType);
    },
    bytes: () => lengths.reduce((sum, { state }) => sum + state.bytes(), 0),
  };
}

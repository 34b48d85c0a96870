import type { Batch, Table } from "../column/batch.ts";
import { type Value, valueAt } from "../column/value.ts";
import { createAggregator } from "../exec/aggregator.ts";
import { rowsWhere } from "../exec/evaluate.ts";
import { batchesOf } from "../exec/run.ts";
import { takeBatch } from "../kernels/take.ts";
import { featureIn, type Resolver, type Windowed } from "../resolvers/resolver.ts";
import { groupsSchema } from "../window/incremental-state.ts";
import { createKeyTable, type KeyTable } from "../window/key-table.ts";
import type { IncrementalProgram } from "../window/program.ts";
import { createSlidingState } from "../window/sliding-state.ts";
import { entitiesOfKeys, keyOfEntity } from "./entities.ts";
import { createPickRows } from "./keyed-rows.ts";
import type { Arrivals, Lane, LaneResult } from "./lane.ts";
import { createPrepare } from "./prepare.ts";
import { identityAt, resultOf, rowOfEntity } from "./result.ts";
import type { Retention } from "./tumbling-lane.ts";

/** Exact windows `(now - length, now]`: rows are kept, and a value is computed when it is asked for. Nothing is emitted. */
export function createContinuousLane(resolver: Resolver, work: Windowed, retention: Retention): Lane {
  const { program, windows, outputs } = work;
  const { schema, set } = resolver;
  const prepare = createPrepare(resolver);
  const keyTable = createKeyTable(program.keys);
  const pickRows = createPickRows(work, keyTable);
  const state = createSlidingState(schema);
  const longestUs = Math.max(...windows.map(({ us }) => us));
  const featuresIn = windows.map((window) => outputs.map((output) => featureIn(output, window)));
  const features = featuresIn.flat();

  const take = (all: Arrivals): LaneResult => {
    const dispositions = new Uint8Array(all.batch.length);
    const reasons = new Map<number, string>();
    state.add(pickRows(prepare(all, dispositions, reasons), dispositions, reasons).rows);
    return { dispositions, reasons, caused: [] };
  };

  return {
    resolver,
    features,
    take,
    close: () => [],
    finish: () => [],
    query: (feature, entity, atUs) => {
      const asked = features[feature];
      if (asked === undefined) return null;
      const { type, default: otherwise, windowUs = 0 } = asked;
      const fallback = (otherwise ?? null) as Value;
      const key = keyOfEntity(keyTable, program, entity, set.primaryKey.type);
      const rows = key === -1 ? undefined : state.rows(key, atUs - windowUs, atUs);
      if (rows === undefined) return fallback;
      const table =
        program.kind === "frame"
          ? program.run({ schema, batches: [rows] })
          : resultOfRows(program, keyTable, key, rows);
      const result = resultOf(table, resolver, featuresIn[Math.floor(feature / outputs.length)] ?? []);
      const row = rowOfEntity(result, identityAt(entity, 0));
      const column = result.values[feature % outputs.length];
      return row === -1 || column === undefined ? fallback : valueAt(column, type, row);
    },
    expire: (_watermarkUs, clockUs) => {
      const untilUs = clockUs - retention.historyUs - longestUs;
      if (untilUs > Number.NEGATIVE_INFINITY) state.expire(untilUs);
    },
    pending: () => [],
    entities: () => entitiesOfKeys(keyTable, program, set.primaryKey.type),
    bytes: state.bytes,
  };
}

/** An incremental program over the rows of one key, all at once. */
function resultOfRows(program: IncrementalProgram, keyTable: KeyTable, key: number, rows: Batch): Table {
  const aggregator = createAggregator(program.calls);
  const kept = program.predicate === null ? rows : takeBatch(rows, rowsWhere(program.predicate, rows));
  aggregator.update(kept, null, 1);
  const present = kept.length > 0 || program.implicit;
  const groups = present ? Int32Array.of(0) : new Int32Array(0);
  const columns = [...keyTable.columns(present ? Int32Array.of(key) : groups), ...aggregator.finish(groups)];
  const table: Table = { schema: groupsSchema(program), batches: [{ length: groups.length, columns }] };
  return { schema: program.schema, batches: [...batchesOf(program.finish, () => table)] };
}

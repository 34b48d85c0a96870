import type { Batch, Table } from "../column/batch.ts";
import type { Column } from "../column/column.ts";
import { rawAt, type Value, valueAt } from "../column/value.ts";
import { createAggregator } from "../exec/aggregator.ts";
import { rowsWhere } from "../exec/evaluate.ts";
import { batchesOf } from "../exec/run.ts";
import { takeBatch } from "../kernels/take.ts";
import { featureIn, type Resolver, type Windowed } from "../resolvers/resolver.ts";
import { groupsSchema } from "../window/incremental-state.ts";
import { createKeyTable, type KeyTable } from "../window/key-table.ts";
import type { IncrementalProgram } from "../window/program.ts";
import { createSlidingState } from "../window/sliding-state.ts";
import { APPLIED, code } from "./disposition.ts";
import type { Arrivals, Lane, LaneResult } from "./lane.ts";
import { createPrepare } from "./prepare.ts";
import { resultOf, rowOfEntity } from "./result.ts";
import { entitiesOf, keyColumn, type Retention } from "./tumbling-lane.ts";

const NO_TIMESTAMP = code("no-timestamp");
const NULL_KEY = code("null-key");

/** Exact windows `(now - length, now]`: rows are kept, and a value is computed when it is asked for. Nothing is emitted. */
export function createContinuousLane(resolver: Resolver, work: Windowed, retention: Retention): Lane {
  const { program, windows, outputs } = work;
  const { schema, set } = resolver;
  const prepare = createPrepare(resolver);
  const keyTable = createKeyTable(program.keys);
  const state = createSlidingState(schema);
  const longestUs = Math.max(...windows.map(({ us }) => us));
  const features = windows.flatMap((window) => outputs.map((output) => featureIn(output, window)));

  const take = (all: Arrivals): LaneResult => {
    const dispositions = new Uint8Array(all.batch.length);
    const reasons = new Map<number, string>();
    const { arrivals, positions } = prepare(all, dispositions, reasons);
    const keys = keyTable.assign(arrivals.batch);
    const rows: number[] = [];
    for (let i = 0; i < positions.length; i++) {
      if (Number.isNaN(arrivals.times[i]!)) dispositions[positions[i]!] = NO_TIMESTAMP;
      else if (keys[i] === -1) dispositions[positions[i]!] = NULL_KEY;
      else {
        dispositions[positions[i]!] = APPLIED;
        rows.push(i);
      }
    }
    const whole = rows.length === arrivals.batch.length;
    const list = Int32Array.from(rows);
    state.add({
      batch: whole ? arrivals.batch : takeBatch(arrivals.batch, list),
      times: whole ? arrivals.times : Float64Array.from(list, (row) => arrivals.times[row]!),
      keys: whole ? keys : Int32Array.from(list, (row) => keys[row]!),
    });
    return { dispositions, reasons, caused: [] };
  };

  return {
    resolver,
    features,
    take,
    close: () => [],
    finish: () => [],
    query: (feature: number, entity: Column, atUs: number): Value => {
      const { type, default: otherwise, windowUs = 0 } = features[feature]!;
      const fallback = (otherwise ?? null) as Value;
      const key = keyTable.find([keyColumn(entity, set.primaryKey.type, program.keys[0]!.type)]);
      const rows = key === -1 ? undefined : state.rows(key, atUs - windowUs, atUs);
      if (rows === undefined) return fallback;
      const table =
        program.kind === "frame"
          ? program.run({ schema, batches: [rows] })
          : resultOfRows(program, keyTable, key, rows);
      const result = resultOf(table, resolver.name);
      const row = rowOfEntity(result.entities, rawAt(entity, 0));
      return row === -1 ? fallback : valueAt(result.values[feature % outputs.length]!, type, row);
    },
    expire: (_watermarkUs, clockUs) => {
      const untilUs = clockUs - retention.historyUs - longestUs;
      if (untilUs > Number.NEGATIVE_INFINITY) state.expire(untilUs);
    },
    pending: () => [],
    entities: () => entitiesOf(keyTable, program, set.primaryKey.type),
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

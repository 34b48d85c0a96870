import { pickInt32, rowsThat } from "../column/pick.ts";
import { rowsWhere } from "../exec/evaluate.ts";
import type { Windowed } from "../resolvers/resolver.ts";
import { failingRowsOf } from "../window/failing-rows.ts";
import type { KeyTable } from "../window/key-table.ts";
import type { KeyedRows } from "../window/tumbling-state.ts";
import { APPLIED, code } from "./disposition.ts";
import { reasonOf } from "./intake.ts";
import { keptWhere, type Prepared, takePrepared } from "./prepare.ts";

const NO_TIMESTAMP = code("no-timestamp");
const NULL_KEY = code("null-key");
const FAILED = code("failed");

/** Rows that go into windows, in order of arrival. */
export interface WindowRows {
  readonly rows: KeyedRows;
  /** Which of all arrivals each row is. */
  readonly causes: Int32Array;
  /** The watermark after each row. */
  readonly watermarks: Float64Array;
}

/** Picks those rows and writes the disposition of every arrival. */
export type PickRows = (prepared: Prepared, dispositions: Uint8Array, reasons: Map<number, string>) => WindowRows;

/** The rows with a time, on which no expression fails, through the predicate where it decides about rows, with a key. */
export function createPickRows({ program }: Windowed, keyTable: KeyTable): PickRows {
  const failingRows = program.kind === "incremental" ? failingRowsOf(program) : undefined;
  const predicate = program.kind === "incremental" && !program.implicit ? program.predicate : null;
  return (prepared, dispositions, reasons) => {
    for (const position of prepared.positions) dispositions[position] = APPLIED;
    const { times } = prepared.arrivals;
    let picked = hasNaN(times)
      ? keptWhere(prepared, (i) => !Number.isNaN(times[i]), dispositions, NO_TIMESTAMP)
      : prepared;
    const failing = failingRows?.(picked.arrivals.batch);
    if (failing !== undefined && failing.size > 0) {
      for (const [row, error] of failing) reasons.set(picked.positions[row] ?? -1, reasonOf(error));
      picked = keptWhere(picked, (i) => !failing.has(i), dispositions, FAILED);
    }
    if (predicate !== null) picked = takePrepared(picked, rowsWhere(predicate, picked.arrivals.batch));
    let keys =
      program.keys.length === 0 ? new Int32Array(picked.arrivals.batch.length) : keyTable.assign(picked.arrivals.batch);
    if (keys.includes(-1)) {
      const all = keys;
      picked = keptWhere(picked, (i) => all[i] !== -1, dispositions, NULL_KEY);
      keys = pickInt32(
        all,
        rowsThat(all.length, (i) => all[i] !== -1),
      );
    }
    const { arrivals, positions } = picked;
    return {
      rows: { batch: arrivals.batch, times: arrivals.times, keys },
      causes: positions,
      watermarks: arrivals.watermarks,
    };
  };
}

function hasNaN(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}

import { pickFloat64, pickInt32 } from "../column/pick.ts";
import { takeBatch } from "../kernels/take.ts";
import type { Schema } from "../types/data-type.ts";
import { createIntList, type IntList } from "./int-list.ts";
import type { FrameProgram } from "./program.ts";
import { createRowLog, type RowLog } from "./row-log.ts";
import { windowStart } from "./tumbling.ts";
import type { KeyedRows, TumblingState } from "./tumbling-state.ts";

/** The rows of one window, and for each key which of them are its. */
interface Window {
  readonly log: RowLog;
  readonly rowsOfKey: Map<number, IntList>;
}

/** Keeps the rows of each window and runs the program over them when its result is asked for. */
export function createFrameState(program: FrameProgram, schema: Schema, lengthUs: number): TumblingState {
  const windows = new Map<number, Window>();

  const put = ({ batch, keys }: KeyedRows, start: number): void => {
    let window = windows.get(start);
    if (window === undefined) windows.set(start, (window = { log: createRowLog(schema), rowsOfKey: new Map() }));
    const first = window.log.length();
    window.log.append(batch);
    for (let i = 0; i < keys.length; i++) {
      let rows = window.rowsOfKey.get(keys[i]!);
      if (rows === undefined) window.rowsOfKey.set(keys[i]!, (rows = createIntList()));
      rows.push(first + i);
    }
  };

  return {
    add: (rows) => {
      for (const [start, part] of partedByWindow(rows, lengthUs)) put(part, start);
    },
    has: (startUs) => windows.has(startUs),
    starts: () => [...windows.keys()].sort((a, b) => a - b),
    keys: (startUs) => Int32Array.from(windows.get(startUs)?.rowsOfKey.keys() ?? []),
    result: (startUs, key) => {
      const window = windows.get(startUs);
      const wanted =
        key === undefined
          ? [...(window?.rowsOfKey.values() ?? [])]
          : [window?.rowsOfKey.get(key)].filter((rows) => rows !== undefined);
      const tables = wanted.map((rows) => program.run({ schema, batches: [window!.log.rows(rows.values())] }));
      return { schema: program.schema, batches: tables.flatMap(({ batches }) => batches) };
    },
    drop: (startUs) => void windows.delete(startUs),
    bytes: () => {
      let sum = 0;
      for (const { log, rowsOfKey } of windows.values()) {
        sum += log.bytes();
        for (const rows of rowsOfKey.values()) sum += rows.bytes();
      }
      return sum;
    },
  };
}

/** Rows by window, each part in order of arrival. */
function* partedByWindow(rows: KeyedRows, lengthUs: number): Iterable<[number, KeyedRows]> {
  const byStart = new Map<number, number[]>();
  for (let i = 0; i < rows.times.length; i++) {
    const start = windowStart(rows.times[i]!, lengthUs);
    const list = byStart.get(start);
    if (list === undefined) byStart.set(start, [i]);
    else list.push(i);
  }
  for (const [start, list] of byStart) yield [start, byStart.size === 1 ? rows : takeRows(rows, Int32Array.from(list))];
}

/** Some of the rows, in this order. */
export function takeRows({ batch, times, keys }: KeyedRows, rows: Int32Array): KeyedRows {
  return {
    batch: takeBatch(batch, rows),
    times: pickFloat64(times, rows),
    keys: pickInt32(keys, rows),
  };
}

import type { Schema } from "../types/data-type.ts";
import { createIntList, type IntList } from "./int-list.ts";
import type { FrameProgram } from "./program.ts";
import { createRowLog, type RowLog } from "./row-log.ts";
import { windowStart } from "./tumbling.ts";
import { type KeyedRows, takeRows, type TumblingState } from "./tumbling-state.ts";
import { createWindowMap } from "./window-map.ts";

/** The rows of one window, and for each key which of them are its. */
interface Window {
  readonly log: RowLog;
  readonly rowsOfKey: Map<number, IntList>;
}

/** Keeps the rows of each window and runs the program over them when its result is asked for. */
export function createFrameState(program: FrameProgram, schema: Schema, lengthUs: number): TumblingState {
  const windows = createWindowMap<Window>(() => ({ log: createRowLog(schema), rowsOfKey: new Map() }));

  const put = ({ batch, keys }: KeyedRows, start: number): void => {
    const window = windows.at(start);
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
    has: (startUs) => windows.get(startUs) !== undefined,
    starts: windows.starts,
    keys: (startUs) => Int32Array.from(windows.get(startUs)?.rowsOfKey.keys() ?? []),
    result: (startUs, key) => {
      const window = windows.get(startUs);
      if (window === undefined) return { schema: program.schema, batches: [] };
      const { log, rowsOfKey } = window;
      const own = key === undefined ? undefined : rowsOfKey.get(key);
      const wanted = key === undefined ? [...rowsOfKey.values()] : own === undefined ? [] : [own];
      const tables = wanted.map((rows) => program.run({ schema, batches: [log.rows(rows.values())] }));
      return { schema: program.schema, batches: tables.flatMap(({ batches }) => batches) };
    },
    drop: windows.delete,
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

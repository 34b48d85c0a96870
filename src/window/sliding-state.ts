import type { Batch } from "../column/batch.ts";
import { grownFloat64, grownInt32 } from "../column/growable.ts";
import { pickFloat64, pickInt32, rowsThat } from "../column/pick.ts";
import type { Schema } from "../types/data-type.ts";
import { createIntList } from "./int-list.ts";
import { createRowLog } from "./row-log.ts";
import type { KeyedRows } from "./tumbling-state.ts";

/** The rows of a continuous resolver: any window of any key can be asked for. */
export interface SlidingState {
  add(rows: KeyedRows): void;
  /** The rows of a key with `afterUs < time <= untilUs`, in order of arrival; undefined where there are none. */
  rows(key: number, afterUs: number, untilUs: number): Batch | undefined;
  /** Forgets rows up to a time, now and then: what is kept stays within a small multiple of what is needed. */
  expire(untilUs: number): void;
  length(): number;
  bytes(): number;
}

const EXPIRY_ROWS_MIN = 1_024; // below this, rebuilding is not worth the while
const LOOK_AGAIN = 1.5; // growth after which expired rows are looked for again

export function createSlidingState(schema: Schema): SlidingState {
  let log = createRowLog(schema);
  let times: Float64Array = new Float64Array(16);
  let keyOfRow: Int32Array = new Int32Array(16);
  // The rows of a key are a chain from the latest time to the earliest; of equal times the later arrival comes first.
  let older: Int32Array = new Int32Array(16); // by row: the next row of the chain + 1
  let latest: Int32Array = new Int32Array(16); // by key: the first row of the chain + 1
  let lookAgainAt = EXPIRY_ROWS_MIN;

  const place = (row: number): void => {
    const key = keyOfRow[row]!;
    const time = times[row]!;
    let after = -1;
    let next = latest[key]! - 1;
    while (next !== -1 && times[next]! > time) {
      after = next;
      next = older[next]! - 1;
    }
    older[row] = next + 1;
    if (after === -1) latest[key] = row + 1;
    else older[after] = row + 1;
  };

  const add = ({ batch, times: added, keys }: KeyedRows): void => {
    const first = log.length();
    const end = first + keys.length;
    log.append(batch);
    times = grownFloat64(times, end);
    times.set(added, first);
    keyOfRow = grownInt32(keyOfRow, end);
    keyOfRow.set(keys, first);
    older = grownInt32(older, end);
    let greatest = 0;
    for (let i = 0; i < keys.length; i++) if (keys[i]! > greatest) greatest = keys[i]!;
    latest = grownInt32(latest, greatest + 1);
    for (let row = first; row < end; row++) place(row);
  };

  return {
    add,
    rows: (key, afterUs, untilUs) => {
      const found = createIntList();
      let row = (latest[key] ?? 0) - 1;
      while (row !== -1 && times[row]! > untilUs) row = older[row]! - 1;
      for (; row !== -1 && times[row]! > afterUs; row = older[row]! - 1) found.push(row);
      return found.length() === 0 ? undefined : log.rows(found.values().sort());
    },
    expire: (untilUs) => {
      const length = log.length();
      if (length < lookAgainAt) return;
      const rows = rowsThat(length, (row) => times[row]! > untilUs);
      // Looking costs as much as there are rows, so it is done again only after half as many more have come.
      if (rows.length * 2 > length) {
        lookAgainAt = length * LOOK_AGAIN;
        return;
      }
      const left: KeyedRows = {
        batch: log.rows(rows),
        times: pickFloat64(times, rows),
        keys: pickInt32(keyOfRow, rows),
      };
      log = createRowLog(schema);
      [times, keyOfRow, older] = [new Float64Array(16), new Int32Array(16), new Int32Array(16)];
      latest = new Int32Array(16);
      lookAgainAt = Math.max(EXPIRY_ROWS_MIN, rows.length * LOOK_AGAIN);
      add(left);
    },
    length: () => log.length(),
    bytes: () => log.bytes() + times.byteLength + keyOfRow.byteLength + older.byteLength + latest.byteLength,
  };
}

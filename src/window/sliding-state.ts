import type { Batch } from "../column/batch.ts";
import { grownFloat64 } from "../column/growable.ts";
import { pickFloat64, pickInt32, rowsThat } from "../column/pick.ts";
import type { Schema } from "../types/data-type.ts";
import { createIntList, type IntList } from "./int-list.ts";
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
  let keyOfRow = createIntList();
  let lookAgainAt = EXPIRY_ROWS_MIN;
  let rowsOfKey = new Map<number, IntList>(); // by time; equal times in order of arrival

  const place = (key: number, row: number): void => {
    let rows = rowsOfKey.get(key);
    if (rows === undefined) rowsOfKey.set(key, (rows = createIntList()));
    const time = times[row]!;
    const last = rows.length() - 1;
    if (last < 0 || times[rows.at(last)]! <= time) rows.push(row);
    else rows.insert(firstAfter(rows, time), row);
  };

  /** The first position whose row is later than a time. */
  const firstAfter = (rows: IntList, time: number): number => {
    let [low, high] = [0, rows.length()];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[rows.at(middle)]! <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const add = (added: KeyedRows): void => {
    const first = log.length();
    log.append(added.batch);
    times = grownFloat64(times, first + added.batch.length);
    times.set(added.times, first);
    for (let i = 0; i < added.keys.length; i++) {
      keyOfRow.push(added.keys[i]!);
      place(added.keys[i]!, first + i);
    }
  };

  return {
    add,
    rows: (key, afterUs, untilUs) => {
      const rows = rowsOfKey.get(key);
      if (rows === undefined) return undefined;
      const [from, to] = [firstAfter(rows, afterUs), firstAfter(rows, untilUs)];
      return from >= to ? undefined : log.rows(rows.values().slice(from, to).sort());
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
        keys: pickInt32(keyOfRow.values(), rows),
      };
      log = createRowLog(schema);
      times = new Float64Array(rows.length);
      keyOfRow = createIntList();
      rowsOfKey = new Map();
      lookAgainAt = Math.max(EXPIRY_ROWS_MIN, rows.length * LOOK_AGAIN);
      add(left);
    },
    length: () => log.length(),
    bytes: () => {
      let sum = log.bytes() + times.byteLength + keyOfRow.bytes();
      for (const rows of rowsOfKey.values()) sum += rows.bytes();
      return sum;
    },
  };
}

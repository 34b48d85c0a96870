import type { Table } from "../column/batch.ts";
import { createAggregator } from "../exec/aggregator.ts";
import { pickInt32 } from "../column/pick.ts";
import { rowsWhere, takeRead } from "../exec/evaluate.ts";
import { batchesOf } from "../exec/run.ts";
import type { Schema } from "../types/data-type.ts";
import { createIntList, type IntList } from "./int-list.ts";
import { createIntMap, type IntMap } from "./int-map.ts";
import type { KeyTable } from "./key-table.ts";
import type { IncrementalProgram } from "./program.ts";
import { windowEnd, windowStart } from "./tumbling.ts";
import type { KeyedRows, TumblingState } from "./tumbling-state.ts";
import { createWindowMap } from "./window-map.ts";

/** Partial aggregates by (window, key): each pair has a group number, and a dropped window gives its numbers back. */
interface Window {
  readonly groupOfKey: IntMap;
  readonly keys: IntList;
  readonly groups: IntList;
}

const WINDOW_OVERHEAD_BYTES = 200; // of the records behind a window, an estimate

export function createIncrementalState(
  program: IncrementalProgram,
  keyTable: KeyTable,
  lengthUs: number,
): TumblingState {
  const aggregator = createAggregator(program.calls);
  const windows = createWindowMap<Window>(() => ({
    groupOfKey: createIntMap(),
    keys: createIntList(),
    groups: createIntList(),
  }));
  const free: number[] = [];
  let groupCount = 0;
  const schema: Schema = groupsSchema(program);
  const read = program.calls.flatMap(({ args, filter }) => (filter === undefined ? args : [...args, filter]));

  const groupIn = (window: Window, key: number): number => {
    const known = window.groupOfKey.get(key);
    if (known !== -1) return known;
    const group = free.pop() ?? groupCount++;
    window.groupOfKey.set(key, group);
    window.keys.push(key);
    window.groups.push(group);
    return group;
  };

  const groupsOf = ({ times, keys }: KeyedRows): Int32Array => {
    const groups = new Int32Array(keys.length);
    let start = Number.NaN;
    let end = Number.NaN;
    let window: Window | undefined;
    for (let i = 0; i < keys.length; i++) {
      const time = times[i]!;
      if (window === undefined || !(time >= start && time < end)) {
        start = windowStart(time, lengthUs);
        end = windowEnd(start, lengthUs);
        window = windows.at(start);
      }
      groups[i] = groupIn(window, keys[i]!);
    }
    return groups;
  };

  return {
    add: (rows) => {
      const groups = groupsOf(rows);
      // Without an implicit row for each key, the predicate has been applied before rows came here.
      if (!program.implicit || program.predicate === null) return aggregator.update(rows.batch, groups, groupCount);
      const kept = rowsWhere(program.predicate, rows.batch);
      aggregator.update(takeRead(rows.batch, kept, read), pickInt32(groups, kept), groupCount);
    },
    has: (startUs) => windows.get(startUs) !== undefined,
    starts: windows.starts,
    keys: (startUs) => windows.get(startUs)?.keys.values() ?? new Int32Array(0),
    result: (startUs, key) => {
      const window = windows.get(startUs);
      const [keys, groups] = selected(window, key);
      const columns = [...keyTable.columns(keys), ...aggregator.finish(groups)];
      const table: Table = { schema, batches: [{ length: keys.length, columns }] };
      return { schema: program.schema, batches: [...batchesOf(program.finish, () => table)] };
    },
    drop: (startUs) => {
      const window = windows.get(startUs);
      if (window === undefined) return;
      for (const group of window.groups.values()) {
        aggregator.clear(group);
        free.push(group);
      }
      windows.delete(startUs);
    },
    bytes: () => {
      let sum = aggregator.bytes();
      for (const { groupOfKey, keys, groups } of windows.values())
        sum += groupOfKey.bytes() + keys.bytes() + groups.bytes() + WINDOW_OVERHEAD_BYTES;
      return sum;
    },
  };
}

function selected(window: Window | undefined, key: number | undefined): [Int32Array, Int32Array] {
  if (window === undefined) return [new Int32Array(0), new Int32Array(0)];
  if (key === undefined) return [window.keys.values(), window.groups.values()];
  const group = window.groupOfKey.get(key);
  return group === -1 ? [new Int32Array(0), new Int32Array(0)] : [Int32Array.of(key), Int32Array.of(group)];
}

/** The columns of the table `GROUPS`. */
export function groupsSchema({ keys, calls }: Pick<IncrementalProgram, "keys" | "calls">): Schema {
  return {
    fields: [
      ...keys.map(({ type, nullable }, k) => ({ name: `#key${k}`, type, nullable })),
      ...calls.map(({ type, nullable }, a) => ({ name: `#${a}`, type, nullable })),
    ],
  };
}

import { isValid } from "../column/bitmap.ts";
import type { Column } from "../column/column.ts";
import { range, rowsThat } from "../column/pick.ts";
import { rawAt } from "../column/value.ts";
import type { Feature } from "../features/feature.ts";
import { cast } from "../kernels/cast.ts";
import { concat } from "../kernels/concat.ts";
import { keyEncoder } from "../kernels/key-encoder.ts";
import { take } from "../kernels/take.ts";
import type { KeyTable } from "../window/key-table.ts";
import type { WindowProgram } from "../window/program.ts";
import type { PendingWindow } from "./lane.ts";

type KeyValue = PendingWindow["keys"][number];

/** The number of the key that is this entity (a column of one row), or -1. */
export function keyOfEntity(
  keyTable: KeyTable,
  { keys, entityKey }: WindowProgram,
  entity: Column,
  type: Feature["type"],
): number {
  const key = keys[entityKey];
  return key === undefined ? -1 : keyTable.find([cast(entity, type, key.type, "null")]);
}

/** The keys of a table, where they are the entities. */
export function entitiesOfKeys(keyTable: KeyTable, { keys, entityKey }: WindowProgram, type: Feature["type"]): Column {
  const column = keyTable.columns(range(0, keyTable.size()))[entityKey];
  const key = keys[entityKey];
  if (column === undefined || key === undefined) return concat([], type);
  const rows = rowsThat(column.length, (i) => isValid(column.validity, i));
  return cast(take(column, rows), key.type, type);
}

/** Each value once, in the order of first sight. */
export function distinct(columns: readonly Column[], type: Feature["type"]): Column {
  const all = concat(columns, type);
  const encoder = keyEncoder(all.kind);
  encoder.encode(all, new Int32Array(all.length));
  return encoder.values(range(0, encoder.size()));
}

/** Keys as people see them: the value of a single key, several as text. */
export function keyValues(keyTable: KeyTable, keys: Int32Array): KeyValue[] {
  const columns = keyTable.columns(keys);
  const [only] = columns;
  return Array.from(keys, (_, row): KeyValue => {
    if (only === undefined) return null;
    return columns.length === 1 ? rawAt(only, row) : columns.map((column) => rawAt(column, row)).join(", ");
  });
}

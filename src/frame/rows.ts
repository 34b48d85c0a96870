import { type Batch, type Table } from "../column/batch.ts";
import type { Column } from "../column/column.ts";
import { type Value, valueAt } from "../column/value.ts";
import { TidemarkError } from "../errors.ts";
import type { DataType, Schema } from "../types/data-type.ts";

/** A row as a plain object. */
export type AnyRow = Record<string, Value>;

/** All rows as plain objects, in order. @throws type.overflow naming the column where an int is beyond 2^53 - 1 */
export function rowsOfTable({ schema, batches }: Table): AnyRow[] {
  return batches.flatMap((batch) => Array.from({ length: batch.length }, (_, i) => rowAt(schema, batch, i)));
}

/** Row `i` of a batch. A column called `__proto__` becomes a property like any other. */
export function rowAt({ fields }: Schema, { columns }: Batch, i: number): AnyRow {
  const row: AnyRow = {};
  for (let f = 0; f < fields.length; f++) {
    const { name, type } = fields[f]!;
    const value = cellAt(columns[f]!, type, name, i);
    if (name === "__proto__")
      Object.defineProperty(row, name, { value, enumerable: true, writable: true, configurable: true });
    else row[name] = value;
  }
  return row;
}

function cellAt(column: Column, type: DataType, name: string, i: number): Value {
  try {
    return valueAt(column, type, i);
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    throw new TidemarkError(error.code, `column "${name}": ${error.summary}`, { hint: error.hint });
  }
}

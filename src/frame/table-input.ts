import type { Column } from "../column/column.ts";
import { columnOf, shown } from "../column/builder.ts";
import type { Table } from "../column/batch.ts";
import { suggest, TidemarkError } from "../errors.ts";
import { type Columns, schemaOfColumns } from "../types/column-type.ts";
import {
  bigint,
  bool,
  type DataType,
  type Field,
  float,
  int,
  type Schema,
  timestamp,
  utf8,
} from "../types/data-type.ts";

/** Cells by column name, as people give them. */
export type RowLike = Readonly<Record<string, unknown>>;

/**
 * A table from plain objects. Without columns the types are inferred from all rows.
 * @throws type.invalid naming row and column, schema.invalid for a missing value
 */
export function tableOfRows(rows: Iterable<RowLike>, columns: Columns | undefined): Table {
  if (typeof rows?.[Symbol.iterator] !== "function") {
    throw new TidemarkError("schema.invalid", `${shown(rows)} is no list of rows`, {
      hint: "give an array of objects",
    });
  }
  const list = [...rows];
  list.forEach((row, i) => {
    if (typeof row !== "object" || row === null) {
      throw new TidemarkError("schema.invalid", `row ${i} is ${shown(row)}, not an object`, {
        hint: "give rows as { column: value }",
      });
    }
  });
  const schema = columns === undefined ? inferredSchema(list) : schemaOfColumns(columns);
  return tableOf(schema, list.length, (field) => cellsOf(list, field.name));
}

/**
 * A table from arrays, one a column. Typed arrays of the column's own layout are taken without a copy.
 * @throws frame.shape where the arrays differ in length
 */
export function tableOfColumns(
  arrays: Readonly<Record<string, ArrayLike<unknown>>>,
  columns: Columns | undefined,
): Table {
  if (typeof arrays !== "object" || arrays === null) {
    throw new TidemarkError("schema.invalid", `${shown(arrays)} holds no columns`, { hint: "give { name: values }" });
  }
  const names = Object.keys(columns ?? arrays);
  const lengths = names.map((name) => {
    const array = Object.hasOwn(arrays, name) ? arrays[name] : undefined;
    if (array === undefined) {
      throw new TidemarkError("schema.unknown-column", `no values for column "${name}"`, {
        hint: suggest(name, Object.keys(arrays)),
      });
    }
    if (typeof array === "object" && array !== null && Number.isSafeInteger(array.length)) return array.length;
    throw new TidemarkError("schema.invalid", `column "${name}" is ${shown(array)}, not an array`);
  });
  const length = lengths[0] ?? 0;
  const odd = lengths.findIndex((other) => other !== length);
  if (odd !== -1)
    throw new TidemarkError("frame.shape", `column "${names[odd]}" has ${lengths[odd]} values, not ${length}`);
  const schema =
    columns === undefined
      ? { fields: names.map((name) => inferredField(name, arrays[name]!)) }
      : schemaOfColumns(columns);
  return tableOf(schema, length, (field) => arrays[field.name]!);
}

function tableOf(schema: Schema, length: number, valuesOf: (field: Field) => ArrayLike<unknown>): Table {
  const columns = schema.fields.map((field) => columnOfValues(field, valuesOf(field), length));
  return { schema, batches: length === 0 ? [] : [{ length, columns }] };
}

function columnOfValues(field: Field, values: ArrayLike<unknown>, length: number): Column {
  const { type, nullable, name } = field;
  const shared = sharedColumn(type, values, length);
  if (shared !== null) return shared;
  let row = 0;
  function* checked(): Iterable<unknown> {
    for (row = 0; row < length; row++) {
      const value = values[row];
      if ((value === null || value === undefined) && !nullable) {
        throw new TidemarkError("schema.invalid", "the value is missing", {
          hint: "declare the column with .nullable(), or give a value",
        });
      }
      yield value;
    }
  }
  try {
    return columnOf(type, checked());
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    throw new TidemarkError(error.code, `row ${row}, column "${name}": ${error.summary}`, { hint: error.hint });
  }
}

/** The column over the caller's memory, where a typed array has just the right layout. */
function sharedColumn(type: DataType, values: ArrayLike<unknown>, length: number): Column | null {
  if (values instanceof Float64Array && type.kind === "float")
    return { kind: "float64", length, validity: null, values };
  if (values instanceof Int32Array && type.kind === "int32") return { kind: "int32", length, validity: null, values };
  if (values instanceof BigInt64Array && (type.kind === "bigint" || type.kind === "int"))
    return { kind: "int64", length, validity: null, values };
  return null;
}

function inferredSchema(rows: readonly RowLike[]): Schema {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return {
    fields: [...names].map((name) => inferredField(name, cellsOf(rows, name))),
  };
}

/** One field of every row; what all objects inherit, such as `constructor`, is no field. */
const cellsOf = (rows: readonly RowLike[], name: string): unknown[] =>
  name in Object.prototype
    ? rows.map((row) => (Object.hasOwn(row, name) ? row[name] : undefined))
    : rows.map((row) => row[name]);

/** The narrowest type that holds all values; text where there are none. */
function inferredField(name: string, values: ArrayLike<unknown>): Field {
  if (values instanceof Float64Array || values instanceof Float32Array) return { name, type: float, nullable: false };
  if (values instanceof BigInt64Array) return { name, type: bigint, nullable: false };
  let type: DataType | undefined;
  let nullable = false;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) nullable = true;
    else type = widened(type, typeOfValue(value, name, i), name, i);
  }
  return { name, type: type ?? utf8, nullable };
}

function typeOfValue(value: unknown, name: string, row: number): DataType {
  switch (typeof value) {
    case "boolean":
      return bool;
    case "string":
      return utf8;
    case "bigint":
      return bigint;
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? int : float;
    default:
      if (Object.prototype.toString.call(value) === "[object Date]") return timestamp;
      throw new TidemarkError("type.unsupported", `row ${row}, column "${name}": ${shown(value)} has no column type`, {
        hint: "columns hold booleans, numbers, bigints, strings and Dates",
      });
  }
}

function widened(a: DataType | undefined, b: DataType, name: string, row: number): DataType {
  if (a === undefined || a.kind === b.kind) return b;
  const kinds = new Set([a.kind, b.kind]);
  if (kinds.has("int") && kinds.has("float")) return float;
  if (kinds.has("int") && kinds.has("bigint")) return bigint;
  throw new TidemarkError("type.invalid", `row ${row}, column "${name}": values of different types`, {
    hint: "give the types: fromRows(rows, { name: t.utf8() })",
  });
}

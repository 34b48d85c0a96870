import type { Batch } from "../../column/batch.ts";
import { isValid } from "../../column/bitmap.ts";
import { shown } from "../../column/builder.ts";
import type { Column } from "../../column/column.ts";
import { encodeText } from "../../column/text.ts";
import { rawAt } from "../../column/value.ts";
import { suggest, TidemarkError } from "../../errors.ts";
import { cast, columnOfLiterals } from "../../kernels/cast.ts";
import { constant, type Literal, spread } from "../../kernels/constant.ts";
import { takeBatch } from "../../kernels/take.ts";
import { type DataType, type Field, isInteger, isNumeric, type Schema, typeName } from "../../types/data-type.ts";
import { fieldIndex, fieldNames } from "../../types/schema.ts";
import { isoTimestamp } from "../../types/time.ts";
import { type Decoded, RAW_MAX, type Reject } from "./decoded.ts";
import { expected } from "./expected.ts";
import { epochUnitUs, timeOfNumber, timeOfText } from "./json-time.ts";

/**
 * Brings rows of a table (Parquet, Arrow, a frame) into a schema. Columns are matched by name; others are left out; a missing
 * nullable column is null. Equal layouts pass without a copy. Numbers change their type where every value stays what
 * it is: a row with one that would not (1.5 as an integer, 2^40 as int32), with text that is no time, or with null
 * where the schema has none is rejected as `invalid`. Row `i` is line `firstLine + i`, its offset -1.
 *
 * @throws schema.unknown-column where a column that cannot be null is missing
 * @throws type.mismatch where no value of a column could ever fit
 */
export function fitBatch(batch: Batch, from: Schema, to: Schema, firstLine: number): Decoded {
  const misfits = new Int32Array(batch.length).fill(-1); // the first field that the row does not fit
  let rejected = 0;
  const columns = to.fields.map((field, i) => {
    const position = fieldIndex(from, field.name);
    const source = batch.columns[position];
    const given = from.fields[position];
    if (source === undefined || given === undefined) return missingColumn(from, field, batch.length);
    if (!canFit(given.type, field.type)) throw mismatch(field.name, given.type, field.type);
    const column = converted(source, given.type, field.type);
    if (given.type.kind === "null" && field.nullable) return column;
    if (column === source && (source.validity === null || field.nullable)) return column;
    for (let row = 0; row < batch.length; row++) {
      if (isValid(source.validity, row) ? column === source || same(source, column, row, field.type) : field.nullable) {
        continue;
      }
      if (misfits[row] === -1) {
        misfits[row] = i;
        rejected++;
      }
    }
    return field.nullable || column.validity === null ? column : { ...column, validity: null };
  });
  const lines = Float64Array.from({ length: batch.length }, (_, row) => firstLine + row);
  const fitted = { length: batch.length, columns };
  if (rejected === 0) return { batch: fitted, lines, rejects: [] };

  const rows = new Int32Array(batch.length - rejected);
  const rejects: Reject[] = [];
  let kept = 0;
  for (let row = 0; row < batch.length; row++) {
    const misfit = to.fields[misfits[row] ?? -1];
    if (misfit === undefined) {
      rows[kept++] = row;
      continue;
    }
    const column = batch.columns[fieldIndex(from, misfit.name)];
    const value = column === undefined ? null : rawAt(column, row);
    const reason = `field ${shown(misfit.name)} is ${typeof value === "bigint" ? value : shown(value)} in row ${firstLine + row}; expected ${expected(misfit)}`;
    rejects.push({ disposition: "invalid", line: firstLine + row, offset: -1, raw: rowJson(batch, from, row), reason });
  }
  return { batch: takeBatch(fitted, rows), lines: Float64Array.from(rows, (row) => firstLine + row), rejects };
}

/** Whether some value of one type is a value of the other. */
function canFit(from: DataType, to: DataType): boolean {
  if (from.kind === "null" || from.kind === to.kind) return true;
  if (to.kind === "timestamp") return from.kind === "utf8" || (isNumeric(from) && to.epoch !== undefined);
  return isNumeric(from) && isNumeric(to);
}

/** The column in the other type; null where a value is none of it. */
function converted(column: Column, from: DataType, to: DataType): Column {
  if (to.kind !== "timestamp" || from.kind === "timestamp" || from.kind === "null") {
    return cast(column, from, to, "null");
  }
  const unitUs = epochUnitUs(to);
  const times: Literal[] = [];
  for (let row = 0; row < column.length; row++) {
    const value = rawAt(column, row);
    if (value === null) times.push(null);
    else times.push((typeof value === "string" ? timeOfText(value) : timeOfNumber(value as number, unitUs)) ?? null);
  }
  return columnOfLiterals(to, times);
}

/** Whether a converted value is there and, of a number, still the same number. */
function same(source: Column, column: Column, row: number, to: DataType): boolean {
  const after = rawAt(column, row);
  if (after === null) return false;
  if (!isInteger(to) && to.kind !== "float") return true;
  const before = rawAt(source, row);
  if (typeof before === "bigint") return typeof after === "number" ? BigInt(after) === before : after === before;
  return Number(after) === before || (Number.isNaN(before) && Number.isNaN(after));
}

function missingColumn(from: Schema, field: Field, length: number): Column {
  if (field.nullable) return spread(constant(null, field.type), length);
  throw new TidemarkError("schema.unknown-column", `no column "${field.name}", which cannot be null`, {
    hint: suggest(field.name, fieldNames(from)) ?? "the table has no columns",
  });
}

function mismatch(name: string, from: DataType, to: DataType): TidemarkError {
  const isTime = to.kind === "timestamp" && isNumeric(from);
  return new TidemarkError("type.mismatch", `column "${name}" is ${typeName(from)}, and ${typeName(to)} is expected`, {
    hint: isTime ? 'declare the unit, as in t.timestamp({ epoch: "ms" })' : "cast it, or declare the type that it has",
  });
}

/** The row as JSON text, cut to 64 KiB; only for rows that are rejected. */
function rowJson(batch: Batch, schema: Schema, row: number): Uint8Array {
  const members = schema.fields.map(({ name, type }, i) => {
    const column = batch.columns[i];
    const value = column === undefined ? null : rawAt(column, row);
    return `${JSON.stringify(name)}:${jsonOf(value, type)}`;
  });
  return encodeText(`{${members.join(",")}}`).slice(0, RAW_MAX);
}

function jsonOf(value: ReturnType<typeof rawAt>, type: DataType): string {
  if (value === null) return "null";
  if (type.kind === "timestamp") return JSON.stringify(isoTimestamp(value as number | bigint));
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

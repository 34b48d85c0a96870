import { type Batch, sliceBatch, type Table } from "../column/batch.ts";
import { rawAt } from "../column/value.ts";
import { textOf } from "../kernels/cast.ts";
import { type DataType, type Field, nullType, type Schema } from "../types/data-type.ts";
import { isoTimestamp } from "../types/time.ts";

type Raw = ReturnType<typeof rawAt>;

const NO_FIELD: Field = { name: "", type: nullType, nullable: true }; // a table has a field for each column
const PART_ROWS = 1_024; // rows of a part: some hundred kilobytes of text at once

/**
 * The rows as a JSON array with one object a line, in parts. Whole numbers are exact, with as many digits as they have;
 * times are ISO 8601 in UTC; a float that JSON has no number for is text ("NaN", "Infinity", "-Infinity").
 */
export function* jsonArray(table: Table): Iterable<string> {
  let before = "[";
  for (const part of partsOf(table)) {
    const lines: string[] = [];
    for (let i = 0; i < part.length; i++) {
      lines.push(`${before}\n${jsonRow(table.schema, part, i)}`);
      before = ",";
    }
    yield lines.join("");
  }
  yield before === "[" ? "[]" : "\n]";
}

/** Row `i` as a JSON object. */
function jsonRow({ fields }: Schema, { columns }: Batch, i: number): string {
  const cells = columns.map((column, c) => {
    const { name, type } = fields[c] ?? NO_FIELD;
    return `${jsonText(name)}:${jsonCell(rawAt(column, i), type)}`;
  });
  return `{${cells.join(",")}}`;
}

function jsonCell(value: Raw, type: DataType): string {
  if (value === null) return "null";
  if (type.kind === "timestamp") return jsonText(isoTimestamp(value as number | bigint));
  if (typeof value === "string") return jsonText(value);
  return typeof value === "number" && !Number.isFinite(value) ? jsonText(String(value)) : String(value);
}

const LATE_CONTROL = /[\u007f-\u009f]/g;
const HEX = 16;

/** As `JSON.stringify`, with those control characters escaped too that JSON allows and a terminal obeys. */
export const jsonText = (text: string): string =>
  JSON.stringify(text).replace(LATE_CONTROL, (control) => `\\u${control.charCodeAt(0).toString(HEX).padStart(4, "0")}`);

/** The rows as CSV (RFC 4180) with a header, in parts: nulls are empty, an empty text is `""`. */
export function* csv(table: Table): Iterable<string> {
  const { fields } = table.schema;
  yield csvLine(fields.map(({ name }) => csvText(name)));
  for (const part of partsOf(table)) {
    const lines: string[] = [];
    for (let i = 0; i < part.length; i++)
      lines.push(csvLine(part.columns.map((column, c) => csvCell(rawAt(column, i), fields[c] ?? NO_FIELD))));
    yield lines.join("");
  }
}

const csvLine = (cells: readonly string[]): string => `${cells.join(",")}\r\n`;

function csvCell(value: Raw, { type }: Field): string {
  if (value === null) return "";
  return csvText(type.kind === "timestamp" ? isoTimestamp(value as number | bigint) : textOf(value, type));
}

const csvText = (text: string): string =>
  text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

function* partsOf({ batches }: Table): Iterable<Batch> {
  for (const batch of batches)
    for (let start = 0; start < batch.length; start += PART_ROWS)
      yield sliceBatch(batch, start, Math.min(batch.length, start + PART_ROWS));
}

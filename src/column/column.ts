import type { DataType } from "../types/data-type.ts";
import { type Bitmap, sliceBitmap } from "./bitmap.ts";
import type { Dictionary } from "./dictionary.ts";

/**
 * Columns are memory in Arrow's layout; what the values mean (an integer, a time) is the schema's business.
 * What stands under a null is unspecified: nobody may read it without `validity`.
 */
export interface BoolColumn {
  readonly kind: "bool";
  readonly length: number;
  readonly validity: Bitmap | null;
  readonly bits: Bitmap;
}

/**
 * 64-bit integers, in one of two layouts that nobody outside the kernels sees: Arrow's words, or exact doubles. A
 * `Float64Array` promises that each value is a whole number within ±(2^53 - 1); kernels compute with doubles and
 * fall back to `BigInt` for a batch that does not fit.
 */
export interface Int64Column {
  readonly kind: "int64";
  readonly length: number;
  readonly validity: Bitmap | null;
  readonly values: BigInt64Array | Float64Array;
}

export interface Int32Column {
  readonly kind: "int32";
  readonly length: number;
  readonly validity: Bitmap | null;
  readonly values: Int32Array;
}

export interface Float64Column {
  readonly kind: "float64";
  readonly length: number;
  readonly validity: Bitmap | null;
  readonly values: Float64Array;
}

/** UTF-8 text: row `i` is `bytes[offsets[i] .. offsets[i + 1]]`. `offsets` has `length + 1` entries and may start above 0. */
export interface Utf8Column {
  readonly kind: "utf8";
  readonly length: number;
  readonly validity: Bitmap | null;
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

/** Text by code into a dictionary whose entries are distinct. */
export interface DictionaryColumn {
  readonly kind: "dictionary";
  readonly length: number;
  readonly validity: Bitmap | null;
  readonly codes: Int32Array;
  readonly dictionary: Dictionary;
}

export type TextColumn = Utf8Column | DictionaryColumn;
export type Column = BoolColumn | Int64Column | Int32Column | Float64Column | TextColumn;

/** The physical kind that columns of a type have; text may be either of two. */
export function physicalKind(type: DataType): Exclude<Column["kind"], "dictionary"> {
  switch (type.kind) {
    case "bool":
      return "bool";
    case "int":
    case "bigint":
    case "timestamp":
      return "int64";
    case "int32":
    case "null":
      return "int32";
    case "float":
      return "float64";
    case "utf8":
      return "utf8";
  }
}

/** The same values with another validity. */
export const withValidity = <C extends Column>(column: C, validity: Bitmap | null): C => ({ ...column, validity });

/** Rows `start` to `end`; shares memory but for a bitmap whose start falls inside a byte. */
export function sliceColumn(column: Column, start: number, end: number): Column {
  if (start === 0 && end === column.length) return column;
  const length = end - start;
  const validity = column.validity === null ? null : sliceBitmap(column.validity, start, end);
  switch (column.kind) {
    case "bool":
      return { kind: "bool", length, validity, bits: sliceBitmap(column.bits, start, end) };
    case "int64":
      return { kind: "int64", length, validity, values: column.values.subarray(start, end) };
    case "int32":
      return { kind: "int32", length, validity, values: column.values.subarray(start, end) };
    case "float64":
      return { kind: "float64", length, validity, values: column.values.subarray(start, end) };
    case "utf8":
      return { kind: "utf8", length, validity, offsets: column.offsets.subarray(start, end + 1), bytes: column.bytes };
    case "dictionary":
      return { ...column, length, validity, codes: column.codes.subarray(start, end) };
  }
}

/** The memory that a column keeps alive, in bytes; a dictionary counts in full. */
export function columnBytes(column: Column): number {
  const validity = column.validity?.byteLength ?? 0;
  switch (column.kind) {
    case "bool":
      return validity + column.bits.byteLength;
    case "int64":
    case "int32":
    case "float64":
      return validity + column.values.byteLength;
    case "utf8":
      return validity + column.offsets.byteLength + column.bytes.byteLength;
    case "dictionary":
      return validity + column.codes.byteLength + column.dictionary.byteLength();
  }
}

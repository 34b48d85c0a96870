import { TidemarkError } from "../errors.ts";
import type { DataType } from "../types/data-type.ts";
import { typeName } from "../types/data-type.ts";
import { dateUs, type EpochUs, isTimestampUs, parseTimestamp } from "../types/time.ts";
import { bitmapBytes, bitmapOf, clearBit, fullBitmap, setBit } from "./bitmap.ts";
import type { Bitmap } from "./bitmap.ts";
import type { Column } from "./column.ts";
import { createDictionary, type Dictionary } from "./dictionary.ts";
import { grownBigInt64, grownBytes, grownCapacity, grownFloat64, grownInt32 } from "./growable.ts";
import { checkedTextBytes, decodeText, encodeTextInto } from "./text.ts";

/** Collects values into a column. `finish` may be called once. */
export interface ColumnBuilder {
  /** Appends a value of the type's `Input`; null and undefined append a null. @throws type.invalid */
  append(value: unknown): void;
  appendNull(): void;
  length(): number;
  /** Takes back the values from `length` on, as when a later field of the same row did not fit. */
  truncate(length: number): void;
  finish(): Column;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/** A builder for columns of a type. Text goes into `dictionary` where one is given, else into plain UTF-8. */
export function columnBuilder(type: DataType, dictionary?: Dictionary): ColumnBuilder {
  switch (type.kind) {
    case "bool":
      return boolBuilder();
    case "int":
    case "bigint":
      return int64Builder((value) => integer(value, type));
    case "timestamp":
      return int64Builder((value) => timestampUs(value, type));
    case "int32":
    case "null":
      return int32Builder();
    case "float":
      return floatBuilder();
    case "utf8":
      return dictionary === undefined ? utf8Builder() : dictionaryBuilder(dictionary);
  }
}

/** A column of the type from values of its `Input`. @throws type.invalid */
export function columnOf(type: DataType, values: Iterable<unknown>): Column {
  const builder = columnBuilder(type, type.kind === "utf8" ? createDictionary() : undefined);
  for (const value of values) builder.append(value);
  return plainWhereDistinct(builder.finish());
}

const DISTINCT_SHARE = 0.5; // a dictionary that holds more than this share of the rows saves nothing

/** The column itself, or plain text where a dictionary does not pay. */
function plainWhereDistinct(column: Column): Column {
  if (column.kind !== "dictionary" || column.dictionary.size() <= column.length * DISTINCT_SHARE) return column;
  const builder = utf8Builder();
  for (let i = 0; i < column.length; i++) {
    if (column.validity !== null && !((column.validity[i >> 3]! >> (i & 7)) & 1)) builder.appendNull();
    else builder.append(column.dictionary.text(column.codes[i]!));
  }
  return builder.finish();
}

/** Remembers which rows are null; makes a bitmap only if there is one. */
function validityBuilder(): {
  markNull(row: number): void;
  truncate(length: number): void;
  finish(length: number): Bitmap | null;
} {
  const nulls: number[] = [];
  return {
    markNull: (row) => void nulls.push(row),
    truncate: (length) => {
      while (nulls.length > 0 && nulls[nulls.length - 1]! >= length) nulls.pop();
    },
    finish: (length) => {
      if (nulls.length === 0) return null;
      const bits = fullBitmap(length);
      for (const row of nulls) clearBit(bits, row);
      return bits;
    },
  };
}

/** The parts that all builders share: nulls, and the loop from values to slots. */
function builderOf(
  write: (value: unknown, row: number) => void,
  truncated: (length: number) => void,
  finish: (length: number, validity: Bitmap | null) => Column,
): ColumnBuilder {
  const validity = validityBuilder();
  let length = 0;
  return {
    append: (value) => {
      if (value === null || value === undefined) validity.markNull(length);
      else write(value, length);
      length++;
    },
    appendNull: () => validity.markNull(length++),
    length: () => length,
    truncate: (to) => {
      length = to;
      validity.truncate(to);
      truncated(to);
    },
    finish: () => finish(length, validity.finish(length)),
  };
}

function boolBuilder(): ColumnBuilder {
  let bits = bitmapOf(64);
  return builderOf(
    (value, row) => {
      if (typeof value !== "boolean") throw unfit(value, { kind: "bool" });
      if (row >> 3 >= bits.length) bits = grownBytes(bits, (row >> 3) + 1);
      if (value) setBit(bits, row);
      else clearBit(bits, row);
    },
    () => {},
    (length, validity) => ({
      kind: "bool",
      length,
      validity,
      bits: grownBytes(bits, bitmapBytes(length)).subarray(0, bitmapBytes(length)),
    }),
  );
}

function int64Builder(read: (value: unknown) => EpochUs): ColumnBuilder {
  let doubles: Float64Array = new Float64Array(16);
  let words: BigInt64Array | null = null;
  return builderOf(
    (value, row) => {
      const exact = read(value);
      if (words === null && typeof exact === "bigint") {
        words = new BigInt64Array(grownCapacity(doubles.length, row + 1));
        for (let i = 0; i < row && i < doubles.length; i++) words[i] = BigInt(doubles[i]!);
      }
      if (words === null) {
        doubles = grownFloat64(doubles, row + 1);
        doubles[row] = exact as number;
      } else {
        words = grownBigInt64(words, row + 1);
        words[row] = BigInt(exact);
      }
    },
    () => {},
    (length, validity) => {
      const values = words === null ? grownFloat64(doubles, length) : grownBigInt64(words, length);
      return { kind: "int64", length, validity, values: values.subarray(0, length) };
    },
  );
}

function int32Builder(): ColumnBuilder {
  let values: Int32Array = new Int32Array(16);
  return builderOf(
    (value, row) => {
      if (typeof value !== "number" || !Number.isInteger(value) || value < INT32_MIN || value > INT32_MAX) {
        throw unfit(value, { kind: "int32" });
      }
      values = grownInt32(values, row + 1);
      values[row] = value;
    },
    () => {},
    (length, validity) => ({ kind: "int32", length, validity, values: grownInt32(values, length).subarray(0, length) }),
  );
}

function floatBuilder(): ColumnBuilder {
  let values: Float64Array = new Float64Array(16);
  return builderOf(
    (value, row) => {
      if (typeof value !== "number") throw unfit(value, { kind: "float" });
      values = grownFloat64(values, row + 1);
      values[row] = value;
    },
    () => {},
    (length, validity) => ({
      kind: "float64",
      length,
      validity,
      values: grownFloat64(values, length).subarray(0, length),
    }),
  );
}

function utf8Builder(): ColumnBuilder {
  let offsets: Int32Array = new Int32Array(17);
  let bytes: Uint8Array = new Uint8Array(256);
  let filled = 0; // rows whose end offset is written; nulls behind it are filled up later
  const fill = (row: number): void => {
    offsets = grownInt32(offsets, row + 2);
    for (; filled < row; filled++) offsets[filled + 1] = offsets[filled]!;
  };
  return builderOf(
    (value, row) => {
      if (typeof value !== "string") throw unfit(value, { kind: "utf8" });
      fill(row);
      const from = offsets[row]!;
      bytes = grownBytes(bytes, checkedTextBytes(from + value.length * 3));
      offsets[row + 1] = from + encodeTextInto(value, bytes, from);
      filled = row + 1;
    },
    (length) => {
      filled = Math.min(filled, length);
    },
    (length, validity) => {
      fill(length);
      return { kind: "utf8", length, validity, offsets: offsets.subarray(0, length + 1), bytes };
    },
  );
}

function dictionaryBuilder(dictionary: Dictionary): ColumnBuilder {
  let codes: Int32Array = new Int32Array(16);
  return builderOf(
    (value, row) => {
      if (typeof value !== "string") throw unfit(value, { kind: "utf8" });
      codes = grownInt32(codes, row + 1);
      codes[row] = dictionary.codeOfText(value);
    },
    () => {},
    (length, validity) => ({
      kind: "dictionary",
      length,
      validity,
      codes: grownInt32(codes, length).subarray(0, length),
      dictionary,
    }),
  );
}

function integer(value: unknown, type: DataType): EpochUs {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  if (typeof value === "bigint" && value >= INT64_MIN && value <= INT64_MAX) {
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : value;
  }
  throw unfit(value, type);
}

const EPOCH_US = { s: 1_000_000, ms: 1_000, us: 1 } as const;

/** The microseconds that an input value for a timestamp column stands for. @throws type.invalid */
export function timestampUs(value: unknown, type: DataType): EpochUs {
  if (isDate(value)) {
    const us = dateUs(value);
    if (us !== undefined) return us;
  } else if (typeof value === "string") {
    const us = parseTimestamp(value);
    if (us !== undefined) return us;
  } else if (typeof value === "number" && type.kind === "timestamp") {
    if (type.epoch === undefined) {
      throw new TidemarkError("type.invalid", `the number ${value} has no unit of time`, {
        hint: 'declare the unit, as in t.timestamp({ epoch: "ms" }), or give a Date or ISO 8601 text',
      });
    }
    const us = epochNumberUs(value, EPOCH_US[type.epoch]);
    if (us !== undefined && isTimestampUs(us)) return us;
  }
  throw unfit(value, type);
}

/** Also a `Date` of another realm, as in a test runner. */
const isDate = (value: unknown): value is Date =>
  value instanceof Date ||
  (Object.prototype.toString.call(value) === "[object Date]" && typeof (value as Date).getTime === "function");

/** A number of units as whole microseconds: exact for whole numbers, rounded for fractions. */
function epochNumberUs(value: number, unitUs: number): EpochUs | undefined {
  const us = Math.round(value * unitUs);
  if (Number.isSafeInteger(us)) return us === 0 ? 0 : us;
  return Number.isSafeInteger(value) ? BigInt(value) * BigInt(unitUs) : undefined;
}

const SHOWN_MAX = 60; // characters of a value in a message

function unfit(value: unknown, type: DataType): TidemarkError {
  return new TidemarkError("type.invalid", `${shown(value)} is not a ${typeName(type)} value`, {
    hint: hintFor(value, type),
  });
}

/** A value as it stands in a message: cut short, and never failing. */
export function shown(value: unknown): string {
  let text: string;
  if (typeof value === "string") text = JSON.stringify(value);
  else if (typeof value === "bigint") text = `${value}n`;
  else if (value instanceof Date) text = Number.isNaN(value.getTime()) ? "an invalid Date" : value.toISOString();
  else if (value instanceof Uint8Array) text = JSON.stringify(decodeText(value, 0, Math.min(value.length, SHOWN_MAX)));
  else if (typeof value === "object" && value !== null) text = Array.isArray(value) ? "an array" : "an object";
  else text = String(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text;
}

function hintFor(value: unknown, type: DataType): string | undefined {
  if ((type.kind === "int" || type.kind === "bigint") && typeof value === "number") {
    return Number.isInteger(value)
      ? "numbers beyond 2^53 - 1 are not exact: give a bigint"
      : "use t.float() for fractions";
  }
  if (type.kind === "bool" && (value === 0 || value === 1))
    return "declare the column as t.int(), or give true or false";
  if (type.kind === "utf8" && typeof value === "number")
    return "convert it with String(value), or declare a number type";
  return undefined;
}

import { columnBuilder, shown } from "../column/builder.ts";
import { type Column, physicalKind } from "../column/column.ts";
import { rawAt } from "../column/value.ts";
import { TidemarkError } from "../errors.ts";
import { type DataType, typeName } from "../types/data-type.ts";
import { formatTimestamp, parseTimestamp } from "../types/time.ts";
import { constant, type Literal } from "./constant.ts";
import { formatDouble } from "./format.ts";
import { exactDoubles } from "../column/int64.ts";
import { parseFloat64, parseInteger, trimAscii } from "./parse-number.ts";
import { take } from "./take.ts";

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** Whether a cast between two types exists; whether a value can be cast is seen only when it runs. */
export function canCast(from: DataType, to: DataType): boolean {
  if (from.kind === "null" || from.kind === to.kind || to.kind === "utf8" || from.kind === "utf8")
    return to.kind !== "null";
  return from.kind !== "timestamp" && to.kind !== "timestamp" && to.kind !== "null";
}

/**
 * Converts a column with DuckDB's rules: floats round half to even, text with a fraction half away from
 * zero, false and true are 0 and 1.
 * Null stays null. With `onFailure: "null"` a value that cannot be converted becomes null.
 * @throws cast.failed, with value, row and target
 */
export function cast(column: Column, from: DataType, to: DataType, onFailure: "error" | "null" = "error"): Column {
  if (from.kind === "null") return take(constant(null, to), new Int32Array(column.length));
  if (from.kind === to.kind) return column;
  const quick = quickCast(column, to);
  if (quick !== null && from.kind !== "timestamp") return quick;
  const convert = conversion(from, to);
  const builder = literalBuilder(to);
  for (let i = 0; i < column.length; i++) {
    const value = rawAt(column, i);
    const converted = value === null ? null : convert(value);
    if (value !== null && converted === null && onFailure === "error") throw failed(value, i, from, to);
    builder.append(converted);
  }
  return builder.finish();
}

/** Casts that cannot fail and need no look at each value's kind. */
function quickCast(column: Column, to: DataType): Column | null {
  const { length, validity } = column;
  if (column.kind === physicalKind(to)) return column;
  if (column.kind === "bool") {
    const values = to.kind === "float" ? new Float64Array(length) : to.kind === "int32" ? new Int32Array(length) : null;
    const target = values ?? (to.kind === "int" || to.kind === "bigint" ? new Float64Array(length) : null);
    if (target === null) return null;
    for (let i = 0; i < length; i++) target[i] = (column.bits[i >> 3]! >> (i & 7)) & 1;
    if (target instanceof Int32Array) return { kind: "int32", length, validity, values: target };
    return { kind: to.kind === "float" ? "float64" : "int64", length, validity, values: target };
  }
  if (column.kind === "int32" && to.kind !== "utf8" && to.kind !== "bool") {
    return {
      kind: to.kind === "float" ? "float64" : "int64",
      length,
      validity,
      values: Float64Array.from(column.values),
    };
  }
  if (column.kind === "int64" && to.kind === "float") {
    const values = exactDoubles(column) ?? Float64Array.from(column.values as BigInt64Array, Number);
    return { kind: "float64", length, validity, values };
  }
  return null;
}

type Raw = boolean | number | bigint | string;

/** From a value to the target's literal, or null where it does not convert. */
function conversion(from: DataType, to: DataType): (value: Raw) => Literal {
  if (to.kind === "utf8") return (value) => textOf(value, from);
  if (from.kind === "utf8") return (value) => parsed(String(value), to);
  return (value) => numberTo(typeof value === "boolean" ? Number(value) : (value as number | bigint), to);
}

/** A value as text, as DuckDB's cast to VARCHAR prints it. */
export function textOf(value: Raw, type: DataType): string {
  if (type.kind === "timestamp") return formatTimestamp(value as number | bigint);
  return type.kind === "float" ? formatDouble(value as number) : String(value);
}

function numberTo(value: number | bigint, to: DataType): Literal {
  switch (to.kind) {
    case "bool":
      return Number(value) !== 0;
    case "float":
      return Number(value);
    case "int32": {
      const whole = typeof value === "bigint" ? Number(value) : roundHalfEven(value);
      return whole >= INT32_MIN && whole <= INT32_MAX ? whole : null;
    }
    case "int":
    case "bigint": {
      const whole = typeof value === "bigint" ? value : roundHalfEven(value);
      if (typeof whole === "number" && Number.isSafeInteger(whole)) return whole;
      if (!Number.isFinite(Number(whole))) return null;
      const big = BigInt(whole);
      return big >= INT64_MIN && big <= INT64_MAX ? big : null;
    }
    default:
      return null;
  }
}

/** Rounds to the nearest whole number, ties to the even one (C's nearbyint). */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return (Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded) + 0;
}

const TRUE_WORDS = new Set(["true", "t", "1", "yes", "y"]);
const FALSE_WORDS = new Set(["false", "f", "0", "no", "n"]);

function parsed(text: string, to: DataType): Literal {
  switch (to.kind) {
    case "bool": {
      const word = text.toLowerCase(); // not trimmed, as in DuckDB
      return TRUE_WORDS.has(word) ? true : FALSE_WORDS.has(word) ? false : null;
    }
    case "timestamp":
      return parseTimestamp(text) ?? null;
    case "float":
      return parseFloat64(trimAscii(text));
    case "int32":
    case "int":
    case "bigint": {
      const whole = parseInteger(trimAscii(text));
      return whole === null ? null : numberTo(whole, to);
    }
    default:
      return null;
  }
}

/** Collects literals; unlike `columnBuilder` it takes times as microseconds. */
function literalBuilder(type: DataType): { append(value: Literal): void; finish(): Column } {
  return columnBuilder(type.kind === "timestamp" ? { kind: "bigint" } : type);
}

/** A column of literals. */
export function columnOfLiterals(type: DataType, values: readonly Literal[]): Column {
  const builder = literalBuilder(type);
  for (const value of values) builder.append(value);
  return builder.finish();
}

function failed(value: Raw, row: number, from: DataType, to: DataType): TidemarkError {
  const text = typeof value === "string" ? shown(value) : textOf(value, from);
  return new TidemarkError("cast.failed", `row ${row}: ${text} does not convert to ${typeName(to)}`, {
    hint: "use try_cast to get null where a value does not convert",
  });
}

import { TidemarkError } from "../errors.ts";
import type { DataType } from "../types/data-type.ts";
import { dateOfUs, formatTimestamp } from "../types/time.ts";
import { getBit, isValid } from "./bitmap.ts";
import type { Column } from "./column.ts";
import { decodeText } from "./text.ts";

/** One cell as people see it. */
export type Value = boolean | number | bigint | string | Date | null;

/**
 * The value of row `i`, as the type's TypeScript value.
 * @throws type.overflow where an `int` is beyond ±(2^53 - 1), or a time beyond what a `Date` holds
 */
export function valueAt(column: Column, type: DataType, i: number): Value {
  if (!isValid(column.validity, i)) return null;
  switch (column.kind) {
    case "bool":
      return getBit(column.bits, i);
    case "int32":
    case "float64":
      return column.values[i]!;
    case "utf8":
      return decodeText(column.bytes, column.offsets[i]!, column.offsets[i + 1]!);
    case "dictionary":
      return column.dictionary.text(column.codes[i]!);
    case "int64":
      return int64Value(column.values[i]!, type);
  }
}

function int64Value(value: number | bigint, type: DataType): Value {
  if (type.kind === "timestamp") {
    const date = dateOfUs(value);
    if (Number.isNaN(date.getTime())) {
      throw new TidemarkError("type.overflow", `${formatTimestamp(value)} is beyond the range of a Date`, {
        hint: "cast it to VARCHAR; a Date holds the years -271821 to 275760",
      });
    }
    return date;
  }
  if (type.kind === "bigint") return BigInt(value);
  const exact = Number(value);
  if (!Number.isSafeInteger(exact)) {
    throw new TidemarkError("type.overflow", `${value} is beyond ±(2^53 - 1) and would be rounded as a number`, {
      hint: "declare the column as t.bigint(), or cast it",
    });
  }
  return exact;
}

/** The value of row `i` without conversion to people's types: an integer or time as number or bigint. Null is null. */
export function rawAt(column: Column, i: number): boolean | number | bigint | string | null {
  if (!isValid(column.validity, i)) return null;
  switch (column.kind) {
    case "bool":
      return getBit(column.bits, i);
    case "utf8":
      return decodeText(column.bytes, column.offsets[i]!, column.offsets[i + 1]!);
    case "dictionary":
      return column.dictionary.text(column.codes[i]!);
    default:
      return column.values[i]!;
  }
}

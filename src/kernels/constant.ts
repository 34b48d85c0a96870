import { bitmapOf, fullBitmap } from "../column/bitmap.ts";
import { type Column, physicalKind } from "../column/column.ts";
import { encodeText } from "../column/text.ts";
import type { DataType } from "../types/data-type.ts";
import { take } from "./take.ts";

/** A literal as it stands in a plan: times as microseconds, 64-bit integers as number or bigint. */
export type Literal = boolean | number | bigint | string | null;

/** A column of length 1, which kernels take as the same value for every row. */
export function constant(value: Literal, type: DataType): Column {
  const validity = value === null ? bitmapOf(1) : null;
  const number = typeof value === "number" ? value : 0;
  switch (physicalKind(type)) {
    case "bool":
      return { kind: "bool", length: 1, validity, bits: value === true ? fullBitmap(1) : bitmapOf(1) };
    case "int64":
      if (typeof value === "bigint") return { kind: "int64", length: 1, validity, values: BigInt64Array.of(value) };
      return { kind: "int64", length: 1, validity, values: Float64Array.of(number) };
    case "int32":
      return { kind: "int32", length: 1, validity, values: Int32Array.of(number) };
    case "float64":
      return { kind: "float64", length: 1, validity, values: Float64Array.of(Number(value ?? 0)) };
    case "utf8": {
      const bytes = encodeText(typeof value === "string" ? value : "");
      return { kind: "utf8", length: 1, validity, offsets: Int32Array.of(0, bytes.length), bytes };
    }
  }
}

/** A column without rows. */
export const emptyColumn = (type: DataType): Column => take(constant(null, type), new Int32Array(0));

/** A constant spelled out for `length` rows; any other column as it is. */
export const spread = (column: Column, length: number): Column =>
  column.length === length ? column : take(column, new Int32Array(length));

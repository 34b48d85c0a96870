import { TidemarkError } from "../errors.ts";
import { bigint, bool, type DataType, float, int, int32, timestamp, utf8 } from "../types/data-type.ts";
import { type ArrowType, arrowTypeName, TYPE } from "./foreign.ts";

/** Field metadata that keeps `t.bigint()` apart from `t.int()`; both are Int64 in Arrow. */
export const TYPE_KEY = "tidemark.type";

const HINTS: Readonly<Record<number, string>> = {
  4: "write the bytes as text, for example in base64",
  7: "cast the decimal to Float64 or Int64 before",
  9: "cast the time of day to Int64 before",
  18: "cast the duration to Int64 before",
  23: "write the bytes as text, for example in base64",
  24: "write it as Utf8 or LargeUtf8, without string views",
};

/**
 * The type that a column of an Arrow type gets: Int8, Int16, Uint8, Uint16 and Int32 become `int32`; Uint32 and Int64
 * `int` (Int64 with the field metadata `tidemark.type` = `bigint` is `bigint`); Uint64 `bigint`; each Float `float`;
 * Utf8, LargeUtf8, dictionaries of them and Null `utf8`; Timestamp, Date32 and Date64 `timestamp`.
 *
 * @throws type.unsupported for any other, with the column's name
 */
export function typeFromArrow(type: ArrowType, column: string, mark: string | undefined): DataType {
  switch (type.typeId) {
    case TYPE.NULL:
    case TYPE.UTF8:
    case TYPE.LARGE_UTF8:
      return utf8;
    case TYPE.BOOL:
      return bool;
    case TYPE.INT:
      if (!isWidth(type.bitWidth)) throw unsupported(type, column);
      if (type.bitWidth < 32 || (type.bitWidth === 32 && type.isSigned !== false)) return int32;
      if (type.bitWidth === 32) return int;
      return type.isSigned === false || mark === "bigint" ? bigint : int;
    case TYPE.FLOAT:
      if (type.precision !== 0 && type.precision !== 1 && type.precision !== 2) throw unsupported(type, column);
      return float;
    case TYPE.DATE:
      if (type.unit !== 0 && type.unit !== 1) throw unsupported(type, column);
      return timestamp;
    case TYPE.TIMESTAMP:
      if (![0, 1, 2, 3].includes(type.unit ?? -1)) throw unsupported(type, column);
      return timestamp;
    case TYPE.DICTIONARY: {
      const values = type.dictionary?.typeId;
      if (values !== TYPE.UTF8 && values !== TYPE.LARGE_UTF8) throw unsupported(type, column);
      if (type.indices?.typeId !== TYPE.INT || !isWidth(type.indices.bitWidth)) throw unsupported(type, column);
      return utf8;
    }
    default:
      throw unsupported(type, column);
  }
}

const isWidth = (bits: number | undefined): bits is number => bits === 8 || bits === 16 || bits === 32 || bits === 64;

function unsupported(type: ArrowType, column: string): TidemarkError {
  const isDictionary = type.typeId === TYPE.DICTIONARY;
  return new TidemarkError("type.unsupported", `column "${column}" has the Arrow type ${arrowTypeName(type)}`, {
    hint: isDictionary
      ? "only text can be a dictionary: write the column without a dictionary"
      : (HINTS[type.typeId] ?? "leave the column out, or flatten it into columns of numbers, text, booleans or times"),
  });
}

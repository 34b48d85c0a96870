import { type Bitmap, bitmapOf } from "../column/bitmap.ts";
import type { Column } from "../column/column.ts";
import { type DictionaryReader, dictionaryReader } from "./dictionary-from-arrow.ts";
import { type ArrowData, broken, TYPE, viewOf } from "./foreign.ts";
import { halfFloat } from "./half-float.ts";
import { datesToUs, daysToUs, microseconds, signedWords } from "./integers-from-arrow.ts";
import { textFromArrow } from "./text-from-arrow.ts";
import { bitsOf, validityOf } from "./validity-from-arrow.ts";

const ROWS_MAX = 2 ** 31 - 1; // rows of a batch: Arrow's own limit for arrays that others must be able to read
const NULL_ROWS_MAX = 2 ** 24; // rows of a batch of a Null column: they take no bytes, so a few bytes could claim any number

/** Reads the chunks of all columns of one table, which share dictionaries. */
export interface ColumnReader {
  /** @throws arrow.invalid where data contradict the format, type.overflow where a value does not fit */
  read(data: ArrowData, column: string): Column;
}

export function columnReader(): ColumnReader {
  const dictionaries = new Map<number | bigint, DictionaryReader>();
  const nulls = nullColumns();

  const dictionaryFor = (id: number | bigint): DictionaryReader => {
    const known = dictionaries.get(id);
    if (known !== undefined) return known;
    const made = dictionaryReader();
    dictionaries.set(id, made);
    return made;
  };

  return {
    read: (data, column) => {
      checkShape(data, column);
      if (data.type.typeId === TYPE.NULL) return nulls(data.length, column);
      const validity = validityOf(data, column);
      if (data.type.typeId === TYPE.DICTIONARY) {
        return dictionaryFor(data.type.id ?? 0).read(data, validity, column);
      }
      return flatColumn(data, validity, column);
    },
  };
}

function checkShape({ length, offset }: ArrowData, column: string): void {
  if (!Number.isInteger(length) || length < 0 || length > ROWS_MAX) {
    throw broken(`column "${column}" claims ${length} rows`, `a batch holds at most ${ROWS_MAX} rows`);
  }
  if (!Number.isInteger(offset) || offset < 0) throw broken(`column "${column}" begins at row ${offset}`);
}

function flatColumn(data: ArrowData, validity: Bitmap | null, column: string): Column {
  const { type, length, values } = data;
  switch (type.typeId) {
    case TYPE.BOOL:
      return { kind: "bool", length, validity, bits: bitsOf(values, data.offset, length, column) };
    case TYPE.UTF8:
    case TYPE.LARGE_UTF8:
      return textFromArrow(data, validity, column);
    case TYPE.FLOAT:
      return { kind: "float64", length, validity, values: floats(data, column) };
    case TYPE.DATE: {
      const us =
        type.unit === 0
          ? daysToUs(viewOf(values, Int32Array, length, column), validity, column)
          : datesToUs(viewOf(values, BigInt64Array, length, column), validity, column);
      return { kind: "int64", length, validity, values: us };
    }
    case TYPE.TIMESTAMP: {
      const words = viewOf(values, BigInt64Array, length, column);
      return { kind: "int64", length, validity, values: microseconds(words, type.unit ?? 0, validity, column) };
    }
    case TYPE.INT:
      return integers(data, validity, column);
    default:
      throw broken(`column "${column}" has chunks of different types`);
  }
}

function integers({ type, length, values }: ArrowData, validity: Bitmap | null, column: string): Column {
  const isSigned = type.isSigned !== false;
  switch (type.bitWidth) {
    case 8: {
      const narrow = viewOf<ArrayLike<number>>(values, isSigned ? Int8Array : Uint8Array, length, column);
      return { kind: "int32", length, validity, values: Int32Array.from(narrow) };
    }
    case 16: {
      const narrow = viewOf<ArrayLike<number>>(values, isSigned ? Int16Array : Uint16Array, length, column);
      return { kind: "int32", length, validity, values: Int32Array.from(narrow) };
    }
    case 32:
      if (isSigned) return { kind: "int32", length, validity, values: viewOf(values, Int32Array, length, column) };
      return {
        kind: "int64",
        length,
        validity,
        values: new Float64Array(viewOf(values, Uint32Array, length, column)),
      };
    default: {
      const words = viewOf(values, BigInt64Array, length, column);
      return { kind: "int64", length, validity, values: isSigned ? words : signedWords(words, validity, column) };
    }
  }
}

function floats({ type, length, values }: ArrowData, column: string): Float64Array {
  switch (type.precision) {
    case 2:
      return viewOf(values, Float64Array, length, column);
    case 1:
      return new Float64Array(viewOf(values, Float32Array, length, column));
    default: {
      const halves = viewOf(values, Uint16Array, length, column);
      const out = new Float64Array(length);
      for (let i = 0; i < length; i++) out[i] = halfFloat(halves[i]!);
      return out;
    }
  }
}

/** Columns of nulls, which share the memory of the longest. */
function nullColumns(): (length: number, column: string) => Column {
  let offsets = new Int32Array(1);
  let validity = bitmapOf(0);
  const bytes = new Uint8Array(0);
  return (length, column) => {
    if (length > NULL_ROWS_MAX) {
      throw broken(`column "${column}" of type Null claims ${length} rows`, "write it in batches, or leave it out");
    }
    if (length >= offsets.length) {
      offsets = new Int32Array(length + 1);
      validity = bitmapOf(length);
    }
    return {
      kind: "utf8",
      length,
      validity: length === 0 ? null : validity,
      offsets: offsets.subarray(0, length + 1),
      bytes,
    };
  };
}

import type { Data, DataType as ArrowDataType, Vector } from "apache-arrow";
import { type Bitmap, bitmapBytes, countBits, isValid } from "../column/bitmap.ts";
import type { Column, DictionaryColumn, Utf8Column } from "../column/column.ts";
import { createDictionary, type Dictionary } from "../column/dictionary.ts";
import { bigintsOf } from "../column/int64.ts";
import { plainText } from "../column/plain-text.ts";
import type { DataType } from "../types/data-type.ts";
import type { ArrowClasses } from "./classes.ts";
import { typeToArrow } from "./type-to-arrow.ts";

/** The chunks of one column, all of one Arrow type. */
export interface ColumnWriter {
  readonly type: ArrowDataType;
  readonly hasNulls: boolean;
  data(batch: number): Data;
}

/** Writes the column at `position` of each batch. */
export function columnWriter(
  type: DataType,
  columns: readonly Column[],
  position: number,
  arrow: ArrowClasses,
): ColumnWriter {
  const hasNulls = columns.some((column) => nullCountOf(column) > 0);
  if (columns.length > 0 && columns.every(isDictionary)) return dictionaryWriter(columns, position, hasNulls, arrow);
  const arrowType = typeToArrow(type, arrow);
  return { type: arrowType, hasNulls, data: (batch) => dataOf(columns[batch]!, arrowType, arrow) };
}

const isDictionary = (column: Column): column is DictionaryColumn => column.kind === "dictionary";

function dictionaryWriter(
  columns: readonly DictionaryColumn[],
  id: number,
  hasNulls: boolean,
  arrow: ArrowClasses,
): ColumnWriter {
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), id, false);
  const [first] = columns;
  const isShared = columns.every(({ dictionary }) => dictionary === first?.dictionary);
  const { parts, dictionary } = isShared ? { parts: columns, dictionary: first!.dictionary } : unified(columns);
  const entries = new arrow.Vector([dataOf(dictionary.values(), type.dictionary, arrow)]);
  return {
    type,
    hasNulls,
    data: (batch) => {
      const column = parts[batch]!;
      return chunk(arrow, type, column, column.codes, undefined, entries);
    },
  };
}

/** The columns by codes into one dictionary. */
function unified(columns: readonly DictionaryColumn[]): { parts: DictionaryColumn[]; dictionary: Dictionary } {
  const dictionary = createDictionary();
  const known = new Map<Dictionary, Int32Array>();
  const parts = columns.map((column): DictionaryColumn => {
    const mapping = known.get(column.dictionary) ?? codesInto(dictionary, column.dictionary.values());
    known.set(column.dictionary, mapping);
    const codes = new Int32Array(column.length);
    for (let i = 0; i < codes.length; i++) if (isValid(column.validity, i)) codes[i] = mapping[column.codes[i]!]!;
    return { ...column, codes, dictionary };
  });
  return { parts, dictionary };
}

function codesInto(dictionary: Dictionary, { offsets, bytes, length }: Utf8Column): Int32Array {
  const codes = new Int32Array(length);
  for (let i = 0; i < length; i++) codes[i] = dictionary.codeOfBytes(bytes, offsets[i]!, offsets[i + 1]!);
  return codes;
}

/** One column as Arrow data of `type`, which must be the type that `typeToArrow` gives; text becomes plain. */
export function dataOf(column: Column, type: ArrowDataType, arrow: ArrowClasses): Data {
  switch (column.kind) {
    case "bool":
      return chunk(arrow, type, column, column.bits.subarray(0, bitmapBytes(column.length)));
    case "int32":
    case "float64":
      return chunk(arrow, type, column, column.values);
    case "int64":
      return chunk(arrow, type, column, bigintsOf(column));
    case "utf8":
    case "dictionary": {
      const { offsets, bytes } = plainText(column);
      return chunk(arrow, type, column, bytes, offsets);
    }
  }
}

function chunk<T extends ArrowDataType>(
  arrow: ArrowClasses,
  type: T,
  column: Column,
  values: ArrayBufferView,
  offsets?: Int32Array,
  entries?: Vector,
): Data<T> {
  const nullCount = nullCountOf(column);
  const bitmap = nullCount === 0 ? undefined : paddedWithZeros(column.validity!, column.length);
  return new arrow.Data(
    type,
    0,
    column.length,
    nullCount,
    [offsets, values, bitmap] as Partial<Data<T>["buffers"]>,
    [],
    entries,
  );
}

/** How many rows are null. */
export const nullCountOf = ({ validity, length }: Column): number =>
  validity === null ? 0 : length - countBits(validity, length);

/** The bytes of the first `length` bits; copied only where bits behind the last row are set. */
function paddedWithZeros(bits: Bitmap, length: number): Bitmap {
  const bytes = bits.subarray(0, bitmapBytes(length));
  const used = length & 7;
  const last = bytes[bytes.length - 1] ?? 0;
  if (used === 0 || last >> used === 0) return bytes;
  const copy = bytes.slice();
  copy[copy.length - 1] = last & ((1 << used) - 1);
  return copy;
}

import { type Bitmap, bitmapBytes, countBits, sliceBitmap } from "../column/bitmap.ts";
import { type ArrowData, broken, bytesOf } from "./foreign.ts";

/**
 * Which rows have a value, or null where all do; memory is shared where the chunk starts on a byte.
 * @throws arrow.invalid where the bitmap is too short
 */
export function validityOf(data: ArrowData, column: string): Bitmap | null {
  const { length, nullBitmap } = data;
  if (length === 0 || nullBitmap === undefined || nullBitmap.byteLength === 0 || data.nullCount === 0) return null;
  const bits = bitsOf(nullBitmap, data.offset, length, column);
  return countBits(bits, length) === length ? null : bits;
}

/** `length` bits from bit `offset` on. @throws arrow.invalid where there are fewer */
export function bitsOf(view: ArrayBufferView | undefined, offset: number, length: number, column: string): Bitmap {
  const bytes = bytesOf(view);
  if (bytes.length < bitmapBytes(offset + length)) {
    throw broken(`column "${column}" needs ${offset + length} bits and has ${bytes.length * 8}`);
  }
  return sliceBitmap(bytes, offset, offset + length);
}

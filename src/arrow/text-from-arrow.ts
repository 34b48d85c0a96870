import { type Bitmap, isValid } from "../column/bitmap.ts";
import type { Utf8Column } from "../column/column.ts";
import { type ArrowData, broken, bytesOf, TYPE, viewOf } from "./foreign.ts";
import { isUtf8 } from "./utf8.ts";

/**
 * Text of Utf8 or LargeUtf8; the bytes are shared, and so are 32-bit offsets.
 * @throws arrow.invalid where offsets fall, leave the bytes, or the text is not UTF-8
 */
export function textFromArrow(data: ArrowData, validity: Bitmap | null, column: string): Utf8Column {
  const { length } = data;
  const bytes = bytesOf(data.values);
  const offsets = length === 0 ? new Int32Array(1) : offsetsOf(data, bytes.length, column);
  checkOffsets(offsets, bytes.length, column);
  checkText(offsets, bytes, validity, column);
  return { kind: "utf8", length, validity, offsets, bytes };
}

function offsetsOf({ type, length, valueOffsets }: ArrowData, end: number, column: string): Int32Array {
  if (type.typeId !== TYPE.LARGE_UTF8) return viewOf(valueOffsets, Int32Array, length + 1, column);
  const wide = viewOf(valueOffsets, BigInt64Array, length + 1, column);
  const offsets = new Int32Array(length + 1);
  const largest = BigInt(Math.min(end, OFFSET_MAX));
  for (let i = 0; i <= length; i++) {
    const offset = wide[i]!;
    if (offset < 0n || offset > largest) throw broken(`column "${column}" has a text offset outside its bytes`);
    offsets[i] = Number(offset);
  }
  return offsets;
}

const OFFSET_MAX = 2 ** 31 - 1; // bytes: the largest 32-bit offset

function checkOffsets(offsets: Int32Array, end: number, column: string): void {
  let previous = 0;
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!;
    if (offset < previous) throw broken(`column "${column}" has text offsets that fall`);
    previous = offset;
  }
  if (previous > end) throw broken(`column "${column}" has a text offset outside its bytes`);
}

/** One pass over all bytes; row by row only where that fails, as what stands under a null may be anything. */
function checkText(offsets: Int32Array, bytes: Uint8Array, validity: Bitmap | null, column: string): void {
  const length = offsets.length - 1;
  const end = offsets[length]!;
  if (isUtf8(bytes, offsets[0]!, end)) {
    let splits = false;
    for (let i = 0; i < length; i++) splits ||= offsets[i]! < end && (bytes[offsets[i]!]! & 0xc0) === 0x80;
    if (!splits) return;
  }
  for (let i = 0; i < length; i++) {
    if (isValid(validity, i) && !isUtf8(bytes, offsets[i]!, offsets[i + 1]!)) {
      throw broken(`column "${column}" has text that is not UTF-8, in row ${i} of its batch`);
    }
  }
}

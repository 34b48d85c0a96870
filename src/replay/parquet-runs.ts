import { type Bitmap, bitmapOf, setBit } from "../column/bitmap.ts";

/*
 * The hybrid of run-length encoding and bit packing: runs, each of a header (varint) and
 *   header even: header / 2 times one value in ceil(width / 8) bytes, little-endian
 *   header odd:  (header - 1) / 2 times 8 values of `width` bits, packed from the lowest bit on
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
 */
const VARINT_BYTES_MAX = 5; // of 32 bits
const FAST_WIDTH_MAX = 25; // bits: with the 7 that may stand before them they fit 32
const GROUP = 8; // values of a packed group

/** The first `count` values; `end` bounds the bytes. @throws RangeError where there are fewer */
export function readRuns(bytes: Uint8Array, start: number, end: number, width: number, count: number): Int32Array {
  if (width > 32) throw new RangeError(`${width} bits are too many for a value`);
  const out = new Int32Array(count);
  if (width === 0) return out;
  let at = start;
  for (let done = 0; done < count; ) {
    let header = 0;
    for (let i = 0; ; i++) {
      if (at >= end || i === VARINT_BYTES_MAX) throw new RangeError("a run is cut off");
      const byte = bytes[at++]!;
      header |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) break;
    }
    header >>>= 0;
    if ((header & 1) === 0) {
      const size = (width + 7) >> 3;
      const length = Math.min(header >>> 1, count - done);
      if (length === 0 || at + size > end) throw new RangeError("a run is cut off or empty");
      out.fill(wordAt(bytes, at, at + size), done, done + length);
      at += size;
      done += length;
    } else {
      const size = (header >>> 1) * width;
      const length = Math.min((header >>> 1) * GROUP, count - done);
      // The last group may lack the bytes of values that nobody asks for.
      if (length === 0 || at + Math.ceil((length * width) / 8) > end) throw new RangeError("a run is cut off or empty");
      unpack(bytes, at, Math.min(at + size, end), width, out, done, length);
      at += size;
      done += length;
    }
  }
  return out;
}

function unpack(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  out: Int32Array,
  first: number,
  length: number,
): void {
  const mask = width === 32 ? -1 : (1 << width) - 1;
  let bit = 0;
  let i = 0;
  if (width <= FAST_WIDTH_MAX) {
    const fast = Math.min(length, Math.floor((Math.max(end - start - 4, 0) * 8) / width));
    for (; i < fast; i++, bit += width) {
      const at = start + (bit >> 3);
      const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      out[first + i] = (word >>> (bit & 7)) & mask;
    }
  }
  for (; i < length; i++, bit += width) {
    const at = start + (bit >> 3);
    const shift = bit & 7;
    const low = wordAt(bytes, at, end) >>> shift;
    out[first + i] = (shift === 0 ? low : low | ((at + 4 < end ? bytes[at + 4]! : 0) << (32 - shift))) & mask;
  }
}

/** Four bytes, little-endian; those at `end` or behind it count as 0. */
function wordAt(bytes: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let i = 0; i < 4 && at + i < end; i++) word |= bytes[at + i]! << (8 * i);
  return word;
}

/** Definition levels of a flat column: which rows have a value; null where all have. */
export function readValidity(
  bytes: Uint8Array,
  start: number,
  end: number,
  rows: number,
): { readonly validity: Bitmap | null; readonly values: number } {
  const levels = readRuns(bytes, start, end, 1, rows);
  let values = 0;
  for (let i = 0; i < rows; i++) values += levels[i]!;
  if (values === rows) return { validity: null, values };
  const validity = bitmapOf(rows);
  for (let i = 0; i < rows; i++) if (levels[i] === 1) setBit(validity, i);
  return { validity, values };
}

import { isValid } from "./bitmap.ts";
import type { Float64Column, Int32Column, Int64Column } from "./column.ts";

const WORD = 4_294_967_296; // 2^32
const SAFE_HIGH = 0x20_0000; // 2^53 / 2^32: high words between -SAFE_HIGH and SAFE_HIGH, both excluded, are safe integers

const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
/** Where the low word of a 64-bit integer stands among its two 32-bit words. */
export const LOW: number = littleEndian ? 0 : 1;
export const HIGH: number = 1 - LOW;

/** The two 32-bit words of each value; no copy. */
export const wordsOf = (values: BigInt64Array | Float64Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length * 2);

/**
 * Numbers as doubles, without a copy where they are doubles already; `null` where a valid 64-bit integer is beyond
 * ±(2^53 - 1), so that the caller must compute with `BigInt`. (The 2^32 values next to -2^53 also give `null`: telling
 * them apart would cost every value a second look.)
 */
export function exactDoubles(column: Int64Column | Int32Column | Float64Column): Float64Array | null {
  if (column.values instanceof Float64Array) return column.values;
  const { values, length, validity } = column;
  const out = new Float64Array(length);
  if (values instanceof Int32Array) {
    for (let i = 0; i < length; i++) out[i] = values[i]!;
    return out;
  }
  const words = wordsOf(values);
  for (let i = 0; i < length; i++) {
    const high = words[2 * i + HIGH]!;
    if (high > -SAFE_HIGH && high < SAFE_HIGH) out[i] = high * WORD + (words[2 * i + LOW]! >>> 0);
    else if (isValid(validity, i)) return null;
  }
  return out;
}

/** Whole numbers as 64-bit words, without a copy where they are words already. */
export function bigintsOf(column: Int64Column | Int32Column): BigInt64Array {
  const { values, length } = column;
  if (values instanceof BigInt64Array) return values;
  const out = new BigInt64Array(length);
  const words = wordsOf(out);
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    const high = Math.floor(value / WORD);
    words[2 * i + LOW] = value - high * WORD;
    words[2 * i + HIGH] = high;
  }
  return out;
}

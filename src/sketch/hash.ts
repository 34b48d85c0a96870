/**
 * Canonical bytes of single values and their hashes, the same as those of the columns that hold such values. What people
 * call equal hashes alike: -0.0 as 0.0, every NaN as one.
 *
 * | value | bytes |
 * | --- | --- |
 * | string | UTF-8; a lone surrogate as U+FFFD |
 * | integer, boolean, date, timestamp | 8 bytes, little-endian, two's complement |
 * | float | 8 bytes, IEEE 754, little-endian |
 * | bytes | themselves |
 */

import { TidemarkError } from "../errors.ts";
import { hashBytes, hashWords } from "./murmur3.ts";

/** What is stored beside a sketch, so that sketches of different hashes are never merged. */
export const hashName = "murmur3_x64_128/0";

const SIGN_BIT = 0x80000000 | 0;
const EXPONENT_BITS = 0x7ff00000;
const FRACTION_BITS = 0x000fffff; // of the upper half
const NAN_HI = 0x7ff80000; // upper half of the one NaN; its lower half is 0
const MICROSECONDS_PER_MS = 1000;
const TWO_32 = 2 ** 32;
const ASCII_END = 0x80;
const ASCII_LOOP_MAX = 64; // characters up to which a loop beats a call into the encoder
const UTF8_BYTES_PER_UNIT = 3; // at most, for one UTF-16 unit

const float = new Float64Array(1);
const floatWords = new Int32Array(float.buffer);
const integer = new BigInt64Array(1);
const integerWords = new Int32Array(integer.buffer);
const encoder = new TextEncoder();
let text = new Uint8Array(ASCII_LOOP_MAX);

/** Hash of a Float64 value, -0.0 as 0.0 and every NaN alike. */
export function hashFloat(value: number, out: Int32Array, at: number): void {
  float[0] = value;
  const lo = floatWords[0] as number;
  const hi = floatWords[1] as number;
  if (lo === 0 && hi === SIGN_BIT) hashWords(0, 0, out, at);
  else if ((hi & EXPONENT_BITS) === EXPONENT_BITS && ((hi & FRACTION_BITS) | lo) !== 0) hashWords(0, NAN_HI, out, at);
  else hashWords(lo, hi, out, at);
}

/** Hash of a safe integer, as an Int64. */
function hashInteger(value: number, out: Int32Array, at: number): void {
  hashWords(value | 0, Math.floor(value / TWO_32), out, at);
}

/** Hash of a string's UTF-8 bytes. */
function hashString(value: string, out: Int32Array, at: number): void {
  const length = encode(value); // first: it may put another array in the place of `text`
  hashBytes(text, 0, length, out, at);
}

/**
 * Hash of any single value. An integer `number` is hashed as an Int64 (`5` as `5n`); any other `number` as a Float64;
 * a `Date` as its microseconds since the epoch, as in a timestamp column; a boolean as 0 or 1.
 * Errors: `type.overflow` for a bigint beyond 64 bits, `time.invalid` for an invalid `Date`, `type.invalid` for other types.
 */
export function hashValue(
  value: string | number | bigint | boolean | Date | Uint8Array,
  out: Int32Array,
  at: number,
): void {
  switch (typeof value) {
    case "string":
      return hashString(value, out, at);
    case "number":
      return Number.isSafeInteger(value) ? hashInteger(value, out, at) : hashFloat(value, out, at);
    case "boolean":
      return hashWords(value ? 1 : 0, 0, out, at);
    case "bigint":
      return hashBigint(value, out, at);
    case "object":
      if (value instanceof Uint8Array) return hashBytes(value, 0, value.length, out, at);
      if (value instanceof Date) return hashBigint(microsecondsOf(value), out, at);
      break;
    default:
      break;
  }
  const given = value === null ? "null" : typeof value;
  throw new TidemarkError("type.invalid", `a sketch cannot count a value of type ${given}`, {
    hint: "give a string, number, bigint, boolean, Date or Uint8Array",
  });
}

function hashBigint(value: bigint, out: Int32Array, at: number): void {
  if (BigInt.asIntN(64, value) !== value) {
    throw new TidemarkError("type.overflow", `${value} does not fit 64 bits`, { hint: "add it as a string" });
  }
  integer[0] = value;
  hashWords(integerWords[0] as number, integerWords[1] as number, out, at);
}

function microsecondsOf(date: Date): bigint {
  const milliseconds = date.getTime();
  if (Number.isNaN(milliseconds)) throw new TidemarkError("time.invalid", "an invalid Date cannot be counted");
  return BigInt(milliseconds) * BigInt(MICROSECONDS_PER_MS);
}

/** Writes the UTF-8 bytes to `text` and answers how many. */
function encode(value: string): number {
  if (value.length <= ASCII_LOOP_MAX) {
    let i = 0;
    for (; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= ASCII_END) break;
      text[i] = unit;
    }
    if (i === value.length) return i;
  }
  const bytesMax = value.length * UTF8_BYTES_PER_UNIT;
  if (text.length < bytesMax) text = new Uint8Array(2 * bytesMax);
  return encoder.encodeInto(value, text).written;
}

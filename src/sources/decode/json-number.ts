import { decodeText } from "../../column/text.ts";
import { DOT, MINUS, skipNumber, ZERO } from "./json-syntax.ts";
import { type Slot, writeWhole, writeWords } from "./slot.ts";

/** In place of a position: the bytes are no value of this type. The caller finds out what they are instead. */
export const NOT_READ = -1;

const LOWER_E = 0x65;
const CASE_BIT = 0x20;
const EXACT_DIGITS = 15; // so many digits are below 2^53
const WORD_DIGITS = 19; // so many digits are below 2^64; JSON has no leading zeros
const LOW_DIGITS = 9;
const BILLION = 1_000_000_000; // 10^LOW_DIGITS
const WORD = 4_294_967_296; // 2^32
const SAFE = 2 ** 53;
const SAFE_HIGH = 2 ** 21; // the high word of 2^53
const SIGN = 2 ** 31;

const hasFraction = (byte: number): boolean => byte === DOT || (byte | CASE_BIT) === LOWER_E;

/**
 * Reads a whole number of 64 bits into row `row`, exactly; also in the forms 1.0 and 1e3.
 * @returns the position behind it, or NOT_READ
 */
export function readInt64(bytes: Uint8Array, at: number, slot: Slot, row: number): number {
  const first = bytes[at] === MINUS ? at + 1 : at;
  let i = first;
  let value = 0;
  for (;;) {
    const digit = bytes[i]! - ZERO;
    if (digit >>> 0 > 9) break;
    value = value * 10 + digit;
    i++;
  }
  const digits = i - first;
  if (digits === 0 || (digits > 1 && bytes[first] === ZERO)) return NOT_READ;
  if (hasFraction(bytes[i]!)) return readDecimal(bytes, at, slot, row);
  if (digits <= EXACT_DIGITS) {
    slot.doubles[row] = first === at ? value : 0 - value;
    return i;
  }
  return digits <= WORD_DIGITS && readWords(bytes, first, i, first !== at, slot, row) ? i : NOT_READ;
}

/** 16 to 19 digits as two 32-bit words, by halves that doubles hold exactly. */
function readWords(bytes: Uint8Array, start: number, end: number, negative: boolean, slot: Slot, row: number): boolean {
  let top = 0; // up to 10 digits
  for (let i = start; i < end - LOW_DIGITS; i++) top = top * 10 + bytes[i]! - ZERO;
  let rest = 0;
  for (let i = end - LOW_DIGITS; i < end; i++) rest = rest * 10 + bytes[i]! - ZERO;
  // top * 10^9 + rest, where top = upper * 2^16 + lower
  const upper = Math.floor(top / 0x1_0000) * BILLION; // below 1.6e14
  const lower = (top % 0x1_0000) * BILLION + rest; // below 6.6e13
  const carried = (upper % 0x1_0000) * 0x1_0000 + lower;
  const high = Math.floor(upper / 0x1_0000) + Math.floor(carried / WORD);
  const low = carried % WORD;
  if (high < SAFE_HIGH) {
    slot.doubles[row] = negative ? -(high * WORD + low) : high * WORD + low;
    return true;
  }
  if (high >= SIGN && !(negative && high === SIGN && low === 0)) return false;
  if (negative) writeWords(slot, row, low === 0 ? -high : ~high, -low);
  else writeWords(slot, row, high, low);
  return true;
}

function readDecimal(bytes: Uint8Array, at: number, slot: Slot, row: number): number {
  const end = skipNumber(bytes, at);
  if (end < 0) return NOT_READ;
  const whole = wholeNumber(decodeText(bytes, at, end));
  return whole !== null && writeWhole(slot, row, whole) ? end : NOT_READ;
}

/** A JSON number with a fraction or an exponent as a whole number below 10^19, exact; null where it is none. */
function wholeNumber(text: string): bigint | null {
  const negative = text.startsWith("-");
  const [mantissa = "", power = "0"] = text.slice(negative ? 1 : 0).split(/e/i);
  const [whole = "", fraction = ""] = mantissa.split(".");
  const all = whole + fraction;
  let start = 0;
  let end = all.length;
  while (start < end && all[start] === "0") start++;
  while (start < end && all[end - 1] === "0") end--;
  if (start === end) return 0n;
  const zeros = Number(power) - fraction.length + all.length - end;
  if (zeros < 0 || end - start + zeros > WORD_DIGITS) return null;
  const value = BigInt(all.slice(start, end) + "0".repeat(zeros));
  return negative ? -value : value;
}

const int32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

/** Reads a whole number of 32 bits, as `readInt64` does. `wide` is an INT64 slot with room for one row. */
export function readInt32(bytes: Uint8Array, at: number, slot: Slot, row: number, wide: Slot): number {
  const end = readInt64(bytes, at, wide, 0);
  if (end < 0) return end;
  const value = wide.doubles[0]!;
  if (!(value >= int32.min && value <= int32.max)) return NOT_READ;
  slot.ints[row] = value;
  return end;
}

const POWERS_MAX = 22; // 10^22 is the largest power of ten that a double holds exactly
const POWERS = Float64Array.from({ length: POWERS_MAX + 1 }, (_, power) => 10 ** power);

/**
 * Reads a number into `out[row]`, correctly rounded: a whole number below 2^53 times or through an exact power of ten is
 * one rounding (Clinger 1990); for all else `Number` reads the text. Beyond the range of a double is NOT_READ.
 */
export function readFloat(bytes: Uint8Array, at: number, out: Float64Array, row: number): number {
  const first = bytes[at] === MINUS ? at + 1 : at;
  let i = first;
  let value = 0;
  for (;;) {
    const digit = bytes[i]! - ZERO;
    if (digit >>> 0 > 9) break;
    value = value * 10 + digit;
    i++;
  }
  if (i === first || (i > first + 1 && bytes[first] === ZERO)) return NOT_READ;
  let places = 0;
  if (bytes[i] === DOT) {
    const dot = i++;
    for (;;) {
      const digit = bytes[i]! - ZERO;
      if (digit >>> 0 > 9) break;
      value = value * 10 + digit;
      i++;
    }
    places = i - dot - 1;
    if (places === 0) return NOT_READ;
  }
  if ((bytes[i]! | CASE_BIT) === LOWER_E || value >= SAFE || places > POWERS_MAX) {
    const end = skipNumber(bytes, at);
    if (end < 0) return NOT_READ;
    const number = Number(decodeText(bytes, at, end));
    if (!Number.isFinite(number)) return NOT_READ;
    out[row] = number;
    return end;
  }
  if (places > 0) value /= POWERS[places]!;
  out[row] = first === at ? value : -value;
  return i;
}

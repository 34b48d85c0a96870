import { decodeText } from "../../column/text.ts";
import type { DataType } from "../../types/data-type.ts";
import {
  daysFromCivil,
  daysInMonth,
  type EpochUs,
  parseTimestamp,
  US_PER_DAY,
  US_PER_MS,
  US_PER_SECOND,
} from "../../types/time.ts";
import { NOT_READ, readFloat, readInt64 } from "./json-number.ts";
import { COLON, DOT, MINUS, QUOTE, SPACE, skipString, ZERO } from "./json-syntax.ts";
import { type Slot, writeWhole } from "./slot.ts";

const UPPER_T = 0x54;
const UPPER_Z = 0x5a;
const PLUS = 0x2b;
const ISO_BYTES_MAX = 36; // "2026-01-01T12:00:00.123456789+01:00" and the closing quote
const TEXT_MAX = 128; // characters; all longer texts are no time
const FRACTION_DIGITS_MAX = 9;
const US_DIGITS = 6;
const EVERY_MONTH_DAYS = 28;
const OFFSET_HOURS_MAX = 14; // beyond it, parseTimestamp decides
const SECONDS_PER_HOUR = 3_600;
const SECONDS_PER_MINUTE = 60;

const EPOCH_US = { s: US_PER_SECOND, ms: US_PER_MS, us: 1 } as const;

/** Microseconds in the unit of a bare number, 0 where no unit is declared. */
export const epochUnitUs = (type: DataType): number =>
  type.kind === "timestamp" && type.epoch !== undefined ? EPOCH_US[type.epoch] : 0;

/**
 * Reads a point in time into row `row`, in microseconds: ISO 8601 text as `parseTimestamp` reads it, or a number of
 * `unitUs` microseconds each, rounded. `wide` is an INT64 slot with room for one row.
 * @returns the position behind it, or NOT_READ
 */
export function readTime(bytes: Uint8Array, at: number, slot: Slot, row: number, unitUs: number, wide: Slot): number {
  if (bytes[at] !== QUOTE) return unitUs === 0 ? NOT_READ : readEpoch(bytes, at, slot, row, unitUs, wide);
  const end = at + ISO_BYTES_MAX < bytes.length ? readIso(bytes, at + 1, slot.doubles, row) : NOT_READ;
  return end === NOT_READ ? readText(bytes, at, slot, row) : end;
}

/** Two decimal digits, or a number far below 0. */
function two(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - ZERO;
  const ones = bytes[at + 1]! - ZERO;
  return tens >>> 0 > 9 || ones >>> 0 > 9 ? -1_000_000 : tens * 10 + ones;
}

/** The usual form: date, `T` or a space, time with seconds, at most nine digits of a fraction, `Z`, `+hh:mm` or no zone. */
function readIso(bytes: Uint8Array, at: number, out: Float64Array, row: number): number {
  const year = two(bytes, at) * 100 + two(bytes, at + 2);
  const month = two(bytes, at + 5);
  const day = two(bytes, at + 8);
  const hour = two(bytes, at + 11);
  const minute = two(bytes, at + 14);
  const second = two(bytes, at + 17);
  const gap = bytes[at + 10]!;
  if (bytes[at + 4] !== MINUS || bytes[at + 7] !== MINUS || (gap !== UPPER_T && gap !== SPACE)) return NOT_READ;
  if (bytes[at + 13] !== COLON || bytes[at + 16] !== COLON) return NOT_READ;
  if (year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23) return NOT_READ;
  if (minute < 0 || minute > 59 || second < 0 || second > 59) return NOT_READ;
  if (day > EVERY_MONTH_DAYS && day > daysInMonth(year, month)) return NOT_READ;
  let i = at + 19;
  let fraction = 0;
  if (bytes[i] === DOT) {
    const first = ++i;
    for (; i < first + FRACTION_DIGITS_MAX; i++) {
      const digit = bytes[i]! - ZERO;
      if (digit >>> 0 > 9) break;
      if (i < first + US_DIGITS) fraction = fraction * 10 + digit;
    }
    if (i === first) return NOT_READ;
    for (let digits = i - first; digits < US_DIGITS; digits++) fraction *= 10;
  }
  let offset = 0;
  const zone = bytes[i]!;
  if (zone === UPPER_Z) i++;
  else if (zone === PLUS || zone === MINUS) {
    const hours = two(bytes, i + 1);
    const minutes = two(bytes, i + 4);
    if (bytes[i + 3] !== COLON || hours < 0 || hours > OFFSET_HOURS_MAX || minutes < 0 || minutes > 59) return NOT_READ;
    offset = (hours * SECONDS_PER_HOUR + minutes * SECONDS_PER_MINUTE) * (zone === MINUS ? -1 : 1);
    i += 6;
  }
  if (bytes[i] !== QUOTE) return NOT_READ;
  const seconds = hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE + second - offset;
  const us = daysFromCivil(year, month, day) * US_PER_DAY + seconds * US_PER_SECOND + fraction;
  if (!Number.isSafeInteger(us)) return NOT_READ;
  out[row] = us;
  return i + 1;
}

/** Any text that `parseTimestamp` takes. */
function readText(bytes: Uint8Array, at: number, slot: Slot, row: number): number {
  const end = skipString(bytes, at + 1);
  if (end < 0) return NOT_READ;
  const us = timeOfText(JSON.parse(decodeText(bytes, at, end)) as string);
  return us !== undefined && writeWhole(slot, row, us) ? end : NOT_READ;
}

/** `parseTimestamp` for text of any size, and only times that 64 bits hold. */
export function timeOfText(text: string): EpochUs | undefined {
  const trimmed = text.trim();
  const us = trimmed.length > TEXT_MAX ? undefined : parseTimestamp(trimmed);
  return typeof us === "bigint" && BigInt.asIntN(64, us) !== us ? undefined : us;
}

/** The time that a number of `unitUs` microseconds each stands for, rounded to one; `undefined` beyond 64 bits. */
export function timeOfNumber(count: number | bigint, unitUs: number): EpochUs | undefined {
  if (typeof count === "number") {
    const us = Math.round(count * unitUs);
    if (Number.isSafeInteger(us)) return us + 0;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  const us = BigInt(count) * BigInt(unitUs);
  return BigInt.asIntN(64, us) === us ? us : undefined;
}

function readEpoch(bytes: Uint8Array, at: number, slot: Slot, row: number, unitUs: number, wide: Slot): number {
  let end = readInt64(bytes, at, wide, 0);
  if (end < 0) end = readFloat(bytes, at, wide.doubles, 0);
  if (end < 0) return NOT_READ;
  const count = wide.doubles[0]!;
  const us = timeOfNumber(Number.isNaN(count) ? wideValue(wide) : count, unitUs);
  return us !== undefined && writeWhole(slot, row, us) ? end : NOT_READ;
}

const wideValue = (wide: Slot): bigint =>
  wide.words === null ? 0n : (new BigInt64Array(wide.words.buffer, wide.words.byteOffset, 1)[0] ?? 0n);

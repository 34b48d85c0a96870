import { TidemarkError } from "../errors.ts";
import { type Bitmap, isValid } from "../column/bitmap.ts";
import { US_PER_DAY, US_PER_MS, US_PER_SECOND } from "../types/time.ts";

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const NS_PER_US = 1_000n;
const MS_PER_DAY = 86_400_000n;
const US_PER_DAY_WORDS = BigInt(US_PER_DAY);

/**
 * Uint64 as Int64: the same words, no copy.
 * @throws type.overflow where a valid value is beyond 2^63 - 1
 */
export function signedWords(words: BigInt64Array, validity: Bitmap | null, column: string): BigInt64Array {
  for (let i = 0; i < words.length; i++) {
    if (words[i]! < 0n && isValid(validity, i)) {
      throw overflow(column, `${BigInt.asUintN(64, words[i]!)} is beyond the largest 64-bit integer`);
    }
  }
  return words;
}

/** Factors of the coarse units of Arrow's Timestamp: Schema.fbs, enum TimeUnit (0 s, 1 ms, 2 us, 3 ns). */
const UNIT_US = [US_PER_SECOND, US_PER_MS, 1];
const NANOSECOND = 3;

/**
 * Times of an Arrow unit as microseconds, exact; nanoseconds are rounded down.
 * @throws type.overflow where a valid time is beyond 64 bits of microseconds
 */
export function microseconds(
  words: BigInt64Array,
  unit: number,
  validity: Bitmap | null,
  column: string,
): BigInt64Array | Float64Array {
  if (unit === NANOSECOND) {
    const out = new BigInt64Array(words.length);
    for (let i = 0; i < out.length; i++) out[i] = flooredBy(words[i]!, NS_PER_US);
    return out;
  }
  const factor = UNIT_US[unit] ?? 1;
  if (factor === 1) return words;
  return scaled(words, factor, validity, column);
}

/**
 * Days since the epoch as microseconds of their midnight, UTC.
 * @throws type.overflow where a valid day is beyond 64 bits of microseconds
 */
export const daysToUs = (days: Int32Array, validity: Bitmap | null, column: string): BigInt64Array | Float64Array =>
  scaled(days, US_PER_DAY, validity, column);

/** Milliseconds of a date as microseconds of its midnight, UTC. @throws type.overflow as `daysToUs` */
export function datesToUs(words: BigInt64Array, validity: Bitmap | null, column: string): BigInt64Array {
  const out = new BigInt64Array(words.length);
  for (let i = 0; i < out.length; i++) {
    if (isValid(validity, i)) out[i] = checked(flooredBy(words[i]!, MS_PER_DAY) * US_PER_DAY_WORDS, column);
  }
  return out;
}

/** Values times a factor: doubles where all are exact, else words. */
function scaled(
  values: BigInt64Array | Int32Array,
  factor: number,
  validity: Bitmap | null,
  column: string,
): BigInt64Array | Float64Array {
  const limit = Math.floor(Number.MAX_SAFE_INTEGER / factor);
  const doubles = new Float64Array(values.length);
  let i = 0;
  for (; i < doubles.length; i++) {
    if (!isValid(validity, i)) continue;
    const value = Number(values[i]!);
    if (value > limit || value < -limit) break;
    doubles[i] = value * factor;
  }
  if (i === doubles.length) return doubles;
  const words = new BigInt64Array(values.length);
  const step = BigInt(factor);
  for (i = 0; i < words.length; i++) {
    if (isValid(validity, i)) words[i] = checked(BigInt(values[i]!) * step, column);
  }
  return words;
}

function flooredBy(value: bigint, step: bigint): bigint {
  const quotient = value / step;
  return value < 0n && quotient * step !== value ? quotient - 1n : quotient;
}

function checked(us: bigint, column: string): bigint {
  if (us > INT64_MAX || us < INT64_MIN) throw overflow(column, `a time of ${us} us is beyond 64 bits`);
  return us;
}

function overflow(column: string, summary: string): TidemarkError {
  return new TidemarkError("type.overflow", `column "${column}": ${summary}`, {
    hint: "cast the column, or remove the value, before it comes here",
  });
}

import { shown, timestampUs } from "../column/builder.ts";
import { TidemarkError } from "../errors.ts";
import { type EpochUs, US_PER_DAY, US_PER_SECOND } from "../types/time.ts";

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?$/;
const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3_600;
const HOUR_MAX = 24;
const SIXTIETH_MAX = 59;
const FRACTION_DIGITS = 6; // microseconds

/** Whether a text is meant as a time of day, right or wrong. */
export const isClockText = (text: string): boolean => CLOCK.test(text.trim());

/** Microseconds from the start of the day of `HH:MM[:SS[.fff]]`; 24:00:00 is the day's end; undefined for other text. */
export function clockTextUs(text: string): number | undefined {
  const match = CLOCK.exec(text.trim());
  if (match === null) return undefined;
  const [, hour = "", minute = "", second = "0", fraction = ""] = match;
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  const us =
    (h * SECONDS_PER_HOUR + m * SECONDS_PER_MINUTE + s) * US_PER_SECOND + Number(fraction.padEnd(FRACTION_DIGITS, "0"));
  return h > HOUR_MAX || m > SIXTIETH_MAX || s > SIXTIETH_MAX || us > US_PER_DAY ? undefined : us;
}

/** The first microsecond of the UTC day that holds a time. */
export const dayOf = (us: number): number => Math.floor(us / US_PER_DAY) * US_PER_DAY;

/**
 * The point in time that a test names: a time of day on the given day, a `Date`, or ISO 8601 text.
 * @throws time.invalid
 */
export function testTimeUs(time: unknown, dayUs: number): EpochUs {
  const clock = typeof time === "string" ? clockTextUs(time) : undefined;
  if (clock !== undefined) return dayUs + clock;
  try {
    return timestampUs(time, { kind: "timestamp" });
  } catch (cause) {
    throw new TidemarkError("time.invalid", `${shown(time)} is no point in time`, {
      hint: 'write "12:00:00" for a time of the test\'s day, ISO 8601 text as in "2026-01-01T12:00:00Z", or a Date',
      cause,
    });
  }
}

/** Points in time are microseconds since the Unix epoch, UTC: a `number` where that is exact, else a `bigint`. */
export type EpochUs = number | bigint;

export const US_PER_MS = 1_000;
export const US_PER_SECOND = 1_000_000;
export const US_PER_DAY = 86_400_000_000;
const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3_600;
const OFFSET_HOURS_MAX = 15; // the largest in use is +14:00
const DAYS_PER_ERA = 146_097; // 400 Gregorian years
const YEARS_PER_ERA = 400;
const EPOCH_SHIFT_DAYS = 719_468; // days from 0000-03-01 to 1970-01-01

/** Days since 1970-01-01 of a date in the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible date algorithms"). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / YEARS_PER_ERA);
  const yearOfEra = y - era * YEARS_PER_ERA;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - EPOCH_SHIFT_DAYS;
}

/** Year, month (1 to 12) and day of a number of days since 1970-01-01. */
export function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + EPOCH_SHIFT_DAYS;
  const era = Math.floor(z / DAYS_PER_ERA);
  const dayOfEra = z - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * YEARS_PER_ERA + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days of a month in the proleptic Gregorian calendar. */
export function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % YEARS_PER_ERA === 0);
  return (MONTH_DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
}

const TIMESTAMP_MIN_US = -9_223_372_022_400_000_000n; // 290309-12-22 (BC), DuckDB's first TIMESTAMP
const TIMESTAMP_MAX_US = 2n ** 63n - 2n; // DuckDB's last; one more is its infinity

/** Whether microseconds are a point in time that a column can hold. */
export const isTimestampUs = (us: EpochUs): boolean => us >= TIMESTAMP_MIN_US && us <= TIMESTAMP_MAX_US;

// No two neighbouring parts can match the same character, so that matching takes linear time.
const ISO =
  /^([+-]?\d{4,6})-(\d{1,2})-(\d{1,2})( \(BC\))?(?:(?:T| +)(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d*))?)? ?(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * Reads ISO 8601 text: a date alone, or date and time with any fraction (cut to microseconds); a time without a zone
 * is UTC, and 24:00:00 is the next day's start. The year has 4 to 6 digits; `(BC)` may follow the date, as
 * `formatTimestamp` writes it. `undefined` where the text is no point in time.
 *
 * @example parseTimestamp("2026-01-01T12:00:00.5+01:00"); // 1767265200500000
 */
export function parseTimestamp(text: string): EpochUs | undefined {
  const match = ISO.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, bc, hour = "0", minute = "0", second = "0", fraction = "", zone] = match;
  const shownYear = Number(year);
  if (bc !== undefined && shownYear <= 0) return undefined;
  const y = bc === undefined ? shownYear : 1 - shownYear;
  const [mo, d, h, mi, s] = [Number(month), Number(day), Number(hour), Number(minute), Number(second)];
  const us = Number(fraction.slice(0, 6).padEnd(6, "0"));
  if (mo < 1 || mo > 12 || d < 1 || d > daysInMonth(y, mo) || mi > 59 || s > 59) return undefined;
  if (h > 24 || (h === 24 && (mi > 0 || s > 0 || us > 0))) return undefined;
  const offset = zoneSeconds(zone);
  if (offset === undefined) return undefined;
  const seconds = daysFromCivil(y, mo, d) * 86_400 + h * SECONDS_PER_HOUR + mi * SECONDS_PER_MINUTE + s - offset;
  const total = epochUs(seconds, us);
  return isTimestampUs(total) ? total : undefined;
}

function zoneSeconds(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === "Z" || zone === "z" || zone === "UTC") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(zone.length > 3 ? -2 : zone.length) || "0");
  if (hours > OFFSET_HOURS_MAX || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * SECONDS_PER_HOUR + minutes * SECONDS_PER_MINUTE);
}

/** Microseconds from whole seconds and a fraction, exact. */
function epochUs(seconds: number, us: number): EpochUs {
  const total = seconds * US_PER_SECOND + us;
  return Number.isSafeInteger(total) ? total : BigInt(seconds) * BigInt(US_PER_SECOND) + BigInt(us);
}

/** The microseconds of a `Date`, or `undefined` for an invalid one. */
export function dateUs(date: Date): EpochUs | undefined {
  const ms = date.getTime();
  if (Number.isNaN(ms)) return undefined;
  const us = ms * US_PER_MS;
  return Number.isSafeInteger(us) ? us : BigInt(ms) * BigInt(US_PER_MS);
}

/** The `Date` of a point in time, at its millisecond (rounded down). */
export function dateOfUs(us: EpochUs): Date {
  if (typeof us === "number") return new Date(Math.floor(us / US_PER_MS));
  const ms = us / BigInt(US_PER_MS);
  return new Date(Number(us < 0n && ms * BigInt(US_PER_MS) !== us ? ms - 1n : ms));
}

const pad = (value: number, width = 2): string => String(value).padStart(width, "0");

/**
 * A point in time as DuckDB prints it: `2026-01-01 12:00:00`, with a fraction only where there is one and
 * `(BC)` behind the date before year 1.
 *
 * @example formatTimestamp(1_767_268_800_500_000); // "2026-01-01 12:00:00.5"
 */
export function formatTimestamp(us: EpochUs): string {
  const { year, monthDay, time, fraction } = parts(us);
  const date = year > 0 ? `${pad(year, 4)}-${monthDay}` : `${pad(1 - year, 4)}-${monthDay} (BC)`;
  return `${date} ${time}${fraction === "" ? "" : `.${fraction}`}`;
}

/**
 * A point in time as ISO 8601 with milliseconds or microseconds and `Z`. Years outside 0000 to 9999 have a sign and
 * six digits, as in `Date.prototype.toISOString`.
 */
export function isoTimestamp(us: EpochUs): string {
  const { year, monthDay, time, fraction } = parts(us);
  const plain = year >= 0 && year <= ISO_YEAR_MAX;
  const shownYear = plain ? pad(year, 4) : `${year < 0 ? "-" : "+"}${pad(Math.abs(year), 6)}`;
  return `${shownYear}-${monthDay}T${time}.${fraction.padEnd(fraction.length > 3 ? 6 : 3, "0")}Z`;
}

const ISO_YEAR_MAX = 9_999; // the last year that ISO 8601 writes without a sign

function parts(us: EpochUs): { year: number; monthDay: string; time: string; fraction: string } {
  const big = BigInt(us);
  const dayUs = BigInt(US_PER_DAY);
  let days = big / dayUs;
  if (days * dayUs > big) days -= 1n;
  const rest = Number(big - days * dayUs);
  const { year, month, day } = civilFromDays(Number(days));
  const seconds = Math.floor(rest / US_PER_SECOND);
  return {
    year,
    monthDay: `${pad(month)}-${pad(day)}`,
    time: `${pad(Math.floor(seconds / SECONDS_PER_HOUR))}:${pad(Math.floor(seconds / SECONDS_PER_MINUTE) % 60)}:${pad(seconds % 60)}`,
    fraction: pad(rest % US_PER_SECOND, 6).replace(/0+$/, ""),
  };
}

const BYTES_PER_KB = 1_000;
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];
const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3_600;

/** 1234567 as `1,234,567`. */
export const grouped = (number: number): string => number.toLocaleString("en-US");

/** `1 row`, `1,234 rows`. */
export const plural = (number: number, noun: string): string => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;

/** `1.3 of 2.9 GB`: both in the unit that gives the whole one to three digits before the point. */
export function shownBytes(part: number, whole: number): string {
  let unit = 0;
  let scale = 1;
  while (whole >= scale * BYTES_PER_KB && unit < BYTE_UNITS.length - 1) {
    scale *= BYTES_PER_KB;
    unit++;
  }
  const shown = (bytes: number): string => (unit === 0 ? String(bytes) : (bytes / scale).toFixed(1));
  return `${shown(part)} of ${shown(whole)} ${BYTE_UNITS[unit]}`;
}

/** `9s`, `1m 02s` or `3h 05m`. */
export function shownSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  const pad = (number: number): string => String(Math.floor(number)).padStart(2, "0");
  if (whole < SECONDS_PER_MINUTE) return `${whole}s`;
  if (whole < SECONDS_PER_HOUR) return `${Math.floor(whole / SECONDS_PER_MINUTE)}m ${pad(whole % SECONDS_PER_MINUTE)}s`;
  return `${Math.floor(whole / SECONDS_PER_HOUR)}h ${pad((whole % SECONDS_PER_HOUR) / SECONDS_PER_MINUTE)}m`;
}

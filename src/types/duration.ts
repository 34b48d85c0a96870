import { TidemarkError } from "../errors.ts";

const US_PER_MS = 1_000;
const US_PER_SECOND = 1_000_000;

const UNIT_US: Readonly<Record<string, number>> = {
  ms: US_PER_MS,
  s: US_PER_SECOND,
  m: 60 * US_PER_SECOND,
  h: 3_600 * US_PER_SECOND,
  d: 86_400 * US_PER_SECOND,
  w: 604_800 * US_PER_SECOND,
};

/** A length of time as text: `"10m"`, `"1h30m"`; `"all"` and `"infinity"` have no bound. */
export type Duration = string;

/**
 * The length of a duration in microseconds; `Infinity` for `"all"` and `"infinity"`.
 * Units `w d h m s ms`, whole numbers, each unit at most once, spaces allowed between parts.
 *
 * @throws duration.invalid for anything else, a bare number included
 * @example durationUs("1h30m"); // 5_400_000_000
 */
export function durationUs(duration: Duration): number {
  if (typeof duration !== "string") throw invalid(String(duration));
  const text = duration.trim();
  if (text === "all" || text === "infinity") return Number.POSITIVE_INFINITY;
  const part = /\s*(\d+)\s*(ms|[wdhms])/y;
  const seen = new Set<string>();
  let total = 0;
  let at = 0;
  while (at < text.length) {
    part.lastIndex = at;
    const match = part.exec(text);
    const unit = match?.[2];
    const unitUs = unit === undefined ? undefined : UNIT_US[unit];
    if (match === null || unit === undefined || unitUs === undefined || seen.has(unit)) throw invalid(text, at);
    seen.add(unit);
    total += Number(match[1]) * unitUs;
    at = part.lastIndex;
  }
  if (text === "" || !Number.isSafeInteger(total)) throw invalid(text);
  return total;
}

/** The length in seconds as it stands in a full name: `600`, `0.5`, or `all`. */
export function durationLabel(us: number): string {
  return us === Number.POSITIVE_INFINITY ? "all" : String(us / US_PER_SECOND);
}

function invalid(text: string, at = 0): TidemarkError {
  return new TidemarkError("duration.invalid", `"${text}" is not a duration`, {
    span: { start: at, end: text.length },
    text,
    hint: 'write whole numbers with the units w d h m s ms, each at most once, as in "10m" or "1h30m", or "all"',
  });
}

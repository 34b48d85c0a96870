import { shown } from "../column/builder.ts";
import { TidemarkError } from "../errors.ts";
import { dateUs, parseTimestamp } from "../types/time.ts";

/** The microseconds of a time that a person gives. @throws time.invalid */
export function timeUs(time: Date | string): number {
  const us =
    typeof time === "string"
      ? parseTimestamp(time)
      : Object.prototype.toString.call(time) === "[object Date]"
        ? dateUs(time)
        : undefined;
  if (typeof us === "number") return us;
  if (us !== undefined) {
    throw new TidemarkError(
      "time.invalid",
      `${shown(time)} is not between the years 1684 and 2255, which event times are`,
    );
  }
  throw new TidemarkError("time.invalid", `${shown(time)} is no point in time`, {
    hint: 'give a Date or ISO 8601 text, as in "2026-01-01T12:00:00Z"',
  });
}

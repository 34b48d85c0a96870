import { sliceBatch } from "../column/batch.ts";
import type { Intake } from "../engine/intake.ts";
import { takeBatch } from "../kernels/take.ts";

/** How many messages an intake brings, taken or not. */
export const rowsOf = ({ batch, rejects, skipped }: Intake): number => batch.length + rejects.length + skipped;

/** Rows `start` to `end`; what was rejected or skipped goes with the first ones. */
export function sliceIntake(intake: Intake, start: number, end: number): Intake {
  const { batch, times, lines, rejects, skipped } = intake;
  if (start === 0 && end === batch.length) return intake;
  return {
    batch: sliceBatch(batch, start, end),
    times: times.subarray(start, end),
    lines: lines.subarray(start, end),
    rejects: start === 0 ? rejects : [],
    skipped: start === 0 ? skipped : 0,
  };
}

/** The messages in `[fromUs, untilUs)` and those without a time. */
export function withinTimes(intake: Intake, fromUs: number, untilUs: number): Intake {
  const { batch, times, lines } = intake;
  const rows = new Int32Array(batch.length);
  let kept = 0;
  for (let i = 0; i < batch.length; i++) {
    const time = times[i] ?? Number.NaN;
    if (!(time < fromUs || time >= untilUs)) rows[kept++] = i;
  }
  if (kept === batch.length) return intake;
  const chosen = rows.subarray(0, kept);
  return {
    ...intake,
    batch: takeBatch(batch, chosen),
    times: Float64Array.from(chosen, (row) => times[row] ?? Number.NaN),
    lines: Float64Array.from(chosen, (row) => lines[row] ?? 0),
  };
}

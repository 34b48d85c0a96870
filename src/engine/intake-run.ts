import { advanced, observed } from "../window/watermark.ts";
import type { DeadLetterBox } from "./dead-letter.ts";
import { addCounts, APPLIED, code, combined, dispositions, noCounts } from "./disposition.ts";
import type { Caused } from "./emission.ts";
import { type Intake, rawRow } from "./intake.ts";
import { type Arrivals, LATE_ARRIVAL, type LaneResult, UNUSABLE } from "./lane.ts";
import type { SourceState } from "./source-state.ts";

const SKIPPED = code("skipped");
const LATE = code("late");

/** What taking messages in has done: emissions, and the engine's clock after them. */
export interface Taken {
  readonly caused: readonly Caused[];
  /** The latest event time or advance of any source; `-Infinity` before the first. */
  readonly latestUs: number;
}

/** What the engine's clock is made of: it stands at `startUs` until the first event. */
export interface Clock {
  readonly latestUs: number;
  readonly startUs: number;
}

/** Gives messages of one source to its resolvers and enters them in the ledgers. */
export function takeIn(
  state: SourceState,
  intake: Intake,
  clock: Clock,
  letters: DeadLetterBox,
  file: string | undefined,
): Taken {
  const arrivals = arrivalsOf(state, intake, clock);
  const results = state.lanes.map((lane) => lane.take(arrivals));
  enter(state, intake, arrivals, results, letters, file);
  const latestUs = Math.max(clock.latestUs, state.watermark.latestUs);
  state.lanes.forEach((lane) => lane.expire(state.watermark.atUs, latestUs));
  return { caused: results.flatMap(({ caused }) => caused), latestUs };
}

/** Moves the source's watermark over the messages and finds those that are late. */
function arrivalsOf(state: SourceState, { batch, times, lines }: Intake, { latestUs, startUs }: Clock): Arrivals {
  const { lateArrivalDeadlineUs, outOfOrdernessUs } = state.source;
  const late = new Uint8Array(batch.length);
  const usable = times.map((time, i) => {
    if (Math.abs(time) !== Number.POSITIVE_INFINITY) return time;
    late[i] = UNUSABLE;
    return Number.NaN;
  });
  const { after, watermark } = observed(state.watermark, usable, outOfOrdernessUs);
  state.watermark = watermark;
  const clocks = new Float64Array(batch.length);
  let clock = latestUs;
  for (let i = 0; i < batch.length; i++) {
    const time = usable[i]!;
    if (time < after[i]! - lateArrivalDeadlineUs) late[i] = LATE_ARRIVAL;
    if (time > clock) clock = time;
    clocks[i] = clock === Number.NEGATIVE_INFINITY ? startUs : clock;
  }
  return { batch, times: usable, watermarks: after, clocks, late, lines };
}

function enter(
  state: SourceState,
  intake: Intake,
  arrivals: Arrivals,
  results: readonly LaneResult[],
  letters: DeadLetterBox,
  file: string | undefined,
): void {
  const { source, counts, countsOf, lanes } = state;
  const before = noCounts();
  before.skipped += intake.skipped;
  for (const { disposition, reason, raw, line, offset } of intake.rejects) {
    before[disposition]++;
    letters.put({ source: source.name, disposition, reason, raw, position: { file, line, offset } });
  }
  for (const each of [counts, ...countsOf.values()])
    for (const disposition of dispositions) each[disposition] += before[disposition];
  state.pushed += arrivals.batch.length + intake.rejects.length + intake.skipped;
  results.forEach((result, l) => addCounts(countsOf.get(lanes[l]!.resolver.name)!, result.dispositions));
  const all = combined(
    results.map(({ dispositions: codes }) => codes),
    arrivals.batch.length,
  );
  addCounts(counts, all);
  for (let i = 0; i < all.length; i++) {
    if (all[i] === APPLIED || all[i] === SKIPPED) continue;
    const reason =
      results.map(({ reasons }) => reasons.get(i)).find((each) => each !== undefined) ??
      standardReason(all[i]!, arrivals, i, source.key);
    const raw = rawRow(source.message.schema, arrivals.batch, i);
    letters.put({
      source: source.name,
      disposition: dispositions[all[i]!]!,
      reason,
      raw,
      position: { file, line: arrivals.lines[i]!, offset: -1 },
    });
  }
}

const US_PER_SECOND = 1_000_000;

function standardReason(
  disposition: number,
  { times, watermarks }: Arrivals,
  i: number,
  key: string | undefined,
): string {
  if (disposition === LATE)
    return `${((watermarks[i]! - times[i]!) / US_PER_SECOND).toFixed(3)} s behind the watermark, more than lateArrivalDeadline allows`;
  const words: Partial<Record<(typeof dispositions)[number], string>> = {
    "no-timestamp": "the message has no time, and a window needs one",
    invalid: "its time is not between the years 1684 and 2255, which event times are",
    "null-key": `the key${key === undefined ? "" : ` "${key}"`} is null`,
    duplicate: "an earlier message has the same value",
  };
  return words[dispositions[disposition]!] ?? dispositions[disposition]!;
}

/** Moves a source's watermark by hand and closes what ends there. */
export function advance(state: SourceState, toUs: number, beforeUs: number): Taken {
  state.watermark = advanced(state.watermark, toUs);
  const latestUs = Math.max(beforeUs, toUs);
  const caused = state.lanes.flatMap((lane) => lane.close(state.watermark.atUs, latestUs));
  state.lanes.forEach((lane) => lane.expire(state.watermark.atUs, latestUs));
  return { caused, latestUs };
}

import { advanced, observed } from "../window/watermark.ts";
import type { DeadLetterBox } from "./dead-letter.ts";
import { addCounts, APPLIED, code, combined, dispositions, noCounts } from "./disposition.ts";
import type { Caused } from "./emission.ts";
import { type Intake, rawRow } from "./intake.ts";
import type { Arrivals, LaneResult } from "./lane.ts";
import type { SourceState } from "./source-state.ts";

const SKIPPED = code("skipped");
const LATE = code("late");

/** What taking messages in has done: emissions, and the engine's clock after them. */
export interface Taken {
  readonly caused: readonly Caused[];
  readonly clockUs: number;
}

/** Gives messages of one source to its resolvers and enters them in the ledgers. */
export function takeIn(
  state: SourceState,
  intake: Intake,
  clockUs: number,
  letters: DeadLetterBox,
  file: string | undefined,
): Taken {
  const arrivals = arrivalsOf(state, intake, clockUs);
  const results = state.lanes.map((lane) => lane.take(arrivals));
  enter(state, intake, arrivals, results, letters, file);
  state.lanes.forEach((lane) => lane.expire(state.watermark.atUs, Math.max(clockUs, state.watermark.latestUs)));
  return { caused: results.flatMap(({ caused }) => caused), clockUs: Math.max(clockUs, state.watermark.latestUs) };
}

/** Moves the source's watermark over the messages and finds those that are late. */
function arrivalsOf(state: SourceState, { batch, times, lines }: Intake, clockUs: number): Arrivals {
  const { lateArrivalDeadlineUs, outOfOrdernessUs } = state.source;
  const { after, watermark } = observed(state.watermark, times, outOfOrdernessUs);
  state.watermark = watermark;
  const late = new Uint8Array(batch.length);
  const clocks = new Float64Array(batch.length);
  let clock = clockUs;
  for (let i = 0; i < batch.length; i++) {
    const time = times[i]!;
    if (time < after[i]! - lateArrivalDeadlineUs) late[i] = 1;
    if (time > clock) clock = time;
    clocks[i] = clock;
  }
  return { batch, times, watermarks: after, clocks, late, lines };
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
    "no-timestamp": "the message has no time between the years 1684 and 2255, and a window needs one",
    "null-key": `the key${key === undefined ? "" : ` "${key}"`} is null`,
    duplicate: "an earlier message has the same value",
  };
  return words[dispositions[disposition]!] ?? dispositions[disposition]!;
}

/** Moves a source's watermark by hand and closes what ends there. */
export function advance(state: SourceState, toUs: number, clockUs: number): Taken {
  state.watermark = advanced(state.watermark, toUs);
  const clock = Math.max(clockUs, toUs);
  const caused = state.lanes.flatMap((lane) => lane.close(state.watermark.atUs, clock));
  state.lanes.forEach((lane) => lane.expire(state.watermark.atUs, clock));
  return { caused, clockUs: clock };
}

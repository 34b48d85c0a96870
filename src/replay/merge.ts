import type { Intake } from "../engine/intake.ts";
import type { Source } from "../sources/source.ts";
import { sliceIntake } from "./select-rows.ts";

/** Messages of one source, on their way to the engine. */
export interface Piece {
  readonly source: Source;
  readonly file: string;
  readonly intake: Intake;
}

/**
 * The pieces of several sources in event-time order, as far as the order within each source allows: at each step the
 * source whose next message has the earliest time goes on (of equal times the first source), until another one is
 * earlier. A message without a time goes as soon as it is next. One source passes as it is. Memory: a piece of each source.
 */
export async function* merged(feeds: readonly AsyncIterator<Piece>[]): AsyncGenerator<Piece> {
  const heads: Head[] = [];
  const last = feeds.length - 1;
  try {
    for (const [order, feed] of feeds.entries()) {
      const head: Head = { feed, order, piece: undefined, at: 0, timeUs: Number.NEGATIVE_INFINITY };
      if (last === 0 || (yield* advanced(head))) heads.push(head);
    }
    while (heads.length > 1) {
      let first: Head | undefined;
      let second: Head | undefined;
      for (const head of heads) {
        if (first === undefined || head.timeUs < first.timeUs) [first, second] = [head, first];
        else if (second === undefined || head.timeUs < second.timeUs) second = head;
      }
      if (first?.piece === undefined || second === undefined) break;
      const { intake, ...rest } = first.piece;
      // A later source must be earlier to come next; a source in front may also be as early.
      const end = runEnd(intake.times, first.at, second.timeUs, first.order < second.order);
      yield { ...rest, intake: sliceIntake(intake, first.at, end) };
      first.at = end;
      if (end < intake.times.length) first.timeUs = timeOf(intake, end);
      else if (!(yield* advanced(first))) heads.splice(heads.indexOf(first), 1);
    }
    const [rest] = heads;
    if (rest?.piece !== undefined) {
      const { intake } = rest.piece;
      yield { ...rest.piece, intake: sliceIntake(intake, rest.at, intake.times.length) };
    }
    if (rest !== undefined) yield* { [Symbol.asyncIterator]: () => rest.feed };
  } finally {
    for (const feed of feeds) await feed.return?.();
  }
}

interface Head {
  readonly feed: AsyncIterator<Piece>;
  readonly order: number;
  piece: Piece | undefined;
  /** The next row of `piece` and its time. */
  at: number;
  timeUs: number;
}

/** Goes on to the next piece with messages; gives out those that hold nothing but rejected ones. False at the end. */
async function* advanced(head: Head): AsyncGenerator<Piece, boolean> {
  for (;;) {
    const next = await head.feed.next();
    if (next.done === true) return false;
    if (next.value.intake.times.length === 0) {
      yield next.value;
      continue;
    }
    head.piece = next.value;
    head.at = 0;
    head.timeUs = timeOf(next.value.intake, 0);
    return true;
  }
}

function timeOf({ times }: Intake, row: number): number {
  const time = times[row] ?? Number.NaN;
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}

/** The first row from `start` on whose turn it is not while another source waits with `otherUs`. */
function runEnd(times: Float64Array, start: number, otherUs: number, winsTies: boolean): number {
  let end = start + 1;
  if (winsTies) while (end < times.length && !((times[end] ?? 0) > otherUs)) end++;
  else while (end < times.length && !((times[end] ?? 0) >= otherUs)) end++;
  return end;
}

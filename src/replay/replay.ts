import type { DeadLetter } from "../engine/dead-letter.ts";
import { engine } from "../engine/engine.ts";
import { timeUs } from "../engine/time-of.ts";
import { TidemarkError } from "../errors.ts";
import { type Input, openInputs } from "./inputs.ts";
import { intakesOf } from "./intakes.ts";
import { merged, type Piece } from "./merge.ts";
import type { ReplayOptions } from "./options.ts";
import { createMeter } from "./progress.ts";
import type { Run } from "./run.ts";
import { runOf } from "./run-of.ts";
import { rowsOf, withinTimes } from "./select-rows.ts";

/**
 * Replays recordings through resolvers: an engine gets their messages in event-time order across sources (as far as
 * each recording's own order allows), as columns, in bounded memory.
 *
 * Messages that do not fit are dead letters with file and line, counted in the ledger; with `strict` the first one is
 * thrown. One bad message never stops a replay otherwise; a recording that cannot be read does.
 *
 * @throws replay.invalid where an input names no source, or there is none; engine.invalid, time.invalid, duration.invalid
 * @throws recording.missing where a file cannot be opened; recording.format where its format is not known;
 * recording.invalid where it is empty or broken or, with `strict`, holds a message that is not taken;
 * schema.unknown-column and type.mismatch where a table does not fit the source's message
 * @example
 * const run = await replay({ resolvers, inputs: { logins: "logins.ndjson.gz" }, finish: true });
 * run.frame(User).show();
 */
export async function replay(options: ReplayOptions): Promise<Run> {
  const { resolvers, startAt, history = "all", strict = false, finish = false } = options;
  const app = engine({ resolvers, history, ...(startAt === undefined ? {} : { startAt }) });
  const fromUs = options.from === undefined ? Number.NEGATIVE_INFINITY : timeUs(options.from);
  const untilUs = options.until === undefined ? Number.POSITIVE_INFINITY : timeUs(options.until);
  if (fromUs >= untilUs) {
    throw new TidemarkError("replay.invalid", "`from` is not before `until`, so that no message is between them", {
      hint: "messages at `from` count, those at `until` do not",
    });
  }
  const meter = createMeter(options.onProgress);
  const inputs = await openInputs(resolvers, options.inputs);
  let outside = 0;

  /** The pieces of a source, file after file. */
  async function* feed(
    { source, recordings }: Input,
    moved: readonly ((bytes: number) => void)[],
  ): AsyncGenerator<Piece> {
    for (const [i, recording] of recordings.entries()) {
      for await (const all of intakesOf(source, recording, moved[i] ?? noMeter)) {
        const intake = withinTimes(all, fromUs, untilUs);
        outside += all.batch.length - intake.batch.length;
        meter.count(rowsOf(all), all.times);
        if (rowsOf(intake) > 0) yield { source, file: recording.path, intake };
      }
    }
  }

  const feeds = inputs.map((input) =>
    feed(
      input,
      input.recordings.map(({ size }) => meter.file(size)),
    ),
  );
  for await (const { source, intake, file } of merged(feeds)) {
    app.pushIntake(source, intake, file);
    if (strict) refuse(app.deadLetters());
    await meter.breathe();
  }
  if (finish) app.finish();
  return runOf({ engine: app, resolvers, outside, ...meter.finish() });
}

const noMeter = (): void => {};

/** @throws recording.invalid for the first of the dead letters */
function refuse(letters: readonly DeadLetter[]): void {
  const [first] = letters.toSorted((a, b) => a.position.line - b.position.line);
  if (first === undefined) return;
  const { file, line } = first.position;
  throw new TidemarkError("recording.invalid", `${file}:${line}: ${first.disposition}: ${first.reason}`, {
    hint: "correct the recording, or replay without strict to have it listed and go on",
  });
}

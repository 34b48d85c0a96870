import type { ReplayOptions } from "./options.ts";
import type { Run } from "./run.ts";

/**
 * Replays recordings through resolvers: an engine gets their messages in event-time order across sources (as far as
 * each recording's own order allows), as columns, in bounded memory.
 *
 * Messages that do not fit are dead letters with file and line, counted in the ledger; with `strict` the first one is
 * thrown. One bad message never stops a replay otherwise; a recording that cannot be read does.
 *
 * @throws replay.invalid where an input names no source, or there is none; engine.invalid, time.invalid, duration.invalid
 * @throws recording.missing where a file cannot be opened; recording.format where its format is not known;
 * recording.invalid where it is broken or, with `strict`, holds a message that is not taken
 * @example
 * const run = await replay({ resolvers, inputs: { logins: "logins.ndjson.gz" }, finish: true });
 * run.frame(User).show();
 */
export function replay(options: ReplayOptions): Promise<Run> {
  throw new Error(`not yet ${options.inputs}`);
}

import type { BigIntStats } from "node:fs";
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import type { AnySet } from "../engine/interface.ts";
import { suggest } from "../errors.ts";
import type { DataFrame } from "../frame/data-frame.ts";
import type { ReplayOptions, Run } from "../replay/index.ts";
import type { Resolver } from "../resolvers/resolver.ts";
import { parseTimestamp } from "../types/time.ts";
import { type Arguments, namedPaths, type OptionTable, usage, wholeNumber } from "./arguments.ts";
import { loadResolvers } from "./load-module.ts";
import type { Output } from "./output.ts";
import { progressBar } from "./progress.ts";

export const options: OptionTable = {
  input: { type: "string", short: "i" },
  out: { type: "string", short: "o" },
  from: { type: "string" },
  until: { type: "string" },
  finish: { type: "boolean" },
  "no-finish": { type: "boolean" },
  strict: { type: "boolean" },
  json: { type: "boolean" },
  limit: { type: "string", short: "n" },
  quiet: { type: "boolean", short: "q" },
  help: { type: "boolean", short: "h" },
};

export const help = `usage: tidemark replay <module> --input NAME=FILE [options]

Sends recorded messages through the resolvers that a module (.ts, .mts, .js, .mjs) exports, and shows the features.

  -i, --input NAME=FILE  the recording of a source: NDJSON or payload lines (plain or gzip), Parquet or Arrow IPC, told
                         apart by content; may be given several times, also for one source
  -o, --out FILE         writes every emission to FILE (.arrow or .ndjson)
      --from TIME        leaves out messages before this event time (ISO 8601, such as 2026-01-01T12:00:00Z)
      --until TIME       leaves out messages from this event time on
      --no-finish        leaves windows open that the recording does not close (default: --finish closes them)
      --strict           stops at the first message that is not taken; a resolver that throws is an error
      --json             one JSON object: rows, seconds, outside, ledger, deadLetters, failures, features
  -n, --limit N          at most N rows of each feature set (default 20; with --json all)
  -q, --quiet            no progress bar
  -h, --help             this text

examples:
  tidemark replay resolvers.ts --input logins=logins.ndjson.gz
  tidemark replay resolvers.ts -i logins=monday.ndjson -i logins=tuesday.ndjson --out features.arrow
  tidemark replay resolvers.ts -i logins=logins.parquet --json | jq .ledger

exit code: 0 done, 1 a recording or the module is broken or, with --strict, a message or a resolver is,
           2 a mistake in arguments`;

const OUT_ENDINGS = [".arrow", ".ndjson"];

/** `tidemark replay`. @throws cli.*, replay.*, recording.*, engine.* */
export async function run(given: Arguments, output: Output): Promise<number> {
  const [module, ...rest] = given.positionals;
  if (module === undefined)
    throw usage("there is no module", "tidemark replay resolvers.ts --input logins=logins.ndjson");
  if (rest.length > 0)
    throw usage(`there is one module, not also ${rest[0]}`, "give recordings with --input name=file");
  const times = { ...timeOption(given, "from"), ...timeOption(given, "until") };
  const limit = wholeNumber("--limit", given.text("limit"));
  const out = given.text("out");
  if (out !== undefined && !OUT_ENDINGS.includes(extname(out)))
    throw usage(`${out} ends in neither ${OUT_ENDINGS.join(" nor ")}`, "the ending of --out says how to write");
  if (given.has("finish") && given.has("no-finish")) throw usage("--finish and --no-finish exclude each other");
  const inputs = namedPaths("--input", given.texts("input"));
  if (inputs.size === 0) throw usage("there is no recording", "name one for each source: --input logins=logins.ndjson");
  if (out !== undefined) await checkOut(out, [...inputs.values()].flat());
  const resolvers = await loadResolvers(module);
  checkInputs(inputs, resolvers);

  const strict = given.has("strict");
  const shown = !given.has("quiet") && !given.has("json");
  const done = await replayed(
    { resolvers, inputs: Object.fromEntries(inputs), ...times, finish: !given.has("no-finish"), strict },
    shown,
  );
  if (out !== undefined) await (await import("../replay/index.ts")).writeEmissions(done.emissions, out);
  const frames = framesOf(done, resolvers);
  if (given.has("json")) {
    const { writeJson } = await import("./replay-json.ts");
    const limited = [...frames].map(([set, frame]) => [set, limit === undefined ? frame : frame.limit(limit)] as const);
    await writeJson(done, new Map(limited), output);
  } else {
    const { summary } = await import("./replay-summary.ts");
    await output.write(summary(done, frames, { limit, width: output.width, out }));
  }
  return strict && done.failures.length > 0 ? 1 : 0;
}

/** @throws cli.usage where it is one of the recordings; recording.missing where it cannot be written */
async function checkOut(out: string, recordings: readonly string[]): Promise<void> {
  const { checkWritable } = await import("../replay/write-emissions.ts");
  await checkWritable(out);
  const target = await fileAt(out);
  if (target === undefined) return;
  for (const recording of recordings) {
    const file = await fileAt(recording);
    if (file?.dev !== target.dev || file.ino !== target.ino) continue;
    throw usage(`--out ${out} is the recording ${recording}, and would replace it`, "give --out another file");
  }
}

/** What stands behind a path, links followed. */
const fileAt = (path: string): Promise<BigIntStats | undefined> => stat(path, { bigint: true }).catch(() => undefined);

function timeOption(given: Arguments, name: "from" | "until"): { from?: string; until?: string } {
  const text = given.text(name);
  if (text === undefined) return {};
  if (parseTimestamp(text) !== undefined) return { [name]: text };
  throw usage(`--${name} takes a point in time, not "${text}"`, "write it as 2026-01-01T12:00:00Z");
}

function checkInputs(inputs: ReadonlyMap<string, unknown>, resolvers: readonly Resolver[]): void {
  const sources = [...new Set(resolvers.map(({ source }) => source.name))];
  for (const name of inputs.keys())
    if (!sources.includes(name)) throw usage(`no resolver reads a source "${name}"`, suggest(name, sources));
}

async function replayed(replayOptions: ReplayOptions, shown: boolean): Promise<Run> {
  const { replay } = await import("../replay/index.ts");
  const bar = shown ? await progressBar() : undefined;
  try {
    return await replay({ ...replayOptions, ...(bar === undefined ? {} : { onProgress: bar.update }) });
  } finally {
    bar?.stop();
  }
}

/** The results by the name of the feature set, in the order of the resolvers. */
function framesOf(done: Run, resolvers: readonly Resolver[]): Map<string, DataFrame> {
  // A feature knows its set as the set itself does, and a resolver knows only features.
  return new Map(resolvers.map(({ set }) => [set.name, done.frame(set.primaryKey as unknown as AnySet)]));
}

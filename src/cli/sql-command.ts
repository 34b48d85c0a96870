import { TidemarkError } from "../errors.ts";
import type { DataFrame } from "../frame/data-frame.ts";
import { type Arguments, namedPaths, oneOf, type OptionTable, usage, wholeNumber } from "./arguments.ts";
import { type Output, printable } from "./output.ts";
import { QueryMistake } from "./report.ts";
import { tablePaths, withOtherNames } from "./table-names.ts";

const FORMATS = ["table", "json", "csv", "arrow"] as const;

export const options: OptionTable = {
  as: { type: "string" },
  format: { type: "string", short: "f" },
  limit: { type: "string", short: "n" },
  help: { type: "boolean", short: "h" },
};

export const help = `usage: tidemark sql "<query>" <file>... [options]

Asks files a question in SQL. Each file is a table by its name without endings (events.ndjson.gz is events); a single
file is also called "file" and "events". NDJSON (plain or gzip), Parquet and Arrow IPC are told apart by content.

  --as NAME=FILE       a file under a name of its own; may be given several times
  -f, --format FORMAT  table (default, fitted to the terminal), json (an array with one row a line), csv (RFC 4180),
                       arrow (an IPC stream)
  -n, --limit N        at most N rows; of a table 20 unless said otherwise, else all
  -h, --help           this text

examples:
  tidemark sql "select user_id, count(*) as n from logins where failed group by 1 order by n desc" logins.ndjson.gz
  tidemark sql "select * from file limit 5" recording.parquet
  tidemark sql "select user_id, ip from logins where failed" --as logins=2026-01-01/part-0.arrow --format csv
  tidemark sql "select count(*) as n from \\"2026-01\\"" 2026-01.ndjson --format json

exit code: 0 done, 1 a file is missing or broken or the query failed on its rows, 2 a mistake in arguments or query`;

/** `tidemark sql`. @throws cli.usage, sql.*, recording.* and what the query throws on its rows */
export async function run(given: Arguments, output: Output): Promise<number> {
  const [query, ...files] = given.positionals;
  if (query === undefined) throw usage("there is no query", 'tidemark sql "select * from events" events.ndjson');
  const format = oneOf("--format", given.text("format") ?? "table", FORMATS);
  const limit = wholeNumber("--limit", given.text("limit"));
  const paths = tablePaths(files, namedPaths("--as", given.texts("as")));
  if (format === "arrow" && output.isTerminal)
    throw usage("Arrow is bytes, and standard output is a terminal", "send it to a file: --format arrow > rows.arrow");
  await write(await ask(query, await readTables(paths, output)), format, limit, output);
  return 0;
}

async function readTables(paths: ReadonlyMap<string, string>, output: Output): Promise<Map<string, DataFrame>> {
  const { readTable } = await import("../replay/index.ts");
  const frames = new Map<string, DataFrame>();
  for (const [name, path] of paths) {
    const { frame, skipped } = await readTable(path);
    for (const field of skipped) output.note(`tidemark: ${path}: column "${field.name}" is left out: ${field.reason}`);
    if (frame.columns.length === 0) throw noColumns(path, skipped.length === 0);
    frames.set(name, frame);
  }
  return frames;
}

const noColumns = (path: string, isEmpty: boolean): TidemarkError =>
  new TidemarkError("recording.invalid", `${path} ${isEmpty ? "is empty" : "has no column that can be asked for"}`, {
    hint: isEmpty
      ? "name a file with rows, such as one JSON object a line"
      : "lists and objects are no columns: write their values as fields of their own",
  });

async function ask(query: string, frames: ReadonlyMap<string, DataFrame>): Promise<DataFrame> {
  const { session } = await import("../frame/sql.ts");
  const names = [...frames.keys()];
  try {
    return session(Object.fromEntries(withOtherNames(frames))).sql(query);
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    if (error.code !== "sql.unknown-table") throw new QueryMistake(error.message, { cause: error });
    const { code, summary, span, cause } = error;
    const hint = `the ${names.length === 1 ? "table is" : "tables are"} ${names.map((name) => `"${name}"`).join(", ")}`;
    throw new TidemarkError(code, summary, { span, text: query, hint, cause });
  }
}

async function write(
  frame: DataFrame,
  format: (typeof FORMATS)[number],
  limit: number | undefined,
  output: Output,
): Promise<void> {
  if (format === "table") {
    await output.write(`${frame.show({ width: output.width, ...(limit === undefined ? {} : { rows: limit }) })}\n`);
    return;
  }
  const limited = limit === undefined ? frame : frame.limit(limit);
  if (format === "arrow") {
    await output.write(limited.toIPC("stream"));
    return;
  }
  const { csv, jsonArray } = await import("./rows-text.ts");
  if (format === "json") {
    for (const part of jsonArray(limited.table())) await output.write(part);
    await output.write("\n");
    return;
  }
  for (const part of csv(limited.table())) await output.write(output.isTerminal ? printable(part) : part);
}

#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import process from "node:process";
import { suggest } from "../errors.ts";
import { type Arguments, type OptionTable, parseCommandLine, usage } from "./arguments.ts";
import { type Output, standardOutput } from "./output.ts";
import { reportOf } from "./report.ts";

/** A command: what it takes, what `--help` says, and what it does. */
interface Command {
  readonly options: OptionTable;
  readonly help: string;
  run(given: Arguments, output: Output): Promise<number>;
}

// Loaded when they are asked for: `tidemark --help` needs none of what stands behind them.
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  replay: () => import("./replay-command.ts"),
  sql: () => import("./sql-command.ts"),
};

const options: OptionTable = {
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
};

const help = `usage: tidemark <command> [options]

Event streams into features, in one process.

commands:
  replay  sends recorded messages through the resolvers of a module and shows the features
  sql     asks files (NDJSON, Parquet, Arrow IPC) a question in SQL

  -h, --help     this text; tidemark <command> --help says what a command takes
  -V, --version  the version

examples:
  tidemark replay resolvers.ts --input logins=logins.ndjson --out features.arrow
  tidemark sql "select user_id, count(*) as n from logins group by 1" logins.ndjson.gz

exit code: 0 done, 1 the work failed, 2 a mistake in arguments. TIDEMARK_DEBUG=1 adds the stack of an error.`;

const output = standardOutput();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { text, exitCode } = reportOf(error, process.env["TIDEMARK_DEBUG"] === "1");
  output.note(text);
  process.exitCode = exitCode;
}

async function main(args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  if (name === "" || name.startsWith("-")) return withoutCommand(args);
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    throw usage(`there is no command "${name}"`, suggest(name, Object.keys(commands)));
  }
  const command = await load();
  const given = parseCommandLine(rest, command.options);
  if (!given.has("help")) return command.run(given, output);
  await output.write(`${command.help}\n`);
  return 0;
}

async function withoutCommand(args: readonly string[]): Promise<number> {
  const given = parseCommandLine(args, options);
  if (given.has("version")) {
    await output.write(`${await version()}\n`);
    return 0;
  }
  if (!given.has("help")) throw usage("there is no command", "tidemark --help says what there is");
  await output.write(`${help}\n`);
  return 0;
}

async function version(): Promise<string> {
  const text = await readFile(new URL(import.meta.resolve("tidemark/package.json")), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

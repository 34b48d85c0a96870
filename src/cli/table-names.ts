import { basename } from "node:path";
import { usage } from "./arguments.ts";

/** Endings that say how a file is packed or written, and not what is in it. */
const ENDINGS = /(?:\.(?:ndjson|jsonl|json|log|txt|parquet|pq|arrow|arrows|ipc|feather))?(?:\.(?:gz|gzip))?$/i;

/** The name of a file's table: its base name without endings. `data/events.ndjson.gz` is `events`. */
export function tableName(path: string): string {
  const base = basename(path);
  return base.replace(ENDINGS, "") || base;
}

/**
 * The paths by table name. Files named by `--as` have the name given there; one file alone is also called `file` and
 * `events`.
 * @throws cli.usage where two files have one name (names do not differ by case alone), or there is none
 */
export function tablePaths(
  files: readonly string[],
  named: ReadonlyMap<string, readonly string[]>,
): Map<string, string> {
  const paths = new Map<string, string>();
  const all = [
    ...[...named].flatMap(([name, each]) => each.map((path) => [name, path] as const)),
    ...files.map((path) => [tableName(path), path] as const),
  ];
  for (const [name, path] of all) {
    const other = [...paths].find(([known]) => known.toLowerCase() === name.toLowerCase());
    if (other !== undefined)
      throw usage(`${other[1]} and ${path} are both called "${name}"`, `name one of them: --as other=${path}`);
    paths.set(name, path);
  }
  const [only] = all;
  if (only === undefined) throw usage("there is no file to ask", 'tidemark sql "select * from events" events.ndjson');
  return paths;
}

const NAMES_OF_ONE = ["file", "events"];

/** The tables by name; where there is one, also by the names that a table alone has. */
export function withOtherNames<Table>(tables: ReadonlyMap<string, Table>): Map<string, Table> {
  const [only] = tables;
  if (only === undefined || tables.size > 1) return new Map(tables);
  const [name, table] = only;
  const others = NAMES_OF_ONE.filter((other) => other !== name.toLowerCase());
  return new Map([only, ...others.map((other) => [other, table] as const)]);
}

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { errorCodes } from "../src/errors.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** A file imports from its own folder or from one with a lower number. */
const layers: Readonly<Record<string, number>> = {
  types: 0,
  column: 1,
  sketch: 1,
  arrow: 2,
  kernels: 2,
  aggregates: 3,
  expr: 4,
  plan: 5,
  sql: 6,
  exec: 6,
  frame: 7,
  window: 7,
  features: 8,
  sources: 8,
  resolvers: 9,
  engine: 10,
  replay: 11,
  testing: 12,
  cli: 12,
};

/** What comes from outside, and who may import it. A package that is not named here may be imported by no one. */
const packages: Readonly<Record<string, readonly string[]>> = {
  "node:*": ["replay", "cli"],
  "apache-arrow": ["arrow"],
  re2js: ["kernels"],
  hyparquet: ["replay"],
  "hyparquet-compressors": ["replay"],
  "hyparquet-writer": ["replay"],
  "cli-progress": ["cli"],
  jiti: ["cli"],
  "fast-check": ["testing"],
  vitest: ["testing"],
};

const ERRORS = "errors.ts"; // every folder may import it, and it imports nothing
const INDEX = "index.ts"; // the door "tidemark": imports what loads in a browser, and nothing imports it
const BROWSER_LAYER_MAX = layers["engine"] ?? 0;

const LINES_MAX = 400;
const DATA_TABLES: readonly string[] = []; // files that are only a table of numbers may be longer

const CLOCK = "window/clock.ts";
const clockAndChance =
  /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bMath\.random\(|\bgetRandomValues\(|\brandomUUID\(/;

describe("the layers of src", () => {
  const sources = new Map(
    filesBelow(join(root, "src")).map((path) => [path, readFileSync(join(root, "src", path), "utf8")]),
  );

  it("sees the sources", () => {
    expect(sources.size).toBeGreaterThan(0);
    expect([...sources.keys()]).toContain(ERRORS);
  });

  it("knows every folder", () => {
    const folders = new Set([...sources.keys()].filter((path) => path.includes("/")).map(folderOf));
    expect([...folders].filter((folder) => layers[folder] === undefined)).toEqual([]);
    expect([...sources.keys()].filter((path) => !path.includes("/")).sort()).toEqual([ERRORS, INDEX]);
  });

  it("knows no folder that is gone", () => {
    const folders = new Set([...sources.keys()].map(folderOf));
    expect(Object.keys(layers).filter((folder) => !folders.has(folder))).toEqual([]);
  });

  it("lets a file import from its own folder or from a lower layer", () => {
    expect([...sources].flatMap(([path, text]) => importProblems(path, text))).toEqual([]);
  });

  it.each([
    ["kernels/add.ts", 'import { a } from "../arrow/table.ts";', "kernels [2] imports arrow [2]"],
    ["column/a.ts", 'import type { B } from "../sketch/b.ts";', "column [1] imports sketch [1]"],
    ["types/a.ts", 'export {\n  a,\n  b,\n} from "../column/b.ts";', "types [0] imports column [1]"],
    ["plan/optimizer/a.ts", 'export * from "../../exec/b.ts";', "plan [5] imports exec [6]"],
    ["expr/a.ts", 'const m = await import("../engine/b.ts");', "expr [4] imports engine [10]"],
    ["expr/a.ts", 'export type A = import("../sql/b.ts").B;', "expr [4] imports sql [6]"],
    ["engine/a.ts", 'import { readFileSync } from "node:fs";', "engine imports node:fs"],
    ["engine/a.ts", 'import "fs";', "engine imports fs"],
    ["frame/a.ts", 'import type { Table } from "apache-arrow";', "frame imports apache-arrow"],
    ["frame/a.ts", 'import { Table } from "apache-arrow/table";', "frame imports apache-arrow/table"],
    ["frame/a.ts", 'import { col } from "../index.ts";', "frame imports index.ts"],
    ["errors.ts", 'import { t } from "./types/data-type.ts";', "errors.ts imports types [0]"],
    ["index.ts", 'export { replay } from "./replay/index.ts";', "index.ts imports replay [11]"],
    ["nowhere/a.ts", 'import { b } from "../types/b.ts";', "nowhere is not in the table"],
    ["types/a.ts", 'import { b } from "../nowhere/b.ts";', "nowhere is not in the table"],
    ["types/a.ts", 'import { b } from "../../test/b.ts";', "types imports from outside src"],
    ["types/a.ts", 'import { b } from "./b.js";', "./b.js does not end in .ts"],
  ])("finds what is wrong in %s: %s", (path, text, problem) => {
    expect(importProblems(path, text)).toEqual([`src/${path}: ${problem}`]);
  });

  it.each([
    ["kernels/add.ts", 'import { a } from "../column/column.ts";\nimport { b } from "./b.ts";'],
    ["types/a.ts", 'import { TidemarkError } from "../errors.ts";'],
    [
      "types/a.ts",
      '/**\n * import { a } from "../engine/a.ts";\n */\n// import "node:fs"\nexport const from = "../engine/a.ts";',
    ],
    ["arrow/a.ts", 'import { Table } from "apache-arrow";'],
    ["replay/a.ts", 'import { readFile } from "node:fs/promises";'],
    ["index.ts", 'export { engine } from "./engine/index.ts";\nexport { TidemarkError } from "./errors.ts";'],
  ])("finds nothing wrong in %s: %s", (path, text) => {
    expect(importProblems(path, text)).toEqual([]);
  });

  it("keeps logic out of the door", () => {
    const statements = withoutComments(sources.get(INDEX) ?? "")
      .split(";")
      .map((statement) => statement.trim())
      .filter((statement) => statement !== "");
    expect(statements).not.toEqual([]);
    expect(statements.filter((statement) => !/^export (?:type )?\{[^}]*\} from "[^"]+"$/.test(statement))).toEqual([]);
  });

  it(`keeps files at ${LINES_MAX} lines or fewer`, () => {
    const long = [...sources]
      .filter(([path]) => !DATA_TABLES.includes(path))
      .map(([path, text]) => [`src/${path}`, text.trimEnd().split("\n").length] as const)
      .filter(([, lines]) => lines > LINES_MAX);
    expect(long).toEqual([]);
  });

  it("reads the machine's clock and randomness in one place", () => {
    const readers = [...sources].filter(([path, text]) => path !== CLOCK && clockAndChance.test(withoutComments(text)));
    expect(readers.map(([path]) => `src/${path}`)).toEqual([]);
  });

  it("uses every error code", () => {
    const text = [...sources]
      .flatMap(([path, source]) => (path === ERRORS ? [] : [withoutComments(source)]))
      .join("\n");
    expect(Object.keys(errorCodes).length).toBeGreaterThan(0);
    expect(Object.keys(errorCodes).filter((code) => !text.includes(`"${code}"`))).toEqual([]);
  });
});

describe("the files of the repository", () => {
  const NOT_TRACKED = new Set([".git", "node_modules", "dist", "temp", "coverage"]);
  const TEXT_BYTES_MAX = 2_000_000; // larger files are data that a benchmark has written
  const texts = filesBelow(root, NOT_TRACKED)
    .filter((path) => statSync(join(root, path)).size <= TEXT_BYTES_MAX)
    .map((path) => [path, readFileSync(join(root, path), "utf8")] as const)
    .filter(([, text]) => !text.includes("\0"));
  // Written in pieces, so that this file does not hold what it looks for.
  const machinePath = new RegExp(`(?<![\\w.*-])/(?:${["work", "tmp", "root", "home/\\w+", "Users/\\w+"].join("|")})/`);
  const registryHost = new RegExp(
    `(?:${["registry", "npm"].join("|")})\\.[\\w-]+\\.(?:org|com|net|io|dev|internal|local)`,
  );

  it("sees the files", () => {
    expect(texts.map(([path]) => path)).toEqual(
      expect.arrayContaining(["package.json", "package-lock.json", "src/errors.ts"]),
    );
  });

  it("names no path of a machine", () => {
    expect(machinePath.test(`read ${["", "tmp", "a.txt"].join("/")}`)).toBe(true);
    expect(matching(machinePath)).toEqual([]);
  });

  it("names no package registry", () => {
    expect(registryHost.test(`https://${["registry", "npmjs", "org"].join(".")}/a`)).toBe(true);
    expect(matching(registryHost)).toEqual([]);
  });

  it("has a lock file that names no place to download from", () => {
    const lock = readFileSync(join(root, "package-lock.json"), "utf8");
    expect(lock.match(/"resolved": "(?!test\/)[^"]*"/g) ?? []).toEqual([]);
  });

  function matching(pattern: RegExp): string[] {
    return texts.flatMap(([path, text]) =>
      text.split("\n").flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
    );
  }
});

function importProblems(path: string, text: string): string[] {
  const from = path.includes("/") ? folderOf(path) : path;
  const layer = layers[from];
  if (path.includes("/") && layer === undefined) return [`src/${path}: ${from} is not in the table`];
  const problems: string[] = [];
  for (const specifier of importsOf(text)) {
    const problem = specifier.startsWith(".") ? relativeProblem(path, specifier) : packageProblem(from, specifier);
    if (problem !== undefined) problems.push(`src/${path}: ${problem}`);
  }
  return problems;
}

function relativeProblem(path: string, specifier: string): string | undefined {
  const from = path.includes("/") ? folderOf(path) : path;
  const target = posix.join(dirname(path), specifier);
  if (!specifier.endsWith(".ts")) return `${specifier} does not end in .ts`;
  if (target.startsWith("..")) return `${from} imports from outside src`;
  if (target === INDEX) return `${from} imports ${INDEX}`;
  if (target === ERRORS) return undefined;
  const to = folderOf(target);
  const targetLayer = layers[to];
  if (targetLayer === undefined) return `${to} is not in the table`;
  if (from === to) return undefined;
  if (from === INDEX) return targetLayer > BROWSER_LAYER_MAX ? `${INDEX} imports ${to} [${targetLayer}]` : undefined;
  if (from === ERRORS) return `${ERRORS} imports ${to} [${targetLayer}]`;
  const layer = layers[from] ?? 0;
  return targetLayer < layer ? undefined : `${from} [${layer}] imports ${to} [${targetLayer}]`;
}

function packageProblem(folder: string, specifier: string): string | undefined {
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  const users = packages[specifier.startsWith("node:") ? "node:*" : name] ?? [];
  return users.includes(folder) ? undefined : `${folder} imports ${specifier}`;
}

/** The specifiers of static, re-exporting, type-only and dynamic imports. */
function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const fixed = code.matchAll(/^(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"([^"]+)"/gm);
  const dynamic = code.matchAll(/\bimport\(\s*"([^"]+)"/g);
  return [...fixed, ...dynamic].map((match) => match[1] ?? "");
}

/** Lines that are comments are emptied. Comments after code stay: a string may hold what begins one. */
function withoutComments(text: string): string {
  return text
    .split("\n")
    .map((line) => (/^\s*(?:\/\/|\/\*|\*)/.test(line) ? "" : line))
    .join("\n");
}

function folderOf(path: string): string {
  return path.split("/")[0] ?? "";
}

/** Paths of the files below `folder`, relative to it, with slashes. */
function filesBelow(folder: string, ignored: ReadonlySet<string> = new Set()): string[] {
  const paths: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (ignored.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) paths.push(...filesBelow(path, ignored).map((below) => `${entry.name}/${below}`));
    else if (entry.isFile()) paths.push(relative(folder, path).replaceAll(sep, "/"));
  }
  return paths;
}

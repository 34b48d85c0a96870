// `npm run check`: every step runs, each says how long it took and what it saw, and the failures are listed at the end.
//   npm run check                     all steps
//   npm run check -- format lint      these steps
//   npm run check -- --skip=tests     all but these
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { doors, root } from "./doors.mjs";
import { bundleForSize } from "./size.mjs";

const INSTANTIATIONS_MAX = 500_000; // type instantiations: the budget for checking sources, tests and examples

const steps = {
  format: checkFormat,
  lint: checkLint,
  types: checkTypes,
  architecture: () => checkTests(["test/architecture.test.ts"], "architecture"),
  tests: () => checkTests(chosen.includes("architecture") ? ["--exclude", "test/architecture.test.ts"] : [], "tests"),
  build: checkBuild,
  api: checkApi,
  "dead-code": checkDeadCode,
  package: checkPackage,
  size: checkSize,
};
const needsBuild = new Set(["api", "package", "size"]);

process.chdir(root);
mkdirSync("temp", { recursive: true });
const { chosen, unknown } = choose(process.argv.slice(2));
if (unknown.length > 0) {
  console.error(`no step is called ${unknown.join(", ")}; there is ${Object.keys(steps).join(", ")}`);
  process.exit(2);
}
const failures = [];
for (const name of chosen) {
  if (needsBuild.has(name) && failures.some((failure) => failure.name === "build")) {
    failures.push({ name, reason: "not run, since the build failed" });
    console.log(`${name.padEnd(14)} not run: the build failed`);
    continue;
  }
  const started = performance.now();
  let seen;
  let reason;
  try {
    seen = await steps[name]();
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
    failures.push({ name, reason });
  }
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`.padStart(7);
  console.log(`${name.padEnd(14)} ${seconds}  ${reason === undefined ? `ok: ${seen}` : "FAILED"}`);
}
for (const { name, reason } of failures) console.log(`\n--- ${name} ---\n${reason.trim()}`);
console.log(
  failures.length === 0
    ? `\n${chosen.length} steps passed`
    : `\n${failures.length} of ${chosen.length} steps failed: ${failures.map((failure) => failure.name).join(", ")}`,
);
process.exitCode = failures.length === 0 ? 0 : 1;

function choose(words) {
  const skipped = words
    .filter((word) => word.startsWith("--skip="))
    .flatMap((word) => word.slice("--skip=".length).split(","));
  const named = words.filter((word) => !word.startsWith("--skip="));
  const all = Object.keys(steps);
  return {
    chosen: (named.length === 0 ? all : all.filter((name) => named.includes(name))).filter(
      (name) => !skipped.includes(name),
    ),
    unknown: [...named, ...skipped].filter((name) => !all.includes(name)),
  };
}

async function checkFormat() {
  const output = await run("biome", ["format", "--colors=off"]);
  return `${count(output, /Checked (\d+) files?/)} files`;
}

async function checkLint() {
  const output = await run("oxlint", ["--deny-warnings", "--report-unused-disable-directives"]);
  const files = count(output, /on (\d+) files/);
  const rules = count(output, /with (\d+) rules/);
  await proveTypeAwareLint();
  return `${files} files, ${rules} rules`;
}

/** Without its type-aware half the linter passes in silence: a floating promise must be found. */
async function proveTypeAwareLint() {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-lint-"));
  writeFileSync(join(folder, "tsconfig.json"), '{ "compilerOptions": { "strict": true }, "include": ["*.ts"] }\n');
  writeFileSync(join(folder, "probe.ts"), "export const probe = async (): Promise<number> => 1;\nprobe();\n");
  const { output } = await execute("oxlint", ["-c", ".oxlintrc.json", folder]);
  rmSync(folder, { recursive: true });
  if (!output.includes("no-floating-promises")) throw new Error(`the type-aware rules saw nothing:\n${output}`);
}

async function checkTypes() {
  const wanted = { "tsconfig.json": ["src/"], "tsconfig.test.json": ["test/", "test/types/"] };
  const outputs = [];
  const problems = [];
  for (const project of Object.keys(wanted)) {
    const { code, output } = await execute("tsc", [
      "-p",
      project,
      "--pretty",
      "false",
      "--listFiles",
      "--extendedDiagnostics",
    ]);
    const lines = output.split("\n");
    const isListed = (line) => line.startsWith(root) && !line.includes("/node_modules/");
    const own = lines.filter(isListed).map((line) => line.slice(root.length));
    for (const folder of wanted[project]) {
      if (!own.some((path) => path.startsWith(folder))) problems.push(`${project}: no file of ${folder} was checked`);
    }
    if (code !== 0) problems.push(`${project}:\n${lines.filter((line) => /error TS|^ {2}\S/.test(line)).join("\n")}`);
    const instantiations = count(output, /^Instantiations:\s+(\d+)/m);
    if (instantiations > INSTANTIATIONS_MAX) {
      problems.push(`${project}: ${instantiations} type instantiations, more than the budget of ${INSTANTIATIONS_MAX}`);
    }
    outputs.push(`${own.length} files and ${instantiations} instantiations in ${project}`);
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return outputs.join(", ");
}

async function checkTests(selection, name) {
  const report = `temp/vitest-${name}.json`;
  rmSync(report, { force: true });
  const args = ["run", ...selection, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { code, output } = await execute("vitest", args);
  if (code !== 0) throw new Error(output);
  const { numTotalTests, numPassedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
  if (numTotalTests === 0 || numPassedTests === 0) throw new Error("no test ran");
  return `${numPassedTests} tests passed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ""}`;
}

async function checkBuild() {
  return lastLine(await run("node", ["scripts/build.mjs"]));
}

async function checkApi() {
  const output = await run("node", ["scripts/api.mjs"]);
  return output.trim().split("\n").join(", ");
}

async function checkDeadCode() {
  const output = await run("knip", [
    "--no-progress",
    "--treat-config-hints-as-errors",
    "--performance-fn",
    "parseFile",
  ]);
  const parsed = count(output, /^parseFile\s+(\d+)/m);
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  if (parsed < sources.length) throw new Error(`only ${parsed} files were read, and src alone has ${sources.length}`);
  return `${parsed} files`;
}

async function checkPackage() {
  await run("publint", ["--strict", "--pack", "npm"]);
  const [{ files, size }] = JSON.parse(
    await run("npm", ["pack", "--dry-run", "--ignore-scripts", "--json", "--silent"], "stdout"),
  );
  const packed = new Set(files.map((file) => file.path));
  const wanted = Object.keys(doors).map((name) => `dist/${name}.js`);
  const missing = [...wanted, "README.md", "LICENSE", "NOTICE", "CHANGELOG.md"].filter((path) => !packed.has(path));
  if (missing.length > 0) throw new Error(`the package lacks ${missing.join(", ")}`);
  return `${files.length} files, ${Math.round(size / 1000)} kB packed`;
}

async function checkSize() {
  await bundleForSize();
  const { code, output, stdout } = await execute("size-limit", ["--json"]);
  if (code !== 0 && !stdout.trim().startsWith("[")) throw new Error(output);
  const entries = JSON.parse(stdout);
  const lines = entries.map(({ name, size, sizeLimit }) => `${name} ${kilobytes(size)} of ${kilobytes(sizeLimit)}`);
  if (entries.length === 0 || entries.some(({ size }) => !(size > 0)))
    throw new Error(`nothing was measured: ${stdout}`);
  if (code !== 0) throw new Error(lines.join("\n"));
  return lines.join(", ");
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/** The number that a tool prints of what it saw; none and zero are both failures. */
function count(output, pattern) {
  const number = Number(pattern.exec(output)?.[1] ?? 0);
  if (number === 0) throw new Error(`the tool saw nothing (${pattern} is absent or 0):\n${output}`);
  return number;
}

function lastLine(output) {
  return output.trim().split("\n").at(-1);
}

async function run(command, args, stream = "output") {
  const result = await execute(command, args);
  if (result.code !== 0) throw new Error(result.output || `${command} ended with code ${result.code}`);
  return result[stream];
}

function execute(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`, NO_COLOR: "1" },
    });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, output }));
  });
}

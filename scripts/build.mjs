// Makes `dist`: one ES module for each door, shared chunks, declarations and the licences of what is bundled.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import process from "node:process";
import { rolldown } from "rolldown";
import { bundledPackages, chunkOf, doors, root } from "./doors.mjs";

const EXECUTABLE = 0o755; // file mode

process.chdir(root);
rmSync("dist", { recursive: true, force: true });
const started = performance.now();
const chunks = await bundle();
checkBrowserDoor(chunks);
const licences = writeLicences(chunks);
const declarations = emitDeclarations();
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `built ${chunks.length} modules, ${declarations} declarations and ${licences} third-party licences in ${seconds} s`,
);

async function bundle() {
  for (const path of Object.values(doors))
    if (!existsSync(path)) fail(`${path} is missing: package.json names its door`);
  const { dependencies = {} } = JSON.parse(readFileSync("package.json", "utf8"));
  const external = Object.keys(dependencies).filter((name) => !bundledPackages.includes(name));
  const warnings = [];
  const build = await rolldown({
    input: doors,
    transform: { target: "es2022" },
    platform: "browser", // of apache-arrow's two builds, the one without Node's streams
    external: (id) => isBuiltin(id) || external.includes(packageOf(id)),
    onLog: (level, log) => {
      if (level === "warn") warnings.push(log.message);
    },
  });
  const { output } = await build.write({
    dir: "dist",
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
    codeSplitting: { groups: [{ name: chunkName, debugName: "packages", test: /[\\/]node_modules[\\/]/ }] },
  });
  await build.close();
  if (warnings.length > 0) fail(warnings.join("\n"));
  chmodSync("dist/cli.js", EXECUTABLE);
  return output.filter((file) => file.type === "chunk");
}

/** The chunk of a module below node_modules; a package that is nobody's gets a chunk of its own. */
function chunkName(id) {
  const name = packageOf(id.slice(id.lastIndexOf("node_modules") + "node_modules/".length).replaceAll(sep, "/"));
  return (chunkOf[name] ?? name).replace("@", "").replace("/", "-");
}

function packageOf(specifier) {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The door "tidemark" loads in a browser: whatever it reaches imports nothing from outside `dist`. */
function checkBrowserDoor(chunks) {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const reached = new Set(["index.js"]);
  for (const name of reached) {
    const { imports, dynamicImports, moduleIds } = byName.get(name);
    for (const imported of [...imports, ...dynamicImports]) {
      if (byName.has(imported)) reached.add(imported);
      else fail(`the door "tidemark" imports ${imported} by way of\n  ${moduleIds.map(fromRoot).join("\n  ")}`);
    }
  }
}

/** Bundled packages ask for their notice: it goes beside the code. */
function writeLicences(chunks) {
  const packages = new Map();
  for (const id of chunks.flatMap((chunk) => chunk.moduleIds)) {
    if (!id.includes("node_modules")) continue;
    const folder = packageFolder(id);
    packages.set(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name, folder);
  }
  const texts = [...packages]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, folder]) => {
      const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
      if (files.length === 0) fail(`${name} is bundled and has no licence file`);
      const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const bodies = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
      return `${name} ${version} (${license})\n\n${bodies.join("\n\n")}\n`;
    });
  writeFileSync("dist/THIRD-PARTY-LICENSES.txt", texts.join(`\n${"-".repeat(80)}\n\n`));
  return texts.length;
}

function packageFolder(id) {
  let folder = dirname(id);
  while (!existsSync(join(folder, "package.json")) || !hasName(folder)) folder = dirname(folder);
  return folder;
}

function hasName(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name !== undefined;
}

/** Declarations keep the `.ts` of their imports when TypeScript writes them; published ones name the `.js` beside them. */
function emitDeclarations() {
  const tsc = spawnSync("tsc", ["-p", "tsconfig.build.json"], { encoding: "utf8", shell: true });
  if (tsc.status !== 0) fail(`${tsc.stdout}${tsc.stderr}`);
  const paths = readdirSync("dist", { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".d.ts"));
  for (const path of paths) {
    const text = readFileSync(join("dist", path), "utf8");
    const rewritten = text.replace(/((?:from|import) ?\(?")(\.{1,2}\/[^"]+)\.ts"/g, '$1$2.js"');
    writeFileSync(join("dist", path), rewritten);
  }
  for (const path of Object.values(doors)) {
    const declaration = path.replace(/^src/, "dist").replace(/\.ts$/, ".d.ts");
    if (!existsSync(declaration)) fail(`${declaration} was not written`);
  }
  return paths.length;
}

function fromRoot(id) {
  return relative(root, id);
}

function fail(reason) {
  console.error(reason.trim());
  process.exit(1);
}

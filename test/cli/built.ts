import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

const dist = join(root, "dist");

/**
 * Puts the built package into a folder, as an installation would, and gives back its command line: what is built anew
 * while the tests run does not disturb them.
 */
export function installInto(folder: string): string {
  buildIfStale();
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  cpSync(dist, join(folder, "dist"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  return join(folder, "dist/cli.js");
}

/** Builds `dist` where a source is newer than it. */
function buildIfStale(): void {
  const built = statSync(join(dist, "cli.js"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).map((path) => `src/${path}`);
  const newest = [...sources, "package.json", "scripts/build.mjs", "scripts/doors.mjs"]
    .map((path) => statSync(join(root, path)).mtimeMs)
    .reduce((a, b) => Math.max(a, b));
  if (newest <= built) return;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/build.mjs"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the build failed\n${stdout}${stderr}`);
}

/** What a run of the command line gave. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in a folder. */
export function runCli(cli: string, folder: string, args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8" });
  return { code: status, stdout, stderr };
}

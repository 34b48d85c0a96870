// Adds the optional packages of other platforms that the lock file lacks, with the system each is for, as its name says.
// npm leaves them out where the registry in use does not have them; then `npm ci` refuses the lock file, and an install on
// another platform finds no binary. Run it after a change of dependencies: node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./doors.mjs";

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"]; // as process.platform names them
const PROCESSORS = {
  arm: "arm",
  arm64: "arm64",
  armv7: "arm",
  ia32: "ia32",
  ppc64: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  x64: "x64",
};
const LIBRARIES = { gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" };

const path = join(root, "package-lock.json");
const lock = JSON.parse(readFileSync(path, "utf8"));
const added = {};
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] === undefined) added[key] = entryOf(name, version, entry);
  }
}
const packages = Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => a.localeCompare(b, "en"));
writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
console.log(`added ${Object.keys(added).length} packages of other platforms to package-lock.json`);

function entryOf(name, version, dependent) {
  const words = name.split(/[/-]/);
  const os = words.filter((word) => SYSTEMS.includes(word));
  const cpu = words.flatMap((word) => PROCESSORS[word] ?? []);
  const libc = words.flatMap((word) => LIBRARIES[word] ?? []);
  if (!/^\d+\.\d+\.\d+/.test(version) || os.length !== 1 || cpu.length !== 1) {
    throw new Error(`${name}@${version} does not say which platform and version it is`);
  }
  return {
    version,
    cpu,
    ...(dependent.dev ? { dev: true } : {}),
    ...(os[0] === "linux" && libc.length > 0 ? { libc } : {}),
    optional: true,
    os,
  };
}

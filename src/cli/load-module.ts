import { stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { TidemarkError } from "../errors.ts";
import { isResolver, type Resolver } from "../resolvers/resolver.ts";
import { usage } from "./arguments.ts";
import { isTidemarkError } from "./report.ts";

const EXTENSIONS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];
const EXPORT_HINT = "export what stream(...) gives back: export const failedLogins = stream({ ... }, ...)";

/** What a resolver module may import although it stands outside of any package. */
const DOORS = ["tidemark", "tidemark/replay", "tidemark/testing"];

/**
 * The resolvers that a module of TypeScript or JavaScript exports, each once: by name, in arrays, or in a default
 * export that is an array or object of them.
 * @throws cli.usage where there is no such module or no resolver in it; cli.module where it cannot be loaded
 */
export async function loadResolvers(path: string): Promise<Resolver[]> {
  await checkPath(path);
  const resolvers = resolversOf(await importModule(resolve(path), path));
  if (resolvers.length === 0) throw usage(`${path} exports no resolver`, EXPORT_HINT);
  return resolvers;
}

async function checkPath(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw usage(`there is no module ${path}`);
  if (!found.isFile()) throw usage(`${path} is no file`, "name the module that exports the resolvers");
  if (!EXTENSIONS.includes(extname(path)))
    throw usage(`${path} is no module`, `its name must end in ${EXTENSIONS.join(", ")}`);
}

async function importModule(file: string, shown: string): Promise<Readonly<Record<string, unknown>>> {
  const { createJiti } = await import("jiti");
  const alias = Object.fromEntries(DOORS.map((door) => [door, fileURLToPath(import.meta.resolve(door))]));
  // Without its cache: to compile a module takes milliseconds, and what others may write to must not be run.
  const jiti = createJiti(file, { alias, fsCache: false });
  const idle = whenIdle();
  try {
    const loaded = jiti.import<Readonly<Record<string, unknown>>>(file);
    const first = await Promise.race([loaded, idle.promise]);
    if (first !== IDLE) return first;
  } catch (error) {
    throw loadError(error, { file, shown, library: dirname(alias["tidemark"] ?? "") });
  } finally {
    idle.forget();
  }
  throw moduleError(`${shown}: it waits for what never comes`, undefined, "an await at its top level does not settle");
}

const IDLE = Symbol("idle");

/** Settles when the process has nothing left to do, so that a promise still pending will never settle. */
function whenIdle(): { readonly promise: Promise<typeof IDLE>; forget(): void } {
  let forget = (): void => {};
  const promise = new Promise<typeof IDLE>((settle) => {
    // The immediate gives the process something to do again; without it, it would end.
    const idle = (): void => void setImmediate(() => settle(IDLE));
    process.once("beforeExit", idle);
    forget = () => void process.off("beforeExit", idle);
  });
  return { promise, forget: () => forget() };
}

/** Every resolver among the exports, each once. */
export function resolversOf(exports: Readonly<Record<string, unknown>>): Resolver[] {
  const candidates = Object.entries(exports).flatMap(([name, value]) => {
    if (isResolver(value)) return [value];
    if (Array.isArray(value)) return value as unknown[];
    return name === "default" && typeof value === "object" && value !== null ? valuesOf(value) : [];
  });
  return [...new Set(candidates.filter(isResolver))];
}

const valuesOf = (value: object): unknown[] => (Object.values(value) as unknown[]).flat();

/** A module that is loaded. */
export interface Loading {
  /** Its whole path. */
  readonly file: string;
  /** Its path as the user wrote it. */
  readonly shown: string;
  /** The folder of this package's code. */
  readonly library: string;
}

/** Says in a line or two why a module could not be loaded, and where. */
export function loadError(error: unknown, loading: Loading): TidemarkError {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  const parse = /^ParseError: (.*?)\s*\n\s*(.+:\d+:\d+)$/s.exec(message);
  if (parse !== null) return moduleError(`${shownPlace(parse[2] ?? "", loading)}: ${parse[1]}`, error);
  const place = shownPlace(placeOf(error, loading) ?? loading.file, loading);
  if (isTidemarkError(error)) return moduleError(`${place}: ${error.message}`, error);
  const [line = ""] = message.split("\n");
  const kind = name === "" || name === "Error" ? "" : `${name}: `;
  const hint = /^Cannot find (?:module|package) '[^./]/.test(line)
    ? "install the package beside the module"
    : undefined;
  return moduleError(`${place}: ${kind}${line}`, error, hint);
}

const moduleError = (summary: string, cause: unknown, hint?: string): TidemarkError =>
  new TidemarkError("cli.module", summary, { hint, cause });

const FRAME = /(?:\(|at (?:async )?)((?:file:\/\/)?[^()\s][^()]*):(\d+):\d+\)?$/;

/** The `file:line` of the innermost call in the user's own code. The column would be one of the compiled code. */
function placeOf(error: unknown, { file, library }: Loading): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const line of stack.split("\n")) {
    const [, at = "", row] = FRAME.exec(line) ?? [];
    if (at === "" || at.startsWith("node:")) continue;
    const path = at.startsWith("file://") ? fileURLToPath(at) : at;
    const foreign = path.startsWith(library) || /[\\/]node_modules[\\/]/.test(path);
    if (path === file || !foreign) return `${path}:${row}`;
  }
  return undefined;
}

/** The module by the name that it was given, any other file by its own. */
const shownPlace = (place: string, { file, shown }: Loading): string =>
  place.startsWith(file) ? `${shown}${place.slice(file.length)}` : place;

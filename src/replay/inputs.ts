import { resolve } from "node:path";
import { suggest, TidemarkError } from "../errors.ts";
import type { Resolver } from "../resolvers/resolver.ts";
import type { Source } from "../sources/source.ts";
import type { ReplayOptions } from "./options.ts";
import { isParsing } from "./intakes.ts";
import { isEmpty, lookAt, type Recording } from "./recording.ts";

/** A source and its recordings, in order. */
export interface Input {
  readonly source: Source;
  readonly recordings: readonly Recording[];
}

/**
 * Finds the source of each input, in the order of the resolvers, and looks at every file before anything is read.
 * @throws replay.invalid, recording.missing, recording.format, recording.invalid
 */
export async function openInputs(resolvers: readonly Resolver[], inputs: ReplayOptions["inputs"]): Promise<Input[]> {
  const sources = new Map(resolvers.map(({ source }) => [source.name, source]));
  if (typeof inputs !== "object" || inputs === null || Object.keys(inputs).length === 0) {
    throw new TidemarkError("replay.invalid", "a replay needs at least one input", {
      hint: `name the recording of a source: inputs: { ${[...sources.keys()][0] ?? "logins"}: "recording.ndjson" }`,
    });
  }
  for (const name of Object.keys(inputs)) {
    if (sources.has(name)) continue;
    throw new TidemarkError("replay.invalid", `no resolver reads a source called "${name}"`, {
      hint: suggest(name, [...sources.keys()]),
    });
  }
  const found: Input[] = [];
  for (const source of sources.values()) {
    if (!Object.hasOwn(inputs, source.name)) continue;
    const recordings: Recording[] = [];
    for (const path of pathsOf(source.name, inputs[source.name])) {
      const recording = await lookAt(path, { isPayload: isParsing(source) });
      if (await isEmpty(recording)) {
        throw new TidemarkError("recording.invalid", `${path} is empty`, {
          hint: "record messages to it first, or leave it out",
        });
      }
      recordings.push(recording);
    }
    found.push({ source, recordings });
  }
  return found;
}

function pathsOf(name: string, given: unknown): string[] {
  const paths: unknown[] = Array.isArray(given) ? given : [given];
  const seen = new Set<string>();
  return paths.map((path) => {
    if (typeof path !== "string" || path === "" || path.includes("\0")) {
      throw new TidemarkError("replay.invalid", `an input of "${name}" is no path`, {
        hint: `write inputs: { ${name}: "recording.ndjson" }`,
      });
    }
    if (seen.has(resolve(path))) {
      throw new TidemarkError("replay.invalid", `${path} is named twice for "${name}", and would count twice`, {
        hint: "name each file once",
      });
    }
    seen.add(resolve(path));
    return path;
  });
}

import { type AnyFeature, type Feature, type Window, windowsOf } from "../features/feature.ts";
import type { FeatureSetModel } from "../features/features.ts";
import type { Source } from "../sources/source.ts";
import type { Schema } from "../types/data-type.ts";
import type { WindowProgram } from "../window/program.ts";

const BRAND = Symbol.for("tidemark.resolver");

/** A resolver as it was defined: everything that an engine needs to run it. */
export interface Resolver {
  readonly kind: "resolver";
  readonly name: string;
  readonly source: Source;
  /** The feature set of its outputs. */
  readonly set: FeatureSetModel;
  /** The columns of a message as the function sees it: the source's, or those of `message` behind `parse`. */
  readonly schema: Schema;
  /** Picks, reshapes or re-keys a message; null skips it. */
  readonly parse: ((message: never) => unknown) | undefined;
  readonly dedup: Dedup | undefined;
  readonly work: Mapping | Windowed;
}

/** Drops a message whose field has the value of an earlier one, less than `withinUs` apart in time. */
export interface Dedup {
  readonly field: string;
  readonly withinUs: number;
}

/** One message in, values of some features of one entity out. */
export interface Mapping {
  readonly kind: "mapping";
  readonly outputs: readonly Feature[];
  /** The field that gives the primary key where the result leaves it out. */
  readonly keyField: string | undefined;
  readonly run: (message: unknown) => unknown;
}

/** The messages of a window in, values of windowed features out. */
export interface Windowed {
  readonly kind: "windowed";
  readonly mode: "tumbling" | "continuous";
  /** The outputs without the primary key, one for each column of the program's result behind the first. */
  readonly outputs: readonly AnyFeature[];
  readonly windows: readonly Window[];
  readonly program: WindowProgram;
  /** Whether the function became a plan. */
  readonly compiled: boolean;
  /** The plan, or why the function runs on real frames. */
  readonly explanation: string;
}

export function markResolver(resolver: Resolver): Resolver {
  Object.defineProperty(resolver, BRAND, { value: true });
  return resolver;
}

/** Whether a value is a resolver, also of another copy of this package. */
export const isResolver = (value: unknown): value is Resolver =>
  typeof value === "object" && value !== null && BRAND in value;

/** The feature that an output has in a window. */
export function featureIn(output: AnyFeature, window: Window): Feature {
  if (output.kind === "feature") return output;
  const feature = windowsOf(output).find(({ windowUs }) => windowUs === window.us);
  if (feature === undefined) throw new RangeError(`${output.fqn} has no window of ${window.us} us`);
  return feature;
}

/** Every feature that a resolver makes, apart from the primary key. */
export function featuresOf({ work }: Resolver): Feature[] {
  if (work.kind === "mapping") return [...work.outputs];
  return work.outputs.flatMap((output) => work.windows.map((window) => featureIn(output, window)));
}

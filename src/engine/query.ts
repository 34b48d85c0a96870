import type { AnyFeature, Feature, WindowedFeature } from "../features/feature.ts";

/** The answer for one feature: its value or null; of a windowed feature without a window, all its windows by name. */
export type Answer<F> =
  F extends WindowedFeature<infer Value, string, string, infer Labels>
    ? { [Label in Labels]: Value | null }
    : F extends Feature<infer Value, string, string>
      ? Value | null
      : unknown;

/** The answers for a list of features, in its order. */
export type Answers<Features extends readonly AnyFeature[]> = { -readonly [I in keyof Features]: Answer<Features[I]> };

export interface QueryOptions {
  /** The time to ask for; by default the engine's clock. */
  readonly at?: Date | string;
}

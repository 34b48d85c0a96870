import type { Ledger } from "../engine/disposition.ts";
import type { AnySet, Engine } from "../engine/interface.ts";
import { TidemarkError } from "../errors.ts";
import type { AnyFeature, Feature } from "../features/feature.ts";
import { type FeatureSetModel, featureSetModel } from "../features/features.ts";
import { featuresOf, type Resolver } from "../resolvers/resolver.ts";
import { asOf } from "./as-of.ts";
import { lastValues } from "./last-values.ts";
import type { Run } from "./run.ts";

/** What a replay has come to. */
export interface Outcome {
  readonly engine: Engine;
  readonly resolvers: readonly Resolver[];
  readonly outside: number;
  readonly rows: number;
  readonly seconds: number;
}

/** The answers that a replay gives once all is read. */
export function runOf({ engine, resolvers, outside, rows, seconds }: Outcome): Run {
  const emissions = engine.emissions();
  const ledger: Ledger = engine.ledger();
  return {
    emissions,
    ledger,
    deadLetters: engine.deadLetters(),
    failures: engine.failures(),
    engine,
    rows,
    seconds,
    outside,
    frame: (set) => lastValues(engine, set, modelOf(set), madeOf(modelOf(set), resolvers), emissions),
    asOf: (set, spine, features) => {
      const model = modelOf(set);
      const wanted: readonly AnyFeature[] = features ?? madeOf(model, resolvers).map(({ feature }) => feature);
      return asOf(engine, set, model, spine, wanted);
    },
  };
}

/** A feature and the resolver that makes it. */
export interface Made {
  readonly feature: Feature;
  readonly resolver: Resolver;
}

/** The features of a set that some resolver makes, in the order in which the set declares them, then by window. */
function madeOf(model: FeatureSetModel, resolvers: readonly Resolver[]): Made[] {
  const made = resolvers
    .filter(({ set }) => set.name === model.name)
    .flatMap((resolver) => featuresOf(resolver).map((feature): Made => ({ feature, resolver })));
  return [...model.features.keys()].flatMap((name) => made.filter(({ feature }) => feature.name === name));
}

function modelOf(set: AnySet): FeatureSetModel {
  const model = featureSetModel(set);
  if (model !== undefined) return model;
  throw new TidemarkError("feature.invalid", "this is no feature set", {
    hint: 'make one with features("user", { ... })',
  });
}

import { columnOf, shown } from "../column/builder.ts";
import type { Column } from "../column/column.ts";
import type { Value } from "../column/value.ts";
import { suggest, TidemarkError } from "../errors.ts";
import { type AnyFeature, type Feature, windowsOf } from "../features/feature.ts";
import { featureSetModel, type FeatureSetModel } from "../features/features.ts";
import { dateOfBound } from "./emission.ts";
import type { Maker } from "./registry.ts";

/** What a query answers for one feature of one entity (which is also given as a column of one row). */
export type AnswerOf = (
  model: FeatureSetModel,
  feature: AnyFeature,
  key: string | number | bigint,
  entity: Column,
  atUs: number,
) => unknown;

/** Answers from the resolvers that make the features. */
export function createAnswer(makers: ReadonlyMap<string, Maker>, clockUs: () => number): AnswerOf {
  const makerOf = ({ fqn }: Feature): Maker => {
    const maker = makers.get(fqn);
    if (maker !== undefined) return maker;
    throw new TidemarkError("query.unknown-feature", `no resolver of this engine makes ${fqn}`, {
      hint: suggest(fqn, [...makers.keys()]),
    });
  };

  const valueOf = (feature: Feature, entity: Column, atUs: number): Value => {
    const { lane, index, historyUs } = makerOf(feature);
    if (atUs >= clockUs() - historyUs) return lane.query(index, entity, atUs);
    throw new TidemarkError("query.expired", `${feature.fqn} at ${dateOfBound(atUs).toISOString()} is no longer kept`, {
      hint: 'make the engine with a longer history: engine({ resolvers, history: "30d" })',
    });
  };

  return (model, feature, key, entity, atUs) => {
    checkFeature(model, feature);
    if (feature.kind === "feature") return feature.fqn === model.primaryKey.fqn ? key : valueOf(feature, entity, atUs);
    const windows = windowsOf(feature);
    return Object.fromEntries(
      feature.windows.flatMap(({ label }, w) => {
        const one = windows[w];
        return one === undefined ? [] : [[label, valueOf(one, entity, atUs)]];
      }),
    );
  };
}

/** The model of a feature set. @throws feature.invalid for anything else */
export function modelOf(set: object): FeatureSetModel {
  const model = featureSetModel(set);
  if (model !== undefined) return model;
  throw new TidemarkError("feature.invalid", "this is no feature set", {
    hint: 'make one with features("user", { ... })',
  });
}

/** @throws query.unknown-feature for what is no feature of the set */
export function checkFeature(model: FeatureSetModel, feature: AnyFeature | undefined): void {
  if (featureSetModel(feature)?.name === model.name) return;
  throw new TidemarkError(
    "query.unknown-feature",
    `${feature?.fqn ?? shown(feature)} is no feature of "${model.name}"`,
    { hint: suggest(String(feature?.name), [...model.features.keys()]) },
  );
}

/** A primary key as a column of one row. @throws type.invalid */
export function entityColumn({ primaryKey: { type, name } }: FeatureSetModel, key: unknown): Column {
  try {
    if (key !== null && key !== undefined) return columnOf(type, [key]);
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
  }
  throw new TidemarkError("type.invalid", `${shown(key)} is no value of the primary key "${name}"`);
}

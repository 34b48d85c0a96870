import { suggest, TidemarkError } from "../errors.ts";
import { type AnyFeature, type Feature, snakeCase, type Window } from "../features/feature.ts";
import { featureSetModel, type FeatureSetModel } from "../features/features.ts";
import { type DataType, type Field, isInteger, isNumeric, typeName } from "../types/data-type.ts";

/** A resolver's declared output, taken apart. */
export interface OutputModel {
  readonly set: FeatureSetModel;
  /** Without the primary key. */
  readonly outputs: readonly AnyFeature[];
  /** Empty for a mapping. */
  readonly windows: readonly Window[];
}

/** @throws resolver.invalid where the declared output does not hold together */
export function outputModel(name: string, output: readonly AnyFeature[]): OutputModel {
  const invalid = (summary: string, hint?: string): TidemarkError =>
    new TidemarkError("resolver.invalid", `resolver "${name}": ${summary}`, { hint });
  if (!isList(output) || output.length === 0)
    throw invalid("no output", "name the features: output: [User.id, User.numFailedLogins]");
  const models = output.map((feature) => featureSetModel(feature));
  const [set] = models;
  if (set === undefined || models.some((model) => model === undefined))
    throw invalid("an output is no feature", "take features of a set, as in User.favoriteColor");
  if (models.some((model) => model?.name !== set.name))
    throw invalid("the outputs belong to different feature sets", "write one resolver for each set");
  const names = output.map((feature) => feature.name);
  if (new Set(names).size < names.length) throw invalid("an output is named twice");
  const outputs = output.filter((feature) => feature.name !== set.primaryKey.name);
  if (outputs.length === 0) throw invalid("there is no output beside the primary key");
  const windows = sharedWindows(outputs, invalid);
  return { set, outputs, windows };
}

function sharedWindows(
  outputs: readonly AnyFeature[],
  invalid: (summary: string, hint?: string) => TidemarkError,
): readonly Window[] {
  const declared = outputs.map(windowsOfOutput);
  const windowed = declared.filter((windows) => windows.length > 0);
  if (windowed.length === 0) return [];
  const plain = outputs.find((_, i) => declared[i]?.length === 0);
  if (plain !== undefined)
    throw invalid(
      `"${plain.name}" has no window but others do`,
      "write one resolver for windowed features and one for the rest",
    );
  const [first = []] = windowed;
  const lengths = (windows: readonly Window[]): string =>
    windows
      .map(({ us }) => us)
      .sort((a, b) => a - b)
      .join();
  const other = windowed.findIndex((windows) => lengths(windows) !== lengths(first));
  if (other !== -1) {
    throw invalid(
      `"${outputs[0]?.name}" and "${outputs[other]?.name}" declare different windows`,
      "all windowed outputs of one resolver share their windows",
    );
  }
  return first;
}

function windowsOfOutput(output: AnyFeature): readonly Window[] {
  if (output.kind === "windowed") return output.windows;
  if (output.windowUs === undefined) return [];
  const declared = featureSetModel(output)?.features.get(output.name);
  return declared?.kind === "windowed" ? declared.windows.filter(({ us }) => us === output.windowUs) : [];
}

/** The feature of a result column, by its name in either spelling, ignoring case. */
export function matchColumn(column: string, features: readonly AnyFeature[]): AnyFeature | undefined {
  const wanted = column.toLowerCase();
  return features.find(({ name }) => name.toLowerCase() === wanted || snakeCase(name) === wanted);
}

/**
 * Which result column is which feature: for each feature of `wanted` the position of its column, or -1 where it is
 * missing and `optional`.
 * @throws resolver.output for a column too many or too few
 */
export function matchColumns(
  resolver: string,
  fields: readonly Field[],
  wanted: readonly AnyFeature[],
  optional: ReadonlySet<string>,
): number[] {
  const positions = wanted.map(() => -1);
  for (const [i, { name }] of fields.entries()) {
    const feature = matchColumn(name, wanted);
    const at = feature === undefined ? -1 : wanted.indexOf(feature);
    if (at === -1 || positions[at] !== -1) {
      throw new TidemarkError(
        "resolver.output",
        `resolver "${resolver}": the result column "${name}" is ${at === -1 ? "no declared output" : "there twice"}`,
        {
          hint:
            at === -1
              ? suggest(
                  name,
                  wanted.map((each) => snakeCase(each.name)),
                )
              : undefined,
        },
      );
    }
    positions[at] = i;
  }
  const missing = wanted.find((feature, at) => positions[at] === -1 && !optional.has(feature.name));
  if (missing !== undefined) {
    throw new TidemarkError(
      "resolver.output",
      `resolver "${resolver}": the output "${missing.name}" is missing from the result`,
      {
        hint: `name a column ${snakeCase(missing.name)}`,
      },
    );
  }
  return positions;
}

/** Whether a result type may stand for a feature: numbers widen, and an integer may be narrower if it fits. */
function fitsFeature(type: DataType, feature: Pick<Feature, "type">): boolean {
  if (type.kind === feature.type.kind || type.kind === "null") return true;
  if (isInteger(type)) return isNumeric(feature.type);
  return type.kind === "float" && feature.type.kind === "float";
}

export function checkType(resolver: string, type: DataType, feature: AnyFeature): void {
  if (fitsFeature(type, feature)) return;
  throw new TidemarkError(
    "resolver.output",
    `resolver "${resolver}": "${feature.name}" is ${typeName(feature.type)}, but its result is ${typeName(type)}`,
    {
      hint: `convert it, as in cast(x as ${typeName(feature.type)}), or declare the feature with another type`,
    },
  );
}

/**
 * Resolvers are synchronous: a promise can become no value.
 * @throws resolver.invalid
 */
export function checkSynchronous(resolver: string, result: unknown): void {
  if (typeof result !== "object" || result === null || !("then" in result) || typeof result.then !== "function") return;
  Promise.resolve(result).catch(() => {}); // the error below tells it; left alone, a rejection would end the process
  throw new TidemarkError("resolver.invalid", `resolver "${resolver}" gave back a promise: resolvers are synchronous`, {
    hint: "write the function without async and await; fetch what it needs before the messages are pushed",
  });
}

/** As `Array.isArray`, which would make the elements of a readonly array anything. */
const isList = (value: unknown): boolean => Array.isArray(value);

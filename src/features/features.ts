import { shown } from "../column/builder.ts";
import { suggest, TidemarkError } from "../errors.ts";
import type { Expression } from "../expr/expression.ts";
import { type AnyColumnType, isColumnType, type ValueOf } from "../types/column-type.ts";
import {
  type AnyFeature,
  type Feature,
  type FeatureOf,
  featureOf,
  snakeCase,
  windowedFeatureOf,
  windowsOf,
} from "./feature.ts";
import { isWindowed, type Windowed, type WindowedType } from "./windowed.ts";

const SET = Symbol.for("tidemark.features");
const VALUES = Symbol.for("tidemark.feature-values");

/** Declared fields of a feature set. */
export type FeatureFields = Readonly<Record<string, AnyColumnType | WindowedType>>;

/** What a field of the set takes in a resolver's result: a value, or an expression that makes one. */
type Given<Declared> =
  Declared extends Windowed<infer Value, string> ? ValueOrExpression<Value> : ValueOrExpression<ValueOf<Declared>>;
type ValueOrExpression<Value> = Value | Expression<Value> | Expression<Value | null> | OtherInteger<Value>;
/** `int` and `bigint` hold the same 64 bits: a sum of either fits a bigint, and a bigint value an int where it is exact. */
type OtherInteger<Value> =
  | (Value extends number ? bigint : never)
  | (Value extends bigint ? Expression<number | null> : never);

/** Values of some features of one entity: what a resolver gives back. */
export interface FeatureValues<Set extends string, Values, Names extends PropertyKey = PropertyKey> {
  readonly set: Set;
  readonly values: Values;
  /** Carries the names of the features, so that one too many does not compile; never set. */
  readonly names?: Names;
}

/** A feature set: its features by field, and a function that makes values of them. */
export type FeatureSet<Set extends string = string, Fields extends FeatureFields = FeatureFields> = {
  readonly [Name in keyof Fields]: FeatureOf<Fields[Name], Name & string, Set>;
} & (<Values extends { readonly [Name in keyof Fields]?: Given<Fields[Name]> }>(
  values: Values & { readonly [Name in Exclude<keyof Values, keyof Fields>]: never },
) => FeatureValues<Set, Values, keyof Values>);

/** What the library knows of a feature set. */
export interface FeatureSetModel {
  readonly name: string;
  readonly primaryKey: Feature;
  readonly features: ReadonlyMap<string, AnyFeature>;
}

/**
 * Declares the features of an entity. The first field is the primary key unless another is marked `.primaryKey()`.
 * @throws feature.invalid
 * @example
 * const User = features("user", {
 *   id: t.utf8(),
 *   favoriteColor: t.utf8(),
 *   numFailedLogins: windowed(t.int(), ["10m", "1d"], { default: 0 }),
 * });
 * User.favoriteColor.fqn; // "user.favorite_color"
 */
export function features<const Set extends string, Fields extends FeatureFields>(
  name: Set,
  fields: Fields,
): FeatureSet<Set, Fields> {
  if (typeof name !== "string" || !/^[a-z_][a-z0-9_]*$/i.test(name)) {
    throw new TidemarkError("feature.invalid", `${shown(name)} is no name for a feature set`, {
      hint: "use letters, digits and _",
    });
  }
  const declared = new Map<string, AnyFeature>();
  for (const [field, type] of Object.entries(fields)) {
    if (isWindowed(type)) declared.set(field, windowedFeatureOf(name, field, type));
    else if (isColumnType(type)) declared.set(field, featureOf(name, field, type));
    else
      throw new TidemarkError("feature.invalid", `field "${field}" of "${name}" has no type`, {
        hint: "use t.utf8(), t.int(), ... or windowed(...)",
      });
  }
  checkNames(name, [...declared.values()]);
  const model: FeatureSetModel = { name, features: declared, primaryKey: primaryKeyOf(name, fields, declared) };
  for (const feature of declared.values()) {
    Object.defineProperty(feature, SET, { value: model });
    if (feature.kind === "windowed")
      for (const one of windowsOf(feature)) Object.defineProperty(one, SET, { value: model });
  }
  const make = (values: Readonly<Record<string, unknown>>): FeatureValues<string, unknown> => valuesOf(model, values);
  Object.defineProperty(make, SET, { value: model });
  // A function's own "name" and "length" would stand before the features, where they are features.
  for (const own of ["name", "length"]) Reflect.deleteProperty(make, own);
  for (const [field, feature] of declared)
    Object.defineProperty(make, field, { value: feature, enumerable: true, configurable: true });
  return make as unknown as FeatureSet<Set, Fields>;
}

/** The model behind a feature set or a feature, also of another copy of this package; undefined for anything else. */
export function featureSetModel(value: unknown): FeatureSetModel | undefined {
  const holder = typeof value === "function" || (typeof value === "object" && value !== null);
  return holder ? (value as { [SET]?: FeatureSetModel })[SET] : undefined;
}

/** Whether a value was made by calling a feature set. */
export const isFeatureValues = (value: unknown): value is FeatureValues<string, Readonly<Record<string, unknown>>> =>
  typeof value === "object" && value !== null && VALUES in value;

function valuesOf(model: FeatureSetModel, values: Readonly<Record<string, unknown>>): FeatureValues<string, unknown> {
  if (typeof values !== "object" || values === null) {
    throw new TidemarkError("resolver.output", `${model.name}(...) takes an object of feature values`);
  }
  for (const field in values) {
    if (model.features.has(field)) continue;
    throw new TidemarkError("resolver.output", `"${model.name}" has no feature "${field}"`, {
      hint: suggest(field, [...model.features.keys()]),
    });
  }
  return { set: model.name, values, [VALUES]: true } as FeatureValues<string, unknown>;
}

function checkNames(name: string, all: readonly AnyFeature[]): void {
  const byName = new Map<string, string>();
  for (const feature of all) {
    const other = byName.get(feature.fqn);
    if (other !== undefined) {
      throw new TidemarkError(
        "feature.invalid",
        `"${other}" and "${feature.name}" of "${name}" are both called ${feature.fqn}`,
        {
          hint: `rename one: names differ only by case or underscores (${snakeCase(other)})`,
        },
      );
    }
    byName.set(feature.fqn, feature.name);
  }
}

function primaryKeyOf(name: string, fields: FeatureFields, declared: ReadonlyMap<string, AnyFeature>): Feature {
  const marked = Object.entries(fields).filter(([, type]) => !isWindowed(type) && type.isPrimaryKey);
  if (marked.length > 1) {
    throw new TidemarkError("feature.invalid", `"${name}" has ${marked.length} primary keys`, {
      hint: "composite primary keys are not supported: join them into one field",
    });
  }
  const [field] = marked[0] ?? Object.entries(fields)[0] ?? [];
  const feature = field === undefined ? undefined : declared.get(field);
  if (feature === undefined) throw new TidemarkError("feature.invalid", `"${name}" has no features`);
  if (feature.kind === "windowed" || feature.nullable) {
    throw new TidemarkError(
      "feature.invalid",
      `the primary key "${feature.name}" of "${name}" must be a plain feature without nulls`,
      {
        hint: "put the primary key first, or mark it with .primaryKey()",
      },
    );
  }
  if (!["utf8", "int", "bigint", "int32"].includes(feature.type.kind)) {
    throw new TidemarkError("feature.invalid", `the primary key "${feature.name}" must be text or an integer`);
  }
  return feature;
}

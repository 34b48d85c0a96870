import { suggest, TidemarkError } from "../errors.ts";
import type { AnyColumnType, ValueOf } from "../types/column-type.ts";
import type { DataType } from "../types/data-type.ts";
import { durationLabel } from "../types/duration.ts";
import type { Windowed, WindowedType } from "./windowed.ts";

/** One feature of a set; of a windowed feature, one of its windows. */
export interface Feature<Value = unknown, Name extends string = string, Set extends string = string> {
  readonly kind: "feature";
  /** Carries the type of the values; never set. */
  readonly value?: Value;
  readonly set: Set;
  /** The field as it was declared. */
  readonly name: Name;
  /** The full name: `user.favorite_color`, `user.num_failed_logins__600__`. */
  readonly fqn: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** The window's length in microseconds; `Infinity` for all; undefined without a window. */
  readonly windowUs?: number | undefined;
  /** What a query answers where a window has no messages. */
  readonly default?: Value | undefined;
}

interface WindowedBase<Value, Name extends string, Set extends string> {
  readonly kind: "windowed";
  /** Carries the type of the values; never set. */
  readonly value?: Value;
  readonly set: Set;
  readonly name: Name;
  /** The name without a window: `user.num_failed_logins`. */
  readonly fqn: string;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly default?: Value | undefined;
  /** The declared windows in the order of declaration. */
  readonly windows: readonly Window[];
}

/** A declared window: its duration as written, and in microseconds. */
export interface Window {
  readonly label: string;
  readonly us: number;
}

/** A feature with a value for each window; `User.distinctIps["1h"]` is one of them. */
export type WindowedFeature<
  Value = unknown,
  Name extends string = string,
  Set extends string = string,
  Labels extends string = never,
> = WindowedBase<Value, Name, Set> & { readonly [Label in Labels]: WindowFeature<Value, Name, Set> };

/** One window of a windowed feature. */
export interface WindowFeature<Value = unknown, Name extends string = string, Set extends string = string>
  extends Feature<Value, Name, Set> {
  readonly windowUs: number;
}

/** Any feature of a set. */
export type FeatureIn<Set extends string> = Feature<unknown, string, Set> | WindowedBase<unknown, string, Set>;

/** Any feature of any set. */
export type AnyFeature = FeatureIn<string>;

/** The feature that a declared field makes. */
export type FeatureOf<Declared, Name extends string, Set extends string> =
  Declared extends Windowed<infer Value, infer Labels>
    ? WindowedFeature<Value, Name, Set, Labels>
    : Feature<ValueOf<Declared>, Name, Set>;

/** The name in snake_case: `numFailedLogins` is `num_failed_logins`, `userHTTPCode` is `user_http_code`. */
export const snakeCase = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();

export function featureOf(set: string, name: string, declared: AnyColumnType): Feature {
  return {
    kind: "feature",
    set,
    name,
    fqn: `${set}.${snakeCase(name)}`,
    type: declared.type,
    nullable: declared.isNullable,
  };
}

const WINDOW_LABEL = /^\d|^all$|^infinity$/i;

/** A windowed feature; reading a window that it does not declare is an error that names those it does. */
export function windowedFeatureOf(set: string, name: string, declared: WindowedType): AnyFeature {
  const fqn = `${set}.${snakeCase(name)}`;
  const { type, isNullable: nullable } = declared.type;
  const shared = { set, name, type, nullable, default: declared.default };
  const base = { kind: "windowed", ...shared, fqn, windows: declared.windows } as const;
  const byLabel = Object.fromEntries(
    declared.windows.map(({ label, us }) => [
      label,
      { kind: "feature", ...shared, fqn: `${fqn}__${durationLabel(us)}__`, windowUs: us } as const,
    ]),
  );
  return new Proxy(
    { ...byLabel, ...base },
    {
      get: (target, key, receiver) => {
        if (typeof key !== "string" || key in target || !WINDOW_LABEL.test(key)) {
          return Reflect.get(target, key, receiver) as unknown;
        }
        throw new TidemarkError("feature.unknown-window", `${fqn} has no window "${key}"`, {
          hint: suggest(
            key,
            declared.windows.map(({ label }) => label),
          ),
        });
      },
    },
  );
}

/** The features of a windowed feature's windows, in the order of declaration. */
export function windowsOf(feature: Extract<AnyFeature, { kind: "windowed" }>): Feature[] {
  const byLabel = feature as unknown as Readonly<Record<string, Feature>>;
  return feature.windows.flatMap(({ label }) => byLabel[label] ?? []);
}

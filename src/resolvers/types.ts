import type { Expression } from "../expr/expression.ts";
import type { AnyFeature, Feature, WindowedFeature } from "../features/feature.ts";
import type { FeatureValues } from "../features/features.ts";
import type { DataFrame } from "../frame/data-frame.ts";
import type { Plan } from "../plan/nodes.ts";

/** What a resolver's function gets: a frame where an output is windowed, else one message. */
export type ResolverInput<Row, Output extends readonly AnyFeature[]> =
  HasWindow<Output[number]> extends true ? DataFrame<Row> : Row;

/** Whether any of these features has windows. */
type HasWindow<F> = true extends (
  F extends { readonly kind: "windowed" } | { readonly windowUs: number }
    ? true
    : never
)
  ? true
  : false;

/** Message fields and the features that they give; those features may be left out of the result. */
export type KeyMap<Row, Output extends readonly AnyFeature[]> = {
  readonly [Field in keyof Row]?: Feature<unknown, string, SetOf<Output[number]>>;
};

/** How windows are made; a mapping has none. */
export type ModeOf<Output extends readonly AnyFeature[]> =
  HasWindow<Output[number]> extends true ? "tumbling" | "continuous" : never;

type KeyedName<Keys> = Keys extends Readonly<Record<string, unknown>> ? NameOf<Keys[keyof Keys]> : never;
type NameOf<F> = F extends { readonly kind: string; readonly name: infer Name extends string } ? Name : never;
type SetOf<F> = F extends { readonly kind: string; readonly set: infer Set extends string } ? Set : never;
type ValueOfFeature<F, Name> = F extends
  | Feature<infer Value, string & Name>
  | WindowedFeature<infer Value, string & Name>
  ? Value
  : never;

/** A plain value, or for a frame an expression that makes it. */
type Made<Value, Windowed> = Windowed extends true
  ? Value | Expression<Value> | Expression<NonNullable<Value>> | Expression<unknown> | bigint
  : Value | (Value extends number ? bigint : never);

/** The values that the outputs ask for. */
type Outputs<Output extends readonly AnyFeature[], Keys> = {
  readonly [Name in Exclude<NameOf<Output[number]>, KeyedName<Keys>>]: Made<
    ValueOfFeature<Output[number], Name>,
    HasWindow<Output[number]>
  >;
};

/** A frame as a result, of any row type: SQL, or a grouped frame. Its columns are checked when the resolver is defined. */
export interface AnyFrame {
  readonly plan: Plan;
  explain(): string;
}

/** The values of the outputs and of no other feature; those that keys give may be left out. */
type Values<Output extends readonly AnyFeature[], Keys> = FeatureValues<
  SetOf<Output[number]>,
  Outputs<Output, Keys>,
  NameOf<Output[number]> | KeyedName<Keys>
>;

/** What a resolver's function gives back. */
export type ResolverResult<Output extends readonly AnyFeature[], Keys> =
  | Values<Output, Keys>
  | (HasWindow<Output[number]> extends true ? AnyFrame | readonly Values<Output, Keys>[] : never);

import { TidemarkError } from "../errors.ts";
import { type AnyColumnType, isColumnType, type ValueOf } from "../types/column-type.ts";
import { durationUs } from "../types/duration.ts";
import type { Window } from "./feature.ts";

export interface WindowedOptions<Value> {
  /** What a query answers for a window without messages; else null. */
  readonly default?: Value;
}

/** A declared windowed field, without its TypeScript types. */
export interface WindowedType {
  readonly kind: "windowed";
  readonly type: AnyColumnType;
  readonly windows: readonly Window[];
  readonly default: unknown;
}

declare const windowedValue: unique symbol;
declare const windowedLabels: unique symbol;

/** A declared windowed field. */
export interface Windowed<Value, Labels extends string> extends WindowedType {
  readonly [windowedValue]?: Value;
  readonly [windowedLabels]?: Labels;
}

/**
 * A feature with one value for each of these windows.
 * @throws duration.invalid, feature.invalid for no window or two of the same length
 * @example windowed(t.int(), ["10m", "30m", "1d"], { default: 0 })
 */
export function windowed<Type extends AnyColumnType, const Labels extends readonly [string, ...string[]]>(
  type: Type,
  windows: Labels,
  options: WindowedOptions<ValueOf<NoInfer<Type>>> = {},
): Windowed<ValueOf<Type>, Labels[number]> {
  if (!isColumnType(type))
    throw new TidemarkError("feature.invalid", "windowed() needs a type", {
      hint: 'write windowed(t.int(), ["10m", "1d"])',
    });
  const list = windows.map((label) => ({ label, us: durationUs(label) }));
  if (list.length === 0) throw new TidemarkError("feature.invalid", "a windowed feature needs at least one window");
  const zero = list.find(({ us }) => us === 0);
  if (zero !== undefined) throw new TidemarkError("feature.invalid", `the window "${zero.label}" has no length`);
  const lengths = new Set(list.map(({ us }) => us));
  if (lengths.size < list.length)
    throw new TidemarkError("feature.invalid", `two of the windows ${windows.join(", ")} are of one length`);
  return { kind: "windowed", type, windows: list, default: options.default };
}

/** Whether a declared field is windowed. */
export const isWindowed = (declared: unknown): declared is WindowedType =>
  typeof declared === "object" &&
  declared !== null &&
  "kind" in declared &&
  declared.kind === "windowed" &&
  "windows" in declared;

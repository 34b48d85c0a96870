import { columnOf, shown } from "../column/builder.ts";
import { valueAt } from "../column/value.ts";
import { TidemarkError } from "../errors.ts";
import { type AnyColumnType, isColumnType, type ValueOf } from "../types/column-type.ts";
import { durationUs } from "../types/duration.ts";
import { optionProblem } from "../types/options.ts";
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
 * @throws duration.invalid, feature.invalid for no window, two of the same length, or a default of another type
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
  if (!isList(windows))
    throw new TidemarkError("feature.invalid", `the windows of windowed() are no list: ${shown(windows)}`, {
      hint: 'write windowed(t.int(), ["10m"])',
    });
  const problem = optionProblem(options, ["default"]);
  if (problem !== undefined) throw new TidemarkError("feature.invalid", `windowed(): ${problem.summary}`, problem);
  const list = windows.map((label) => ({ label, us: durationUs(label) }));
  if (list.length === 0) throw new TidemarkError("feature.invalid", "a windowed feature needs at least one window");
  const zero = list.find(({ us }) => us === 0);
  if (zero !== undefined) throw new TidemarkError("feature.invalid", `the window "${zero.label}" has no length`);
  const lengths = new Set(list.map(({ us }) => us));
  if (lengths.size < list.length)
    throw new TidemarkError("feature.invalid", `two of the windows ${windows.join(", ")} are of one length`);
  return { kind: "windowed", type, windows: list, default: defaultOf(type, options.default) };
}

/** The default as the feature's type has it: `0` for a bigint is `0n`. */
function defaultOf({ type }: AnyColumnType, given: unknown): unknown {
  if (given === undefined || given === null) return given;
  try {
    return valueAt(columnOf(type, [given]), type, 0);
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    throw new TidemarkError("feature.invalid", `the default of windowed() does not fit its type: ${error.summary}`, {
      hint: error.hint,
    });
  }
}

/** As `Array.isArray`, which would make the elements of a readonly array anything. */
const isList = (value: unknown): boolean => Array.isArray(value);

/** Whether a declared field is windowed. */
export const isWindowed = (declared: unknown): declared is WindowedType =>
  typeof declared === "object" &&
  declared !== null &&
  "kind" in declared &&
  declared.kind === "windowed" &&
  "windows" in declared;

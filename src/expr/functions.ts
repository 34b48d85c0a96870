import type { BoolColumn, Column, Float64Column, Int32Column, Int64Column, TextColumn } from "../column/column.ts";
import { type ArithmeticOperator, float64Arithmetic, int32Arithmetic, int64Arithmetic } from "../kernels/arithmetic.ts";
import { and, isNull, not, or, trueBits } from "../kernels/boolean.ts";
import { type ComparisonOperator, compare } from "../kernels/compare.ts";
import { constant, spread } from "../kernels/constant.ts";
import { like } from "../kernels/like.ts";
import { choose } from "../kernels/choose.ts";
import { bool, type DataType, float, int32, utf8 } from "../types/data-type.ts";
import { commonTypeOf } from "./coercion.ts";
import type { ScalarFunction, ScalarSignature } from "./scalar-function.ts";

const pair = (args: readonly DataType[]): DataType | undefined => (args.length === 2 ? commonTypeOf(args) : undefined);

/** Booleans count as integers in arithmetic. */
const numeric = (type: DataType | undefined): DataType | undefined => {
  if (type === undefined || type.kind === "utf8" || type.kind === "timestamp") return undefined;
  return type.kind === "bool" || type.kind === "null" ? int32 : type;
};

function evaluateArithmetic(name: ArithmeticOperator, args: readonly Column[], length: number): Column {
  const [left, right] = args as [Column, Column];
  switch (left.kind) {
    case "int64":
      return int64Arithmetic(name, left, right as Int64Column, length);
    case "int32":
      return int32Arithmetic(name, left, right as Int32Column, length);
    default:
      return float64Arithmetic(name, left as Float64Column, right as Float64Column, length);
  }
}

const arithmetic = (name: ArithmeticOperator, doc: string): ScalarFunction => ({
  name,
  doc,
  nulls: name === "//" || name === "%" ? "always" : "propagate",
  resolve: (args) => {
    const type = numeric(pair(args));
    return type && { args: [type, type], type };
  },
  evaluate: (args, length) => evaluateArithmetic(name, args, length),
});

const divide: ScalarFunction = {
  name: "/",
  doc: "Division of floats; integers are converted first, so 7 / 2 is 3.5.",
  nulls: "propagate",
  resolve: (args) => (numeric(pair(args)) === undefined ? undefined : { args: [float, float], type: float }),
  evaluate: ([left, right], length) => float64Arithmetic("/", left as Float64Column, right as Float64Column, length),
};

const negate: ScalarFunction = {
  name: "negate",
  doc: "The value with the opposite sign.",
  nulls: "propagate",
  resolve: (args) => {
    const type = args.length === 1 ? numeric(args[0]) : undefined;
    return type && { args: [type], type };
  },
  evaluate: ([arg], length, { type }) =>
    evaluateArithmetic(
      type.kind === "float" ? "*" : "-",
      type.kind === "float" ? [arg!, constant(-1, type)] : [constant(0, type), arg!],
      length,
    ),
};

const comparison = (name: ComparisonOperator, doc: string): ScalarFunction => ({
  name,
  doc,
  nulls: "propagate",
  resolve: (args) => {
    const type = pair(args);
    return type && { args: [type, type], type: bool };
  },
  evaluate: ([left, right], length) => compare(name, left!, right!, length),
});

const logical = (name: "and" | "or", doc: string): ScalarFunction => ({
  name,
  doc,
  nulls: "propagate",
  resolve: (args) => ({ args: args.map(() => bool), type: bool }),
  evaluate: (args, length) => {
    const [first, ...rest] = args as readonly BoolColumn[];
    const combine = name === "and" ? and : or;
    return rest.reduce((left, right) => combine(left, right, length), spread(first!, length) as BoolColumn);
  },
});

const negation: ScalarFunction = {
  name: "not",
  doc: "True for false and false for true.",
  nulls: "propagate",
  resolve: (args) => (args.length === 1 ? { args: [bool], type: bool } : undefined),
  evaluate: ([arg], length) => not(spread(arg!, length) as BoolColumn),
};

const nullTest: ScalarFunction = {
  name: "is_null",
  doc: "Whether the value is null.",
  nulls: "never",
  resolve: (args) => (args.length === 1 ? { args, type: bool } : undefined),
  evaluate: ([arg], length) => isNull(arg!, length),
};

const distinctFrom: ScalarFunction = {
  name: "is_distinct_from",
  doc: "Whether two values differ, where null is a value like any other.",
  nulls: "never",
  resolve: comparison("=", "").resolve,
  evaluate: ([left, right], length) => {
    const same = compare("=", left!, right!, length);
    const [leftNull, rightNull] = [isNull(left!, length), isNull(right!, length)];
    const equal: BoolColumn = { kind: "bool", length, validity: null, bits: trueBits(same, length) };
    return not(or(equal, and(leftNull, rightNull, length), length));
  },
};

const membership: ScalarFunction = {
  name: "in",
  doc: "Whether the first value equals one of the others; null where it equals none and a null is among them.",
  nulls: "propagate",
  resolve: (args) => {
    const type = args.length > 1 ? commonTypeOf(args) : undefined;
    return type && { args: args.map(() => type), type: bool };
  },
  evaluate: ([needle, ...list], length) =>
    list.map((item) => compare("=", needle!, item, length)).reduce((left, right) => or(left, right, length)),
};

const pattern = (name: "like" | "ilike", doc: string): ScalarFunction => ({
  name,
  doc,
  nulls: "propagate",
  resolve: (args) => (args.length === 2 && args.every(isText) ? { args: [utf8, utf8], type: bool } : undefined),
  evaluate: ([text, wanted], length) => like(text as TextColumn, wanted as TextColumn, length, name === "ilike"),
});

const isText = (type: DataType): boolean => type.kind === "utf8" || type.kind === "null";

const coalesce: ScalarFunction = {
  name: "coalesce",
  doc: "The first value that is not null.",
  nulls: "all",
  resolve: (args) => {
    const type = commonTypeOf(args);
    return type && { args: args.map(() => type), type };
  },
  evaluate: (args, length, { type }: ScalarSignature) =>
    args
      .map((arg) => spread(arg, length))
      .reduce((left, right) => choose(not(isNull(left, length)), left, right, type)),
};

/** Every operator and scalar function; SQL and the fluent surface both look here. */
export const scalarFunctions: readonly ScalarFunction[] = [
  arithmetic("+", "The sum; an error where an integer result does not fit."),
  arithmetic("-", "The difference; an error where an integer result does not fit."),
  arithmetic("*", "The product; an error where an integer result does not fit."),
  arithmetic("//", "Integer division, truncated toward zero; null for division by 0."),
  arithmetic("%", "The remainder, with the sign of the dividend; null for division by 0."),
  divide,
  negate,
  comparison("=", "Whether two values are equal; NaN equals NaN."),
  comparison("<>", "Whether two values differ."),
  comparison("<", "Whether the first value is less."),
  comparison("<=", "Whether the first value is less or equal."),
  comparison(">", "Whether the first value is greater."),
  comparison(">=", "Whether the first value is greater or equal."),
  logical("and", "True where all are true, false where one is false, else null."),
  logical("or", "True where one is true, false where all are false, else null."),
  negation,
  nullTest,
  distinctFrom,
  membership,
  pattern("like", "Whether text matches a pattern: % stands for any text, _ for one character."),
  pattern("ilike", "As like, ignoring case."),
  coalesce,
];

const byName = new Map(scalarFunctions.map((fn) => [fn.name, fn]));

/** The function of a name, ignoring case. */
export const findScalarFunction = (name: string): ScalarFunction | undefined => byName.get(name.toLowerCase());

/** The names that can be called as `name(...)`. */
export const callableNames = (): string[] =>
  scalarFunctions.map(({ name }) => name).filter((name) => /^[a-z]/.test(name) && !OPERATORS.has(name));

/** Names of operators that look like names of functions. */
const OPERATORS = new Set(["negate", "and", "or", "not", "is_null", "is_distinct_from", "in", "like", "ilike"]);

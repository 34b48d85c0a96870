import type { Literal } from "../kernels/constant.ts";
import { TidemarkError } from "../errors.ts";
import { bigint, bool, type DataType, float, int, int32, nullType, timestamp, utf8 } from "../types/data-type.ts";
import { dateUs } from "../types/time.ts";
import type { AnyColumnType, ValueOf } from "../types/column-type.ts";
import { checkDepth } from "./depth.ts";
import type { Expr } from "./nodes.ts";

const BRAND = Symbol.for("tidemark.expression");

/** A value that may stand in an expression: another expression, or a plain value that becomes a literal. */
export type Operand<T> = Expression<T> | T | PlainValue;
export type PlainValue = boolean | number | bigint | string | Date | null;

/**
 * An expression over the columns of a frame, built by `col`, `lit`, `when` and the methods here. Nothing is computed
 * before a frame runs. `Value` is the TypeScript type of its values.
 *
 * @example col("amount").mul(1.2).gt(10).and(col("country").eq("US"))
 */
export class Expression<Value = unknown> {
  /** Carries the type of the values; never set. */
  declare readonly value: Value;
  /** The tree behind it: plain records. */
  readonly node: Expr;
  /** The column name given by `as`. */
  readonly alias: string | undefined;

  constructor(node: Expr, alias?: string) {
    checkDepth(node);
    this.node = node;
    this.alias = alias;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The same values under a column name. */
  as(name: string): Expression<Value> {
    return new Expression(this.node, name);
  }

  /** Sum. Integers exactly, or an error where the result does not fit. */
  add(other: Operand<number | bigint>): Expression<Value> {
    return this.with("+", other);
  }
  /** Difference. */
  sub(other: Operand<number | bigint>): Expression<Value> {
    return this.with("-", other);
  }
  /** Product. */
  mul(other: Operand<number | bigint>): Expression<Value> {
    return this.with("*", other);
  }
  /** Division of floats: 7 / 2 is 3.5. */
  div(other: Operand<number | bigint>): Expression<number> {
    return this.with("/", other);
  }
  /** Integer division, truncated toward zero; null for division by 0. */
  floorDiv(other: Operand<number | bigint>): Expression<Value | null> {
    return this.with("//", other);
  }
  /** Remainder, with the sign of the dividend; null for division by 0. */
  mod(other: Operand<number | bigint>): Expression<Value | null> {
    return this.with("%", other);
  }
  /** The opposite sign. */
  neg(): Expression<Value> {
    return call("negate", this.node);
  }

  /** Equal. Null beside anything is null; NaN equals NaN. */
  eq(other: Operand<Value>): Expression<boolean> {
    return this.with("=", other);
  }
  /** Not equal. */
  ne(other: Operand<Value>): Expression<boolean> {
    return this.with("<>", other);
  }
  /** Less. */
  lt(other: Operand<Value>): Expression<boolean> {
    return this.with("<", other);
  }
  /** Less or equal. */
  lte(other: Operand<Value>): Expression<boolean> {
    return this.with("<=", other);
  }
  /** Greater. NaN is greater than every number; text compares by code point. */
  gt(other: Operand<Value>): Expression<boolean> {
    return this.with(">", other);
  }
  /** Greater or equal. */
  gte(other: Operand<Value>): Expression<boolean> {
    return this.with(">=", other);
  }
  /** Between two bounds, both included. */
  between(low: Operand<Value>, high: Operand<Value>): Expression<boolean> {
    return this.gte(low).and(this.lte(high));
  }
  /** Equal to one of these. */
  in(values: Iterable<Operand<Value>>): Expression<boolean> {
    const list = [...values].map(nodeOf);
    return list.length === 0 ? lit(false) : call("in", this.node, ...list);
  }
  /** SQL pattern: `%` stands for any text, `_` for one character. */
  like(pattern: Operand<string>): Expression<boolean> {
    return this.with("like", pattern);
  }

  /** Kleene and. */
  and(other: Operand<boolean>): Expression<boolean> {
    return this.with("and", other);
  }
  /** Kleene or. */
  or(other: Operand<boolean>): Expression<boolean> {
    return this.with("or", other);
  }
  /** Kleene not. */
  not(): Expression<boolean> {
    return call("not", this.node);
  }
  /** Whether the value is null. */
  isNull(): Expression<boolean> {
    return call("is_null", this.node);
  }
  /** Whether the value is not null. */
  isNotNull(): Expression<boolean> {
    return this.isNull().not();
  }
  /** This value, or the other where it is null. */
  fillNull<Other>(other: Operand<Other>): Expression<NonNullable<Value> | Other> {
    return this.with("coalesce", other);
  }
  /** The value converted to another type. @throws cast.failed when it runs */
  cast<Type extends AnyColumnType>(type: Type): Expression<ValueOf<Type>> {
    return new Expression({ kind: "cast", input: this.node, type: type.type, onFailure: "error" });
  }

  /** Aggregate: the sum, 0 for no values (SQL's `sum` gives null there). Trues are counted. */
  sum(): Expression<NonNullable<SumOf<Value>>> {
    return call("coalesce", aggregate("sum", this.node), { kind: "literal", value: 0, type: int32 });
  }
  /** Aggregate: the greatest value, null for no values. */
  max(): Expression<Value> {
    return new Expression(aggregate("max", this.node));
  }
  /** Aggregate: the least value, null for no values. */
  min(): Expression<Value> {
    return new Expression(aggregate("min", this.node));
  }
  /** Aggregate: the arithmetic mean, null for no values. */
  mean(): Expression<number> {
    return new Expression(aggregate("avg", this.node));
  }
  /** Aggregate: how many values are not null. */
  count(): Expression<number> {
    return new Expression(aggregate("count", this.node));
  }
  /** Aggregate: how many distinct values, exactly. */
  countDistinct(): Expression<number> {
    return new Expression({ ...aggregate("count", this.node), distinct: true });
  }
  /** Aggregate: how many distinct values, by HyperLogLog; exact up to 256. */
  approxCountDistinct(): Expression<number> {
    return new Expression(aggregate("approx_count_distinct", this.node));
  }
  /** Gives an aggregate only the rows where the condition is true. */
  where(condition: Expression<boolean>): Expression<Value> {
    return new Expression(filtered(this.node, expressionNode(condition, "the condition of where()")));
  }

  private with<T>(name: string, other: unknown): Expression<T> {
    return call(name, this.node, nodeOf(other));
  }
}

type SumOf<Value> = Value extends bigint ? bigint : number;

/** @throws expression.invalid where a value that is no expression was given as one */
export function expressionNode(value: unknown, place: string): Expr {
  if (isExpression(value)) return value.node;
  throw new TidemarkError("expression.invalid", `${place} is no expression`, {
    hint: 'build it with col("name"), lit(value) or when(...)',
  });
}

const call = <T>(name: string, ...args: Expr[]): Expression<T> => new Expression({ kind: "call", name, args });

const aggregate = (name: string, ...args: Expr[]): Extract<Expr, { kind: "aggregate" }> => ({
  kind: "aggregate",
  name,
  args,
  distinct: false,
});

function filtered(node: Expr, condition: Expr): Expr {
  if (node.kind === "aggregate") {
    const filter: Expr =
      node.filter === undefined ? condition : { kind: "call", name: "and", args: [node.filter, condition] };
    return { ...node, filter };
  }
  if (node.kind === "call" && node.name === "coalesce" && node.args[0] !== undefined) {
    return { ...node, args: [filtered(node.args[0], condition), ...node.args.slice(1)] };
  }
  throw new TidemarkError("expression.invalid", "where() stands behind an aggregate only", {
    hint: 'write col("amount").sum().where(condition), or filter the frame',
  });
}

/** Whether a value is an expression, also one of another copy of this package. */
export function isExpression(value: unknown): value is Expression<unknown> {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** The column of a name. `df.col` knows the names and types of its frame; this does not. */
export function col<Value = unknown>(name: string): Expression<Value> {
  return new Expression({ kind: "column", name });
}

/** A plain value as an expression. @throws expression.invalid for what is no plain value, undefined included */
export function lit<Value extends PlainValue>(value: Value): Expression<Value> {
  if (value === undefined)
    throw new TidemarkError("expression.invalid", "lit(undefined) is no value", { hint: NO_VALUE });
  return new Expression({ kind: "literal", ...literalOf(value) });
}

/** Aggregate: the number of rows. */
export function count(): Expression<number> {
  return new Expression(aggregate("count"));
}

/** The tree of an expression, or of a plain value as a literal. */
export function nodeOf(value: unknown): Expr {
  return isExpression(value) ? value.node : { kind: "literal", ...literalOf(value) };
}

/** What to do about undefined where a value belongs. */
export const NO_VALUE = "give null where there is no value";

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/** The literal and type that a plain JavaScript value stands for. @throws expression.invalid */
export function literalOf(value: unknown): { readonly value: Literal; readonly type: DataType } {
  switch (typeof value) {
    case "boolean":
      return { value, type: bool };
    case "string":
      return { value, type: utf8 };
    case "bigint":
      return { value: BigInt.asIntN(64, value), type: checked64(value) };
    case "number":
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) return { value, type: float };
      return { value, type: value >= INT32_MIN && value <= INT32_MAX ? int32 : int };
    default:
      break;
  }
  if (value === null || value === undefined) return { value: null, type: nullType };
  const us = isDate(value) ? dateUs(value) : undefined;
  if (us !== undefined) return { value: us, type: timestamp };
  throw new TidemarkError("expression.invalid", "this value cannot stand in an expression", {
    hint: "use a boolean, number, bigint, string, Date, null or another expression",
  });
}

/** Also a `Date` of another realm. */
const isDate = (value: unknown): value is Date =>
  value instanceof Date ||
  (Object.prototype.toString.call(value) === "[object Date]" && typeof (value as Date).getTime === "function");

function checked64(value: bigint): DataType {
  if (BigInt.asIntN(64, value) === value) return bigint;
  throw new TidemarkError("type.overflow", `${value} does not fit 64 bits`);
}

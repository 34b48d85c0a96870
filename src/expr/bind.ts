import { findAggregate } from "../aggregates/functions.ts";
import { checkText } from "../column/text.ts";
import { rawAt } from "../column/value.ts";
import { type Span, suggest, TidemarkError } from "../errors.ts";
import { canCast, cast } from "../kernels/cast.ts";
import { constant } from "../kernels/constant.ts";
import { bool, type DataType, int32, type Schema, sameType, typeName } from "../types/data-type.ts";
import { fieldIndex, fieldNames } from "../types/schema.ts";
import type { Bound, BoundAggregate } from "./bound.ts";
import { commonTypeOf } from "./coercion.ts";
import { callableNames, findScalarFunction } from "./functions.ts";
import type { AggregateExpr, CallExpr, CaseExpr, CastExpr, Expr, LiteralExpr } from "./nodes.ts";

/**
 * Fits an expression to a schema.
 * @throws schema.unknown-column, type.mismatch, sql.unknown-function, expression.invalid, cast.failed for a literal
 */
export function bind(expr: Expr, schema: Schema): Bound {
  switch (expr.kind) {
    case "column":
      return bindColumn(expr.name, schema, expr.span);
    case "literal":
      checkLiteral(expr);
      return { kind: "literal", value: expr.value, type: expr.type, nullable: expr.value === null };
    case "call":
      return bindCall(expr, schema);
    case "case":
      return bindCase(expr, schema);
    case "cast":
      return bindCast(expr, schema);
    case "aggregate":
      throw new TidemarkError("expression.invalid", `the aggregate ${expr.name} cannot stand here`, {
        span: expr.span,
        hint: "aggregates belong into select, having, order by, or agg()",
      });
  }
}

/** @throws type.invalid for text that UTF-8 cannot hold */
function checkLiteral({ value, span }: LiteralExpr): void {
  if (typeof value !== "string") return;
  try {
    checkText(value);
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    throw new TidemarkError(error.code, error.summary, { span, hint: error.hint });
  }
}

/** As `bind`, cast to a type that the place asks for. */
function bindTo(expr: Expr, schema: Schema, type: DataType, place: string): Bound {
  const bound = coerce(bind(expr, schema), type);
  if (sameType(bound.type, type)) return bound;
  throw new TidemarkError("type.mismatch", `${place} must be ${typeName(type)}, not ${typeName(bound.type)}`, {
    span: expr.span,
  });
}

/** A condition: bool, or something that converts to it without a cast. */
export const bindCondition = (expr: Expr, schema: Schema, place: string): Bound => bindTo(expr, schema, bool, place);

/** Fits an aggregate's arguments and filter to a schema. */
export function bindAggregate(expr: AggregateExpr, schema: Schema): BoundAggregate {
  const aggregate = findAggregate(expr.name);
  if (aggregate === undefined) {
    throw new TidemarkError("sql.unknown-function", `no aggregate "${expr.name}"`, { span: expr.span });
  }
  const args = expr.args.map((arg) => bind(arg, schema));
  const types = args.map(({ type }) => type);
  const signature = aggregate.resolve(types);
  if (signature === undefined) throw mismatch(expr.name, types, expr.span);
  return {
    name: aggregate.name,
    args: args.map((arg, i) => coerce(arg, signature.args[i] ?? arg.type)),
    distinct: expr.distinct,
    filter: expr.filter && bindCondition(expr.filter, schema, "filter"),
    type: signature.type.kind === "null" ? int32 : signature.type,
    nullable: signature.nullable,
  };
}

function bindCast({ input, type, onFailure, keepsBigint, span }: CastExpr, schema: Schema): Bound {
  const bound = bind(input, schema);
  const keeps = keepsBigint === true && type.kind === "int" && bound.type.kind === "bigint";
  return keeps ? bound : castTo(bound, type, onFailure, span);
}

function bindColumn(name: string, schema: Schema, span: Span | undefined): Bound {
  const index = fieldIndex(schema, name);
  const field = schema.fields[index];
  if (field === undefined) {
    throw new TidemarkError("schema.unknown-column", `no column "${name}"`, {
      span,
      hint: suggest(name, fieldNames(schema)),
    });
  }
  return { kind: "column", index, name, type: field.type, nullable: field.nullable };
}

function bindCall(expr: CallExpr, schema: Schema): Bound {
  const fn = findScalarFunction(expr.name);
  if (fn === undefined) {
    throw new TidemarkError("sql.unknown-function", `no function "${expr.name}"`, {
      span: expr.span,
      hint: suggest(expr.name, callableNames()),
    });
  }
  const args = typedLiterals(expr.args, schema);
  const types = args.map(({ type }) => type);
  const signature = fn.resolve(types);
  if (signature === undefined) throw mismatch(expr.name, types, expr.span);
  const cast = args.map((arg, i) => coerce(arg, signature.args[i] ?? arg.type));
  if (cast.some((arg, i) => !sameType(arg.type, signature.args[i] ?? arg.type)))
    throw mismatch(expr.name, types, expr.span);
  const nullable = {
    propagate: args.some((arg) => arg.nullable),
    never: false,
    always: true,
    all: args.every((arg) => arg.nullable),
  }[fn.nulls];
  return {
    kind: "call",
    name: fn.name,
    args: cast,
    type: signature.type,
    nullable,
  };
}

/** A text literal beside another type is read as that type, as in `at > '2026-01-01'`. */
function typedLiterals(exprs: readonly Expr[], schema: Schema): readonly Bound[] {
  const args = exprs.map((expr) => bind(expr, schema));
  const others = args.filter((arg) => !isTextLiteral(arg) && arg.type.kind !== "null");
  const target = commonTypeOf(others.map(({ type }) => type));
  if (target === undefined || target.kind === "utf8") return args;
  return args.map((arg, i) => (isTextLiteral(arg) ? castTo(arg, target, "error", exprs[i]?.span) : arg));
}

const isTextLiteral = (expr: Bound): boolean =>
  expr.kind === "literal" && typeof expr.value === "string" && expr.type.kind === "utf8";

function bindCase(expr: CaseExpr, schema: Schema): Bound {
  const typed = typedLiterals([...expr.branches.map(({ value }) => value), expr.otherwise], schema);
  const type = commonTypeOf(typed.map((value) => value.type));
  if (type === undefined) {
    throw new TidemarkError(
      "type.mismatch",
      `the branches of case have types that do not meet: ${typed.map((value) => typeName(value.type)).join(", ")}`,
      { span: expr.span },
    );
  }
  const cast = typed.map((value) => coerce(value, type));
  return {
    kind: "case",
    branches: expr.branches.map(({ when }, i) => ({
      when: bindCondition(when, schema, "a condition"),
      value: cast[i] as Bound,
    })),
    otherwise: cast.at(-1) as Bound,
    type,
    nullable: cast.some((value) => value.nullable),
  };
}

/** An implicit cast; leaves alone what does not convert without being asked (text to a number, say). */
function coerce(expr: Bound, type: DataType): Bound {
  if (sameType(expr.type, type)) return expr;
  const implicit =
    expr.type.kind === "null" || isTextLiteral(expr) || (expr.type.kind !== "utf8" && type.kind !== "utf8");
  return implicit && canCast(expr.type, type) ? castTo(expr, type, "error", undefined) : expr;
}

/** An explicit cast; of a literal, its result. */
function castTo(input: Bound, type: DataType, onFailure: "error" | "null", span: Span | undefined): Bound {
  if (sameType(input.type, type)) return input;
  if (!canCast(input.type, type)) {
    throw new TidemarkError("type.mismatch", `${typeName(input.type)} does not convert to ${typeName(type)}`, { span });
  }
  if (input.kind !== "literal")
    return { kind: "cast", input, type, onFailure, nullable: input.nullable || onFailure === "null" };
  try {
    const value = rawAt(cast(constant(input.value, input.type), input.type, type, onFailure), 0);
    return { kind: "literal", value, type, nullable: value === null };
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    // The kernel counts rows; a literal has none.
    throw new TidemarkError(error.code, error.summary.replace(/^row 0: /, ""), { span, hint: error.hint });
  }
}

function mismatch(name: string, types: readonly DataType[], span: Span | undefined): TidemarkError {
  const shown = types.map(typeName).join(", ");
  const text = types.some((type) => type.kind === "utf8") && types.length > 1;
  return new TidemarkError("type.mismatch", `${name} does not take (${shown})`, {
    span,
    ...(text && { hint: "cast one side: cast(x as VARCHAR), x::DOUBLE" }),
  });
}

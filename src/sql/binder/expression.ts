import { findAggregate } from "../../aggregates/functions.ts";
import { type Span, suggest, TidemarkError } from "../../errors.ts";
import { aggregateFunctions } from "../../aggregates/functions.ts";
import { callableNames, findScalarFunction } from "../../expr/functions.ts";
import type { Expr } from "../../expr/nodes.ts";
import { bool, float, int, int32, nullType, utf8 } from "../../types/data-type.ts";
import type { Call, Case, ColumnName, Expression, Hole, In, Is, NumberLiteral, Unary } from "../syntax.ts";
import type { HoleValue } from "./scope.ts";
import { typeOfName } from "./types.ts";

/** How names and holes are looked up where an expression stands. */
export interface Names {
  column(node: ColumnName): Expr;
  /** How names are looked up inside an aggregate's brackets, where that differs. */
  readonly insideAggregate?: Names;
  readonly holes: readonly HoleValue[];
}

/** From syntax to an expression: names resolved, operators as calls of the registry. */
export function toExpr(node: Expression, names: Names): Expr {
  const to = (child: Expression): Expr => toExpr(child, names);
  const { span } = node;
  switch (node.kind) {
    case "number":
      return numberLiteral(node, "");
    case "string":
      return { kind: "literal", value: node.value, type: utf8, span };
    case "boolean":
      return { kind: "literal", value: node.value, type: bool, span };
    case "null":
      return { kind: "literal", value: null, type: nullType, span };
    case "hole":
      return holeExpr(node, names);
    case "column":
      return names.column(node);
    case "unary":
      return unary(node, names);
    case "binary":
      return call(operatorName(node.operator, span), span, to(node.left), to(node.right));
    case "comparison":
      return call(node.operator, span, to(node.left), to(node.right));
    case "and":
    case "or":
      return call(node.kind, span, ...node.operands.map(to));
    case "not":
      return call("not", span, to(node.operand));
    case "is":
      return isTest(node, names);
    case "distinct-from":
      return negatedIf(node.negated, call("is_distinct_from", span, to(node.left), to(node.right)));
    case "in":
      return membership(node, names);
    case "between": {
      const operand = to(node.operand);
      const within = call(
        "and",
        span,
        call(">=", span, operand, to(node.low)),
        call("<=", span, operand, to(node.high)),
      );
      return negatedIf(node.negated, within);
    }
    case "like":
      if (node.escape !== undefined) throw unsupported("escape", node.escape.span);
      return negatedIf(
        node.negated,
        call(node.ignoreCase ? "ilike" : "like", span, to(node.operand), to(node.pattern)),
      );
    case "case":
      return caseExpr(node, names);
    case "cast":
      return {
        kind: "cast",
        input: to(node.operand),
        type: typeOfName(node.type),
        onFailure: node.try ? "null" : "error",
        keepsBigint: true,
        span,
      };
    case "call":
      return functionCall(node, names);
    case "interval":
      throw unsupported("an interval", span);
    case "field":
      throw unsupported("a field of a value", span);
    case "subscript":
      throw unsupported("an element of a list", span);
  }
}

const call = (name: string, span: Span, ...args: Expr[]): Expr => ({ kind: "call", name, args, span });

const negatedIf = (negated: boolean, expr: Expr): Expr =>
  negated ? { kind: "call", name: "not", args: [expr], span: expr.span } : expr;

const unsupported = (what: string, span: Span, hint?: string): TidemarkError =>
  new TidemarkError("sql.unsupported", `${what} is not supported`, { span, hint });

function operatorName(operator: string, span: Span): string {
  if (findScalarFunction(operator) !== undefined) return operator;
  throw unsupported(`the operator ${operator}`, span);
}

function numberLiteral({ text, integer, span }: NumberLiteral, sign: "" | "-"): Expr {
  if (!integer) {
    const double = Number(sign + text);
    if (Number.isFinite(double)) return { kind: "literal", value: double, type: float, span };
    throw new TidemarkError("type.overflow", `${sign}${text} does not fit a DOUBLE`, { span });
  }
  const value = BigInt(sign + text);
  if (BigInt.asIntN(64, value) !== value) {
    throw new TidemarkError("type.overflow", `${sign}${text} does not fit 64 bits`, {
      span,
      hint: "write it as a float, with a point or an exponent",
    });
  }
  const small = Number(value);
  if (BigInt.asIntN(32, value) === value) return { kind: "literal", value: small, type: int32, span };
  return { kind: "literal", value: Number.isSafeInteger(small) ? small : value, type: int, span };
}

function holeExpr({ index, span }: Hole, { holes }: Names): Expr {
  const hole = holes[index];
  if (hole === undefined || hole.kind === "table") {
    throw new TidemarkError("sql.parameter", "a frame stands where a value belongs", {
      span,
      hint: "a frame can stand behind from",
    });
  }
  return hole.kind === "expression"
    ? { ...hole.expr, span }
    : { kind: "literal", value: hole.value, type: hole.type, span };
}

function unary(node: Unary, names: Names): Expr {
  if (node.operator === "+") return toExpr(node.operand, names);
  if (node.operator === "~") throw unsupported("the operator ~", node.span);
  if (node.operand.kind === "number") return { ...numberLiteral(node.operand, "-"), span: node.span };
  return call("negate", node.span, toExpr(node.operand, names));
}

function isTest(node: Is, names: Names): Expr {
  const operand = toExpr(node.operand, names);
  if (node.test === "null") return negatedIf(node.negated, call("is_null", node.span, operand));
  const truth: Expr = { kind: "literal", value: node.test === "true", type: bool };
  return negatedIf(
    !node.negated,
    call(
      "is_distinct_from",
      node.span,
      { kind: "cast", input: operand, type: bool, onFailure: "error", span: node.span },
      truth,
    ),
  );
}

function membership(node: In, names: Names): Expr {
  const args = [node.operand, ...node.list].map((child) => toExpr(child, names));
  return negatedIf(node.negated, call("in", node.span, ...args));
}

function caseExpr(node: Case, names: Names): Expr {
  const operand = node.operand && toExpr(node.operand, names);
  return {
    kind: "case",
    branches: node.branches.map((branch) => {
      const when = toExpr(branch.when, names);
      return {
        when: operand === undefined ? when : call("=", branch.span, operand, when),
        value: toExpr(branch.then, names),
      };
    }),
    otherwise:
      node.otherwise === undefined ? { kind: "literal", value: null, type: nullType } : toExpr(node.otherwise, names),
    span: node.span,
  };
}

function functionCall(node: Call, names: Names): Expr {
  const { name } = node.name;
  const aggregate = findAggregate(name);
  const inside = aggregate === undefined ? names : (names.insideAggregate ?? names);
  const args = node.arguments.map((arg) => toExpr(arg, inside));
  if (aggregate !== undefined) {
    if (node.star && aggregate.name !== "count")
      throw new TidemarkError("sql.syntax", `${name} does not take *`, { span: node.span });
    const [ordered] = node.orderBy;
    if (ordered !== undefined) throw unsupported("order by inside an aggregate", ordered.span);
    const filter = node.filter && toExpr(node.filter, inside);
    return { kind: "aggregate", name: aggregate.name, args, distinct: node.distinct, filter, span: node.span };
  }
  const fn = callableNames().includes(name.toLowerCase()) ? findScalarFunction(name) : undefined;
  if (fn === undefined || node.star) {
    const known = [...callableNames(), ...aggregateFunctions.flatMap((each) => [each.name, ...each.aliases])];
    throw new TidemarkError("sql.unknown-function", `no function "${name}"`, {
      span: node.name.span,
      hint: suggest(name, known),
    });
  }
  if (node.distinct || node.filter !== undefined || node.orderBy.length > 0) {
    throw new TidemarkError("sql.syntax", `${name} is no aggregate: it takes no distinct, filter or order by`, {
      span: node.span,
    });
  }
  return call(fn.name, node.span, ...args);
}

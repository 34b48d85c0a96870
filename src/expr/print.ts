import { formatTimestamp } from "../types/time.ts";
import { typeName } from "../types/data-type.ts";
import type { Expr, LiteralExpr } from "./nodes.ts";

const WORD = /^[a-z_][a-z0-9_]*$/i;

/** An expression as text, for people: types are left out, so use `expressionKey` to compare. */
export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case "column":
      return WORD.test(expr.name) ? expr.name : `"${expr.name.replaceAll('"', '""')}"`;
    case "literal":
      return printLiteral(expr);
    case "call":
      return printCall(expr.name, expr.args.map(printExpr));
    case "case": {
      const branches = expr.branches.map(({ when, value }) => `when ${printExpr(when)} then ${printExpr(value)}`);
      return `case ${branches.join(" ")} else ${printExpr(expr.otherwise)} end`;
    }
    case "cast":
      return `${expr.onFailure === "null" ? "try_cast" : "cast"}(${printExpr(expr.input)} as ${typeName(expr.type)})`;
    case "aggregate": {
      const args = expr.args.length === 0 ? "*" : expr.args.map(printExpr).join(", ");
      const filter = expr.filter === undefined ? "" : ` filter (where ${printExpr(expr.filter)})`;
      return `${expr.name}(${expr.distinct ? "distinct " : ""}${args})${filter}`;
    }
  }
}

export function printLiteral({ value, type }: Pick<LiteralExpr, "value" | "type">): string {
  if (value === null) return "null";
  if (type.kind === "timestamp") return `timestamp '${formatTimestamp(value as number | bigint)}'`;
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : `${Object.is(value, -0) ? "-0" : value}`;
}

/** A text that two expressions share exactly where they are the same tree, whatever their spans. */
export function expressionKey(expr: Expr): string {
  switch (expr.kind) {
    case "column":
      return `column ${JSON.stringify(expr.name)}`;
    case "literal":
      return `${expr.type.kind} ${typeof expr.value === "string" ? JSON.stringify(expr.value) : Object.is(expr.value, -0) ? "-0" : expr.value}`;
    case "call":
      return `${expr.name}(${expr.args.map(expressionKey).join(", ")})`;
    case "case": {
      const branches = expr.branches.map(({ when, value }) => `${expressionKey(when)}: ${expressionKey(value)}`);
      return `case(${[...branches, expressionKey(expr.otherwise)].join(", ")})`;
    }
    case "cast":
      return `cast(${expressionKey(expr.input)}, ${expr.type.kind}, ${expr.onFailure}, ${expr.keepsBigint === true})`;
    case "aggregate": {
      const filter = expr.filter === undefined ? "" : ` where ${expressionKey(expr.filter)}`;
      return `aggregate ${expr.name}(${expr.distinct ? "distinct " : ""}${expr.args.map(expressionKey).join(", ")})${filter}`;
    }
  }
}

const INFIX = /^[^a-z]|^(and|or|like|ilike)$/;

/** A call as text: infix for operators of two operands. */
export function printCall(name: string, args: readonly string[]): string {
  if (args.length > 1 && INFIX.test(name)) return `(${args.join(` ${name} `)})`;
  return name === "not" ? `(not ${args[0]})` : `${name}(${args.join(", ")})`;
}

import type { Bound, BoundAggregate } from "../expr/bound.ts";
import { printCall, printLiteral } from "../expr/print.ts";
import { typeName } from "../types/data-type.ts";
import type { Plan } from "./nodes.ts";

/** A plan as an indented tree, the result first. */
export function explain(plan: Plan, depth = 0): string {
  const line = `${"  ".repeat(depth)}${describe(plan)}`;
  return plan.kind === "scan" ? line : `${line}\n${explain(plan.input, depth + 1)}`;
}

function describe(plan: Plan): string {
  switch (plan.kind) {
    case "scan":
      return `scan ${plan.table} [${plan.schema.fields.map(({ name }) => name).join(", ")}]`;
    case "filter":
      return `filter ${printBound(plan.predicate)}`;
    case "project":
      return `project ${plan.columns.map(({ name, expr }) => named(name, printBound(expr))).join(", ")}`.trimEnd();
    case "aggregate": {
      const keys = plan.keys.map(({ name, expr }) => named(name, printBound(expr))).join(", ");
      const aggregates = plan.aggregates.map(({ name, call }) => named(name, printAggregate(call))).join(", ");
      return `aggregate by [${keys}] ${aggregates}`.trimEnd();
    }
    case "sort":
      return `sort ${plan.keys.map((key) => `${printBound(key.expr)}${key.descending ? " desc" : ""}${key.nullsFirst ? " nulls first" : ""}`).join(", ")}`;
    case "limit":
      return `limit ${Number.isFinite(plan.count) ? plan.count : "all"}${plan.offset === 0 ? "" : ` offset ${plan.offset}`}`;
  }
}

const named = (name: string, text: string): string => (text === name ? name : `${text} as ${name}`);

function printAggregate({ name, args, distinct, filter }: BoundAggregate): string {
  const inner = args.length === 0 ? "*" : args.map(printBound).join(", ");
  return `${name}(${distinct ? "distinct " : ""}${inner})${filter === undefined ? "" : ` filter (where ${printBound(filter)})`}`;
}

function printBound(expr: Bound): string {
  switch (expr.kind) {
    case "column":
      return expr.name;
    case "literal":
      return printLiteral(expr);
    case "call":
      return printCall(expr.name, expr.args.map(printBound));
    case "case":
      return `case ${expr.branches.map(({ when, value }) => `when ${printBound(when)} then ${printBound(value)}`).join(" ")} else ${printBound(expr.otherwise)} end`;
    case "cast":
      return `${expr.onFailure === "null" ? "try_cast" : "cast"}(${printBound(expr.input)} as ${typeName(expr.type)})`;
  }
}

import { TidemarkError } from "../errors.ts";
import { bind, bindAggregate } from "../expr/bind.ts";
import type { BoundAggregate } from "../expr/bound.ts";
import { type Expr, hasAggregate, mapChildren, type NamedExpr } from "../expr/nodes.ts";
import { expressionKey } from "../expr/print.ts";
import { int32 } from "../types/data-type.ts";
import { settled } from "./build.ts";
import { type Aggregate, planSchema, type Plan } from "./nodes.ts";

/** A grouped plan and the expressions above it, which now read its columns. */
export interface Grouped {
  readonly plan: Aggregate;
  readonly exprs: readonly Expr[];
}

/**
 * Groups by keys and splits expressions in two: the aggregates inside go into the plan (each different one once), what
 * is around them is left over the plan's columns.
 * @throws sql.grouping where a column stands neither in a key nor in an aggregate
 */
export function groupBy(
  input: Plan,
  keys: readonly NamedExpr[],
  exprs: readonly Expr[],
  { implicit }: { readonly implicit: boolean } = { implicit: false },
): Grouped {
  const schema = planSchema(input);
  const keyNames = new Map(keys.map(({ name, expr }) => [expressionKey(expr), name]));
  const aggregates = new Map<string, { name: string; call: BoundAggregate }>();

  const taken = new Set(keyNames.values());
  const freshName = (): string => {
    let name = `#${aggregates.size}`;
    while (taken.has(name)) name = `#${name}`;
    return name;
  };

  const lift = (expr: Expr): Expr => {
    // A literal is the same in every group; as a column it could no longer take the type of its neighbour.
    if (expr.kind === "literal") return expr;
    const same = expressionKey(expr);
    const key = keyNames.get(same);
    if (key !== undefined) return { kind: "column", name: key, span: expr.span };
    if (expr.kind === "aggregate") {
      if ([...expr.args, ...(expr.filter === undefined ? [] : [expr.filter])].some(hasAggregate)) {
        throw new TidemarkError("sql.grouping", "an aggregate cannot stand inside another", { span: expr.span });
      }
      const known = aggregates.get(same) ?? { name: freshName(), call: bindAggregate(expr, schema) };
      aggregates.set(same, known);
      return { kind: "column", name: known.name, span: expr.span };
    }
    if (expr.kind === "column")
      throw ungrouped(
        expr,
        schema.fields.map(({ name }) => name),
      );
    return mapChildren(expr, lift);
  };

  const lifted = exprs.map(lift);
  const bound = keys.map(({ name, expr }) => ({ name, expr: settled(bind(expr, schema)) }));
  return {
    plan: { kind: "aggregate", input, keys: bound, aggregates: [...aggregates.values()], implicit },
    exprs: lifted,
  };
}

function ungrouped(expr: Extract<Expr, { kind: "column" }>, names: readonly string[]): TidemarkError {
  if (!names.includes(expr.name)) {
    // A wrong name is the likelier mistake: let binding say so.
    bind(expr, { fields: names.map((name) => ({ name, type: int32, nullable: false })) });
  }
  return new TidemarkError("sql.grouping", `column "${expr.name}" is neither grouped nor inside an aggregate`, {
    span: expr.span,
    hint: `add it to group by, or take one value of the group, as in max(${expr.name})`,
  });
}

import { type Bound, replaceColumns } from "../expr/bound.ts";
import { type NamedBound, type Plan, planSchema } from "./nodes.ts";

/** A chain of filters and projections as one filter and one projection over its base. */
export interface Inlined {
  readonly base: Plan;
  /** Over the base's columns; null for all rows. */
  readonly predicate: Bound | null;
  readonly columns: readonly NamedBound[];
}

/** Follows filters and projections down to the first other node. With `dropSort` an order on the way is forgotten. */
export function inline(plan: Plan, { dropSort }: { readonly dropSort: boolean } = { dropSort: false }): Inlined {
  switch (plan.kind) {
    case "filter": {
      const below = inline(plan.input, { dropSort });
      const predicate = replaced(plan.predicate, below);
      return { ...below, predicate: below.predicate === null ? predicate : both(below.predicate, predicate) };
    }
    case "project": {
      const below = inline(plan.input, { dropSort });
      return { ...below, columns: plan.columns.map(({ name, expr }) => ({ name, expr: replaced(expr, below) })) };
    }
    case "sort":
      return dropSort ? inline(plan.input, { dropSort }) : itself(plan);
    default:
      return itself(plan);
  }
}

const itself = (plan: Plan): Inlined => ({
  base: plan,
  predicate: null,
  columns: planSchema(plan).fields.map(({ name, type, nullable }, index) => ({
    name,
    expr: { kind: "column", index, name, type, nullable },
  })),
});

const replaced = (expr: Bound, { columns }: Inlined): Bound =>
  replaceColumns(expr, ({ index }) => columns[index]!.expr);

const both = (left: Bound, right: Bound): Bound => ({
  kind: "call",
  name: "and",
  args: [left, right],
  type: left.type,
  nullable: left.nullable || right.nullable,
});

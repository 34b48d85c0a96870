import { type Expression, expressionNode } from "../expr/expression.ts";
import type { NamedExpr } from "../expr/nodes.ts";
import { project } from "../plan/build.ts";
import { groupBy } from "../plan/group-by.ts";
import { DataFrame, type ValuesOf } from "./data-frame.ts";

/** A frame grouped by keys, waiting for its aggregates. */
export class GroupBy<Keys> {
  private readonly frame: DataFrame<unknown>;
  private readonly keys: readonly NamedExpr[];

  constructor(frame: DataFrame<unknown>, keys: readonly NamedExpr[]) {
    this.frame = frame;
    this.keys = keys;
  }

  /**
   * One row a group, in the order in which the groups were first seen: the keys, then the aggregates by name. Null is a
   * key like any other.
   * @throws sql.grouping where a column stands outside an aggregate
   * @example df.groupBy("user").agg({ n: count(), total: col("amount").sum() })
   */
  agg<E extends Readonly<Record<string, Expression<unknown>>>>(aggregates: E): DataFrame<Keys & ValuesOf<E>> {
    return aggregated(this.frame, this.keys, aggregates, false);
  }
}

/** Keys and aggregates as a plan. */
export function aggregated<Row>(
  frame: DataFrame<unknown>,
  keys: readonly NamedExpr[],
  aggregates: Readonly<Record<string, Expression<unknown>>>,
  implicit: boolean,
): DataFrame<Row> {
  const columns = Object.entries(aggregates).map(([name, expression]) => ({
    name,
    expr: expressionNode(expression, `"${name}"`),
  }));
  const keyColumns: NamedExpr[] = keys.map(({ name, expr }) => ({ name, expr }));
  const all = [...keyColumns, ...columns];
  const { plan, exprs } = groupBy(
    frame.plan,
    keys,
    all.map(({ expr }) => expr),
    { implicit },
  );
  const named = all.map(({ name }, i) => ({ name, expr: exprs[i]! }));
  return new DataFrame<Row>(project(plan, named), frame.context);
}

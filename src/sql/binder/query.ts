import { TidemarkError } from "../../errors.ts";
import { bind } from "../../expr/bind.ts";
import type { Expr, NamedExpr } from "../../expr/nodes.ts";
import { expressionKey } from "../../expr/print.ts";
import { limit, narrow, project, type SortExpr, sort } from "../../plan/build.ts";
import { groupBy } from "../../plan/group-by.ts";
import { type Plan, planSchema, type Project } from "../../plan/nodes.ts";
import type { Expression, OrderBy, Ordering, Query } from "../syntax.ts";
import { type Names, toExpr } from "./expression.ts";
import { bindFrom } from "./from.ts";
import type { HoleValue, Surroundings } from "./scope.ts";
import { bindSelect, findItem, ordinalOf } from "./select.ts";

/** From a syntax tree to a plan: names looked up, types checked. */
export function bindQuery(query: Query, around: Surroundings): Plan {
  const { body, orderBy } = query;
  const source = bindFrom(body.from, around, bindQuery);
  const { plan, items, extra } = bindSelect(body, source, around.holes, (names, list) =>
    orderExprs(orderBy, names, list),
  );
  let result = ordered(plan, items, extra, orderBy, body.distinct);
  if (query.limit !== undefined || query.offset !== undefined) {
    result = limit(
      result,
      rowCount(query.limit, around.holes) ?? Number.POSITIVE_INFINITY,
      rowCount(query.offset, around.holes) ?? 0,
    );
  }
  return result;
}

/** The expressions to sort by, one for each item of order by. As in DuckDB, a bare name is an alias before it is a column. */
function orderExprs(orderBy: OrderBy | undefined, names: Names, items: readonly NamedExpr[]): readonly Expr[] {
  if (orderBy === undefined) return [];
  if (orderBy.kind === "order-all") return items.map(({ expr }) => expr);
  return orderBy.items.map(({ expression }) => {
    const bare = expression.kind === "column" && expression.path.length === 1 ? expression.path[0] : undefined;
    const item = bare === undefined ? ordinalOf(expression, items) : findItem(bare.name, items);
    return item === undefined ? toExpr(expression, names) : { ...item.expr, span: expression.span };
  });
}

/** Projects, removes repeats and sorts; what only the order needs is carried along and dropped at the end. */
function ordered(
  plan: Plan,
  items: readonly NamedExpr[],
  extra: readonly Expr[],
  orderBy: OrderBy | undefined,
  distinct: boolean,
): Plan {
  const names = items.map(({ name }) => name);
  refuseRepeatedNames(items);
  const same = items.map(({ expr }) => expressionKey(expr));
  const hidden: NamedExpr[] = [];
  const keys: SortExpr[] = extra.map((expr, i) => {
    const item = items[same.indexOf(expressionKey(expr))];
    if (item === undefined && distinct) {
      throw new TidemarkError("sql.grouping", "with distinct, order by can only use what is selected", {
        span: expr.span,
      });
    }
    let name = item?.name ?? `#order${i}`;
    if (item === undefined) while (names.includes(name)) name = `#${name}`;
    if (item === undefined) hidden.push({ name, expr });
    const order = orderBy?.kind === "order-list" ? orderBy.items[i] : orderBy;
    return { expr: { kind: "column", name }, ...directionOf(order) };
  });
  let result: Plan = unlessIdle(project(plan, [...items, ...hidden]));
  if (distinct) result = withoutRepeats(result);
  if (keys.length > 0) result = sort(result, keys);
  return narrow(result, names);
}

/** The input itself where a projection gives just its columns, as `select *` does. */
function unlessIdle(plan: Project): Plan {
  const { fields } = planSchema(plan.input);
  const idle = plan.columns.every(
    ({ name, expr }, i) => expr.kind === "column" && expr.index === i && name === expr.name,
  );
  return idle && plan.columns.length === fields.length ? plan.input : plan;
}

function refuseRepeatedNames(items: readonly NamedExpr[]): void {
  const seen = new Set<string>();
  for (const { name, expr } of items) {
    if (seen.has(name)) {
      throw new TidemarkError("schema.duplicate-column", `two columns are called "${name}"`, {
        span: expr.span,
        hint: "give one of them another name with as",
      });
    }
    seen.add(name);
  }
}

/** Nulls come last either way, as in DuckDB. */
const directionOf = (order: Ordering | undefined): Pick<SortExpr, "descending" | "nullsFirst"> => ({
  descending: order?.direction === "desc",
  nullsFirst: order?.nulls === "first",
});

function withoutRepeats(plan: Plan): Plan {
  const keys: NamedExpr[] = planSchema(plan).fields.map(({ name }) => ({ name, expr: { kind: "column", name } }));
  return groupBy(plan, keys, []).plan;
}

/** The number behind limit or offset: a literal or a parameter; null means no bound. */
function rowCount(node: Expression | undefined, holes: readonly HoleValue[]): number | undefined {
  if (node === undefined) return undefined;
  const names: Names = {
    holes,
    column: ({ span }) => {
      throw new TidemarkError("sql.syntax", "limit and offset take a number, not a column", { span });
    },
  };
  const bound = bind(toExpr(node, names), { fields: [] });
  if (bound.kind === "literal") {
    if (bound.value === null) return undefined;
    const rows = typeof bound.value === "bigint" ? Number(bound.value) : bound.value;
    if (typeof rows === "number" && Number.isSafeInteger(rows) && rows >= 0) return rows;
  }
  throw new TidemarkError("sql.syntax", "limit and offset take a whole number from 0", { span: node.span });
}

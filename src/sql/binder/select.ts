import { TidemarkError } from "../../errors.ts";
import { type Expr, hasAggregate, type NamedExpr } from "../../expr/nodes.ts";
import { filter } from "../../plan/build.ts";
import { groupBy } from "../../plan/group-by.ts";
import type { Plan } from "../../plan/nodes.ts";
import { defaultName } from "../default-name.ts";
import type { Expression, Select, SelectItem } from "../syntax.ts";
import { type Names, toExpr } from "./expression.ts";
import type { Source } from "./from.ts";
import { type HoleValue, maybeColumn, resolveColumn } from "./scope.ts";

/** A select list over a plan, before order and projection: `extra` are expressions that order by needs beside it. */
export interface BoundSelect {
  readonly plan: Plan;
  readonly items: readonly NamedExpr[];
  readonly extra: readonly Expr[];
}

/**
 * `from`, `where`, `group by`, the select list and `having`. `orderExprs` makes the expressions that order by needs,
 * given how names are looked up there; they pass through the grouping with the items.
 */
export function bindSelect(
  select: Select,
  source: Source,
  holes: readonly HoleValue[],
  orderExprs: (names: Names, items: readonly NamedExpr[]) => readonly Expr[],
): BoundSelect {
  const columns = namesOf(source, holes);
  let plan = source.plan;
  if (select.where !== undefined) plan = filter(plan, whereCondition(select, columns, source));
  const items = select.items.flatMap((item) => bindItem(item, source, columns));
  const withAliases = aliasesAfterColumns(columns, source, items);
  const written = select.groupBy && bindGroupBy(select.groupBy, withAliases, items);
  const having = select.having && toExpr(select.having, aliasesBeforeUngrouped(withAliases, items, written ?? []));
  const extra = orderExprs(withAliases, items);
  const all = [...items.map(({ expr }) => expr), ...extra, ...(having === undefined ? [] : [having])];

  if (select.groupBy === undefined && having === undefined && !all.some(hasAggregate)) return { plan, items, extra };
  const keys = written ?? implicitKeys(source, items);
  const grouped = groupBy(plan, nameKeys(keys), all, { implicit: written === undefined });
  plan = grouped.plan;
  if (having !== undefined) plan = filter(plan, grouped.exprs.at(-1)!);
  return {
    plan,
    items: items.map(({ name }, i) => ({ name, expr: grouped.exprs[i]! })),
    extra: extra.map((_, i) => grouped.exprs[items.length + i]!),
  };
}

/** Names for keys: a column's own, else one that no column has. */
function nameKeys(exprs: readonly Expr[]): NamedExpr[] {
  const taken = new Set(exprs.flatMap((expr) => (expr.kind === "column" ? [expr.name] : [])));
  return exprs.map((expr, k) => {
    let name = expr.kind === "column" ? expr.name : `#key${k}`;
    if (expr.kind !== "column") while (taken.has(name)) name = `#${name}`;
    return { name, expr };
  });
}

/** Names are columns of the table. */
function namesOf({ scope, keys }: Source, holes: readonly HoleValue[]): Names {
  return {
    holes,
    column: (node) => {
      const name = resolveColumn(node, scope);
      return { ...(keys?.constants.get(name) ?? { kind: "column", name }), span: node.span };
    },
  };
}

/** As in DuckDB, group by and expressions of order by look for a column first, then for an alias. */
function aliasesAfterColumns(columns: Names, { scope }: Source, items: readonly NamedExpr[]): Names {
  return {
    ...columns,
    column: (node) => {
      const [{ name }, second] = node.path;
      const aliased =
        second === undefined && maybeColumn(name, scope) === undefined ? findItem(name, items) : undefined;
      return aliased === undefined ? columns.column(node) : { ...aliased.expr, span: node.span };
    },
  };
}

/** As in DuckDB, having looks for a key first, then for an alias, and inside an aggregate for a column first. */
function aliasesBeforeUngrouped(names: Names, items: readonly NamedExpr[], keys: readonly Expr[]): Names {
  return {
    ...names,
    insideAggregate: names,
    column: (node) => {
      const [{ name }, second] = node.path;
      const isKey = keys.some((key) => key.kind === "column" && key.name.toLowerCase() === name.toLowerCase());
      const aliased = second === undefined && !isKey ? findItem(name, items) : undefined;
      return aliased === undefined ? names.column(node) : { ...aliased.expr, span: node.span };
    },
  };
}

/** The item of a name, ignoring case. */
export const findItem = (name: string, items: readonly NamedExpr[]): NamedExpr | undefined =>
  items.find((item) => item.name.toLowerCase() === name.toLowerCase());

function whereCondition({ where, items }: Select, columns: Names, source: Source): Expr {
  const names: Names = {
    ...columns,
    column: (node) => {
      const [{ name }] = node.path;
      const isAlias = items.some(
        (item) => item.kind === "item" && item.alias?.name.toLowerCase() === name.toLowerCase(),
      );
      if (isAlias && maybeColumn(name, source.scope) === undefined) {
        throw new TidemarkError(
          "sql.unknown-column",
          `"${name}" is an alias of the select list, which where cannot see`,
          {
            span: node.span,
            hint: "repeat the expression, or filter a subquery: select * from (select ...) where ...",
          },
        );
      }
      return columns.column(node);
    },
  };
  const condition = toExpr(where!, names);
  if (hasAggregate(condition)) {
    throw new TidemarkError("sql.grouping", "where cannot hold an aggregate", {
      span: where!.span,
      hint: "put the condition behind having",
    });
  }
  return condition;
}

function bindItem(item: SelectItem, { scope }: Source, names: Names): NamedExpr[] {
  if (item.kind === "item") {
    const name =
      item.alias?.name ??
      columnName(item.expression, scope) ??
      holeName(item.expression, names.holes) ??
      defaultName(item.expression);
    return [{ name, expr: toExpr(item.expression, names) }];
  }
  if (item.table !== undefined && item.table.name.toLowerCase() !== scope.table?.toLowerCase()) {
    throw new TidemarkError("sql.unknown-table", `no table "${item.table.name}" in scope`, { span: item.table.span });
  }
  if (scope.schema.fields.length === 0)
    throw new TidemarkError("sql.syntax", "* needs a table", { span: item.span, hint: "add from" });
  return scope.schema.fields.map(({ name }) => ({ name, expr: { kind: "column", name, span: item.span } }));
}

/** An unaliased column keeps the name that it has, whatever case it was written in. */
const columnName = (node: Expression, scope: Source["scope"]): string | undefined =>
  node.kind === "column" ? resolveColumn(node, scope) : undefined;

/** An expression that was put in keeps its alias, a bare column its name. */
function holeName(node: Expression, holes: readonly HoleValue[]): string | undefined {
  const hole = node.kind === "hole" ? holes[node.index] : undefined;
  if (hole?.kind !== "expression") return undefined;
  return hole.alias ?? (hole.expr.kind === "column" ? hole.expr.name : undefined);
}

function bindGroupBy(group: NonNullable<Select["groupBy"]>, names: Names, items: readonly NamedExpr[]): Expr[] {
  if (group.kind === "group-all") return items.map(({ expr }) => expr).filter((expr) => !hasAggregate(expr));
  return group.expressions.map((node) => {
    const ordinal = ordinalOf(node, items);
    const key = ordinal?.expr ?? toExpr(node, names);
    if (hasAggregate(key))
      throw new TidemarkError("sql.grouping", "group by cannot hold an aggregate", { span: node.span });
    return key;
  });
}

/** The item that a whole number stands for. @throws sql.syntax where there is no such item */
export function ordinalOf(node: Expression, items: readonly NamedExpr[]): NamedExpr | undefined {
  const negative = node.kind === "unary" && node.operator === "-";
  const number = negative ? node.operand : node;
  if (number.kind !== "number" || !number.integer) return undefined;
  const item = negative ? undefined : items[Number(number.text) - 1];
  if (item === undefined) {
    throw new TidemarkError(
      "sql.syntax",
      `there is no column ${negative ? "-" : ""}${number.text} in the select list`,
      {
        span: node.span,
        hint: `it has 1 to ${items.length}`,
      },
    );
  }
  return item;
}

/**
 * The keys of a query that groups without saying so. In a resolver's frame, key columns are constants; where it has no
 * key yet, the bare column selected as the primary key beside an aggregate is the key, else the source's key.
 */
function implicitKeys({ keys }: Source, items: readonly NamedExpr[]): Expr[] {
  if (keys === undefined) return [];
  if (keys.constants.size > 0) return [...keys.constants.values()].filter((expr) => expr.kind === "column");
  const isPrimary = (name: string): boolean => keys.primaryKey.some((key) => key.toLowerCase() === name.toLowerCase());
  const selected = items.filter(({ name, expr }) => expr.kind === "column" && isPrimary(name)).map(({ expr }) => expr);
  if (selected.length > 0 || keys.fallback === undefined) return selected;
  return [{ kind: "column", name: keys.fallback }];
}

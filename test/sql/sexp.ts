import type { Expression, OrderItem, Query, SelectItem, TableReference } from "../../src/sql/syntax.ts";

/** The expression as an s-expression: names bare, strings in quotes, holes `$0`. */
export function sexp(node: Expression): string {
  switch (node.kind) {
    case "number":
      return node.text;
    case "string":
      return `'${node.value}'`;
    case "boolean":
      return String(node.value);
    case "null":
      return "null";
    case "interval":
      return list("interval", sexp(node.amount), node.unit);
    case "hole":
      return `$${node.index}`;
    case "column":
      return node.path.map((part) => part.name).join(".");
    case "unary":
      return list(node.operator, sexp(node.operand));
    case "binary":
    case "comparison":
      return list(node.operator, sexp(node.left), sexp(node.right));
    case "and":
    case "or":
      return list(node.kind, ...node.operands.map(sexp));
    case "not":
      return list("not", sexp(node.operand));
    case "is":
      return list(node.negated ? "is-not" : "is", sexp(node.operand), node.test);
    case "distinct-from":
      return list(node.negated ? "not-distinct" : "distinct", sexp(node.left), sexp(node.right));
    case "in":
      return list(node.negated ? "not-in" : "in", sexp(node.operand), ...node.list.map(sexp));
    case "between":
      return list(node.negated ? "not-between" : "between", sexp(node.operand), sexp(node.low), sexp(node.high));
    case "like":
      return list(
        `${node.negated ? "not-" : ""}${node.ignoreCase ? "ilike" : "like"}`,
        sexp(node.operand),
        sexp(node.pattern),
        optional(node.escape),
      );
    case "case":
      return list(
        "case",
        optional(node.operand),
        ...node.branches.map(({ when, then }) => list("when", sexp(when), sexp(then))),
        node.otherwise === undefined ? undefined : list("else", sexp(node.otherwise)),
      );
    case "cast": {
      const { name, parameters, lists } = node.type;
      const type = `${name.replaceAll(" ", "-")}${parameters.length === 0 ? "" : `:${parameters.join(":")}`}${"[]".repeat(lists)}`;
      return list(node.try ? "try-cast" : "cast", sexp(node.operand), type);
    }
    case "call":
      return list(
        node.name.name,
        node.distinct ? "distinct" : undefined,
        node.star ? "*" : undefined,
        ...node.arguments.map(sexp),
        node.orderBy.length === 0 ? undefined : list("order", ...node.orderBy.map(orderItem)),
        node.filter === undefined ? undefined : list("filter", sexp(node.filter)),
      );
    case "field":
      return list(".", sexp(node.operand), node.name.name);
    case "subscript":
      return list("[]", sexp(node.operand), sexp(node.index));
  }
}

/** The query as an s-expression; clauses that were not written are left out. */
export function querySexp({ body, orderBy, limit, offset }: Query): string {
  const { groupBy } = body;
  return list(
    "select",
    body.distinct ? "distinct" : undefined,
    ...body.items.map(item),
    body.from === undefined ? undefined : list("from", table(body.from)),
    body.where === undefined ? undefined : list("where", sexp(body.where)),
    groupBy === undefined
      ? undefined
      : groupBy.kind === "group-all"
        ? "(group all)"
        : list("group", ...groupBy.expressions.map(sexp)),
    body.having === undefined ? undefined : list("having", sexp(body.having)),
    orderBy === undefined
      ? undefined
      : orderBy.kind === "order-all"
        ? list("order", list("all", orderBy.direction, orderBy.nulls))
        : list("order", ...orderBy.items.map(orderItem)),
    limit === undefined ? undefined : list("limit", sexp(limit)),
    offset === undefined ? undefined : list("offset", sexp(offset)),
  );
}

function item(node: SelectItem): string {
  if (node.kind === "star") return node.table === undefined ? "*" : `${node.table.name}.*`;
  return node.alias === undefined ? sexp(node.expression) : list("as", sexp(node.expression), node.alias.name);
}

function table(node: TableReference): string {
  const inner =
    node.kind === "table" ? node.name.name : node.kind === "table-hole" ? `$${node.index}` : querySexp(node.query);
  return node.alias === undefined ? inner : list("as", inner, node.alias.name);
}

function orderItem({ expression, direction, nulls }: OrderItem): string {
  return direction === undefined && nulls === undefined ? sexp(expression) : list(sexp(expression), direction, nulls);
}

function optional(node: Expression | undefined): string | undefined {
  return node === undefined ? undefined : sexp(node);
}

function list(...parts: readonly (string | undefined)[]): string {
  return `(${parts.filter((part) => part !== undefined).join(" ")})`;
}

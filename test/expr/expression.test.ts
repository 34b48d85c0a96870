import { describe, expect, test } from "vitest";
import { TidemarkError } from "../../src/errors.ts";
import { bind, bindAggregate } from "../../src/expr/bind.ts";
import { columnsRead, moveColumns } from "../../src/expr/bound.ts";
import { commonType } from "../../src/expr/coercion.ts";
import { col, count, isExpression, lit, nodeOf } from "../../src/expr/expression.ts";
import { callableNames, findScalarFunction, scalarFunctions } from "../../src/expr/functions.ts";
import { type Expr, hasAggregate } from "../../src/expr/nodes.ts";
import { expressionKey, printExpr } from "../../src/expr/print.ts";
import { when } from "../../src/expr/when.ts";
import { t } from "../../src/types/column-type.ts";
import type { DataType, Kind, Schema } from "../../src/types/data-type.ts";

const kinds: readonly Kind[] = ["bool", "int32", "int", "bigint", "float", "utf8", "timestamp"];
const schema: Schema = {
  fields: kinds.map((kind) => ({ name: kind, type: { kind } as DataType, nullable: kind === "utf8" })),
};
const typeOf = (expr: { readonly node: Expr }): string => {
  const { type, nullable } = bind(expr.node, schema);
  return `${type.kind}${nullable ? "?" : ""}`;
};

describe("types", () => {
  test("two types meet in one", () => {
    const meet = kinds.map((a) => kinds.map((b) => commonType({ kind: a }, { kind: b })?.kind ?? "-"));
    expect(meet).toEqual([
      ["bool", "int32", "int", "bigint", "float", "-", "-"],
      ["int32", "int32", "int", "bigint", "float", "-", "-"],
      ["int", "int", "int", "bigint", "float", "-", "-"],
      ["bigint", "bigint", "bigint", "bigint", "float", "-", "-"],
      ["float", "float", "float", "float", "float", "-", "-"],
      ["-", "-", "-", "-", "-", "utf8", "-"],
      ["-", "-", "-", "-", "-", "-", "timestamp"],
    ]);
  });

  test.each<[{ readonly node: Expr }, string]>([
    [col("int32").add(1), "int32"],
    [col("int32").add(2 ** 40), "int"],
    [col("int").add(1), "int"],
    [col("int").add(1n), "bigint"],
    [col("bigint").mul(1), "bigint"],
    [col("int").add(0.5), "float"],
    [col("int").div(2), "float"],
    [col("int").floorDiv(2), "int?"],
    [col("int").mod(2), "int?"],
    [col("bool").add(1), "int32"],
    [col("bool").eq(1), "bool"],
    [col("utf8").eq("x"), "bool?"],
    [col("utf8").isNull(), "bool"],
    [col("utf8").fillNull("x"), "utf8"],
    [col("timestamp").gt("2026-01-01"), "bool"],
    [col("timestamp").in(["2026-01-01", new Date(0)]), "bool"],
    [col("int").eq("12"), "bool"],
    [when(col("bool")).then(1), "int32?"],
    [when(col("bool")).then(1).otherwise(0.5), "float"],
    [when(col("bool")).then(col("bigint")).otherwise(0), "bigint"],
    [col("utf8").cast(t.int()), "int?"],
    [lit(null), "null?"],
    [col("int").in([]), "bool"],
  ])("case %#", (expression, type) => {
    expect(typeOf(expression)).toBe(type);
  });

  test.each<[{ readonly node: Expr }]>([
    [col("utf8").add(1)],
    [col("timestamp").sub(1)],
    [col("utf8").eq(1)],
    [col("timestamp").eq(1)],
    [col("utf8").and(true)],
    [col("timestamp").not()],
    [col("int").like("1%")],
    [col("utf8").in([1])],
    [col("utf8").fillNull(1)],
    [col("timestamp").cast(t.int())],
    [when(col("bool")).then("x").otherwise(1).add(1)],
    [when(col("utf8")).then(1)],
  ])("mismatch %#", (expression) => {
    expect(() => bind(expression.node, schema)).toThrow(TidemarkError);
  });

  test("aggregates", () => {
    const shape = (name: string, ...args: Expr[]): string => {
      const { type, nullable } = bindAggregate({ kind: "aggregate", name, args, distinct: false }, schema);
      return `${type.kind}${nullable ? "?" : ""}`;
    };
    expect(kinds.slice(0, 5).map((kind) => shape("sum", nodeOf(col(kind))))).toEqual([
      "int?",
      "int?",
      "int?",
      "bigint?",
      "float?",
    ]);
    expect(kinds.map((kind) => shape("max", nodeOf(col(kind))))).toEqual(kinds.map((kind) => `${kind}?`));
    expect([shape("count"), shape("mean", nodeOf(col("int"))), shape("approx_distinct", nodeOf(col("utf8")))]).toEqual([
      "int",
      "float?",
      "int",
    ]);
    expect(() => shape("sum", nodeOf(col("utf8")))).toThrow("type.mismatch");
    expect(() => shape("median", nodeOf(col("int")))).toThrow("sql.unknown-function");
  });
});

describe("trees", () => {
  test("print for people, keys to compare", () => {
    const expression = when(col("a").gt(1).and(col("b c").isNull()))
      .then("it's")
      .otherwise(lit(null));
    expect(printExpr(expression.node)).toBe("case when ((a > 1) and is_null(\"b c\")) then 'it''s' else null end");
    expect(printExpr(col("x").sum().where(col("y")).node)).toBe("coalesce(sum(x) filter (where y), 0)");
    expect(printExpr(count().node)).toBe("count(*)");
    const different = [
      lit(1),
      lit(1n),
      lit(1.5),
      lit("1"),
      lit(true),
      lit("true"),
      col("true"),
      col("1"),
      lit(0),
      lit(-0),
      lit(null),
      col("null"),
      lit(new Date(0)),
      col("a"),
      col("A"),
      col("x").cast(t.int()),
      col("x").cast(t.bigint()),
      col("x").sum(),
      col("x").countDistinct(),
      col("x").count(),
      col("a, b"),
      col("a").in(["b"]),
      col("a").in(["b", "c"]),
      col("a").in(["b', 'c"]),
    ];
    expect(new Set(different.map(({ node }) => expressionKey(node))).size).toBe(different.length);
    const { node } = col("a").add(1);
    expect(expressionKey({ ...node, span: { start: 1, end: 2 } })).toBe(expressionKey(node));
  });

  test("columns are found and moved", () => {
    const bound = bind(
      when(col("bool"))
        .then(col("int").add(col("int32")))
        .otherwise(col("bigint").cast(t.int())).node,
      schema,
    );
    const read = new Set<number>();
    columnsRead(bound, read);
    expect([...read].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    const moved = new Set<number>();
    columnsRead(
      moveColumns(bound, (index) => index + 10),
      moved,
    );
    expect([...moved].sort((a, b) => a - b)).toEqual([10, 11, 12, 13]);
  });

  test("aggregates are found at any depth", () => {
    expect(hasAggregate(when(col("a").gt(col("b").max())).then(1).node)).toBe(true);
    expect(hasAggregate(col("a").add(1).node)).toBe(false);
  });

  test("expressions are known by their brand", () => {
    expect([
      isExpression(col("a")),
      isExpression({ [Symbol.for("tidemark.expression")]: true }),
      isExpression(5),
    ]).toEqual([true, true, false]);
  });

  test("expressions are immutable: a call makes another", () => {
    const a = col("a");
    const before = expressionKey(a.node);
    a.add(1).as("b");
    expect(expressionKey(a.node)).toBe(before);
    expect([a.alias, a.as("b").alias]).toEqual([undefined, "b"]);
  });
});

test("the registry: names are distinct, found ignoring case, and documented", () => {
  expect(new Set(scalarFunctions.map(({ name }) => name)).size).toBe(scalarFunctions.length);
  for (const { name, doc } of scalarFunctions) {
    expect(findScalarFunction(name.toUpperCase())?.name).toBe(name);
    expect(doc).toMatch(/^[A-Z].*\.$/);
  }
  expect(callableNames()).toContain("coalesce");
  expect(callableNames()).not.toContain("and");
});

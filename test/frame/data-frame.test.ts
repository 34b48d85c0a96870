import { describe, expect, test } from "vitest";
import { type ErrorCode, TidemarkError } from "../../src/errors.ts";
import { col, count, type Expression, lit } from "../../src/expr/expression.ts";
import { when } from "../../src/expr/when.ts";
import { DataFrame, frameOfBatches, isDataFrame } from "../../src/frame/data-frame.ts";
import { session, sql } from "../../src/frame/sql.ts";
import { t } from "../../src/types/column-type.ts";

const df = DataFrame.fromRows(
  [
    { user: "u2", amount: 3 },
    { user: "u1", amount: null },
    { user: "u2", amount: -1 },
    { user: null, amount: 3 },
  ],
  { user: t.utf8().nullable(), amount: t.int().nullable() },
);

function codeOf(run: () => unknown): ErrorCode {
  return mistake(run).code;
}

function mistake(run: () => unknown): TidemarkError {
  try {
    run();
  } catch (error) {
    if (error instanceof TidemarkError) return error;
    throw error;
  }
  throw new Error("no mistake was seen");
}

describe("calls", () => {
  test("filter takes null for not true", () => {
    expect(df.filter(col("amount").gt(0)).toRows()).toEqual([
      { user: "u2", amount: 3 },
      { user: null, amount: 3 },
    ]);
    expect(df.filter(col("amount").gt(0).not()).numRows).toBe(1);
  });

  test("select by names, expressions, aliases and records", () => {
    expect(df.select("amount").row(0)).toEqual({ amount: 3 });
    expect(df.select(col("amount").neg().as("minus"), "user").columns).toEqual(["minus", "user"]);
    expect(df.select({ twice: col("amount").mul(2) }).row(2)).toEqual({ twice: -2 });
    expect(df.select(col("amount").add(1)).columns).toEqual(["(amount + 1)"]);
  });

  test("withColumns replaces in place and adds at the end", () => {
    const more = df.withColumns({ amount: col("amount").fillNull(0), big: col("amount").gt(1) });
    expect(more.columns).toEqual(["user", "amount", "big"]);
    expect(more.row(1)).toEqual({ user: "u1", amount: 0, big: null });
  });

  test("groups come in the order of first sight, null is a key", () => {
    const grouped = df.groupBy("user").agg({ n: count(), total: df.col("amount").sum(), top: col("amount").max() });
    expect(grouped.toRows()).toEqual([
      { user: "u2", n: 2, total: 2, top: 3 },
      { user: "u1", n: 1, total: 0, top: null },
      { user: null, n: 1, total: 3, top: 3 },
    ]);
    expect(
      df
        .groupBy({ positive: col("amount").gt(0) })
        .agg({ n: count() })
        .toRows(),
    ).toEqual([
      { positive: true, n: 2 },
      { positive: null, n: 1 },
      { positive: false, n: 1 },
    ]);
  });

  test("sort is stable, and nulls come last both ways", () => {
    const users = (frame: DataFrame<{ user: string | null }>): unknown[] => frame.toRows().map(({ user }) => user);
    expect(users(df.sort("amount"))).toEqual(["u2", "u2", null, "u1"]);
    expect(users(df.sort("amount", "desc"))).toEqual(["u2", null, "u2", "u1"]);
    expect(users(df.sort(["user", "desc"], "amount"))).toEqual(["u2", "u2", "u1", null]);
    expect(users(df.sort(col("amount").neg()))).toEqual(["u2", null, "u2", "u1"]);
  });

  test("sorting by a key and its tie is stable over batches", () => {
    const rows = Array.from({ length: 999 }, (_, i) => ({ key: i % 7, i }));
    const one = DataFrame.fromRows(rows);
    const { schema } = one;
    const batches = [0, 3, 400].map((from, b) => one.limit([3, 397, 599][b]!, from).table().batches[0]!);
    const sorted = frameOfBatches<{ key: number; i: number }>(schema, batches).sort("key").toRows();
    expect(sorted).toEqual(rows.toSorted((a, b) => a.key - b.key));
  });

  test("scalars", () => {
    expect([df.sum("amount"), df.max("amount"), df.min("amount"), df.mean("amount")]).toEqual([5, 3, -1, 5 / 3]);
    expect([df.count(), df.approxCountDistinct("user"), df.numRows]).toEqual([4, 2, 4]);
    const none = df.limit(0);
    expect([none.sum("amount"), none.max("amount"), none.min("user"), none.mean("amount")]).toEqual([
      0,
      null,
      null,
      null,
    ]);
    expect([none.count(), none.approxCountDistinct("user")]).toEqual([0, 0]);
    const flags = DataFrame.fromRows([{ failed: true }, { failed: false }, { failed: true }]);
    expect([flags.sum("failed"), flags.filter(flags.col("failed").eq(1)).count()]).toEqual([2, 2]);
    const wide = DataFrame.fromRows([{ x: 2n ** 62n }], { x: t.bigint() });
    expect([wide.sum("x"), wide.limit(0).sum("x")]).toEqual([2n ** 62n, 0n]);
  });

  test("rows: all ways to read them agree", () => {
    const rows = df.toRows();
    expect(df.rows()).toEqual(rows);
    expect([...df]).toEqual(rows);
    expect(rows.map((_, i) => df.row(i))).toEqual(rows);
    expect(df.collect().toRows()).toEqual(rows);
    expect(DataFrame.fromArrow(df.toArrow()).toRows()).toEqual(rows);
    for (const format of ["file", "stream"] as const) {
      expect(DataFrame.fromIPC(df.toIPC(format)).toRows()).toEqual(rows);
    }
  });

  test("a frame runs once and is not changed by calls", () => {
    const filtered = df.filter(col("amount").gt(0));
    expect(filtered.table()).toBe(filtered.table());
    expect(df.numRows).toBe(4);
  });

  test("show and explain", () => {
    const text = df.limit(2).show();
    expect(text).toBe(
      "| user    | amount |\n| varchar | bigint |\n|---------|-------:|\n| u2      |      3 |\n| u1      |   null |\n2 rows",
    );
    expect(String(df.limit(2))).toBe(text);
    expect(df.show({ rows: 1 })).toContain("4 rows, 3 more rows");
    expect(df.filter(col("amount").gt(0)).limit(3).explain()).toMatch(
      /^limit 3\n {2}filter \(amount > 0\)\n {4}scan t\d+ \[user, amount\]$/,
    );
    expect(DataFrame.fromColumns({ x: new Float64Array(200_000) }).show({ rows: 200_000 })).toContain("200000 rows");
  });

  test("frames are known by their brand", () => {
    expect([isDataFrame(df), isDataFrame({}), isDataFrame(null)]).toEqual([true, false, false]);
  });
});

describe("odd shapes and names", () => {
  test("any column name", () => {
    const names = ["__proto__", "constructor", "toString", "select", "", "größe 🙂", 'a"b', "name", "length", "call"];
    const rows = [0, 1].map((r) => Object.fromEntries(names.map((name, i) => [name, r * 100 + i])));
    const frame = DataFrame.fromRows(rows);
    expect(frame.columns).toEqual(names);
    expect(frame.toRows()).toEqual(rows);
    expect(Object.getPrototypeOf(frame.row(0))).toBe(Object.prototype);
    for (const [i, name] of names.entries()) {
      expect(frame.sum(name)).toBe(100 + 2 * i);
      const quoted = `"${name.replaceAll('"', '""')}"`;
      if (name !== "") expect(session({ f: frame }).sql(`select ${quoted} from f`).columns).toEqual([name]);
    }
    expect(frame.groupBy("__proto__").agg({ constructor: col("constructor").max() }).columns).toEqual([
      "__proto__",
      "constructor",
    ]);
    expect(DataFrame.fromIPC(frame.toIPC()).toRows()).toEqual(rows);
  });

  test("what every object inherits is no value", () => {
    const frame = DataFrame.fromRows<object>([{ constructor: "x" }, {}]);
    expect(frame.toRows()).toEqual([{ constructor: "x" }, { constructor: null }]);
    expect(codeOf(() => DataFrame.fromRows([{}] as never, { toString: t.utf8() }))).toBe("schema.invalid");
    expect(codeOf(() => DataFrame.fromColumns({} as never, { constructor: t.utf8() }))).toBe("schema.unknown-column");
  });

  test("no rows, no columns", () => {
    const empty = DataFrame.fromRows([], { a: t.int(), b: t.utf8() });
    expect([empty.toRows(), empty.numRows, empty.columns]).toEqual([[], 0, ["a", "b"]]);
    expect(
      empty
        .sort("a")
        .withColumns({ c: col("a").add(1) })
        .groupBy("b")
        .agg({ n: count() })
        .toRows(),
    ).toEqual([]);
    expect(DataFrame.fromIPC(empty.toIPC()).columns).toEqual(["a", "b"]);
    const bare = DataFrame.fromRows([{}, {}, {}]);
    expect([bare.numRows, bare.columns, bare.toRows()]).toEqual([3, [], [{}, {}, {}]]);
    expect([bare.count(), bare.limit(2).count()]).toEqual([3, 2]);
    expect(bare.withColumns({ one: lit(1) }).sum("one")).toBe(3);
    expect(DataFrame.fromColumns({}).numRows).toBe(0);
    expect(df.agg({}).toRows()).toEqual([{}]);
  });

  test("ten thousand columns", () => {
    const width = 10_000;
    const row = Object.fromEntries(Array.from({ length: width }, (_, i) => [`c${i}`, i]));
    const frame = DataFrame.fromRows([row, row]);
    const started = performance.now();
    expect(sql`select c9999, c17 from ${frame} where c5000 = ${5000}`.toRows()).toHaveLength(2);
    expect(sql`select * from ${frame} order by c9999 desc limit 1`.row(0)).toEqual(row);
    const every = Object.keys(row).join(", ");
    expect(session({ f: frame }).sql(`select ${every} from f`).columns).toHaveLength(width);
    expect(frame.withColumns({ more: col("c9999").add(1) }).max("more")).toBe(width);
    expect(performance.now() - started).toBeLessThan(10_000); // ms: about 1 s on a quick machine, far more if quadratic
  });

  test("an int beyond 2^53 is never rounded", () => {
    const big = 2n ** 53n + 1n;
    const frame = DataFrame.fromRows([{ a: 1 }, { a: big }], { a: t.int() });
    const error = mistake(() => frame.rows());
    expect(error.code).toBe("type.overflow");
    expect(error.message).toContain('column "a"');
    expect(frame.row(0)).toEqual({ a: 1 });
    expect(frame.toArrow().getChild("a")?.get(1)).toBe(big);
    const back = DataFrame.fromIPC(frame.toIPC());
    expect(back.select({ a: col("a").cast(t.bigint()) }).row(1)).toEqual({ a: big });
    expect(sql`select cast(a as varchar) as a from ${back}`.row(1)).toEqual({ a: String(big) });
    expect(codeOf(() => frame.max("a"))).toBe("type.overflow");
  });

  test("frames of two copies of the package never share a table name", () => {
    const counter = Symbol.for("tidemark.tables");
    const before = (globalThis as { [counter]?: number })[counter];
    DataFrame.fromRows([{ a: 1 }]);
    expect((globalThis as { [counter]?: number })[counter]).toBe((before ?? 0) + 1);
  });
});

describe("input", () => {
  test("types are inferred from all rows", () => {
    const at = new Date("2026-01-01");
    const frame = DataFrame.fromRows<object>([
      { b: true, i: 1, f: 1, g: 1, s: "x", t: at, n: null },
      { b: null, i: 2, f: 0.5, g: 2n, s: "y", t: at },
    ]);
    expect(frame.schema.fields.map(({ name, type, nullable }) => `${name} ${type.kind}${nullable ? "?" : ""}`)).toEqual(
      ["b bool?", "i int", "f float", "g bigint", "s utf8", "t timestamp", "n utf8?"],
    );
  });

  test("typed arrays of the layout are shared, others read", () => {
    const floats = Float64Array.of(1, 2);
    const frame = DataFrame.fromColumns({
      f: floats,
      i: Int32Array.of(3, 4),
      g: BigInt64Array.of(5n, 6n),
      h: Float32Array.of(1, 2),
    });
    expect(frame.schema.fields.map(({ type }) => type.kind)).toEqual(["float", "int", "bigint", "float"]);
    expect(frame.row(1)).toEqual({ f: 2, i: 4, g: 6n, h: 2 });
    const column = frame.table().batches[0]?.columns[0];
    expect(column?.kind === "float64" && column.values).toBe(floats);
  });

  test.each<[string, () => unknown, ErrorCode, string]>([
    [
      "a wrong value",
      () => DataFrame.fromRows([{ a: 1 }, { a: "x" }] as never, { a: t.int() }),
      "type.invalid",
      'row 1, column "a"',
    ],
    [
      "a missing value",
      () => DataFrame.fromRows([{ a: 1 }, {}] as never, { a: t.int() }),
      "schema.invalid",
      'row 1, column "a"',
    ],
    ["mixed values", () => DataFrame.fromRows<object>([{ a: 1 }, { a: "x" }]), "type.invalid", 'row 1, column "a"'],
    ["a value of no type", () => DataFrame.fromRows<object>([{ a: [1] }]), "type.unsupported", 'row 0, column "a"'],
    ["a function", () => DataFrame.fromRows<object>([{ a: () => 1 }]), "type.unsupported", 'row 0, column "a"'],
    ["a row that is none", () => DataFrame.fromRows([5 as never]), "schema.invalid", "row 0"],
    ["no rows at all", () => DataFrame.fromRows(5 as never), "schema.invalid", "list of rows"],
    ["undefined rows", () => DataFrame.fromRows(undefined as never), "schema.invalid", "list of rows"],
    ["a column without type", () => DataFrame.fromRows([], { a: 5 as never }), "schema.invalid", 'column "a"'],
    ["a wrong cell", () => DataFrame.fromColumns({ a: [1, "x"] }, { a: t.int() }), "type.invalid", 'row 1, column "a"'],
    [
      "a number without unit",
      () => DataFrame.fromRows([{ a: 5 }], { a: t.timestamp() }),
      "type.invalid",
      'row 0, column "a"',
    ],
    ["columns of two lengths", () => DataFrame.fromColumns({ a: [1], b: [1, 2] }), "frame.shape", 'column "b"'],
    ["a column that is no array", () => DataFrame.fromColumns({ a: 5 as never }), "schema.invalid", 'column "a"'],
    ["a column that is null", () => DataFrame.fromColumns({ a: null as never }), "schema.invalid", 'column "a"'],
    ["no columns", () => DataFrame.fromColumns(null as never), "schema.invalid", "no columns"],
    [
      "a missing column",
      () => DataFrame.fromColumns({ amout: [1] } as never, { amount: t.int() }),
      "schema.unknown-column",
      "amout",
    ],
  ])("%s", (_, run, code, said) => {
    const error = mistake(run);
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });
});

describe("mistakes in calls", () => {
  test.each<[string, () => unknown, ErrorCode]>([
    ["an unknown column", () => df.col("amout" as never), "schema.unknown-column"],
    ["an unknown name", () => df.select("amout" as never), "schema.unknown-column"],
    ["an unknown key", () => df.groupBy("amout" as never).agg({ n: count() }), "schema.unknown-column"],
    ["an unknown sort", () => df.sort("amout" as never), "schema.unknown-column"],
    ["a sort of nothing", () => df.sort(5 as never), "expression.invalid"],
    ["a third direction", () => df.sort(["amount", "down"] as never), "frame.invalid"],
    ["a filter that is no condition", () => df.filter(col("user")), "type.mismatch"],
    ["a filter that is a value", () => df.filter(true as never), "expression.invalid"],
    ["a filter of an aggregate", () => df.filter(col("amount").sum().gt(1)), "expression.invalid"],
    ["a selected value", () => df.select({ a: 5 } as never), "expression.invalid"],
    ["a selected number", () => df.select(5 as never), "expression.invalid"],
    ["a replaced value", () => df.withColumns({ amount: 5 } as never), "expression.invalid"],
    ["an aggregated value", () => df.agg({ a: 5 } as never), "expression.invalid"],
    ["a bare column in agg", () => df.groupBy("user").agg({ a: col("amount") }), "sql.grouping"],
    ["a misspelt column in agg", () => df.groupBy("user").agg({ a: col("amout") }), "schema.unknown-column"],
    ["an aggregate of an aggregate", () => df.agg({ a: col("amount").sum().max() }), "sql.grouping"],
    ["two columns of one name", () => df.select("user", col("amount").as("user")), "schema.duplicate-column"],
    ["a key and an aggregate of one name", () => df.groupBy("user").agg({ user: count() }), "schema.duplicate-column"],
    ["a negative limit", () => df.limit(-1), "frame.invalid"],
    ["half a row", () => df.limit(0.5), "frame.invalid"],
    ["no number", () => df.limit(Number.NaN), "frame.invalid"],
    ["a row that is not there", () => df.row(4), "frame.shape"],
    ["a row before the first", () => df.row(-1), "frame.shape"],
    ["a row and a half", () => df.row(0.5), "frame.shape"],
    ["where without aggregate", () => col("a").where(lit(true)), "expression.invalid"],
    [
      "where without condition",
      () =>
        col("a")
          .sum()
          .where(true as never),
      "expression.invalid",
    ],
    ["when without condition", () => when(true as never).then(1), "expression.invalid"],
    ["text against a number", () => df.filter(col("user").eq(1)), "type.mismatch"],
    ["an object in an expression", () => col("a").add({} as never), "expression.invalid"],
    ["a broken date", () => col("a").eq(new Date(Number.NaN)), "expression.invalid"],
    ["a false date", () => col("a").eq({ [Symbol.toStringTag]: "Date" }), "expression.invalid"],
    ["a bigint of 65 bits", () => lit(2n ** 64n), "type.overflow"],
    ["undefined as a literal", () => lit(undefined as never), "expression.invalid"],
    ["half of a surrogate pair in rows", () => DataFrame.fromRows([{ a: "x\ud83d" }]), "type.invalid"],
    ["half of a surrogate pair in columns", () => DataFrame.fromColumns({ a: ["\ude00"] }), "type.invalid"],
    ["half of a surrogate pair as a literal", () => df.filter(col("user").eq("\ud83d")), "type.invalid"],
    ["bytes that are no Arrow", () => DataFrame.fromIPC(Uint8Array.of(1, 2, 3)), "arrow.invalid"],
  ])("%s", (_, run, code) => {
    expect(codeOf(run)).toBe(code);
  });

  test("chains beyond what recursion can bear name the limit", () => {
    const sumOf = (terms: number): Expression<unknown> =>
      Array.from({ length: terms }, () => 1).reduce<Expression<unknown>>((sum, one) => sum.add(one), col("amount"));
    const filtered = (filters: number): DataFrame<unknown> =>
      Array.from({ length: filters }).reduce<DataFrame<unknown>>((frame) => frame.filter(col("amount").gt(0)), df);
    expect(df.select({ sum: sumOf(700) }).toRows()[0]).toEqual({ sum: 703 });
    expect(mistake(() => sumOf(2_000))).toMatchObject({
      code: "expression.invalid",
      summary: "an expression of more than 750 steps after each other",
    });
    expect(filtered(400).numRows).toBe(filtered(1).numRows);
    expect(mistake(() => filtered(5_000))).toMatchObject({
      code: "frame.invalid",
      summary: "a frame of more than 500 steps after each other",
    });
    expect(filtered(400).collect().filter(col("amount").gt(0)).numRows).toBe(filtered(1).numRows);
  });

  test("the nearest name is a hint", () => {
    expect(mistake(() => df.col("amout" as never)).hint).toBe('did you mean "amount"?');
  });
});

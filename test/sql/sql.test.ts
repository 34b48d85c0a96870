import { describe, expect, test } from "vitest";
import { col, count, lit } from "../../src/expr/expression.ts";
import { when } from "../../src/expr/when.ts";
import { DataFrame } from "../../src/frame/data-frame.ts";
import { session, sql } from "../../src/frame/sql.ts";
import { t } from "../../src/types/column-type.ts";

const df = DataFrame.fromRows(
  [
    { user: "u1", amount: 3, failed: true },
    { user: "u2", amount: 5, failed: false },
    { user: "u1", amount: 4, failed: true },
    { user: null, amount: 5, failed: null },
  ],
  { user: t.utf8().nullable(), amount: t.int(), failed: t.bool().nullable() },
);
type Frame = typeof df;

/** A frame made by calls, and the same in SQL: one plan, or where only names inside differ, the same rows. */
const pairs: readonly (readonly [text: string, fluent: (frame: Frame) => DataFrame<never> | DataFrame<unknown>])[] = [
  ["select * from t where amount > 3", (f) => f.filter(col("amount").gt(3))],
  ["select user, amount from t", (f) => f.select("user", "amount")],
  ["select amount * 2 as twice from t", (f) => f.select({ twice: col("amount").mul(2) })],
  ["select * from t where failed = 1", (f) => f.filter(col<boolean>("failed").eq(1))],
  ["select * from t where user is null", (f) => f.filter(col("user").isNull())],
  ["select * from t where amount between 3 and 4", (f) => f.filter(col("amount").between(3, 4))],
  ["select * from t where user in ('u1', 'u3')", (f) => f.filter(col("user").in(["u1", "u3"]))],
  ["select * from t limit 2 offset 1", (f) => f.limit(2, 1)],
  [
    "select coalesce(sum(amount) filter (where failed), 0) as s, count(distinct user) as n from t group by all",
    (f) => f.groupBy().agg({ s: col("amount").sum().where(col("failed")), n: col("user").countDistinct() }),
  ],
  ["select user, count(*) as n from t group by 1", (f) => f.groupBy("user").agg({ n: count() })],
  ["select user, max(amount) as m from t group by all", (f) => f.groupBy("user").agg({ m: col("amount").max() })],
  [
    "select user, coalesce(sum(amount), 0) as s from t group by user",
    (f) => f.groupBy("user").agg({ s: col("amount").sum() }),
  ],
  [
    "select case when amount > 4 then 'large' else 'small' end as size from t",
    (f) => f.select({ size: when(col("amount").gt(4)).then("large").otherwise("small") }),
  ],
  [
    "select amount / 2 as a, amount // 2 as b from t",
    (f) => f.select({ a: col("amount").div(2), b: col("amount").floorDiv(2) }),
  ],
];

describe("SQL and calls make the same plan", () => {
  test.each(pairs)("%s", (text, fluent) => {
    const asked = session({ t: df }).sql(text);
    const called = fluent(df);
    expect(asked.explain()).toBe(called.explain());
    expect(asked.schema).toEqual(called.schema);
    expect(asked.toRows()).toEqual(called.toRows());
  });

  test("a sort has the same rows", () => {
    const called = df.sort(["amount", "desc"], "user").toRows();
    expect(sql`select * from ${df} order by amount desc, user`.toRows()).toEqual(called);
    expect(called.map(({ user }) => user)).toEqual(["u2", null, "u1", "u1"]);
  });
});

describe("holes", () => {
  test("values are values, whatever they hold", () => {
    for (const text of [
      "'; drop table t; --",
      "' or 1 = 1 --",
      "${1}",
      "$1",
      "1; select 2",
      "a'b''c",
      "\u0000",
      '"x"',
      "🙂",
    ]) {
      const rows = DataFrame.fromRows([{ s: text }, { s: "other" }]);
      expect(sql`select s, ${text} as v from ${rows} where s = ${text}`.toRows()).toEqual([{ s: text, v: text }]);
    }
  });

  test("a whole number behind group by or order by is a value, not an ordinal", () => {
    const rows = sql`select amount from ${df} order by ${1}`.toRows();
    expect(rows.map(({ amount }) => amount)).toEqual([3, 5, 4, 5]);
  });

  test("every plain value keeps its type", () => {
    const at = new Date("2026-01-01T12:00:00.5Z");
    const query = sql`select ${true} as b, ${1} as i, ${2 ** 40} as l, ${2n ** 60n} as g, ${1.5} as f, ${"x"} as s, ${at} as t, ${null} as n`;
    expect(query.schema.fields.map(({ type }) => type.kind)).toEqual([
      "bool",
      "int32",
      "int",
      "bigint",
      "float",
      "utf8",
      "timestamp",
      "int32",
    ]);
    expect(query.toRows()).toEqual([{ b: true, i: 1, l: 2 ** 40, g: 2n ** 60n, f: 1.5, s: "x", t: at, n: null }]);
  });

  test("expressions stand for themselves and keep their names", () => {
    const query = sql`select ${col("user")}, ${col("amount").mul(2).as("twice")}, ${lit(1).add(1)} from ${df} where ${col("amount").gt(4)} and user is not null`;
    expect(query.columns).toEqual(["user", "twice", "$3"]);
    expect(query.toRows()).toEqual([{ user: "u2", twice: 10, $3: 2 }]);
    expect(sql`select ${col("amount").sum()} as s from ${df}`.toRows()).toEqual([{ s: 17 }]);
  });

  test("limit and offset take parameters", () => {
    expect(sql`select amount from ${df} limit ${1n} offset ${2}`.toRows()).toEqual([{ amount: 4 }]);
    expect(sql`select amount from ${df} limit ${null}`.numRows).toBe(4);
  });

  test("a query is a table of another", () => {
    const totals = sql`select user, sum(amount) as total from ${df} group by all`;
    expect(sql`select max(total) as m from ${totals} where user is not null`.toRows()).toEqual([{ m: 7 }]);
    expect(sql`select count(*) as n from ${sql`select distinct amount from ${df}`} as inside`.toRows()).toEqual([
      { n: 3 },
    ]);
    const other = DataFrame.fromRows([{ total: 1 }]);
    expect(session({ a: totals, b: other }).sql("select total from b").toRows()).toEqual([{ total: 1 }]);
  });
});

test("the sum of nothing is 0 for the method and null in SQL", () => {
  const none = df.filter(lit(false));
  expect(none.sum("amount")).toBe(0);
  expect(
    sql`select sum(amount) as s, max(amount) as m, avg(amount) as a, count(*) as n, approx_distinct(user) as d from ${none}`.toRows(),
  ).toEqual([{ s: null, m: null, a: null, n: 0, d: 0 }]);
  expect(sql`select user, count(*) as n from ${none} group by user`.toRows()).toEqual([]);
});

test("the three names of the approximate count", () => {
  const many = DataFrame.fromColumns({ x: Array.from({ length: 50_000 }, (_, i) => i) });
  const [row] = sql`select approx_count_distinct(x) as a, approximate_count_distinct(x) as b, approx_distinct(x) as c,
    approx_count_distinct(x) filter (where x < 256) as few from ${many}`.toRows();
  const bound = 4 * 0.016 * 50_000; // four standard errors
  expect(Math.abs(Number(row?.a) - 50_000)).toBeLessThan(bound);
  expect(row).toEqual({ a: row?.a, b: row?.a, c: row?.a, few: 256 });
});

test("an error waits for a row that asks for it", () => {
  expect(sql`select 2147483647 + amount::integer as x from ${df.limit(0)}`.toRows()).toEqual([]);
  expect(sql`select 2147483647 + 1 as x from ${df} where amount > 100`.toRows()).toEqual([]);
  expect(
    sql`select case when amount < 5 then 0 else cast(user as integer) end as x from ${df} where failed`.toRows(),
  ).toEqual([{ x: 0 }, { x: 0 }]);
  expect(sql`select sum(cast(user as integer)) filter (where amount > 100) as s from ${df}`.toRows()).toEqual([
    { s: null },
  ]);
  expect(() => sql`select 2147483647 + 1 as x`.toRows()).toThrow("type.overflow");
  expect(() => sql`select cast(user as integer) as x from ${df}`.toRows()).toThrow("cast.failed");
});

test("a column of nothing but null is an integer", () => {
  const query = sql`select null as a, case when true then null end as b, coalesce(null, null) as c`;
  expect(query.schema.fields.map(({ type }) => type.kind)).toEqual(["int32", "int32", "int32"]);
  expect(query.toRows()).toEqual([{ a: null, b: null, c: null }]);
  expect(query.groupBy("b").agg({ n: count() }).toRows()).toEqual([{ b: null, n: 1 }]);
});

test("a literal beside a key of the same text keeps its freedom", () => {
  const at = DataFrame.fromRows([{ time: "2026-01-02" }], { time: t.timestamp() });
  expect(sql`select '2026-01-01' as day, max(time) > '2026-01-01' as later from ${at} group by 1`.toRows()).toEqual([
    { day: "2026-01-01", later: true },
  ]);
});

import { describe, expect, test } from "vitest";
import { type ErrorCode, TidemarkError } from "../../src/errors.ts";
import { col } from "../../src/expr/expression.ts";
import { DataFrame } from "../../src/frame/data-frame.ts";
import { session, sql } from "../../src/frame/sql.ts";
import { t } from "../../src/types/column-type.ts";

const logins = DataFrame.fromRows([{ user_id: "u1", amount: 1, failed: true, time: "2026-01-01", Big: 1n, big: 2n }], {
  user_id: t.utf8(),
  amount: t.int(),
  failed: t.bool(),
  time: t.timestamp(),
  Big: t.bigint(),
  big: t.bigint(),
});

function mistake(run: () => unknown): TidemarkError {
  try {
    run();
  } catch (error) {
    if (error instanceof TidemarkError) return error;
    throw error;
  }
  throw new Error("no mistake was seen");
}

const ask = (text: string): unknown => session({ logins }).sql(text).toRows();

/** A query, its error's code, the text under the carets, and a part of the hint. */
const mistakes: readonly (readonly [query: string, code: ErrorCode, under: string, hint?: RegExp])[] = [
  ["select amout from logins", "sql.unknown-column", "amout", /did you mean "amount"/],
  ["select logins.amout from logins", "sql.unknown-column", "amout", /did you mean "amount"/],
  ["select BIG from logins", "sql.ambiguous-column", "BIG", /case of the column/],
  ["select 1 from login", "sql.unknown-table", "login", /did you mean "logins"/],
  ["select l.amount from logins", "sql.unknown-table", "l", /./],
  ["select x.* from logins", "sql.unknown-table", "x"],
  ["select coun(*) from logins", "sql.unknown-function", "coun", /did you mean "count"/],
  ["select negate(amount) from logins", "sql.unknown-function", "negate"],
  ["select count(amount, 1) from logins", "type.mismatch", "count(amount, 1)"],
  ["select sum(*) from logins", "sql.syntax", "sum(*)"],
  ["select sum(user_id) from logins", "type.mismatch", "sum(user_id)"],
  ["select coalesce(distinct amount) from logins", "sql.syntax", "coalesce(distinct amount)"],
  ["select 1 from logins where count(*) > 1", "sql.grouping", "count(*) > 1", /having/],
  ["select amount + 1 as more from logins where more > 2", "sql.unknown-column", "more", /subquery/],
  ["select user_id, count(*) from logins", "sql.grouping", "user_id", /group by/],
  ["select amount from logins group by user_id", "sql.grouping", "amount", /max\(amount\)/],
  ["select sum(count(*)) from logins", "sql.grouping", "sum(count(*))"],
  ["select count(*) from logins group by 2", "sql.syntax", "2", /1 to 1/],
  ["select count(*) from logins group by 1", "sql.grouping", "1"],
  ["select amount from logins order by 0", "sql.syntax", "0", /1 to 1/],
  ["select amount from logins order by -1", "sql.syntax", "-1", /1 to 1/],
  ["select distinct amount from logins order by user_id", "sql.grouping", "user_id"],
  [
    "select case when failed then 1 else user_id end from logins",
    "type.mismatch",
    "case when failed then 1 else user_id end",
  ],
  ["select amount from logins where user_id = 1", "type.mismatch", "user_id = 1", /cast/],
  ["select amount from logins where time = 1", "type.mismatch", "time = 1"],
  ["select amount from logins where user_id and failed", "type.mismatch", "user_id and failed", /cast/],
  ["select amount from logins where not time", "type.mismatch", "not time"],
  ["select amount from logins where user_id", "type.mismatch", "user_id"],
  ["select user_id + 1 from logins", "type.mismatch", "user_id + 1", /cast/],
  ["select amount from logins where amount = 'many'", "cast.failed", "'many'"],
  ["select amount from logins where time > 'soon'", "cast.failed", "'soon'"],
  ["select cast('x' as integer) from logins", "cast.failed", "cast('x' as integer)", /try_cast/],
  ["select cast(time as integer) from logins", "type.mismatch", "cast(time as integer)"],
  ['select amount from logins where user_id = "u1"', "sql.unknown-column", '"u1"', /single quotes: 'u1'/],
  ["select amount, user_id as amount from logins", "schema.duplicate-column", "user_id", /as/],
  ["select amount, * from logins", "schema.duplicate-column", "*", /as/],
  ["select amount from logins limit -1", "sql.syntax", "-1"],
  ["select amount from logins limit 1.5", "sql.syntax", "1.5"],
  ["select amount from logins limit amount", "sql.syntax", "amount"],
  ["select amount from logins offset 'x'", "sql.syntax", "'x'"],
  ["select *", "sql.syntax", "*", /from/],
  ["select amount.x from logins", "sql.unsupported", "amount.x"],
  ["select amount || 'x' from logins", "sql.unsupported", "amount || 'x'"],
  ["select interval 1 day", "sql.unsupported", "interval 1 day"],
  ["select cast(amount as blob) from logins", "sql.unsupported", "blob"],
  ["select cast(time as timestamp(3)) from logins", "sql.unsupported", "timestamp(3)"],
  ["select sum(amount order by time) from logins", "sql.unsupported", "time"],
  ["select user_id like 'a' escape '!' from logins", "sql.unsupported", "'!'"],
  ["select 9223372036854775808", "type.overflow", "9223372036854775808", /float/],
  ["select 1e999", "type.overflow", "1e999"],
];

describe("each mistake has a code, a place and a hint", () => {
  test.each(mistakes.map(([query, code, under, hint]) => ({ query, code, under, hint })))(
    "$query",
    ({ query, code, under, hint }) => {
      const error = mistake(() => ask(query));
      expect(error.code).toBe(code);
      expect(error.text).toBe(query);
      expect(query.slice(error.span?.start, error.span?.end)).toBe(under);
      if (hint !== undefined) expect(error.hint).toMatch(hint);
      expect(error.message).toContain("^");
    },
  );

  test("parameters that are none", () => {
    const { proxy } = Proxy.revocable({}, {});
    for (const value of [undefined, {}, [1], Symbol("x"), () => 1, new Date(Number.NaN), 2n ** 64n, new Map(), proxy]) {
      const error = mistake(() => sql`select ${value} from ${logins}`);
      expect(error.code).toBe("sql.parameter");
      expect(error.text?.slice(error.span?.start, error.span?.end)).toBe("${1}");
    }
  });

  test("null is a value, undefined is none", () => {
    expect(sql`select ${null} as x from ${logins} limit 1`.toRows()).toEqual([{ x: null }]);
    expect(mistake(() => sql`select ${undefined} from ${logins}`).hint).toBe("give null where there is no value");
  });

  test("text with half of a surrogate pair", () => {
    for (const broken of [() => sql`select ${"a\ud83d"} from ${logins}`, () => sql`select '\ud83d' from ${logins}`])
      expect(mistake(broken)).toMatchObject({ code: "type.invalid", span: expect.anything() });
  });

  test("a frame where a value belongs, and a value where a frame belongs", () => {
    expect(mistake(() => sql`select ${logins} from ${logins}`).code).toBe("sql.parameter");
    expect(mistake(() => sql`select 1 from ${"logins"}`).code).toBe("sql.parameter");
    expect(mistake(() => sql`select 1 as ${"name"} from ${logins}`).code).toBe("sql.parameter");
  });

  test("frames and text that a session cannot take", () => {
    expect(mistake(() => session({ x: 5 as never }).sql("select 1 from x")).code).toBe("sql.unknown-table");
    expect(mistake(() => session({}).sql(5 as never)).code).toBe("sql.syntax");
    expect(mistake(() => session({}).sql("select 1 from x")).hint).toContain("${frame}");
  });
});

describe("names", () => {
  const frame = DataFrame.fromRows(
    [
      { x: 1, y: -5 },
      { x: 2, y: -6 },
      { x: 3, y: -4 },
    ],
    { x: t.int(), y: t.int32() },
  );
  const column = (query: string): unknown[] =>
    session({ t: frame })
      .sql(query)
      .toRows()
      .map((row) => Object.values(row)[0]);

  test("order by takes a bare name as an alias first, inside an expression as a column first", () => {
    expect(column("select x as y from t order by y")).toEqual([1, 2, 3]);
    expect(column("select x as y from t order by y + 0")).toEqual([2, 1, 3]);
    expect(column("select x as z from t order by -z")).toEqual([3, 2, 1]);
  });

  test("having takes a key first, then an alias; an aggregate's argument is a column first", () => {
    expect(column("select sum(x) as x from t having x = 6")).toEqual([6]);
    expect(column("select sum(x) as x from t having sum(x) = 6")).toEqual([6]);
    expect(column("select -x as x, count(*) from t group by t.x having x > 2")).toEqual([-3]);
  });

  test("group by takes a column first, then an alias", () => {
    expect(column("select x % 2 as odd, count(*) from t group by odd")).toEqual([1, 0]);
    expect(mistake(() => column("select x as y, count(*) from t group by y")).code).toBe("sql.grouping");
  });

  test("literals of different types are different expressions", () => {
    const [row] = session({ t: frame }).sql("select sum(x + 1) as i, sum(x + 1.0) as f from t").toRows();
    expect(row).toEqual({ i: 9, f: 9 });
    const { schema } = session({ t: frame }).sql("select sum(x + 1) as i, sum(x + 1.0) as f from t");
    expect(schema.fields.map(({ type }) => type.kind)).toEqual(["int", "float"]);
  });

  test("names that the engine uses inside are free for columns", () => {
    const odd = DataFrame.fromRows([{ "#0": 7, "#key1": 8, "#order0": 9 }]);
    const [row] = sql`select "#0", count(*) as n, sum("#key1") as s from ${odd} group by "#0", "#key1" + 1`.toRows();
    expect(row).toEqual({ "#0": 7, n: 1, s: 8 });
    const [other] = sql`select "#order0" as "#order0" from ${odd} order by "#0" + 1`.toRows();
    expect(other).toEqual({ "#order0": 9 });
    expect(
      odd
        .groupBy("#0")
        .agg({ s: col("#key1").sum() })
        .toRows(),
    ).toEqual([{ "#0": 7, s: 8 }]);
  });

  test("case of names: a column keeps its own", () => {
    expect(session({ T: frame }).sql("select X, t.Y from t limit 1").columns).toEqual(["x", "y"]);
    expect(sql`select Big, big as other from ${logins}`.toRows()).toEqual([{ Big: 1n, other: 2n }]);
  });

  test("of two tables, the one in the case that was written", () => {
    const frames = session({ A: frame, a: frame.limit(1) });
    expect(frames.sql("select count(*) as n from a").row(0)).toEqual({ n: 1 });
    expect(frames.sql("select count(*) as n from A").row(0)).toEqual({ n: 3 });
  });

  test("BIGINT in SQL keeps a bigint one", () => {
    expect(sql`select cast(big as bigint) as b, amount::bigint as a from ${logins}`.toRows()).toEqual([
      { b: 2n, a: 1 },
    ]);
  });
});

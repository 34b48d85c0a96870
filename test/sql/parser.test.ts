import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Span, TidemarkError } from "../../src/errors.ts";
import { quoteIdentifier } from "../../src/sql/keywords.ts";
import { parse } from "../../src/sql/parser.ts";
import { NESTING_MAX } from "../../src/sql/parser/cursor.ts";
import { TREE_DEPTH_MAX } from "../../src/sql/parser/depth.ts";
import type { Expression, Query } from "../../src/sql/syntax.ts";
import { querySexp, sexp } from "./sexp.ts";

/** Holes are written as `¤`. */
function parseText(text: string): Query {
  const holes: Span[] = [...text.matchAll(/¤/g)].map(({ index }) => ({ start: index, end: index + 1 }));
  return parse(text, holes);
}

function expressionOf(text: string): Expression {
  const [item] = parseText(`select ${text}`).body.items;
  if (item?.kind !== "item") throw new Error("no expression");
  return item.expression;
}

function errorOf(text: string): TidemarkError {
  try {
    parseText(text);
  } catch (error) {
    if (error instanceof TidemarkError) return error;
    throw error;
  }
  throw new Error(`no error: ${text.slice(0, 100)}`);
}

describe("expressions", () => {
  test.each([
    // literals and names
    ["12345678901234567890123", "12345678901234567890123"],
    ["1_000.5e3", "1000.5e3"],
    ["'it''s'", "'it's'"],
    ["TRUE", "true"],
    ["null", "null"],
    ["¤ + ¤", "(+ $0 $1)"],
    ['"Weird ""Name"""', 'Weird "Name"'],
    ["Amount", "Amount"],
    ["t.a.b", "t.a.b"],
    ["t.order", "t.order"],
    ["year + value", "(+ year value)"],
    ["interval", "interval"],
    ["date", "date"],
    ["date '2024-01-31'", "(cast '2024-01-31' date)"],
    ["timestamp '2024-01-31 10:00'", "(cast '2024-01-31 10:00' timestamp)"],
    ["timestamp with time zone 'x'", "(cast 'x' timestamp-with-time-zone)"],
    ["double precision '1'", "(cast '1' double-precision)"],
    ["interval '10 minutes'", "(interval '10 minutes')"],
    ["interval 10 minute", "(interval 10 minute)"],
    ["interval '10' centuries", "(interval '10' century)"],
    ["interval (a + 1) days", "(interval (+ a 1) day)"],
    ["interval ¤ day", "(interval $0 day)"],
    ["interval ¤", "(interval $0)"],
    ["ts - interval 5 minute - x", "(- (- ts (interval 5 minute)) x)"],
    // arithmetic
    ["a + b * c", "(+ a (* b c))"],
    ["(a + b) * c", "(* (+ a b) c)"],
    ["a - b - c", "(- (- a b) c)"],
    ["a / b // c % d", "(% (// (/ a b) c) d)"],
    ["2 ** 3 ^ 2", "(^ (** 2 3) 2)"],
    ["-a ** b", "(** (- a) b)"],
    ["- - +a", "(- (- (+ a)))"],
    ["-9223372036854775808", "(- 9223372036854775808)"],
    ["-a::int", "(- (cast a int))"],
    ["~a + b", "(~ (+ a b))"],
    ["~a & b", "(& (~ a) b)"],
    ["a || b + c << 2", "(<< (|| a (+ b c)) 2)"],
    ["a & b | c", "(| (& a b) c)"],
    // comparison
    ["a == b", "(= a b)"],
    ["a != b", "(<> a b)"],
    ["a + 1 <= b", "(<= (+ a 1) b)"],
    ["a = b is null", "(is (= a b) null)"],
    ["a is null = b", "(= (is a null) b)"],
    ["a is not null", "(is-not a null)"],
    ["a isnull", "(is a null)"],
    ["a notnull", "(is-not a null)"],
    ["a not null", "(is-not a null)"],
    ["a is true", "(is a true)"],
    ["a is not false", "(is-not a false)"],
    ["a is unknown", "(is a null)"],
    ["a is distinct from b = c", "(distinct a (= b c))"],
    ["a is not distinct from null", "(not-distinct a null)"],
    // logic
    ["a and b and c or d or e", "(or (and a b c) d e)"],
    ["a or b and c", "(or a (and b c))"],
    ["a and (b and c) and (d or e)", "(and a b c (or d e))"],
    ["not a = b and c", "(and (not (= a b)) c)"],
    ["not not a", "(not (not a))"],
    ["not a is null", "(not (is a null))"],
    ["a = not b", "(= a (not b))"],
    // in, between, like
    ["a in (1, 2)", "(in a 1 2)"],
    ["a in (1, 2,)", "(in a 1 2)"],
    ["a not in (¤)", "(not-in a $0)"],
    ["a in ¤", "(in a $0)"],
    ["a = b in (1)", "(= a (in b 1))"],
    ["a in (1) + 1", "(+ (in a 1) 1)"],
    ["a in (1) in (true)", "(in (in a 1) true)"],
    ["a between 1 and 2 and b", "(and (between a 1 2) b)"],
    ["a not between 1 + 1 and 2", "(not-between a (+ 1 1) 2)"],
    ["a between 1 < 2 and 3", "(between a (< 1 2) 3)"],
    ["a = b between 1 and 2", "(= a (between b 1 2))"],
    ["a between 1 and 2 = true", "(= (between a 1 2) true)"],
    ["s like 'a%' || b", "(like s (|| 'a%' b))"],
    ["s not ilike 'a' escape '#'", "(not-ilike s 'a' '#')"],
    // case, cast
    ["case when a then b when c then d else e end", "(case (when a b) (when c d) (else e))"],
    ["case a when 1 then 2 end + 1", "(+ (case a (when 1 2)) 1)"],
    ["cast(a as decimal(10, 2))", "(cast a decimal:10:2)"],
    ["try_cast(a + 1 as Timestamp(3) With Time Zone)", "(try-cast (+ a 1) timestamp-with-time-zone:3)"],
    ["a::int::varchar", "(cast (cast a int) varchar)"],
    ["a::double precision[][]", "(cast a double-precision[][])"],
    ["a::character varying(3)", "(cast a character-varying:3)"],
    ["a::timestamp without time zone", "(cast a timestamp)"],
    ['a::"Int"', "(cast a int)"],
    // calls
    ["f()", "(f)"],
    ["count(*)", "(count *)"],
    ["left(s, 1)", "(left s 1)"],
    ["count(distinct a)", "(count distinct a)"],
    ["sum(all a)", "(sum a)"],
    ["string_agg(s, ',' order by a desc nulls last, b)", "(string_agg s ',' (order (a desc last) b))"],
    ["sum(a) filter (where b > 1)", "(sum a (filter (> b 1)))"],
    ["count(*) filter (b)", "(count * (filter b))"],
    ["extract(year from ts)", "(extract 'year' ts)"],
    ["extract('Minutes' from ts)", "(extract 'minute' ts)"],
    ["coalesce(a, b)", "(coalesce a b)"],
    ['"My Fn"(a)', "(My Fn a)"],
    // behind an operand
    ["l[1][a + 1]", "([] ([] l 1) (+ a 1))"],
    ["(a).b.c", "(. (. a b) c)"],
    ["l[1].x::int", "(cast (. ([] l 1) x) int)"],
    ["f(a).b", "(. (f a) b)"],
  ])("%s", (text, expected) => {
    expect(sexp(expressionOf(text))).toBe(expected);
  });
});

describe("queries", () => {
  test.each([
    ["select 1", "(select 1)"],
    [";select 1;;", "(select 1)"],
    ["SELECT a, b x, c AS order, d as 'q r', FROM T", "(select a (as b x) (as c order) (as d q r) (from T))"],
    ["select *, t.* from t", "(select * t.* (from t))"],
    ["select distinct a from t,", "(select distinct a (from t))"],
    ["select all a from t as u", "(select a (from (as t u)))"],
    ["select a from ¤ where b = ¤", "(select a (from $0) (where (= b $1)))"],
    ["select a from ¤ e", "(select a (from (as $0 e)))"],
    ['select a from "my table" year', "(select a (from (as my table year)))"],
    ["select a from (select b from ¤) as x", "(select a (from (as (select b (from $0)) x)))"],
    ["select a from ((select 1))", "(select a (from (select 1)))"],
    ["(select a from t)", "(select a (from t))"],
    ["select a from t group by all", "(select a (from t) (group all))"],
    ["select a from t group by 1, a + b, having c", "(select a (from t) (group 1 (+ a b)) (having c))"],
    ["select a from t order by all desc", "(select a (from t) (order (all desc)))"],
    [
      "select a from t order by 1, b desc, c asc nulls first, d nulls last",
      "(select a (from t) (order 1 (b desc) (c asc first) (d last)))",
    ],
    ["select a from t limit 10 offset 5", "(select a (from t) (limit 10) (offset 5))"],
    ["select a from t offset 5 limit ¤ + 1", "(select a (from t) (limit (+ $0 1)) (offset 5))"],
    ["select a from t limit all", "(select a (from t))"],
    [
      "select a, count(*) n -- x\n from t where b /* y */ group by a having n > 1 order by n limit 3;",
      "(select a (as (count *) n) (from t) (where b) (group a) (having (> n 1)) (order n) (limit 3))",
    ],
  ])("%s", (text, expected) => {
    expect(querySexp(parseText(text))).toBe(expected);
  });

  test("every node's span holds what was written", () => {
    const text = `select (a + 1) * -b as "x y", f(distinct c order by d desc), case when e then 1 end, ts::int[]
      from (select * from t where g in (1, 2) and h is not null) as u group by a, b order by all limit 5`;
    const query = parse(text);
    const pieces = new Map<string, string[]>();
    const stack: unknown[] = [query];
    while (stack.length > 0) {
      const value = stack.pop();
      if (typeof value !== "object" || value === null) continue;
      if ("kind" in value && "span" in value) {
        const { start, end } = value.span as Span;
        pieces.set(String(value.kind), [...(pieces.get(String(value.kind)) ?? []), text.slice(start, end)]);
      }
      stack.push(...Object.values(value));
    }
    const once = Object.fromEntries(
      [...pieces].map(([kind, found]) => [kind, kind === "query" ? found[0] : found.at(-1)]),
    );
    expect(once).toMatchObject({
      query: text,
      "group-list": "group by a, b",
      "order-all": "order by all",
      subquery: "(select * from t where g in (1, 2) and h is not null) as u",
      star: "*",
      and: "g in (1, 2) and h is not null",
      in: "g in (1, 2)",
      is: "h is not null",
      cast: "ts::int[]",
      type: "int[]",
      case: "case when e then 1 end",
      when: "when e then 1",
      call: "f(distinct c order by d desc)",
      "order-item": "d desc",
      unary: "-b",
    });
    expect(pieces.get("binary")).toEqual(expect.arrayContaining(["(a + 1) * -b", "(a + 1)"]));
  });
});

describe("errors", () => {
  // ^ marks the span: it stands before the first and behind the last character
  test.each([
    // a misspelt keyword
    ["^selct^ a from t", 'did you mean "select"'],
    ["select a form ^t^", 'did you mean "from"'],
    ["select a from t wher ^a^ = 1", 'did you mean "where"'],
    ["select a from t gruop ^by^ a", 'did you mean "group"'],
    ["select a from t oder ^by^ a", 'did you mean "order"'],
    ["select a from t limt ^5^", 'did you mean "limit"'],
    ["select a from t group by a ^haveing^ x", 'did you mean "having"'],
    ["select a from t order by a ^dsc^", 'did you mean "desc"'],
    ["select a from t where x ^betwen^ 1 and 2", 'did you mean "between"'],
    ["select case when a ^the^ b end", 'did you mean "then"'],
    // clauses
    ["select a from t group by a ^where^ b", 'write "where" before "group by"'],
    [
      "select a ^^from t where a where b".replace("^^", "").replace("where b", "^where^ b"),
      "join the conditions with and",
    ],
    ["select a from t limit 1 ^order^ by a", 'write "order by" before "limit"'],
    ["select a where b ^from^ t", 'write "from" before "where"'],
    ["select a from t ^select^ b", "in brackets"],
    ["select ^from^ t", "write * for all columns"],
    ["select^^", "write * for all columns"],
    ["select a from t group ^b^", 'expected "by"'],
    ["select a from t where ^group^ by a", "expected an expression"],
    ["select a from t; ^select^ b", "more than one statement"],
    // names
    ["select ^order^ from t", 'put it in double quotes: "order"'],
    ["select a from ^order^", 'put it in double quotes: "order"'],
    ["select a ^value^ from t", "write as value"],
    ["select a as from ^t^", '"from" was taken as the name'],
    ["select a.^.^b", "expected a name"],
    // adjoining values
    ["select a b ^c^ from t", "a comma or an operator may be missing"],
    ["select 1 ^2^", "a comma or an operator may be missing"],
    ["select f(a ^b^)", "a comma or an operator may be missing"],
    ["select a from t where a ^'x'^", "a comma or an operator may be missing"],
    // operators
    ["select a ^=>^ 1", "written >="],
    ["select a ^=<^ 1", "written <="],
    ["select ^!^ a", "write not"],
    ["select a = b ^=^ c", "do not chain"],
    ["select a like b ^in^ (c)", "do not chain"],
    ["select a is distinct from b ^is^ null", "do not chain"],
    ["select a +^^", "found the end of the text"],
    ["select a not ^b^", 'after "not"'],
    ["select a is ^b^", '"distinct from"'],
    // brackets
    ["select (a + b ^from^ t", 'the "(" in line 1, column 8 is not closed'],
    ["select\n  f(a^^", 'the "(" in line 2, column 4 is not closed'],
    ["select x[1^^", 'the "[" in line 1, column 9 is not closed'],
    ["select a^)^ from t", "no bracket is open here"],
    ["select (^)^", "expected an expression"],
    ["select f(a,^)^", "an argument after the comma"],
    // other
    ["^^", 'expected "select"'],
    ["select a::^^", "the name of a type"],
    ["select a::decimal(^x^)", "a whole number"],
    ["select a::decimal(^9999999999^)", "too large"],
    ["select interval 5 ^foo^", "a unit such as minute"],
    ["select interval ^1.5^ day", "a whole number"],
    ["select case ^end^", "keyword"],
    ["select case when a then b ^from^ t", '"when", "else" or "end"'],
  ])("sql.syntax: %s", (marked, message) => {
    expectError(marked, "sql.syntax", message);
  });

  test.each([
    ["select a from t ^join^ u on a = b", "joins"],
    ["select a from t ^left^ join u using (a)", "joins"],
    ["select a from t^,^ u", "several tables"],
    ["select a from t ^union^ all select b from u", "union"],
    ["^with^ x as (select 1) select 1", "from (select ...) as name"],
    ["^values^ (1)", "values"],
    ["select a from (^values^ (1))", "values"],
    ["^from^ t", "write select * from"],
    ["^insert^ into t select 1", "the statement insert"],
    ["select ^exists^ (select 1)", "exists"],
    ["select ^(^select 1) + 1", "a query as a value"],
    ["select a in ^(^select 1)", "in (select ...)"],
    ["select a in ^b^", "in brackets"],
    ["select ^sum(a) over^ (order by b)", "window functions"],
    ["select distinct ^on^ (a) a", "distinct on"],
    ["select * ^exclude^ (a) from t", "* exclude"],
    ["select a from t ^qualify^ b", "qualify"],
    ["select a from t ^fetch^ first 1 rows only", "limit n"],
    ["select a from t group by ^cube^ (a)", "cube"],
    ["select a from t group by ^(^)", "group by ()"],
    ["select a from ^main.^t", "schema"],
    ["select a from ^range^(10)", "a function as a table"],
    ["select a from ^'x.csv'^", "a file"],
    ["select a from t as u^(^b)", "names for the columns"],
    ["select a from ^(^t)", "brackets around tables"],
    ["(select a) ^limit^ 1", "behind a query in brackets"],
    ["select ^x^: a from t", "a name before its expression"],
    ["select ^(a^, b)", "a row of values"],
    ["select ^[^1]", "a list"],
    ["select ^{^'a': 1}", "a struct"],
    ["select l[1^:^2]", "a slice"],
    ["select ^s.lower^()", "write lower(x)"],
    ["select f(^x^ := 1)", "an argument with a name"],
    ["select ^?^", "put the value in as ${...}"],
    ["select ^$^1", "put the value in as ${...}"],
    ["select ^@^a", "abs(x)"],
    ["select a ^~^ 'x'", "regexp_full_match"],
    ["select a ^->^ 'x'", "the operator ->"],
    ["select a ^similar^ to 'x'", "regexp_full_match"],
    ["select a ^at^ time zone 'UTC'", "at time zone"],
    ["select a ^collate^ nocase", "collate"],
    ["select substring(a ^from^ 1)", "write substring(text, start, length)"],
    ["select a = ^any^(b)", "any"],
    ["select ^interval '2:00' hour^ to minute", "2 hours"],
    ["select a::^struct^(x int)", "the type struct"],
  ])("sql.unsupported: %s", (marked, message) => {
    expectError(marked, "sql.unsupported", message);
  });

  test.each([
    ["select a as ^¤^", "write the name into the text"],
    ["select a::^¤^", "write the name into the text"],
    ["select t.^¤^", "write the name into the text"],
    ["select a from t as ^¤^", "write the name into the text"],
    ["select '^¤^'", "outside the quotes"],
  ])("sql.parameter: %s", (marked, message) => {
    expectError(marked, "sql.parameter", message);
  });

  test("two holes without an operator are a syntax error", () => {
    expectError("select ¤ ^¤^", "sql.syntax", "a comma or an operator");
  });

  function expectError(marked: string, code: string, message: string): void {
    // `^` is also an operator; none of the texts above uses it as one
    const [before = "", inside = "", after = ""] = marked.split("^");
    const text = before + inside + after;
    const error = errorOf(text);
    expect([error.code, error.span]).toEqual([code, { start: before.length, end: before.length + inside.length }]);
    expect(error.message).toContain(message);
    expect(error.text).toBe(text);
  }
});

describe("size", () => {
  const deep = 10_000;

  test.each([
    ["brackets", `select ${"(".repeat(deep)}1${")".repeat(deep)}`],
    ["open brackets", `select ${"(".repeat(deep)}`],
    ["calls", `select ${"f(".repeat(deep)}1${")".repeat(deep)}`],
    ["not", `select ${"not ".repeat(deep)}a`],
    ["signs", `select ${"- ".repeat(deep)}a`],
    ["case", `select ${"case when a then ".repeat(deep)}1${" end".repeat(deep)}`],
    ["casts", `select a${"::int".repeat(deep)}`],
    ["subscripts", `select a${"[1]".repeat(deep)}`],
    ["fields", `select (a)${".b".repeat(deep)}`],
    ["subqueries", `select * from ${"(select * from ".repeat(deep)}t${")".repeat(deep)}`],
    ["bracketed queries", `${"(".repeat(deep)}select 1${")".repeat(deep)}`],
    ["a sum", `select ${"1 + ".repeat(deep)}1`],
    ["is null", `select a${" is null".repeat(deep)}`],
    ["betweens", `select ${"a between 1 and ".repeat(deep)}1`],
  ])("%s nested %# is refused, not overflown", (_, text) => {
    expect(["sql.unsupported", "sql.syntax"]).toContain(errorOf(text).code);
  });

  test("chains up to the limit are read", () => {
    const length = TREE_DEPTH_MAX - 10;
    expect(expressionOf(`${"1 + ".repeat(length)}1`).kind).toBe("binary");
    expect(expressionOf(`${"(".repeat(NESTING_MAX - 5)}1${")".repeat(NESTING_MAX - 5)}`).kind).toBe("number");
  });

  test("and, or and in are flat and may be long", () => {
    const conjunction = expressionOf(Array.from({ length: deep }, (_, i) => `a = ${i}`).join(" or "));
    expect(conjunction).toMatchObject({ kind: "or" });
    expect(conjunction.kind === "or" ? conjunction.operands.length : 0).toBe(deep);
    const list = expressionOf(`a in (${Array.from({ length: deep }, (_, i) => i).join(", ")})`);
    expect(list.kind === "in" ? list.list.length : 0).toBe(deep);
  });

  test("long texts take time in proportion", () => {
    const items = Array.from({ length: deep }, (_, i) => `a${i} + ${i} as b${i}`).join(", ");
    const literal = "x''".repeat(350_000); // 1 MB
    const start = performance.now();
    expect(parse(`select ${items} from t`).body.items.length).toBe(deep);
    expect(sexp(expressionOf(`'${literal}'`)).length).toBe(700_002);
    expect(sexp(expressionOf("9".repeat(1_000_000))).length).toBe(1_000_000);
    expect(parse(`select a ${" ".repeat(1_000_000)} from t /*${"*".repeat(1_000_000)}*/`).body.items.length).toBe(1);
    expect(performance.now() - start).toBeLessThan(5_000); // ms; about 100 on an idle machine
  });
});

describe("any text", () => {
  const words = fc.constantFrom(
    ...`select from where group by having order limit offset as and or not is null in between like case when then else end
        cast ( ) [ ] , . ; * + - / % ^ = < > :: || ~ 1 2.5 'a' "b" a b t f( count(*) distinct all interval date exists join
        with values union over filter desc nulls first true ¤ -- /* */ ' " e'`.split(/\s+/),
  );

  test("gives a tree or a TidemarkError with span and text", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(words, { maxLength: 30 }).map((parts) => parts.join(" ")),
      fc.array(words, { maxLength: 30 }).map((parts) => `select ${parts.join(" ")}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(parseText(text).kind).toBe("query");
        } catch (error) {
          expect(error).toBeInstanceOf(TidemarkError);
          if (!(error instanceof TidemarkError)) throw error;
          expect(error.text).toBe(text);
          expect(error.span?.start).toBeGreaterThanOrEqual(0);
          expect(error.span?.end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("a quoted identifier is read as the same name", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "binary" }), (name) => {
        expect(expressionOf(quoteIdentifier(name))).toMatchObject({ kind: "column", path: [{ name }] });
      }),
    );
    expect(["amount", "Amount", "order", 'a "b"', "é", "1a", "year"].map(quoteIdentifier)).toEqual([
      "amount",
      "Amount",
      '"order"',
      '"a ""b"""',
      '"é"',
      '"1a"',
      '"year"',
    ]);
  });
});

import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { TidemarkError } from "../../src/errors.ts";
import { defaultName } from "../../src/sql/default-name.ts";
import { keywords } from "../../src/sql/keywords.ts";
import { parse } from "../../src/sql/parser.ts";
import type { Expression } from "../../src/sql/syntax.ts";

let duckdb: DuckDBConnection;

beforeAll(async () => {
  duckdb = await (await DuckDBInstance.create(":memory:")).connect();
  await duckdb.run(
    `create table t (a int, b int, c int, s varchar, p boolean, ts timestamp, l int[], "year" int, "A b" int)`,
  );
});

function expressionOf(text: string): Expression {
  const [item] = parse(`select ${text} from t`).body.items;
  if (item?.kind !== "item") throw new Error("no expression");
  return item.expression;
}

describe("the name of a column without alias is DuckDB's", () => {
  // parted by semicolons
  const expressions = `
    a ; t.a ; "A b" ; (a) ; t.a + 1 ; "A b" + 1 ; "year" + a ; 1 ; 00012 ; 1.50 ; .5 ; 5. ; 1e5 ; 1.5E3 ;
    1e-5 ; 1e15 ; 1e16 ; 1e100 ; 0.1e0 ; -0 ; -0.0 ; -1e5 ; 1_000.5 ; 'it''s' ; e'a\\tb' ; null ; true ;
    123456789012345678901234567890123456789012345 ; 340282366920938463463374607431768211455 ;
    340282366920938463463374607431768211456 ; 12345678901234567890123456789012345678.5 ;
    0.00000000000000000000000000000000000001 ; count(*) ; COUNT() ; sum(a) ; SUM(a) / Count(*) ;
    count(distinct a) ; sum(a) filter (where b > 1) ; string_agg(s, ',' order by a desc nulls last, b) ;
    first(a) ; left(s, 1) ; year(ts) ; mode(a) ; "Sum"(a) ; coalesce(a, b) ; ifnull(a, b) ; if(p, a, b) ;
    nullif(a, b) ; extract(hour from ts) ; date_part('hour', ts) ; date_trunc('day', ts) ; trim(s) ;
    substring(s, 1, 2) ; approx_count_distinct(a) ; quantile_cont(a, 0.5) ; a + b * c ; (a + b) * c ;
    a - b - c ; -a ; - -a ; - -2 ; -(1) ; +a ; +2 ; -(+2) ; ~a + b ; a ** b ^ c ; a // b ; s || s || s ;
    a = b ; a != b ; not a = b ; not not a = b ; not (a < b) ; not p ; not not p ; not a in (1) ;
    not a is null ; not (a is distinct from b) ; a in (1, 2) ; a not in (1) ; a between 1 and 2 ;
    a not between 1 and 2 ; s like 'x' ; s not like 'x' ; s ilike 'x' ; s not ilike 'x' escape '#' ;
    s like 'x' escape '#' ; a is null ; a is not null ; p is true ; p is not false ; p is unknown ;
    a is not distinct from b ; p and p and p ; p and (p and p) ; p or p and p ; (p or p) and p ;
    case when p then 1 end ; case a when 1 then 2 else 3 end ; cast(a as varchar) ; try_cast(s as int) ;
    a::int8 ; a::double ; a::real ; a::decimal(10,2) ; a::numeric ; a::timestamptz ; s::date ; s::timestamp ;
    a::bool ; a::varchar(10) ; s::char(3) ; s::char ; l::int[] ; l::double[] ; a::utinyint ; s::blob ;
    s::uuid ; s::timestamp_ms ; s::time ; s::interval ; a::hugeint ; date '2020-01-01' ;
    timestamp '2020-01-01' ; interval '10 minutes' ; interval 10 minute ; interval '1' second ;
    interval (a) months ; interval 3 centuries ; ts + interval 1 day ; l[1] ; l[a + 1]`;

  test.each(expressions.split(";").map((text) => text.trim()))("%s", async (text) => {
    const prepared = await duckdb.prepare(`select ${text} from t`);
    expect(defaultName(expressionOf(text))).toBe(prepared.columnName(0));
  });

  test("a hole has the name of a parameter", () => {
    const [item] = parse("select a + ?", [{ start: 11, end: 12 }]).body.items;
    expect(item?.kind === "item" ? defaultName(item.expression) : "").toBe("(a + $1)");
  });
});

test("the keywords are DuckDB's", async () => {
  const reader = await duckdb.runAndReadAll("select keyword_name, keyword_category from duckdb_keywords()");
  const classes = new Map([
    ["type_function", "function"],
    ["column_name", "column"],
  ]);
  const theirs = reader
    .getRows()
    .map(([name, category]) => [String(name), classes.get(String(category)) ?? String(category)]);
  expect(theirs.length).toBeGreaterThan(400);
  expect(Object.fromEntries(keywords)).toEqual(Object.fromEntries(theirs));
});

test("operators bind as in DuckDB", async () => {
  // Words in a row without brackets; most rows are no expression, and DuckDB says which are.
  const operand = fc.constantFrom("a", "b", "c", "-a", "~b", "not c", "2", "+c", "- ~a");
  const tail = fc.constantFrom(
    "",
    "",
    ..."is null,is not null,is true,in (1, 2),not in (a),isnull,::int,not null,[1]".split(/,(?! \d)/),
  );
  const operator = fc.constantFrom(
    ..."+ - * / // % ^ ** || & | << >> = <> < >= and or and or like".split(" "),
    "is distinct from",
    "is not distinct from",
    "not ilike",
    "between 1 and",
    "not between a and",
  );
  const row = fc
    .array(fc.tuple(operator, operand, tail), { maxLength: 5 })
    .chain((rest) => fc.tuple(operand, tail, fc.constant(rest.map((part) => part.join(" ")).join(" "))))
    .map((parts) => parts.join(" "));
  let read = 0;
  await fc.assert(
    fc.asyncProperty(row, async (text) => {
      const theirs = await shapeInDuckDB(text);
      const ours = shapeHere(text);
      if (theirs !== undefined) {
        read += 1;
        expect(ours).toBe(theirs);
      }
    }),
    { numRuns: 1000 },
  );
  expect(read).toBeGreaterThan(200);
});

/** How DuckDB brackets the expression; undefined where it is none. */
async function shapeInDuckDB(text: string): Promise<string | undefined> {
  try {
    const prepared = await duckdb.prepare("select json_deserialize_sql(json_serialize_sql($1::varchar))");
    prepared.bindVarchar(1, `select 1, ${text}`);
    const [[shape] = []] = (await prepared.runAndReadAll()).getRows();
    return String(shape).slice("SELECT 1, ".length);
  } catch {
    return undefined;
  }
}

function shapeHere(text: string): string {
  try {
    const item = parse(`select 1, ${text}`).body.items[1];
    return item?.kind === "item" ? defaultName(item.expression) : "*";
  } catch (error) {
    if (error instanceof TidemarkError) return error.message;
    throw error;
  }
}

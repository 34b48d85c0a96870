import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TidemarkError } from "../../src/errors.ts";
import { session } from "../../src/frame/sql.ts";
import { type Cell, cellsOf, type Oracle, openOracle } from "../support/duckdb.ts";
import { type GeneratedCase, queryCases } from "./queries.ts";

const CASES = Number(process.env.TIDEMARK_CASES ?? 300);
const MS_PER_CASE = 60; // generous: two slow shared cores

let oracle: Oracle;
beforeAll(async () => {
  oracle = await openOracle();
});
afterAll(() => oracle.close());

type Outcome = { readonly rows: Cell[][] } | { readonly error: string };

async function theirs({ frame, sql }: GeneratedCase): Promise<Outcome> {
  await oracle.load("t1", frame);
  try {
    return { rows: await oracle.query(sql) };
  } catch (error) {
    return { error: String(error) };
  }
}

function ours({ frame, sql }: GeneratedCase): Outcome {
  try {
    return { rows: cellsOf(session({ t1: frame }).sql(sql)) };
  } catch (error) {
    if (error instanceof TidemarkError) return { error: error.code };
    throw error; // any other kind of error is a bug
  }
}

/** DuckDB's messages for what is an error here too, by our code. */
const SAME_ERRORS: readonly (readonly [code: string, theirs: RegExp])[] = [
  ["type.overflow", /Out of Range Error: (Overflow|Cannot negate)/],
  ["cast.failed", /Conversion Error/],
];

/**
 * DuckDB adds and multiplies sums as 128-bit integers, where we have 64; it computes constants also for no rows; and
 * either may leave out what the other does not see that nobody needs, such as the other side of a constant null. It computes
 * the argument of an aggregate before `filter (where ...)`, so `avg(-b) filter (where ok)` fails there on rows that are not ok.
 */
const mayFailHere = (code: string, sql: string): boolean =>
  code === "type.overflow" && (/\bsum\(/.test(sql) || / (and|or) |coalesce|try_cast|cast\(null/.test(sql));
const mayFailThere = (error: string, sql: string): boolean =>
  SAME_ERRORS.some(([, pattern]) => pattern.test(error)) &&
  /[ (](where|limit|offset|having|and|or|case) |case when|coalesce|from \(/.test(sql);

// A group's key is written as 0 here, as its first row has it there.
function cellKey(cell: Cell, signedZeros: boolean): string {
  if (typeof cell !== "number") return `${typeof cell} ${String(cell)}`;
  return signedZeros && Object.is(cell, -0) ? "n-0" : `n${cell}`;
}

const rowKey = (row: readonly Cell[], { inexact, signedZeros }: GeneratedCase): string =>
  JSON.stringify(row.map((cell, c) => (inexact.has(c) ? (cell === null ? null : "~") : cellKey(cell, signedZeros))));

const near = (a: Cell, b: Cell): boolean => {
  if (typeof a !== "number" || typeof b !== "number" || Object.is(a, b)) return Object.is(a, b) || a === b;
  return Math.abs(a - b) <= 1e-9 * Math.max(1e-9, Math.abs(a), Math.abs(b));
};

function expectSame(actual: Cell[][], wanted: Cell[][], generated: GeneratedCase): void {
  const { ordered, inexact } = generated;
  const sorted = (rows: Cell[][]): Cell[][] => {
    if (ordered) return rows;
    const last = (row: Cell[]): string => [...inexact].map((c) => Number(row[c] ?? 0).toPrecision(6)).join();
    return rows
      .map((row) => ({ row, key: `${rowKey(row, generated)}${last(row)}` }))
      .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
      .map(({ row }) => row);
  };
  const [a, b] = [sorted(actual), sorted(wanted)];
  expect(a.map((row) => rowKey(row, generated))).toEqual(b.map((row) => rowKey(row, generated)));
  a.forEach((row, r) => {
    for (const c of inexact) expect(near(row[c]!, b[r]![c]!), `row ${r}: ${row[c]} for ${b[r]![c]}`).toBe(true);
  });
}

const seen = { rows: 0, errors: 0, excused: 0 };

test(
  "random queries answer as DuckDB does",
  async () => {
    await fc.assert(
      fc.asyncProperty(queryCases, async (generated) => {
        const [mine, reference] = [ours(generated), await theirs(generated)];
        if ("rows" in mine && "rows" in reference) {
          seen.rows++;
          return expectSame(mine.rows, reference.rows, generated);
        }
        if ("error" in mine && "error" in reference) {
          seen.errors++;
          const same = SAME_ERRORS.some(([code, pattern]) => code === mine.error && pattern.test(reference.error));
          expect(same, `${mine.error} here, ${reference.error} there: ${generated.sql}`).toBe(true);
          return;
        }
        seen.excused++;
        if ("error" in mine)
          expect(mayFailHere(mine.error, generated.sql), `${mine.error}: ${generated.sql}`).toBe(true);
        if ("error" in reference)
          expect(mayFailThere(reference.error, generated.sql), `${reference.error}: ${generated.sql}`).toBe(true);
      }),
      { numRuns: CASES, endOnFailure: true }, // shrinking would run two engines a thousand times
    );
    if (process.env.TIDEMARK_CASES !== undefined) process.stdout.write(`cases: ${JSON.stringify(seen)}\n`);
    // The test must see mostly queries that run, and some that fail.
    expect(seen.rows).toBeGreaterThan(CASES * 0.7);
    expect(seen.excused).toBeLessThan(10 + CASES * 0.03);
  },
  CASES * MS_PER_CASE + 10_000,
);

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TextColumn } from "../../src/column/column.ts";
import { like } from "../../src/kernels/like.ts";
import {
  type Cell,
  cellsOf,
  columnOfCells,
  layoutArbitrary,
  operandArbitrary,
  plainLayout,
} from "../column/columns.ts";
import { type Oracle, openDuckdb, sqlText } from "./duckdb.ts";

const alphabet = ["a", "b", "A", "%", "_", "é", "É", "😀", "\\"];
const short = fc.array(fc.constantFrom(...alphabet), { maxLength: 6 }).map((parts) => parts.join(""));
const text = (cells: Cell[], layout = plainLayout): TextColumn => columnOfCells("utf8", cells, layout) as TextColumn;
const one = (value: string, pattern: string, ignoreCase = false): Cell =>
  cellsOf(like(text([value]), text([pattern]), 1, ignoreCase))[0]!;

/** The obvious definition, by recursion over code points. */
function oracle(value: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return value.length === 0;
  if (first === "%") return oracle(value, rest) || (value.length > 0 && oracle(value.slice(1), pattern));
  return value.length > 0 && (first === "_" || first === value[0]) && oracle(value.slice(1), rest);
}

describe("like", () => {
  it("equals the obvious recursion, whatever the layout", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.option(short, { freq: 6 }), fc.option(short, { freq: 6 })), { maxLength: 8 }),
        layoutArbitrary,
        layoutArbitrary,
        (rows, a, b) => {
          const expected = rows.map(([value, pattern]) =>
            value === null || pattern === null ? null : oracle([...value], [...pattern]),
          );
          expect(
            cellsOf(
              like(
                text(
                  rows.map((r) => r[0]),
                  a,
                ),
                text(
                  rows.map((r) => r[1]),
                  b,
                ),
                rows.length,
                false,
              ),
            ),
          ).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("takes constants on either side, in either layout", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 80 }).chain((length) =>
          fc.record({
            length: fc.constant(length),
            value: operandArbitrary("utf8", length),
            pattern: operandArbitrary("utf8", length),
          }),
        ),
        ({ length, value, pattern }) => {
          const expected = value.cells.map((cell, i) => {
            const wanted = pattern.cells[i]!;
            return cell === null || wanted === null ? null : oracle([...(cell as string)], [...(wanted as string)]);
          });
          expect(cellsOf(like(value.column as TextColumn, pattern.column as TextColumn, length, false))).toEqual(
            expected,
          );
        },
      ),
    );
    // A dictionary with fewer entries than rows is matched by entry.
    const rows = Array.from({ length: 50 }, (_, i) => ["abc", "xbz", null][i % 3]!);
    const dictionary = text(rows, { before: 3, after: 1, alternative: true });
    const expected = rows.map((cell) => (cell === null ? null : cell === "abc"));
    expect(cellsOf(like(dictionary, text(["A%"]), 50, true))).toEqual(expected);
    expect(cellsOf(like(dictionary, text([null]), 50, true))).toEqual(rows.map(() => null));
  });

  it("ignores case one code point at a time", () => {
    expect(one("ÀÉ😀", "àé_", true)).toBe(true);
    expect(one("AΣ", "aσ", true)).toBe(true);
    expect(one("İx", "i_", true)).toBe(true);
    expect(one("ß", "SS", true)).toBe(false);
    expect(one("Ⱥ", "ⱥ", true)).toBe(true);
  });

  it("does not run away on many wildcards", () => {
    expect(one("a".repeat(5_000), `${"%a".repeat(50)}%b`)).toBe(false);
  });
});

describe("like against DuckDB", () => {
  let duckdb: Oracle;
  beforeAll(async () => {
    duckdb = await openDuckdb();
  });
  afterAll(() => duckdb.close());

  it.each([
    ["like", false],
    ["ilike", true],
  ] as const)("%s agrees on random patterns: a backslash is no escape", async (operator, ignoreCase) => {
    const related = short.chain((value) =>
      fc.tuple(
        fc.constant(value),
        fc.oneof(
          short,
          fc
            .array(fc.constantFrom("_", "%", ""), { minLength: 8, maxLength: 8 })
            .map((marks) => [...value].map((c, i) => marks[i] || c).join("")),
        ),
      ),
    );
    const pairs = fc.sample(related, { numRuns: 1_500, seed: 424 });
    const values = pairs.map(([value, pattern]) => `(${sqlText(value)}, ${sqlText(pattern)})`).join(",");
    const rows = await duckdb.rows(`select v ${operator} p from (values ${values}) t(v, p)`);
    const ours = cellsOf(like(text(pairs.map((p) => p[0])), text(pairs.map((p) => p[1])), pairs.length, ignoreCase));
    pairs.forEach((pair, i) => expect([pair, ours[i]]).toEqual([pair, rows[i]![0]]));
  });
});

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDictionary } from "../../src/column/dictionary.ts";
import { type ComparisonOperator, compare } from "../../src/kernels/compare.ts";
import {
  type Cell,
  cellsOf,
  columnOfCells,
  kindArbitrary,
  operandsArbitrary,
  orderOfCells,
  plainLayout,
} from "../column/columns.ts";
import { type Oracle, openDuckdb, sqlDouble } from "./duckdb.ts";

const operators: Record<ComparisonOperator, (order: number) => boolean> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};
const names = Object.keys(operators) as ComparisonOperator[];

const expected = (operator: ComparisonOperator, left: readonly Cell[], right: readonly Cell[]): Cell[] =>
  left.map((a, i) => {
    const b = right[i]!;
    return a === null || b === null ? null : operators[operator](orderOfCells(a, b));
  });

describe("compare", () => {
  it("equals a row by row oracle for every kind, layout and operator", () => {
    fc.assert(
      fc.property(
        kindArbitrary.chain((kind) => operandsArbitrary(kind)),
        fc.constantFrom(...names),
        ({ length, left, right }, operator) => {
          expect(cellsOf(compare(operator, left.column, right.column, length))).toEqual(
            expected(operator, left.cells, right.cells),
          );
        },
      ),
      { numRuns: 600 },
    );
  });

  it("is a total order: exactly one of <, =, > holds, and it is transitive", () => {
    const samples: Record<"float64" | "utf8" | "int64", Cell[]> = {
      float64: [-Infinity, -1, -0, 0, Number.MIN_VALUE, 1, Infinity, Number.NaN],
      utf8: ["", "A", "a", "ab", "b", "é", "～", "😀"],
      int64: [-(2n ** 63n), -(2n ** 53n), -1n, 0n, 1n, 2n ** 53n, 2n ** 63n - 1n],
    };
    for (const kind of ["float64", "utf8", "int64"] as const) {
      const cells = samples[kind];
      const [left, right] = [cells.flatMap((a) => cells.map(() => a)), cells.flatMap(() => cells)];
      const run = (operator: ComparisonOperator): Cell[] =>
        cellsOf(compare(operator, columnOfCells(kind, left), columnOfCells(kind, right), left.length));
      const [less, equal, greater] = [run("<"), run("="), run(">")];
      less.forEach((isLess, i) => {
        expect([isLess, equal[i], greater[i]].filter(Boolean)).toHaveLength(1);
        const [row, column] = [Math.floor(i / cells.length), i % cells.length];
        if (cells[row] !== 0 && cells[column] !== 0) expect(isLess).toBe(row < column);
      });
    }
  });

  it("compares two dictionaries, one shared or not, and constants in a dictionary", () => {
    const shared = createDictionary();
    const layout = { ...plainLayout, alternative: true };
    const a = columnOfCells("utf8", ["x", "y", null, "z"], layout, shared);
    const same = columnOfCells("utf8", ["x", "z", "y", null], layout, shared);
    const other = columnOfCells("utf8", ["x", "z", "y", null], layout);
    const constant = columnOfCells("utf8", ["y"], layout);
    for (const b of [same, other]) {
      expect(cellsOf(compare("=", a, b, 4))).toEqual([true, false, null, null]);
      expect(cellsOf(compare("<", a, b, 4))).toEqual([false, true, null, null]);
    }
    expect(cellsOf(compare(">=", a, constant, 4))).toEqual([false, true, null, true]);
    expect(cellsOf(compare(">=", constant, a, 4))).toEqual([true, true, null, false]);
    // Regression: of two constants in dictionaries only the first row was compared.
    expect(cellsOf(compare("=", constant, constant, 3))).toEqual([true, true, true]);
  });

  it("refuses columns of different kinds", () => {
    expect(() => compare("=", columnOfCells("utf8", ["1"]), columnOfCells("int64", [1n]), 1)).toThrow(RangeError);
  });
});

describe("compare against DuckDB", () => {
  let duckdb: Oracle;
  beforeAll(async () => {
    duckdb = await openDuckdb();
  });
  afterAll(() => duckdb.close());

  it("agrees on NaN, infinities and -0.0", async () => {
    const cells = [Number.NaN, Infinity, -Infinity, -0, 0, 1.5];
    const pairs = cells.flatMap((a) => cells.map((b) => [a, b] as const));
    const [left, right] = [
      columnOfCells(
        "float64",
        pairs.map((p) => p[0]),
      ),
      columnOfCells(
        "float64",
        pairs.map((p) => p[1]),
      ),
    ];
    for (const operator of names) {
      const sql = pairs.map(([a, b]) => `select ${sqlDouble(a)} ${operator} ${sqlDouble(b)}`).join(" union all ");
      expect(cellsOf(compare(operator, left, right, pairs.length))).toEqual(
        (await duckdb.rows(sql)).map((row) => row[0]),
      );
    }
  });
});

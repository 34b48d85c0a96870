import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Float64Column, Int32Column, Int64Column } from "../../src/column/column.ts";
import {
  type ArithmeticOperator,
  float64Arithmetic,
  int32Arithmetic,
  int64Arithmetic,
} from "../../src/kernels/arithmetic.ts";
import { type Cell, cellsOf, columnOfCells, operandsArbitrary, plainLayout } from "../column/columns.ts";
import { failed, type Oracle, openDuckdb, sqlDouble } from "./duckdb.ts";

const operators: ArithmeticOperator[] = ["+", "-", "*", "//", "%"];
type Whole = bigint | null;

function exact(operator: ArithmeticOperator, a: Whole, b: Whole): Whole {
  if (a === null || b === null) return null;
  if (operator === "+") return a + b;
  if (operator === "-") return a - b;
  if (operator === "*") return a * b;
  if (b === 0n) return null;
  return operator === "//" ? a / b : a % b;
}

/** The result of every row, or `overflow` if one does not fit. */
function expectedWhole(operator: ArithmeticOperator, left: Cell[], right: Cell[], bits: bigint): Whole[] | "overflow" {
  const wide = (cell: Cell): Whole => (cell === null ? null : BigInt(cell));
  const results = left.map((cell, i) => exact(operator, wide(cell), wide(right[i]!)));
  const limit = 2n ** (bits - 1n);
  return results.some((value) => value !== null && (value < -limit || value >= limit)) ? "overflow" : results;
}

function outcome(run: () => Cell[]): Cell[] | "overflow" {
  try {
    return run();
  } catch (error) {
    expect(error).toMatchObject({ code: "type.overflow" });
    return "overflow";
  }
}

describe("int64Arithmetic", () => {
  it("is exact or an overflow error, in every mix of layouts", () => {
    fc.assert(
      fc.property(operandsArbitrary("int64"), fc.constantFrom(...operators), ({ length, left, right }, operator) => {
        const [a, b] = [left.column as Int64Column, right.column as Int64Column];
        expect(outcome(() => cellsOf(int64Arithmetic(operator, a, b, length)))).toEqual(
          expectedWhole(operator, left.cells, right.cells, 64n),
        );
      }),
      { numRuns: 800 },
    );
  });

  it("keeps the promise of the double layout: whole numbers within ±(2^53 - 1), and no -0", () => {
    fc.assert(
      fc.property(operandsArbitrary("int64"), fc.constantFrom(...operators), ({ length, left, right }, operator) => {
        let values: BigInt64Array | Float64Array = new Float64Array(0);
        try {
          values = int64Arithmetic(operator, left.column as Int64Column, right.column as Int64Column, length).values;
        } catch {
          return;
        }
        for (const value of values) {
          if (typeof value === "bigint") continue;
          expect(Number.isSafeInteger(value) && !Object.is(value, -0)).toBe(true);
        }
      }),
    );
    // Regression: 0 * -5 was -0.
    const product = int64Arithmetic(
      "*",
      columnOfCells("int64", [0n]) as Int64Column,
      columnOfCells("int64", [-5n]) as Int64Column,
      1,
    );
    expect(Object.is(product.values[0], 0)).toBe(true);
  });

  it.each([
    ["+", 2n ** 53n - 1n, 2n, 2n ** 53n + 1n],
    ["-", -(2n ** 53n) + 1n, 2n, -(2n ** 53n) - 1n],
    ["*", 94_906_267n, 94_906_267n, 94_906_267n ** 2n],
    ["//", 9_007_199_254_740_991n, 2n, 4_503_599_627_370_495n],
    ["//", -7n, 2n, -3n],
    ["%", -7n, 2n, -1n],
    ["%", 7n, -2n, 1n],
    ["//", 5n, 0n, null],
    ["%", 5n, 0n, null],
    ["%", -(2n ** 63n), -1n, 0n],
  ] as const)("%s of %s and %s is %s", (operator, a, b, result) => {
    for (const alternative of [false, true]) {
      const [left, right] = [a, b].map(
        (cell) => columnOfCells("int64", [cell], { ...plainLayout, alternative }) as Int64Column,
      );
      expect(cellsOf(int64Arithmetic(operator, left!, right!, 1))).toEqual([result]);
    }
  });

  it("names the operands of an overflow", () => {
    const [a, b] = [columnOfCells("int64", [1n, 2n ** 63n - 1n]), columnOfCells("int64", [1n])] as Int64Column[];
    expect(() => int64Arithmetic("+", a!, b!, 2)).toThrow("9223372036854775807 + 1 does not fit BIGINT");
  });

  it("does not overflow under a null", () => {
    const [a, b] = [columnOfCells("int64", [2n ** 63n - 1n, 1n]), columnOfCells("int64", [null, 1n])] as Int64Column[];
    expect(cellsOf(int64Arithmetic("*", a!, b!, 2))).toEqual([null, 1n]);
  });
});

describe("int32Arithmetic", () => {
  it("is exact or an overflow error", () => {
    fc.assert(
      fc.property(operandsArbitrary("int32"), fc.constantFrom(...operators), ({ length, left, right }, operator) => {
        const expected = expectedWhole(operator, left.cells, right.cells, 32n);
        expect(
          outcome(() =>
            cellsOf(int32Arithmetic(operator, left.column as Int32Column, right.column as Int32Column, length)),
          ),
        ).toEqual(
          expected === "overflow" ? expected : expected.map((value) => (value === null ? null : Number(value))),
        );
      }),
      { numRuns: 600 },
    );
  });
});

describe("float64Arithmetic", () => {
  it("equals IEEE arithmetic row by row; `//` divides, and is null by 0", () => {
    const oracle: Record<ArithmeticOperator | "/", (a: number, b: number) => number | null> = {
      "+": (a, b) => a + b,
      "-": (a, b) => a - b,
      "*": (a, b) => a * b,
      "/": (a, b) => a / b,
      "%": (a, b) => a % b,
      "//": (a, b) => (b === 0 ? null : a / b),
    };
    fc.assert(
      fc.property(
        operandsArbitrary("float64"),
        fc.constantFrom(...(Object.keys(oracle) as (ArithmeticOperator | "/")[])),
        ({ length, left, right }, operator) => {
          const result = float64Arithmetic(
            operator,
            left.column as Float64Column,
            right.column as Float64Column,
            length,
          );
          expect(cellsOf(result)).toEqual(
            left.cells.map((a, i) => {
              const b = right.cells[i]!;
              return a === null || b === null ? null : oracle[operator](a as number, b as number);
            }),
          );
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe("arithmetic against DuckDB", () => {
  let duckdb: Oracle;
  beforeAll(async () => {
    duckdb = await openDuckdb();
  });
  afterAll(() => duckdb.close());

  it.each(["+", "-", "*", "/", "//", "%"] as const)("doubles: %s", async (operator) => {
    const cells = [0, -0, 1, -1, 2.5, -7, 0.1, 3, 1e308, -1e308, 5e-324, Number.NaN, Infinity, -Infinity];
    const pairs = cells.flatMap((a) => cells.map((b) => [a, b] as const));
    const sql = pairs.map(([a, b]) => `select ${sqlDouble(a)} ${operator} ${sqlDouble(b)}`).join(" union all ");
    const columns = [0, 1].map(
      (side) =>
        columnOfCells(
          "float64",
          pairs.map((p) => p[side]!),
        ) as Float64Column,
    );
    const ours = cellsOf(float64Arithmetic(operator, columns[0]!, columns[1]!, pairs.length));
    expect(ours).toEqual((await duckdb.rows(sql)).map((row) => row[0]));
  });

  it.each(["bigint", "integer"] as const)("whole numbers: %s", async (type) => {
    const bits = type === "bigint" ? 64n : 32n;
    const [low, high] = [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
    const cells = [low, low + 1n, -7n, -1n, 0n, 1n, 2n, 10n, high - 1n, high];
    for (const operator of operators) {
      for (const a of cells) {
        for (const b of cells) {
          // DuckDB calls the smallest integer `%` -1 an overflow; the remainder is 0, and so it is here.
          if (operator === "%" && a === low && b === -1n) continue;
          const theirs = await duckdb.value(`'${a}'::${type} ${operator} '${b}'::${type}`);
          const ours = outcome(() =>
            type === "bigint"
              ? cellsOf(
                  int64Arithmetic(
                    operator,
                    columnOfCells("int64", [a]) as Int64Column,
                    columnOfCells("int64", [b]) as Int64Column,
                    1,
                  ),
                )
              : cellsOf(
                  int32Arithmetic(
                    operator,
                    columnOfCells("int32", [Number(a)]) as Int32Column,
                    columnOfCells("int32", [Number(b)]) as Int32Column,
                    1,
                  ),
                ),
          );
          expect([operator, a, b, ours]).toEqual([operator, a, b, theirs === failed ? "overflow" : [theirs]]);
        }
      }
    }
  });
});

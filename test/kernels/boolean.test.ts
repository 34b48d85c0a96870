import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitPositions } from "../../src/column/bitmap.ts";
import type { BoolColumn } from "../../src/column/column.ts";
import { and, isNull, not, or, trueBits } from "../../src/kernels/boolean.ts";
import {
  type Cell,
  cellsOf,
  columnOfCells,
  kindArbitrary,
  operandArbitrary,
  operandsArbitrary,
} from "../column/columns.ts";

const three: Cell[] = [true, false, null];
const all = three.flatMap((a) => three.map((b) => [a, b] as const));
const bools = (cells: Cell[]): BoolColumn => columnOfCells("bool", cells) as BoolColumn;

describe("Kleene logic", () => {
  const [a, b] = [bools(all.map((p) => p[0])), bools(all.map((p) => p[1]))];

  it("has the truth tables of SQL", () => {
    expect(cellsOf(and(a, b, 9))).toEqual([true, false, null, false, false, false, null, false, null]);
    expect(cellsOf(or(a, b, 9))).toEqual([true, true, true, true, false, null, true, null, null]);
    expect(cellsOf(not(bools(three)))).toEqual([false, true, null]);
  });

  it("equals a row by row oracle over slices and constants", () => {
    const kleeneAnd = (x: Cell, y: Cell): Cell =>
      x === false || y === false ? false : x === null || y === null ? null : true;
    const kleeneNot = (x: Cell): Cell => (x === null ? null : !x);
    fc.assert(
      fc.property(operandsArbitrary("bool"), ({ length, left, right }) => {
        const [x, y] = [left.column as BoolColumn, right.column as BoolColumn];
        expect(cellsOf(and(x, y, length))).toEqual(left.cells.map((cell, i) => kleeneAnd(cell, right.cells[i]!)));
        expect(cellsOf(or(x, y, length))).toEqual(
          left.cells.map((cell, i) => kleeneNot(kleeneAnd(kleeneNot(cell), kleeneNot(right.cells[i]!)))),
        );
        expect([...bitPositions(trueBits(x, length), length)]).toEqual(
          left.cells.flatMap((cell, i) => (cell === true ? [i] : [])),
        );
        if (x.length === length) expect(cellsOf(not(x))).toEqual(left.cells.map(kleeneNot));
        // What `not` and `or` leave behind the last row is never seen.
        expect(cellsOf(and(not(not(x)), y, length))).toEqual(cellsOf(and(x, y, length)));
        expect([...bitPositions(trueBits(not(x), length), length)]).toEqual(
          left.cells.flatMap((cell, i) => (cell === false ? [i] : [])),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe("isNull", () => {
  it("is true exactly for nulls, of any kind, and never null", () => {
    fc.assert(
      fc.property(
        fc
          .nat({ max: 20 })
          .chain((length) =>
            kindArbitrary.chain((kind) =>
              fc.record({ length: fc.constant(length), operand: operandArbitrary(kind, length) }),
            ),
          ),
        ({ length, operand }) => {
          const answer = isNull(operand.column, length);
          expect(answer.validity).toBeNull();
          expect(cellsOf(answer)).toEqual(operand.cells.map((cell) => cell === null));
        },
      ),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Column, physicalKind, sliceColumn } from "../../src/column/column.ts";
import { createDictionary } from "../../src/column/dictionary.ts";
import { columnOfLiterals } from "../../src/kernels/cast.ts";
import { choose } from "../../src/kernels/choose.ts";
import { concat, singleBatch } from "../../src/kernels/concat.ts";
import { constant, emptyColumn, type Literal, spread } from "../../src/kernels/constant.ts";
import { type SortKey, sortedRows } from "../../src/kernels/sort.ts";
import { take, takeBatch } from "../../src/kernels/take.ts";
import { bigint, bool, type DataType, float, int32, timestamp, utf8 } from "../../src/types/data-type.ts";
import {
  type Cell,
  cellsArbitrary,
  cellsOf,
  columnOfCells,
  kindArbitrary,
  layoutArbitrary,
  orderOfCells,
  sampleArbitrary,
  type TestKind,
} from "../column/columns.ts";

const typeOf: Record<TestKind, DataType> = { bool, int64: bigint, int32, float64: float, utf8 };

describe("take", () => {
  it("gives the rows asked for, repeated or not, of slices too", () => {
    fc.assert(
      fc.property(
        kindArbitrary
          .chain((kind) => sampleArbitrary(kind))
          .chain((sample) =>
            fc.record({
              sample: fc.constant(sample),
              rows:
                sample.cells.length === 0
                  ? fc.constant<number[]>([])
                  : fc.array(fc.nat({ max: sample.cells.length - 1 })),
            }),
          ),
        ({ sample, rows }) => {
          expect(cellsOf(take(sample.column, Int32Array.from(rows)))).toEqual(rows.map((row) => sample.cells[row]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("takes the same rows of every column of a batch", () => {
    const columns = [columnOfCells("int64", [1n, 2n, 3n]), columnOfCells("utf8", ["a", null, "c"])];
    const batch = takeBatch({ length: 3, columns }, Int32Array.of(2, 1));
    expect(batch.length).toBe(2);
    expect(batch.columns.map(cellsOf)).toEqual([
      [3n, 2n],
      ["c", null],
    ]);
  });
});

describe("concat", () => {
  it("puts columns of any layouts one behind the other", () => {
    fc.assert(
      fc.property(
        kindArbitrary.chain((kind) =>
          fc.record({ kind: fc.constant(kind), parts: fc.array(sampleArbitrary(kind), { maxLength: 5 }) }),
        ),
        ({ kind, parts }) => {
          const joined = concat(
            parts.map((part) => part.column),
            typeOf[kind],
          );
          expect(cellsOf(joined)).toEqual(parts.flatMap((part) => part.cells));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keeps a dictionary that all parts share", () => {
    const shared = createDictionary();
    const part = (cells: Cell[]): Column =>
      columnOfCells("utf8", cells, { before: 1, after: 0, alternative: true }, shared);
    const joined = concat([part(["a", null]), part(["b", "a"])], utf8);
    expect(joined).toMatchObject({ kind: "dictionary", dictionary: shared });
    expect(cellsOf(joined)).toEqual(["a", null, "b", "a"]);
  });

  it("makes one batch of a table, also of one without batches", () => {
    const schema = {
      fields: [
        { name: "a", type: bigint, nullable: true },
        { name: "b", type: utf8, nullable: false },
      ],
    };
    const batch = (a: Cell[], b: Cell[]): { length: number; columns: Column[] } => ({
      length: a.length,
      columns: [columnOfCells("int64", a), columnOfCells("utf8", b)],
    });
    const joined = singleBatch({ schema, batches: [batch([1n], ["x"]), batch([], []), batch([null, 2n], ["y", "z"])] });
    expect(joined.length).toBe(3);
    expect(joined.columns.map(cellsOf)).toEqual([
      [1n, null, 2n],
      ["x", "y", "z"],
    ]);
    expect(singleBatch({ schema, batches: [] })).toMatchObject({ length: 0, columns: [{ length: 0 }, { length: 0 }] });
  });
});

describe("sliceColumn", () => {
  it("equals the slice of an array, also of a slice", () => {
    fc.assert(
      fc.property(
        kindArbitrary.chain((kind) => sampleArbitrary(kind)),
        fc.nat(),
        fc.nat(),
        ({ cells, column }, a, b) => {
          const [start, end] = [a % (cells.length + 1), b % (cells.length + 1)].sort((x, y) => x - y) as [
            number,
            number,
          ];
          const slice = sliceColumn(column, start, end);
          expect(slice.length).toBe(end - start);
          expect(cellsOf(slice)).toEqual(cells.slice(start, end));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("sortedRows", () => {
  it("equals a stable sort by every key in turn", () => {
    const keyArbitrary = (length: number): fc.Arbitrary<{ key: SortKey; cells: Cell[] }> =>
      kindArbitrary.chain((kind) =>
        fc
          .record({ sample: sampleArbitrary(kind, length), descending: fc.boolean(), nullsFirst: fc.boolean() })
          .map(({ sample, ...order }) => ({ key: { column: sample.column, ...order }, cells: sample.cells })),
      );
    fc.assert(
      fc.property(
        fc
          .nat({ max: 25 })
          .chain((length) => fc.tuple(fc.constant(length), fc.array(keyArbitrary(length), { maxLength: 3 }))),
        ([length, keys]) => {
          const expected = Array.from({ length }, (_, i) => i).sort((a, b) => {
            for (const { key, cells } of keys) {
              const [x, y] = [cells[a]!, cells[b]!];
              if (x === null && y === null) continue;
              if (x === null || y === null) return (x === null) === key.nullsFirst ? -1 : 1;
              const order = orderOfCells(x, y);
              if (order !== 0) return key.descending ? -order : order;
            }
            return 0;
          });
          expect([
            ...sortedRows(
              keys.map(({ key }) => key),
              length,
            ),
          ]).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("choose", () => {
  it("takes the left value where the condition is true, else the right one", () => {
    fc.assert(
      fc.property(
        fc.tuple(kindArbitrary, fc.nat({ max: 20 })).chain(([kind, length]) =>
          fc.record({
            type: fc.constant(typeOf[kind]),
            condition: sampleArbitrary("bool", length),
            left: sampleArbitrary(kind, length),
            right: sampleArbitrary(kind, length),
          }),
        ),
        ({ type, condition, left, right }) => {
          if (condition.column.kind !== "bool") throw new RangeError("not a condition");
          expect(cellsOf(choose(condition.column, left.column, right.column, type))).toEqual(
            condition.cells.map((cell, i) => (cell === true ? left : right).cells[i]),
          );
        },
      ),
    );
  });
});

describe("constant", () => {
  const literals: [DataType, Literal, Cell][] = [
    [bool, true, true],
    [bool, false, false],
    [bigint, 2n ** 63n - 1n, 2n ** 63n - 1n],
    [bigint, 7, 7n],
    [timestamp, -1, -1n],
    [int32, -5, -5],
    [float, Number.NaN, Number.NaN],
    [utf8, "é😀", "é😀"],
  ];

  it("holds one value, which can be spread over rows", () => {
    for (const [type, literal, cell] of literals) {
      expect(constant(literal, type).kind).toBe(physicalKind(type));
      expect(cellsOf(constant(literal, type))).toEqual([cell]);
      expect(cellsOf(constant(null, type))).toEqual([null]);
      expect(cellsOf(spread(constant(literal, type), 3))).toEqual([cell, cell, cell]);
      expect(cellsOf(spread(constant(literal, type), 0))).toEqual([]);
      expect(cellsOf(emptyColumn(type))).toEqual([]);
      expect(cellsOf(columnOfLiterals(type, [null, literal, literal]))).toEqual([null, cell, cell]);
    }
  });

  it("leaves a column of the right length alone", () => {
    const column = columnOfCells("int64", [1n, 2n]);
    expect(spread(column, 2)).toBe(column);
  });
});

it("columns made by hand hold what they were made of", () => {
  fc.assert(
    fc.property(
      kindArbitrary.chain((kind) => fc.tuple(fc.constant(kind), cellsArbitrary(kind))),
      layoutArbitrary,
      ([kind, cells], layout) => {
        expect(cellsOf(columnOfCells(kind, cells, layout))).toEqual(cells);
      },
    ),
  );
});

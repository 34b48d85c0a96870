import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Column } from "../../src/column/column.ts";
import { createGroupTable } from "../../src/kernels/group.ts";
import { hashColumn } from "../../src/kernels/hash.ts";
import { createPairTable } from "../../src/kernels/pair-table.ts";
import {
  type Cell,
  cellsOf,
  columnOfCells,
  kindArbitrary,
  plainLayout,
  sampleArbitrary,
  type Sample,
  type TestKind,
} from "../column/columns.ts";

/** One text for each combination of keys: NaN is one value, -0 is 0. */
const keyOf = (cells: readonly Cell[]): string =>
  JSON.stringify(
    cells.map((cell) => (cell === null ? null : `${typeof cell}:${typeof cell === "number" ? cell + 0 : cell}`)),
  );
const normal = (cell: Cell): Cell => (typeof cell === "number" ? cell + 0 : cell);
/** What one key column holds, few values so that groups repeat. */
const fewCells: Record<TestKind, Cell[]> = {
  bool: [true, false, null],
  int64: [0n, 1n, -1n, 2n ** 32n, -(2n ** 32n), 2n ** 63n - 1n, -(2n ** 63n), null],
  int32: [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), null],
  float64: [0, -0, Number.NaN, 1.5, -Infinity, Infinity, null],
  utf8: ["", "a", "b", "é", "😀", "\0", null],
};

interface Step {
  readonly insert: boolean;
  readonly length: number;
  readonly columns: Sample[];
}

const stepsOf = (kinds: readonly TestKind[]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.tuple(fc.nat({ max: 20 }), fc.boolean()).chain(([length, insert]) =>
      fc
        .tuple(
          ...kinds.map((kind) =>
            fc
              .tuple(
                fc.array(fc.constantFrom(...fewCells[kind]), { minLength: length, maxLength: length }),
                fc.boolean(),
                fc.nat({ max: 9 }),
              )
              .map(([cells, alternative, before]) => ({
                cells,
                column: columnOfCells(kind, cells, { before, after: 0, alternative }),
              })),
          ),
        )
        .map((columns) => ({ insert, length, columns })),
    ),
    { maxLength: 6 },
  );

describe("createGroupTable", () => {
  it("equals a Map over batches with different layouts and dictionaries, with and without insertion", () => {
    fc.assert(
      fc.property(
        fc
          .array(kindArbitrary, { minLength: 1, maxLength: 3 })
          .chain((kinds) => fc.record({ kinds: fc.constant(kinds), steps: stepsOf(kinds) })),
        ({ kinds, steps }) => {
          const table = createGroupTable(kinds);
          const model = new Map<string, number>();
          const rows: Cell[][] = [];
          for (const { insert, length, columns } of steps) {
            const expected = Array.from({ length }, (_, i) => {
              const row = columns.map(({ cells }) => cells[i]!);
              const key = keyOf(row);
              if (insert && !model.has(key)) {
                model.set(key, model.size);
                rows.push(row.map(normal));
              }
              return model.get(key) ?? -1;
            });
            const keys: Column[] = columns.map(({ column }) => column);
            const groups = insert ? table.assign(keys, length) : table.assign(keys, length, { insert });
            expect([...groups]).toEqual(expected);
            expect(table.size()).toBe(model.size);
          }
          const backwards = Int32Array.from(rows, (_, i) => rows.length - 1 - i);
          const keys = table.keys(backwards).map(cellsOf);
          expect(Array.from(backwards, (_, i) => keys.map((cells) => cells[i]))).toEqual(rows.toReversed());
        },
      ),
      { numRuns: 400 },
    );
  });

  it("puts all rows into one group where there are no keys", () => {
    const table = createGroupTable([]);
    expect([...table.assign([], 3)]).toEqual([0, 0, 0]);
    expect(table.size()).toBe(1);
    expect(table.keys(Int32Array.of(0))).toEqual([]);
  });

  it("holds many groups", () => {
    const count = 20_000;
    const numbers = Array.from({ length: count }, (_, i) => BigInt(i) * 4_294_967_296n);
    const table = createGroupTable(["int64", "utf8"]);
    const keys = [
      columnOfCells("int64", numbers),
      columnOfCells(
        "utf8",
        numbers.map((n) => `k${n % 7n}`),
      ),
    ];
    const groups = table.assign(keys, count);
    expect(groups.every((group, i) => group === i)).toBe(true);
    expect([...table.assign(keys, count, { insert: false })]).toEqual([...groups]);
  });
});

describe("createPairTable", () => {
  it("equals a Map, with reserved numbers between", () => {
    const word = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer());
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.tuple(word, word), fc.constant(null)), { maxLength: 200, size: "max" }),
        (steps) => {
          const table = createPairTable();
          const model = new Map<string, number>();
          let size = 0;
          for (const pair of steps) {
            if (pair === null) {
              expect(table.reserve()).toBe(size++);
              continue;
            }
            const key = pair.join();
            expect(table.find(...pair)).toBe(model.get(key) ?? -1);
            if (!model.has(key)) model.set(key, size++);
            expect(table.intern(...pair)).toBe(model.get(key));
          }
          expect(table.size()).toBe(size);
        },
      ),
    );
  });
});

describe("hashColumn", () => {
  it("hashes equal values equally, whatever the layout, and others apart", () => {
    fc.assert(
      fc.property(
        kindArbitrary.chain((kind) => fc.tuple(fc.constant(kind), sampleArbitrary(kind))),
        ([kind, { cells, column }]) => {
          const hashes = hashColumn(column);
          const again = hashColumn(columnOfCells(kind, cells, { ...plainLayout, alternative: true }));
          const byKey = new Map<string, string>();
          cells.forEach((cell, i) => {
            if (cell === null) return;
            const hash = `${hashes[2 * i]},${hashes[2 * i + 1]}`;
            expect(`${again[2 * i]},${again[2 * i + 1]}`).toBe(hash);
            const key = keyOf([cell]);
            expect(byKey.get(key) ?? hash).toBe(hash);
            byKey.set(key, hash);
          });
          expect(new Set(byKey.values()).size).toBe(byKey.size);
        },
      ),
    );
  });

  it("is murmur3_x64_128's first 64 bits of canonical bytes", () => {
    // Murmur3 of no bytes is 0; integers of any width and booleans hash as 8 bytes, so that equal numbers agree.
    expect([...hashColumn(columnOfCells("utf8", [""]))]).toEqual([0, 0]);
    expect([...hashColumn(columnOfCells("int32", [-1, 1]))]).toEqual([
      ...hashColumn(columnOfCells("int64", [-1n, 1n])),
    ]);
    expect([...hashColumn(columnOfCells("bool", [true, false]))]).toEqual([
      ...hashColumn(columnOfCells("int64", [1n, 0n])),
    ]);
    expect([...hashColumn(columnOfCells("float64", [-0]))]).toEqual([...hashColumn(columnOfCells("float64", [0]))]);
    expect([...hashColumn(columnOfCells("utf8", ["\u0001\0\0\0\0\0\0\0"]))]).toEqual([
      ...hashColumn(columnOfCells("int64", [1n])),
    ]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Column, sliceColumn } from "../../src/column/column.ts";
import type { Accumulator } from "../../src/aggregates/accumulator.ts";
import { distinctAccumulator } from "../../src/aggregates/distinct.ts";
import { aggregateFunctions, findAggregate } from "../../src/aggregates/functions.ts";
import { bigint, bool, type DataType, float, int, int32, timestamp, utf8 } from "../../src/types/data-type.ts";
import {
  type Cell,
  cellsArbitrary,
  cellsOf,
  columnOfCells,
  kindArbitrary,
  layoutArbitrary,
  orderOfCells,
  plainLayout,
  type TestKind,
} from "../column/columns.ts";

const typeOf: Record<TestKind, DataType> = { bool, int64: bigint, int32, float64: float, utf8 };

function create(name: string, type: DataType): Accumulator {
  const fn = findAggregate(name)!;
  return fn.create(fn.resolve([type])!);
}

/** Rows of one batch: cells with a group each, or all in group 0. */
interface Step {
  readonly cells: Cell[];
  readonly column: Column;
  readonly groups: Int32Array | null;
  /** Groups that are cleared after the batch. */
  readonly cleared: number[];
}

const GROUPS = 5;

const stepArbitrary = (kind: TestKind): fc.Arbitrary<Step> =>
  fc
    .tuple(cellsArbitrary(kind), layoutArbitrary, fc.boolean(), fc.array(fc.nat({ max: GROUPS - 1 }), { maxLength: 2 }))
    .chain(([cells, layout, grouped, cleared]) =>
      fc.array(fc.nat({ max: GROUPS - 1 }), { minLength: cells.length, maxLength: cells.length }).map((groups) => ({
        cells,
        column: columnOfCells(kind, cells, layout),
        groups: grouped ? Int32Array.from(groups) : null,
        cleared,
      })),
    );

type Oracle = (values: Exclude<Cell, null>[]) => Cell; // or the text "overflow"

/** Feeds steps to an accumulator and to lists of values, and compares all groups after every step. */
function checkByGroup(accumulator: Accumulator, steps: readonly Step[], oracle: Oracle): void {
  const model: Exclude<Cell, null>[][] = Array.from({ length: GROUPS + 2 }, () => []);
  const order = Int32Array.of(6, 2, 0, 1, 4, 3, 5, 2); // not in order, one twice, two that no row reaches
  for (const { cells, column, groups, cleared } of steps) {
    accumulator.update([column], groups, column.length, GROUPS);
    cells.forEach((cell, i) => cell !== null && model[groups?.[i] ?? 0]!.push(cell));
    for (const group of cleared) {
      accumulator.clear(group);
      model[group] = [];
    }
    const expected = Array.from(order, (group) => oracle(model[group]!));
    if (expected.includes("overflow")) expect(() => accumulator.finish(order)).toThrow("does not fit 64 bits");
    else expect(cellsOf(accumulator.finish(order))).toEqual(expected);
  }
  expect(accumulator.bytes()).toBeGreaterThanOrEqual(0);
}

const oracles: Record<string, Oracle> = {
  count: (values) => BigInt(values.length),
  min: (values) => (values.length === 0 ? null : values.reduce((a, b) => (orderOfCells(b, a) < 0 ? b : a))),
  max: (values) => (values.length === 0 ? null : values.reduce((a, b) => (orderOfCells(b, a) > 0 ? b : a))),
  sum: (values) => {
    const total = values.reduce<bigint>((sum, value) => sum + BigInt(value), 0n);
    if (values.length === 0) return null;
    return total >= -(2n ** 63n) && total < 2n ** 63n ? total : "overflow";
  },
  avg: (values) =>
    values.length === 0 ? null : Number(values.reduce<bigint>((sum, value) => sum + BigInt(value), 0n)) / values.length,
  approx_count_distinct: (values) =>
    BigInt(new Set(values.map((value) => (typeof value === "number" ? value + 0 : value))).size),
};

describe("aggregates by group equal lists of values, with nulls, clearing and reuse", () => {
  it.each(["count", "min", "max", "approx_count_distinct"])("%s of every kind", (name) => {
    fc.assert(
      fc.property(
        kindArbitrary.chain((kind) => fc.tuple(fc.constant(kind), fc.array(stepArbitrary(kind), { maxLength: 5 }))),
        ([kind, steps]) => checkByGroup(create(name, typeOf[kind]), steps, oracles[name]!),
      ),
      { numRuns: 200 },
    );
  });

  it.each(["sum", "avg"])("%s of whole numbers is exact or an overflow", (name) => {
    fc.assert(
      fc.property(
        fc
          .constantFrom<TestKind>("int64", "int32")
          .chain((kind) => fc.tuple(fc.constant(kind), fc.array(stepArbitrary(kind), { maxLength: 5 }))),
        ([kind, steps]) => checkByGroup(create(name, typeOf[kind]), steps, oracles[name]!),
      ),
      { numRuns: 300 },
    );
  });

  it("distinct passes on each value of a group once, and forgets with clear", () => {
    fc.assert(
      fc.property(
        kindArbitrary.chain((kind) => fc.tuple(fc.constant(kind), fc.array(stepArbitrary(kind), { maxLength: 6 }))),
        ([kind, steps]) =>
          checkByGroup(distinctAccumulator(create("count", typeOf[kind])), steps, oracles["approx_count_distinct"]!),
      ),
      { numRuns: 200 },
    );
  });
});

describe("count", () => {
  it("without an argument counts rows", () => {
    const counts = findAggregate("COUNT")!.create({ args: [], type: int, nullable: false });
    counts.update([], null, 3, 1);
    counts.update([], Int32Array.of(1, 0, 1), 3, 2);
    expect(cellsOf(counts.finish(Int32Array.of(0, 1, 2)))).toEqual([4n, 2n, 0n]);
  });
});

describe("sum of whole numbers", () => {
  const sumOf = (cells: Cell[], alternative: boolean): Cell => {
    const accumulator = create("sum", bigint);
    accumulator.update([columnOfCells("int64", cells, { ...plainLayout, alternative })], null, cells.length, 1);
    return cellsOf(accumulator.finish(Int32Array.of(0)))[0]!;
  };
  const SAFE = 2n ** 53n - 1n;
  const MAX = 2n ** 63n - 1n;

  it.each([
    ["many of 2^53 - 1", Array.from({ length: 1_000 }, () => SAFE), SAFE * 1_000n],
    ["many of -(2^53 - 1)", Array.from({ length: 1_000 }, () => -SAFE), -SAFE * 1_000n],
    ["large and small", [SAFE, 1n, 1n, -SAFE, SAFE, 3n], SAFE + 5n],
    ["up to the greatest", [MAX - 5n, 5n], MAX],
    ["down to the least", [-MAX, -1n], -MAX - 1n],
    ["beyond and back", [MAX, MAX, -MAX, -MAX + 7n], 7n],
    ["-(2^53) alone", [-(2n ** 53n)], -(2n ** 53n)],
  ])("%s", (_, cells, expected) => {
    expect(sumOf(cells, false)).toBe(expected);
    expect(sumOf(cells, true)).toBe(expected);
  });

  it("overflows by one, with the sum in the message", () => {
    expect(() => sumOf([MAX, 1n], true)).toThrow("type.overflow: the sum 9223372036854775808 does not fit 64 bits");
    expect(() => sumOf([-MAX, -2n], true)).toThrow("-9223372036854775809");
  });
});

describe("sum of floats", () => {
  const bitsOf = (value: number): bigint => new BigInt64Array(Float64Array.of(value).buffer)[0]!;
  const total = (name: string, column: Column, groups: Int32Array | null, cuts: readonly number[]): Cell[] => {
    const accumulator = create(name, float);
    const ends = [...new Set(cuts.map((cut) => cut % (column.length + 1)))].sort((a, b) => a - b);
    let start = 0;
    for (const end of [...ends, column.length]) {
      const part = sliceColumn(column, start, end);
      accumulator.update([part], groups?.subarray(start, end) ?? null, part.length, 3);
      start = end;
    }
    return cellsOf(accumulator.finish(Int32Array.of(0, 1, 2)));
  };

  it("gives the same bytes however rows are cut into batches", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("sum", "avg"),
        cellsArbitrary("float64"),
        fc.array(fc.nat({ max: 40 }), { maxLength: 6 }),
        fc.option(fc.infiniteStream(fc.nat({ max: 2 }))),
        (name, cells, cuts, stream) => {
          const groups = stream === null ? null : Int32Array.from(cells, () => stream.next().value as number);
          const column = columnOfCells("float64", cells);
          const bytes = (values: Cell[]): (bigint | null)[] =>
            values.map((v) => (v === null ? null : bitsOf(v as number)));
          expect(bytes(total(name, column, groups, cuts))).toEqual(bytes(total(name, column, groups, [])));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is as near to the exact sum as one rounding, where naive sums are lost", () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), { minLength: 1, maxLength: 60, size: "max" }),
        (wide) => {
          const values = wide.map(Number);
          const exact = values.reduce((sum, value) => sum + BigInt(value), 0n);
          const scale = values.reduce((sum, value) => sum + Math.abs(value), 0);
          const [sum] = total("sum", columnOfCells("float64", values), null, []);
          expect(Math.abs((sum as number) - Number(exact))).toBeLessThanOrEqual(
            Math.abs(Number(exact)) * 2 ** -52 + scale * 2 ** -100,
          );
        },
      ),
    );
    expect(total("sum", columnOfCells("float64", [1e100, 1, -1e100, 1]), null, [])[0]).toBe(2);
    expect(
      total(
        "sum",
        columnOfCells(
          "float64",
          Array.from({ length: 10 }, () => 0.1),
        ),
        null,
        [],
      )[0],
    ).toBe(1);
  });

  it.each([
    [[Infinity, 1], Infinity],
    [[-Infinity, 1e308], -Infinity],
    [[Infinity, -Infinity], Number.NaN],
    [[Infinity, 1, 1, 1, -Infinity], Number.NaN],
    [[Number.NaN, 1], Number.NaN],
    [[1, Number.NaN, Infinity], Number.NaN],
    [[1e308, 1e308], Infinity],
    [[1e308, 1, 1, 1, 1e308], Infinity],
    [[-1e308, -1e308, -1e308], -Infinity],
    [[1e308, -1e308], 0],
    [[-0], 0],
    [[], null],
    [[null, null], null],
  ])("of %j is %d", (cells, expected) => {
    expect(total("sum", columnOfCells("float64", cells), null, [])[0]).toBe(expected);
  });
});

describe("min and max", () => {
  const extremes = (type: DataType, ...batches: Column[]): Cell[] =>
    ["min", "max"].map((name) => {
      const accumulator = create(name, type);
      for (const batch of batches) accumulator.update([batch], null, batch.length, 1);
      return cellsOf(accumulator.finish(Int32Array.of(0)))[0]!;
    });

  it("take NaN for the greatest", () => {
    expect(extremes(float, columnOfCells("float64", [Number.NaN, 1, Infinity]))).toEqual([1, Number.NaN]);
    expect(extremes(float, columnOfCells("float64", [1, Number.NaN, -Infinity]))).toEqual([-Infinity, Number.NaN]);
    expect(extremes(float, columnOfCells("float64", [Number.NaN]))).toEqual([Number.NaN, Number.NaN]);
  });

  it("change from doubles to words in the middle, and keep what they had", () => {
    const big = 2n ** 60n + 1n;
    const [small, wide] = [columnOfCells("int64", [3n, -4n]), columnOfCells("int64", [big, -big])];
    expect(extremes(bigint, small, wide)).toEqual([-big, big]);
    expect(extremes(bigint, wide, small)).toEqual([-big, big]);
    expect(extremes(timestamp, small, wide)).toEqual([-big, big]);
  });

  it("hold -(2^53), which words can hold and exact doubles cannot", () => {
    // Regression: the builder refused it as a number.
    expect(extremes(bigint, columnOfCells("int64", [-(2n ** 53n)]))).toEqual([-(2n ** 53n), -(2n ** 53n)]);
  });

  it("compare text by code point", () => {
    for (const alternative of [false, true]) {
      expect(extremes(utf8, columnOfCells("utf8", ["～", "😀", "a"], { ...plainLayout, alternative }))).toEqual([
        "a",
        "😀",
      ]);
    }
  });
});

describe("approx_count_distinct", () => {
  it("is exact up to 256 values, near above, and never more than the rows", () => {
    for (const [distinct, tolerance] of [
      [256, 0],
      [20_000, 0.05],
    ] as const) {
      const accumulator = create("approx_distinct", bigint);
      const cells = Array.from({ length: 30_000 }, (_, i) => BigInt(i % distinct));
      accumulator.update([columnOfCells("int64", cells)], null, cells.length, 1);
      const [estimate] = cellsOf(accumulator.finish(Int32Array.of(0)));
      expect(Math.abs(Number(estimate) - distinct)).toBeLessThanOrEqual(distinct * tolerance);
    }
    const accumulator = create("approx_count_distinct", bigint);
    for (let rows = 1; rows <= 2_000; rows++) {
      accumulator.update([columnOfCells("int64", [BigInt(rows)])], null, 1, 1);
      if (rows % 97 === 0) expect(Number(cellsOf(accumulator.finish(Int32Array.of(0)))[0])).toBeLessThanOrEqual(rows);
    }
  });
});

describe("distinct", () => {
  it("sums each value once", () => {
    const accumulator = distinctAccumulator(create("sum", bigint));
    accumulator.update([columnOfCells("int64", [5n, 5n, null, 7n])], Int32Array.of(0, 0, 0, 1), 4, 2);
    accumulator.update([columnOfCells("int64", [5n, 7n, 9n])], Int32Array.of(0, 1, 1), 3, 2);
    expect(cellsOf(accumulator.finish(Int32Array.of(0, 1)))).toEqual([5n, 16n]);
  });

  it("gives back the memory of cleared groups, and goes on counting right", () => {
    const accumulator = distinctAccumulator(create("count", utf8));
    const rows = 3_000;
    let most = 0;
    for (let round = 0; round < 12; round++) {
      const kept = columnOfCells("utf8", ["kept", `kept ${round}`]);
      accumulator.update([kept], Int32Array.of(0, 0), 2, 3);
      const passing = columnOfCells(
        "utf8",
        Array.from({ length: rows }, (_, i) => `${round} ${i % 2_000}`),
      );
      accumulator.update(
        [passing],
        Int32Array.from({ length: rows }, () => 1 + (round % 2)),
        rows,
        3,
      );
      expect(cellsOf(accumulator.finish(Int32Array.of(0, 1 + (round % 2))))).toEqual([BigInt(round + 2), 2_000n]);
      accumulator.clear(1 + (round % 2));
      most = round === 5 ? accumulator.bytes() : most;
    }
    expect(cellsOf(accumulator.finish(Int32Array.of(0, 1, 2)))).toEqual([13n, 0n, 0n]);
    // Regression: values of cleared groups were held for ever.
    expect(accumulator.bytes()).toBeLessThanOrEqual(most);
  });
});

describe("findAggregate", () => {
  it("knows every name and alias, ignoring case", () => {
    for (const fn of aggregateFunctions) {
      for (const name of [fn.name, ...fn.aliases]) expect(findAggregate(name.toUpperCase())).toBe(fn);
    }
    expect(findAggregate("mode_of_nothing")).toBeUndefined();
    expect(findAggregate("constructor")).toBeUndefined();
  });

  it("gives signatures: integers widen, floats stay, text has no sum", () => {
    const result = (name: string, type: DataType): [DataType["kind"] | undefined, DataType["kind"] | undefined] => {
      const signature = findAggregate(name)!.resolve([type]);
      return [signature?.args[0]?.kind, signature?.type.kind];
    };
    expect(result("sum", int32)).toEqual(["int", "int"]);
    expect(result("sum", bool)).toEqual(["int", "int"]);
    expect(result("sum", bigint)).toEqual(["bigint", "bigint"]);
    expect(result("mean", int32)).toEqual(["int", "float"]);
    expect(result("sum", float)).toEqual(["float", "float"]);
    expect(result("sum", utf8)).toEqual([undefined, undefined]);
    expect(result("avg", timestamp)).toEqual([undefined, undefined]);
    expect(result("max", timestamp)).toEqual(["timestamp", "timestamp"]);
    expect(result("count", utf8)).toEqual(["utf8", "int"]);
    for (const fn of aggregateFunctions) expect(fn.resolve([int, int])).toBeUndefined();
  });
});

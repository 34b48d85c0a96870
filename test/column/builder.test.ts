import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnBuilder, columnOf, shown } from "../../src/column/builder.ts";
import { createDictionary } from "../../src/column/dictionary.ts";
import { type Value, valueAt } from "../../src/column/value.ts";
import {
  bigint,
  bool,
  type DataType,
  float,
  int,
  int32,
  nullType,
  timestamp,
  utf8,
} from "../../src/types/data-type.ts";
import { cellsOf } from "./columns.ts";

const values = (type: DataType, inputs: readonly unknown[]): Value[] => {
  const column = columnOf(type, inputs);
  return inputs.map((_, i) => valueAt(column, type, i));
};
const invalid = expect.objectContaining({ code: "type.invalid" });

const inputOf: [DataType, fc.Arbitrary<unknown>][] = [
  [bool, fc.boolean()],
  [int, fc.maxSafeInteger()],
  [bigint, fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))],
  [int32, fc.integer()],
  [float, fc.double()],
  [utf8, fc.string({ unit: "binary" })],
  [timestamp, fc.date({ noInvalidDate: true })],
];

describe("columnBuilder", () => {
  it("gives back what was appended, through nulls, refusals and truncation", () => {
    const withType = fc.constantFrom(...inputOf).chain(([type, input]) =>
      fc.record({
        type: fc.constant(type),
        asDictionary: fc.boolean(),
        steps: fc.array(
          fc.oneof(
            { weight: 6, arbitrary: input.map((value) => ({ kind: "append" as const, value })) },
            { weight: 2, arbitrary: fc.record({ kind: fc.constant("nulls" as const), count: fc.nat({ max: 40 }) }) },
            { weight: 1, arbitrary: fc.constant({ kind: "refuse" as const }) },
            { weight: 1, arbitrary: fc.record({ kind: fc.constant("truncate" as const), to: fc.nat({ max: 60 }) }) },
          ),
          { maxLength: 40, size: "max" },
        ),
      }),
    );
    fc.assert(
      fc.property(withType, ({ type, asDictionary, steps }) => {
        const builder = columnBuilder(type, asDictionary ? createDictionary() : undefined);
        const model: unknown[] = [];
        for (const step of steps) {
          if (step.kind === "append") {
            builder.append(step.value);
            model.push(step.value);
          } else if (step.kind === "nulls") {
            for (let i = 0; i < step.count; i++) {
              if (i % 2 === 0) builder.append(i % 4 === 0 ? null : undefined);
              else builder.appendNull();
              model.push(null);
            }
          } else if (step.kind === "refuse") {
            expect(() => builder.append(Symbol("no value"))).toThrow(invalid);
          } else if (step.to < model.length) {
            builder.truncate(step.to);
            model.length = step.to;
          }
          expect(builder.length()).toBe(model.length);
        }
        const column = builder.finish();
        expect(column.length).toBe(model.length);
        const read = model.map((_, i) => valueAt(column, type, i));
        expect(read).toEqual(model);
      }),
      { numRuns: 400 },
    );
  });

  it("takes a wide integer behind many nulls", () => {
    // Regression: a TypeError, since the nulls had not grown what the first value went into.
    const column = columnOf(bigint, [...Array.from({ length: 100 }, () => null), 2n ** 60n]);
    expect(cellsOf(column).at(-1)).toBe(2n ** 60n);
    expect(
      cellsOf(column)
        .slice(0, 100)
        .every((cell) => cell === null),
    ).toBe(true);
  });

  it("has bits for every row of a column of nulls", () => {
    // Regression: the bits ended after 64 rows.
    expect(
      columnOf(
        bool,
        Array.from({ length: 100 }, () => null),
      ),
    ).toMatchObject({ bits: { length: 13 } });
  });

  it("keeps integers as doubles while they are exact, and changes to words when one is not", () => {
    expect(columnOf(bigint, [1n, 2, -0])).toMatchObject({ values: Float64Array.of(1, 2, 0) });
    expect(columnOf(bigint, [1, 2n ** 53n])).toMatchObject({ values: BigInt64Array.of(1n, 2n ** 53n) });
    expect(columnOf(bigint, [2n ** 63n - 1n, null, -(2n ** 63n)]).length).toBe(3);
  });

  const refused: [DataType, unknown[]][] = [
    [bool, [0, 1, "true"]],
    [int, [1.5, Number.NaN, Infinity, 2 ** 53, "1", true, 2n ** 63n, -(2n ** 63n) - 1n]],
    [int32, [2 ** 31, -(2 ** 31) - 1, 0.5, 1n, Number.NaN]],
    [float, ["1", 1n, new Date(0)]],
    [utf8, [1, Buffer.from("a"), ["a"]]],
    [
      timestamp,
      [0, 1n, "yesterday", "", new Date(Number.NaN), {}, { [Symbol.toStringTag]: "Date" }, true, "300000-01-01"],
    ],
    [nullType, ["x"]],
  ];
  for (const [type, inputs] of refused) {
    it(`refuses what is no ${type.kind}`, () => {
      for (const input of inputs) expect(() => columnOf(type, [input])).toThrow(invalid);
    });
  }

  it("says what was wrong and what to do", () => {
    expect(() => columnOf(int, [2 ** 53])).toThrow(
      "type.invalid: 9007199254740992 is not a BIGINT value\nhint: numbers beyond 2^53 - 1 are not exact: give a bigint",
    );
    expect(() => columnOf(int, [1.5])).toThrow("hint: use t.float() for fractions");
    expect(() => columnOf(bool, [1])).toThrow("hint: declare the column as t.int(), or give true or false");
    expect(() => columnOf(utf8, [1])).toThrow("hint: convert it with String(value)");
    expect(() => columnOf(timestamp, [5])).toThrow("the number 5 has no unit of time");
  });

  it("an int beyond 2^53 - 1 is never rounded when it becomes a number", () => {
    const column = columnOf(int, [2n ** 53n, 1]);
    expect(() => valueAt(column, int, 0)).toThrow("type.overflow: 9007199254740992 is beyond");
    expect(valueAt(column, bigint, 0)).toBe(2n ** 53n);
    expect(valueAt(column, int, 1)).toBe(1);
  });
});

describe("timestamps", () => {
  it("are read from dates, text, and numbers with a unit", () => {
    const noon = new Date("2024-01-01T12:00:00Z");
    expect(values(timestamp, [noon, "2024-01-01T13:00:00+01:00", "2024-01-01 12:00"])).toEqual([noon, noon, noon]);
    expect(values({ kind: "timestamp", epoch: "s" }, [1_704_110_400])).toEqual([noon]);
    expect(values({ kind: "timestamp", epoch: "ms" }, [1_704_110_400_000])).toEqual([noon]);
    expect(values({ kind: "timestamp", epoch: "us" }, [1_704_110_400_000_000])).toEqual([noon]);
  });

  it("numbers far from 1970 are exact", () => {
    // Regression: seconds after 2255 were refused, since their microseconds are not exact as a number.
    expect(cellsOf(columnOf({ kind: "timestamp", epoch: "s" }, [10_000_000_000, -62_135_596_800]))).toEqual([
      10_000_000_000_000_000n,
      -62_135_596_800_000_000n,
    ]);
    expect(cellsOf(columnOf({ kind: "timestamp", epoch: "ms" }, [253_402_300_799_999]))).toEqual([
      253_402_300_799_999_000n,
    ]);
    expect(cellsOf(columnOf({ kind: "timestamp", epoch: "s" }, [1.5, -0.000_000_4]))).toEqual([1_500_000n, 0n]);
    for (const value of [1e13, -1e13, Number.NaN, Infinity, 1e300]) {
      expect(() => columnOf({ kind: "timestamp", epoch: "s" }, [value])).toThrow(invalid);
    }
  });

  it("far beyond what 64 bits hold are refused, not wrapped around", () => {
    // Regression: years after 294247 came out as other years.
    expect(() => columnOf(timestamp, ["999999-01-01"])).toThrow(invalid);
  });

  it("beyond a Date are an error when they become one", () => {
    const column = columnOf(timestamp, ["294000-01-01", "275760-09-13"]);
    expect(() => valueAt(column, timestamp, 0)).toThrow(
      "type.overflow: 294000-01-01 00:00:00 is beyond the range of a Date",
    );
    expect(valueAt(column, timestamp, 1)).toEqual(new Date(8.64e15));
  });
});

describe("columnOf", () => {
  it("uses a dictionary where texts repeat, plain text where they do not", () => {
    const few = Array.from({ length: 100 }, (_, i) => (i % 7 === 0 ? null : `t${i % 3}`));
    const many = Array.from({ length: 100 }, (_, i) => (i % 7 === 0 ? null : `t${i}`));
    expect(columnOf(utf8, few).kind).toBe("dictionary");
    expect(columnOf(utf8, many).kind).toBe("utf8");
    expect(values(utf8, few)).toEqual(few);
    expect(values(utf8, many)).toEqual(many);
  });

  it.each(["\ud800", "a\udc00b", `${"a".repeat(80)}\ud83d`])("refuses %j, half of a surrogate pair", (text) => {
    expect(() => values(utf8, ["a", text])).toThrow("holds half of a surrogate pair");
    const plain = columnBuilder(utf8);
    plain.append("é\u{1f600}");
    expect(() => plain.append(text)).toThrow(invalid);
    plain.append("b");
    expect(plain.finish()).toMatchObject({ length: 2, validity: null });
  });
});

describe("shown", () => {
  const cases: [unknown, string][] = [
    ["a", '"a"'],
    [5n, "5n"],
    [Number.NaN, "NaN"],
    [undefined, "undefined"],
    [null, "null"],
    [[1], "an array"],
    [{}, "an object"],
    [Object.create(null), "an object"],
    [Symbol("s"), "Symbol(s)"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new Date(Number.NaN), "an invalid Date"],
    [new TextEncoder().encode("é"), '"é"'],
    ["x".repeat(100), `"${"x".repeat(59)}...`],
  ];

  it("is short, and never fails", () => {
    for (const [value, expected] of cases) expect(shown(value)).toBe(expected);
  });
});

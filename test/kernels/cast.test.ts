import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canCast, cast, columnOfLiterals } from "../../src/kernels/cast.ts";
import type { Literal } from "../../src/kernels/constant.ts";
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
import { type Cell, cellsOf, columnOfCells, plainLayout, sampleArbitrary } from "../column/columns.ts";
import { failed, type Oracle, openDuckdb, sqlDouble, sqlText } from "./duckdb.ts";

const types = [bool, int, bigint, int32, float, utf8, timestamp];
const sqlType: Record<DataType["kind"], string> = {
  bool: "boolean",
  int: "bigint",
  bigint: "bigint",
  int32: "integer",
  float: "double",
  utf8: "varchar",
  timestamp: "timestamptz",
  null: "integer",
};

/** The cast of one value, or `failed`. */
function castOne(value: Literal, from: DataType, to: DataType): Cell | typeof failed {
  try {
    return cellsOf(cast(columnOfLiterals(from, [value]), from, to))[0]!;
  } catch (error) {
    expect(error).toMatchObject({ code: "cast.failed" });
    return failed;
  }
}

const texts = `1 +1 -0 1.5 2.5 -2.5 0.5 -0.5 1e3 1e-3 1_000 0x1F 0X1f 0b11 0B1_1 0x 0b2 -0x1F +0x1F 0x7FFFFFFFFFFFFFFF
0xFFFFFFFFFFFFFFFF 0xFFFFFFFFFFFFFFFFFF 2147483647 2147483648 -2147483648 -2147483649 2147483647.4 2147483647.5 9223372036854775807
9223372036854775808 9223372036854775807.4 9223372036854775807.5 -9223372036854775808 -9223372036854775808.4 -9223372036854775809
9007199254740993.4 9007199254740993.5 1. .5 . +.5 1e400 -1e400 1e-400 0e400 --1 0001 00000000000000000000000000000001 1e18
1.23456789012345678e18 1e19 12345e-2 1e e5 1e+3 inf +inf -inf Infinity -Infinity infinit nan +nan -nan NaN true TRUE t T yes YES
y on off false f FALSE no n 0 2 1.0 1f 1,5 0.5e1 15e-1 25e-1 4e-1 5e-1 0.00000000000000000000000000001 １ 1__0 _1 1_ 1_0.5 1.5_5
1e1_0 1_0e1 1_.5 1._5 1.7976931348623157e308 1.7976931348623159e308 4.9e-324 2e-324 0.1 123456789.123456789 99999999999999999999`
  .split(/\s+/)
  .concat("", " ", " 1 ", "\t1\n", "\u000b1\u000c", "\u00a01", "1 2", " true ", "tru", " nan ", "\u2028", "é");

const doubles = [
  0,
  -0,
  0.5,
  1.5,
  2.5,
  -0.5,
  -1.5,
  -2.5,
  0.49999999999999994,
  0.1,
  1e-320,
  2147483647.4,
  2147483646.5,
  -2147483648.6,
  4503599627370495.5,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  9223372036854774784,
  2 ** 63,
  -(2 ** 63),
  -9223372036854777856,
  1e300,
  Number.NaN,
  Infinity,
  -Infinity,
  123456.789,
];
const longs = [
  0n,
  1n,
  -1n,
  2n ** 31n - 1n,
  2n ** 31n,
  -(2n ** 31n),
  -(2n ** 31n) - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n),
  -(2n ** 53n) - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const ints = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)];

describe("cast against DuckDB", () => {
  let duckdb: Oracle;
  beforeAll(async () => {
    duckdb = await openDuckdb();
  });
  afterAll(() => duckdb.close());

  const sources: [string, DataType, Literal[], (value: Literal) => string][] = [
    ["text", utf8, texts, (value) => sqlText(value as string)],
    ["double", float, doubles, (value) => sqlDouble(value as number)],
    ["64-bit integer", bigint, longs, (value) => `'${value}'::bigint`],
    ["32-bit integer", int32, ints, (value) => `'${value}'::integer`],
    ["boolean", bool, [true, false], (value) => String(value)],
  ];

  it.each(sources)("%s to every type: the same value, or both fail", async (_, from, values, sqlOf) => {
    const targets = types.filter((to) => to.kind !== "timestamp" && to.kind !== from.kind);
    for (const to of targets) {
      for (const value of values) {
        const theirs = await duckdb.value(`cast(${sqlOf(value)} as ${sqlType[to.kind]})`);
        expect([value, to.kind, castOne(value, from, to)]).toEqual([value, to.kind, theirs]);
      }
    }
  });

  it("prints times as DuckDB does", async () => {
    const us = [
      0n,
      -1n,
      1n,
      999_999n,
      1_767_265_200_500_000n,
      -62_135_596_800_000_000n,
      -62_135_596_800_000_001n,
      253_402_300_799_999_999n,
      9_000_000_000_000_000_000n,
      -9_000_000_000_000_000_000n,
    ];
    for (const value of us)
      expect(castOne(value, timestamp, utf8)).toBe(await duckdb.value(`make_timestamp(${value})::varchar`));
  });

  it("agrees on random numbers as text", async () => {
    const digits = fc
      .array(fc.constantFrom(..."0123456789_".split("")), { maxLength: 22 })
      .map((parts) => parts.join(""));
    const text = fc
      .tuple(
        fc.constantFrom("", "-", "+"),
        digits,
        fc.constantFrom("", "."),
        digits,
        fc.constantFrom("", "e1", "e-3", "e+5", "e"),
      )
      .map((parts) => parts.join(""))
      .filter((t) => !/^\+-|^-\+/.test(t));
    const samples = fc.sample(text, { numRuns: 400, seed: 20_260 });
    const rows = await duckdb.rows(
      samples
        .map((t) => `select try_cast(${sqlText(t)} as bigint), try_cast(${sqlText(t)} as double)`)
        .join(" union all "),
    );
    const column = columnOfCells("utf8", samples);
    const whole = cellsOf(cast(column, utf8, bigint, "null"));
    const fractional = cellsOf(cast(column, utf8, float, "null"));
    samples.forEach((sample, i) => {
      expect([sample, fractional[i]]).toEqual([sample, rows[i]![1]]);
      // DuckDB gives up on more than 64 bits of digits with a negative exponent or many fractions; the exact number is right.
      if (rows[i]![0] !== null) expect([sample, whole[i]]).toEqual([sample, rows[i]![0]]);
    });
  });
});

describe("cast", () => {
  it("exists between the same types as in DuckDB", () => {
    for (const from of types) {
      for (const to of types) {
        const expected =
          from.kind === to.kind ||
          [from, to].some((type) => type.kind === "utf8") ||
          [from, to].every((type) => type.kind !== "timestamp");
        expect([from.kind, to.kind, canCast(from, to)]).toEqual([from.kind, to.kind, expected]);
      }
      expect(canCast(nullType, from)).toBe(true);
      expect(canCast(from, nullType)).toBe(false);
    }
  });

  it("equals the cast of each value alone, over slices, nulls and layouts", () => {
    const pairs = (["bool", "int64", "int32", "float64"] as const).flatMap((kind) =>
      [bool, bigint, int32, float, utf8].map((to) => ({ kind, to })),
    );
    const typeOf = { bool, int64: bigint, int32, float64: float };
    fc.assert(
      fc.property(
        fc
          .constantFrom(...pairs)
          .chain((pair) => fc.record({ pair: fc.constant(pair), sample: sampleArbitrary(pair.kind) })),
        ({ pair: { kind, to }, sample }) => {
          const from = typeOf[kind];
          const alone = sample.cells.map((cell) => (cell === null ? null : castOne(cell, from, to)));
          expect(cellsOf(cast(sample.column, from, to, "null"))).toEqual(
            alone.map((cell) => (cell === failed ? null : cell)),
          );
          if (alone.includes(failed)) expect(() => cast(sample.column, from, to)).toThrow("does not convert");
          else expect(cellsOf(cast(sample.column, from, to))).toEqual(alone);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("is undone by the cast back, through text", () => {
    const kinds = { int64: bigint, int32, float64: float } as const;
    fc.assert(
      fc.property(
        fc
          .constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[]))
          .chain((kind) => fc.record({ kind: fc.constant(kind), sample: sampleArbitrary(kind) })),
        ({ kind, sample }) => {
          const type = kinds[kind];
          expect(cellsOf(cast(cast(sample.column, type, utf8), utf8, type))).toEqual(sample.cells);
        },
      ),
    );
  });

  it("rounds a float and then looks whether it fits (DuckDB 1.5 looks first, and gives -2147483648 and an error)", () => {
    expect(castOne(2147483647.5, float, int32)).toBe(failed);
    expect(castOne(-2147483648.5, float, int32)).toBe(-2147483648);
  });

  it("makes nulls of any type from untyped nulls", () => {
    for (const to of types) {
      const column = cast(columnOfCells("int32", [null, null, null]), nullType, to);
      expect(cellsOf(column)).toEqual([null, null, null]);
    }
    expect(cast(columnOfCells("int32", []), nullType, utf8).length).toBe(0);
  });

  it("keeps a column as it is between int, bigint and itself", () => {
    const column = columnOfCells("int64", [1n, null], { ...plainLayout, alternative: true });
    expect(cast(column, int, bigint)).toBe(column);
    expect(cast(column, bigint, bigint)).toBe(column);
  });

  it("names the value, the row and the target", () => {
    const column = columnOfCells("utf8", ["1", null, "x".repeat(1_000)]);
    expect(() => cast(column, utf8, int)).toThrow(/^cast\.failed: row 2: "x{59}\.\.\. does not convert to BIGINT/);
    expect(() => cast(columnOfCells("float64", [Number.NaN]), float, int)).toThrow(
      "row 0: nan does not convert to BIGINT",
    );
  });

  it("reads a million digits at once", () => {
    const nines = "9".repeat(1_000_000);
    const column = columnOfCells("utf8", [nines, `0.${nines}`, `${"0".repeat(1_000_000)}7`, " ".repeat(1_000_000)]);
    expect(cellsOf(cast(column, utf8, int, "null"))).toEqual([null, 1n, 7n, null]);
  });
});

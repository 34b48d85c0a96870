import fc from "fast-check";
import { bitmapOf, setBit } from "../../src/column/bitmap.ts";
import { type Column, sliceColumn } from "../../src/column/column.ts";
import { createDictionary, type Dictionary } from "../../src/column/dictionary.ts";
import { encodeText } from "../../src/column/text.ts";
import { rawAt } from "../../src/column/value.ts";

/** A cell as the oracles see it: whole numbers of 64 bits are always bigint. */
export type Cell = boolean | number | bigint | string | null;
export type TestKind = "bool" | "int64" | "int32" | "float64" | "utf8";

/** Rows, and a column in some layout that holds them. */
export interface Sample {
  readonly cells: Cell[];
  readonly column: Column;
}

export interface Layout {
  /** Rows of rubbish in front, so that the column is a slice that starts there. */
  readonly before: number;
  readonly after: number;
  /** Words even where doubles would do; a dictionary instead of plain text. */
  readonly alternative: boolean;
}

export const plainLayout: Layout = { before: 0, after: 0, alternative: false };
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const SAFE = 2n ** 53n - 1n;

const rubbish: Record<TestKind, Cell> = { bool: true, int64: 77n, int32: -7, float64: Number.NaN, utf8: "rübbish" };

/** A column built by hand, with something other than zeros under its nulls. */
export function columnOfCells(
  kind: TestKind,
  cells: readonly Cell[],
  { before, after, alternative }: Layout = plainLayout,
  dictionary: Dictionary = createDictionary(),
): Column {
  const extra = (count: number): Cell[] => Array.from({ length: count }, () => rubbish[kind]);
  const all = [...extra(before), ...cells, ...extra(after)];
  const filled = all.map((cell) => cell ?? rubbish[kind]);
  const length = all.length;
  const validity = all.includes(null) ? bitmapOf(length) : null;
  if (validity !== null) all.forEach((cell, i) => cell !== null && setBit(validity, i));
  const column = ((): Column => {
    switch (kind) {
      case "bool": {
        const bits = bitmapOf(length);
        filled.forEach((cell, i) => cell === true && setBit(bits, i));
        return { kind, length, validity, bits };
      }
      case "int64": {
        const big = filled as bigint[];
        const exact = !alternative && big.every((value) => value >= -SAFE && value <= SAFE);
        return { kind, length, validity, values: exact ? Float64Array.from(big, Number) : BigInt64Array.from(big) };
      }
      case "int32":
        return { kind, length, validity, values: Int32Array.from(filled as number[]) };
      case "float64":
        return { kind, length, validity, values: Float64Array.from(filled as number[]) };
      case "utf8": {
        if (alternative) {
          const codes = Int32Array.from(filled, (text) => dictionary.codeOfText(text as string));
          return { kind: "dictionary", length, validity, codes, dictionary };
        }
        const parts = filled.map((text) => encodeText(text as string));
        const offsets = new Int32Array(length + 1);
        parts.forEach((part, i) => {
          offsets[i + 1] = offsets[i]! + part.length;
        });
        const bytes = new Uint8Array(offsets[length]!);
        parts.forEach((part, i) => bytes.set(part, offsets[i]));
        return { kind, length, validity, offsets, bytes };
      }
    }
  })();
  return sliceColumn(column, before, before + cells.length);
}

/** The rows of a column, 64-bit integers as bigint. */
export const cellsOf = (column: Column): Cell[] =>
  Array.from({ length: column.length }, (_, i) => {
    const cell = rawAt(column, i);
    return column.kind === "int64" && cell !== null ? BigInt(cell) : cell;
  });

const int64Values = fc.oneof(
  fc.bigInt({ min: -5n, max: 5n }),
  fc.bigInt({ min: INT64_MIN, max: INT64_MAX }),
  fc.constantFrom(
    INT64_MIN,
    INT64_MIN + 1n,
    INT64_MAX,
    -SAFE,
    -SAFE - 1n,
    -SAFE - 2n,
    SAFE,
    SAFE + 1n,
    2n ** 32n,
    -(2n ** 32n),
  ),
);
const safeInt64Values = fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.bigInt({ min: -SAFE, max: SAFE }));
const int32Values = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer(),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 46_341, -46_341),
);
const float64Values = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, Number.MIN_VALUE, Number.MAX_VALUE, 0.5, 2 ** 53),
);
/** Few and near texts; U+FF5E sorts behind U+1F600 by UTF-16 unit, before it by code point. */
const utf8Values = fc.oneof(
  fc.constantFrom("", "a", "ab", "b", "A", "é", "~", "～", "😀", "😀a", "\0", "a\0", "ß", "e\u0301"),
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.string({ maxLength: 40 }),
);

const cellArbitrary: Record<TestKind, fc.Arbitrary<Cell>> = {
  bool: fc.boolean(),
  int64: fc.oneof({ weight: 3, arbitrary: int64Values }, { weight: 1, arbitrary: safeInt64Values }),
  int32: int32Values,
  float64: float64Values,
  utf8: utf8Values,
};

export const kindArbitrary: fc.Arbitrary<TestKind> = fc.constantFrom("bool", "int64", "int32", "float64", "utf8");

export const layoutArbitrary: fc.Arbitrary<Layout> = fc.record({
  before: fc.nat({ max: 17 }),
  after: fc.nat({ max: 9 }),
  alternative: fc.boolean(),
});

/** Values of one kind; for 64-bit integers half the samples are small throughout, so that both layouts are met. */
const valuesOf = (kind: TestKind): fc.Arbitrary<fc.Arbitrary<Cell>> =>
  kind === "int64" ? fc.constantFrom(int64Values, safeInt64Values) : fc.constant(cellArbitrary[kind]);

/** Cells of a kind, of one length or of any up to 40. */
export function cellsArbitrary(kind: TestKind, length?: number): fc.Arbitrary<Cell[]> {
  const size = length === undefined ? { maxLength: 40 } : { minLength: length, maxLength: length };
  return fc
    .tuple(valuesOf(kind), fc.boolean())
    .chain(([value, nulls]) => fc.array(nulls ? fc.option(value, { freq: 3 }) : value, { ...size, size: "max" }));
}

/** A column of a kind in any layout, with its cells. */
export const sampleArbitrary = (kind: TestKind, length?: number): fc.Arbitrary<Sample> =>
  fc
    .tuple(cellsArbitrary(kind, length), layoutArbitrary)
    .map(([cells, layout]) => ({ cells, column: columnOfCells(kind, cells, layout) }));

/** An operand of a kernel over `length` rows: a column of that length, or a constant of length 1. */
export const operandArbitrary = (kind: TestKind, length: number): fc.Arbitrary<Sample> =>
  fc.boolean().chain((isConstant) =>
    sampleArbitrary(kind, isConstant ? 1 : length).map(({ cells, column }) => ({
      column,
      cells: cells.length === length ? cells : Array.from({ length }, () => cells[0]!),
    })),
  );

/** Two operands of one kind. */
export const operandsArbitrary = (kind: TestKind): fc.Arbitrary<{ length: number; left: Sample; right: Sample }> =>
  fc.nat({ max: 30 }).chain((length) =>
    fc.record({
      length: fc.constant(length),
      left: operandArbitrary(kind, length),
      right: operandArbitrary(kind, length),
    }),
  );

/** Compares as the total order does, row by row, without any of the kernels. */
export function orderOfCells(a: Exclude<Cell, null>, b: Exclude<Cell, null>): number {
  if (typeof a === "string" && typeof b === "string") {
    const [x, y] = [[...a], [...b]];
    for (let i = 0; i < Math.min(x.length, y.length); i++) {
      const difference = x[i]!.codePointAt(0)! - y[i]!.codePointAt(0)!;
      if (difference !== 0) return Math.sign(difference);
    }
    return Math.sign(x.length - y.length);
  }
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : Number(a > b);
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BATCH_ROWS, numRows, sliceBatch, tableBytes } from "../../src/column/batch.ts";
import {
  bitmapOf,
  bitPositions,
  bothValid,
  clearBit,
  countBits,
  fullBitmap,
  getBit,
  isValid,
  setBit,
  sliceBitmap,
} from "../../src/column/bitmap.ts";
import { columnBytes, physicalKind, withValidity } from "../../src/column/column.ts";
import { createDictionary, dictionaryOf } from "../../src/column/dictionary.ts";
import { grownBigInt64, grownBytes, grownFloat64, grownInt32 } from "../../src/column/growable.ts";
import { bigintsOf, exactDoubles, HIGH, LOW, wordsOf } from "../../src/column/int64.ts";
import { plainText } from "../../src/column/plain-text.ts";
import {
  checkedTextBytes,
  compareBytes,
  decodeText,
  encodeText,
  encodeTextInto,
  equalBytes,
} from "../../src/column/text.ts";
import { bigint, bool, float, int, int32, nullType, timestamp, utf8 } from "../../src/types/data-type.ts";
import { cellsOf, columnOfCells, kindArbitrary, orderOfCells, plainLayout, sampleArbitrary } from "./columns.ts";

const bitsArbitrary = fc.array(fc.boolean(), { maxLength: 80, size: "max" });
const bitmap = (flags: readonly boolean[]): Uint8Array => {
  const bits = bitmapOf(flags.length);
  flags.forEach((flag, i) => flag && setBit(bits, i));
  return bits;
};
const flagsOf = (bits: Uint8Array, length: number): boolean[] => Array.from({ length }, (_, i) => getBit(bits, i));

describe("bitmaps", () => {
  it("count, list, slice and clear bits as arrays of flags do", () => {
    fc.assert(
      fc.property(bitsArbitrary, fc.nat(), fc.nat(), (flags, a, b) => {
        const bits = bitmap(flags);
        const [start, end] = [a % (flags.length + 1), b % (flags.length + 1)].sort((x, y) => x - y) as [number, number];
        expect(flagsOf(bits, flags.length)).toEqual(flags);
        expect(countBits(bits, end)).toBe(flags.slice(0, end).filter(Boolean).length);
        expect([...bitPositions(bits, end)]).toEqual(flags.flatMap((flag, i) => (flag && i < end ? [i] : [])));
        expect(flagsOf(sliceBitmap(bits, start, end), end - start)).toEqual(flags.slice(start, end));
        const full = fullBitmap(flags.length);
        expect(countBits(full, flags.length)).toBe(flags.length);
        flags.forEach((flag, i) => !flag && clearBit(full, i));
        expect(full).toEqual(bits);
      }),
    );
  });

  it("bits behind the last row do not count", () => {
    const bits = Uint8Array.of(0xff, 0xff);
    expect(countBits(bits, 9)).toBe(9);
    expect([...bitPositions(bits, 3)]).toEqual([0, 1, 2]);
    expect([...bitPositions(bits, 0)]).toEqual([]);
  });

  it("both are valid where each is", () => {
    fc.assert(
      fc.property(bitsArbitrary, bitsArbitrary, (a, b) => {
        const length = Math.min(a.length, b.length);
        const [x, y] = [bitmap(a), bitmap(b)];
        expect(flagsOf(bothValid(x, y, length)!, length)).toEqual(a.slice(0, length).map((flag, i) => flag && b[i]!));
        expect(bothValid(x, null, length)).toBe(x);
        expect(bothValid(null, y, length)).toBe(y);
        expect(bothValid(null, null, length)).toBeNull();
      }),
    );
    expect(isValid(null, 1_000)).toBe(true);
  });
});

describe("text", () => {
  const text = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.string({ maxLength: 40 }));

  it("goes to UTF-8 and back", () => {
    fc.assert(
      fc.property(text, fc.nat({ max: 5 }), (value, at) => {
        const bytes = encodeText(value);
        expect(decodeText(bytes, 0, bytes.length)).toBe(value);
        const target = new Uint8Array(at + value.length * 3);
        const end = at + encodeTextInto(value, target, at);
        expect(target.slice(at, end)).toEqual(bytes);
        expect(decodeText(target, at, end)).toBe(value);
      }),
    );
    expect(decodeText(Uint8Array.of(0x61, 0xff), 0, 2)).toBe("a\ufffd");
    // A byte order mark is a character of the text like any other.
    expect(decodeText(encodeText("\ufeffa"), 0, 4)).toBe("\ufeffa");
  });

  it("compares by code point, not by UTF-16 unit", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [x, y] = [encodeText(a), encodeText(b)];
        expect(Math.sign(compareBytes(x, 0, x.length, y, 0, y.length))).toBe(orderOfCells(a, b));
        expect(equalBytes(x, 0, x.length, y, 0, y.length)).toBe(a === b);
      }),
    );
  });

  it("of one column ends at 2 GiB", () => {
    expect(checkedTextBytes(2 ** 31 - 1)).toBe(2 ** 31 - 1);
    expect(() => checkedTextBytes(2 ** 31)).toThrow("type.overflow: 2147483648 bytes of text do not fit one column");
  });
});

describe("createDictionary", () => {
  it("numbers texts as a Map does, by text or by bytes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: "binary", maxLength: 3 }), fc.boolean()), { maxLength: 150, size: "max" }),
        (steps) => {
          const dictionary = createDictionary();
          const model = new Map<string, number>();
          for (const [text, asBytes] of steps) {
            const bytes = encodeText(text);
            expect(dictionary.findBytes(bytes, 0, bytes.length)).toBe(model.get(text) ?? -1);
            if (!model.has(text)) model.set(text, model.size);
            const code = asBytes ? dictionary.codeOfBytes(bytes, 0, bytes.length) : dictionary.codeOfText(text);
            expect(code).toBe(model.get(text));
          }
          expect(dictionary.size()).toBe(model.size);
          expect(cellsOf(dictionary.values())).toEqual([...model.keys()]);
          for (const [text, code] of model) expect(dictionary.text(code)).toBe(text);
          const copy = dictionaryOf(dictionary.values());
          expect([...copy.codes]).toEqual([...model.values()]);
          expect(cellsOf(copy.dictionary.values())).toEqual([...model.keys()]);
        },
      ),
    );
  });

  it("keeps an earlier view of its values true while it grows", () => {
    const dictionary = createDictionary();
    dictionary.codeOfText("a");
    const before = dictionary.values();
    for (let i = 0; i < 5_000; i++) expect(dictionary.codeOfText(`text ${i}`)).toBe(i + 1);
    expect(cellsOf(before)).toEqual(["a"]);
    expect(dictionary.text(4_321)).toBe("text 4320");
    expect(dictionary.byteLength()).toBeGreaterThan(5_000 * 9);
  });
});

describe("64-bit integers", () => {
  it("go from words to doubles and back, where that is exact", () => {
    fc.assert(
      fc.property(sampleArbitrary("int64"), ({ cells, column }) => {
        if (column.kind !== "int64") throw new RangeError("not int64");
        const valid = (values: ArrayLike<number | bigint>): (bigint | null)[] =>
          cells.map((cell, i) => (cell === null ? null : BigInt(values[i]!)));
        expect(valid(bigintsOf(column))).toEqual(cells);
        const doubles = exactDoubles(column);
        if (doubles !== null) expect(valid(doubles)).toEqual(cells);
        const safe = cells.every((cell) => cell === null || Math.abs(Number(cell)) < 2 ** 53 - 2 ** 32);
        if (safe) expect(doubles).not.toBeNull();
        for (const value of doubles ?? []) expect(Number.isSafeInteger(value)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("have two words", () => {
    const words = wordsOf(BigInt64Array.of(-2n, 2n ** 40n + 5n));
    expect([words[LOW], words[HIGH], words[2 + LOW], words[2 + HIGH]]).toEqual([-2, -1, 5, 256]);
  });
});

describe("plainText", () => {
  it("spells a dictionary out", () => {
    fc.assert(
      fc.property(sampleArbitrary("utf8"), ({ cells, column }) => {
        if (column.kind !== "utf8" && column.kind !== "dictionary") throw new RangeError("not text");
        const plain = plainText(column);
        expect(plain.kind).toBe("utf8");
        expect(cellsOf(plain)).toEqual(cells);
      }),
    );
  });
});

describe("columns and batches", () => {
  it("know their physical kind", () => {
    expect([bool, int, bigint, timestamp, int32, nullType, float, utf8].map(physicalKind)).toEqual([
      "bool",
      "int64",
      "int64",
      "int64",
      "int32",
      "int32",
      "float64",
      "utf8",
    ]);
  });

  it("count the memory that they keep alive", () => {
    expect(columnBytes(columnOfCells("int64", [1n, null]))).toBe(17);
    expect(columnBytes(columnOfCells("bool", [true]))).toBe(1);
    expect(columnBytes(columnOfCells("utf8", ["ab", "c"]))).toBe(15);
    fc.assert(
      fc.property(
        kindArbitrary.chain((kind) => sampleArbitrary(kind)),
        ({ column }) => {
          expect(columnBytes(column)).toBeGreaterThanOrEqual(0);
          expect(columnBytes(withValidity(column, null))).toBe(
            columnBytes(column) - (column.validity?.byteLength ?? 0),
          );
        },
      ),
    );
  });

  it("are cut into batches", () => {
    const batch = {
      length: 3,
      columns: [
        columnOfCells("int64", [1n, 2n, 3n]),
        columnOfCells("utf8", ["a", null, "c"], { ...plainLayout, alternative: true }),
      ],
    };
    expect(sliceBatch(batch, 0, 3)).toBe(batch);
    const part = sliceBatch(batch, 1, 3);
    expect(part.length).toBe(2);
    expect(part.columns.map(cellsOf)).toEqual([
      [2n, 3n],
      [null, "c"],
    ]);
    const schema = { fields: [] };
    expect(numRows({ schema, batches: [batch, part] })).toBe(5);
    expect(tableBytes({ schema, batches: [batch] })).toBe(
      batch.columns.reduce((sum, column) => sum + columnBytes(column), 0),
    );
    expect(BATCH_ROWS).toBe(32_768);
  });

  it("grow by doubling, and keep what they hold", () => {
    expect([...grownInt32(Int32Array.of(1, 2), 3)].slice(0, 3)).toEqual([1, 2, 0]);
    expect(grownInt32(new Int32Array(20), 21)).toHaveLength(40);
    expect(grownFloat64(Float64Array.of(0.5), 100)).toHaveLength(100);
    expect(grownBytes(new Uint8Array(4), 5)).toHaveLength(16);
    expect(grownBigInt64(BigInt64Array.of(7n), 2)[0]).toBe(7n);
    const enough = new Int32Array(3);
    expect(grownInt32(enough, 3)).toBe(enough);
  });
});

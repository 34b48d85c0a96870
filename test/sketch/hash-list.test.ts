import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dropRepeated, sortedHashes, tidyHashes } from "../../src/sketch/hash-list.ts";

const hash = fc.oneof(
  fc.constantFrom(0n, -1n, 1n, 1n << 32n, -(1n << 63n)),
  fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  fc.bigInt({ min: 0n, max: 20n }),
);

const wordsOf = (hashes: readonly bigint[]): Int32Array => new Int32Array(new BigInt64Array(hashes).buffer);
const hashesOf = (words: Int32Array): bigint[] => [...new BigInt64Array(words.slice().buffer)];

describe("dropRepeated", () => {
  it("keeps the first of each, in order, and touches nothing else", () => {
    fc.assert(
      fc.property(fc.array(hash, { maxLength: 600, size: "max" }), (hashes) => {
        const words = Int32Array.of(5, 6, ...wordsOf(hashes), 7, 8);
        const kept = dropRepeated(words, 2, hashes.length);
        expect(hashesOf(words.slice(2, 2 + 2 * kept))).toEqual([...new Set(hashes)]);
        expect([...words.slice(0, 2), ...words.slice(-2)]).toEqual([5, 6, 7, 8]);
      }),
    );
  });

  it("takes 512 hashes that all begin at one slot", () => {
    const words = wordsOf(Array.from({ length: 512 }, (_, i) => BigInt.asIntN(64, BigInt(i) * 0x1_0000_0001n)));
    expect(dropRepeated(words, 0, 512)).toBe(512);
    expect(dropRepeated(words, 0, 512)).toBe(512);
  });
});

describe("sortedHashes", () => {
  it("are ascending as signed numbers", () => {
    fc.assert(
      fc.property(fc.array(hash, { minLength: 1, maxLength: 50 }), (hashes) => {
        const list = { words: wordsOf(hashes), count: hashes.length, different: 0 };
        tidyHashes(list);
        const expected = [...new Set(hashes)].sort((a, b) => (a < b ? -1 : 1));
        expect(hashesOf(sortedHashes(list))).toEqual(expected);
      }),
    );
  });
});

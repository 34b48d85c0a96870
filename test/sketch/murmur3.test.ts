import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashBytes, hashWords, murmur3 } from "../../src/sketch/murmur3.ts";

const MASK = (1n << 64n) - 1n;
const rotl = (x: bigint, n: bigint): bigint => ((x << n) | (x >> (64n - n))) & MASK;
const fmix = (start: bigint): bigint => {
  let k = start;
  k = ((k ^ (k >> 33n)) * 0xff51afd7ed558ccdn) & MASK;
  k = ((k ^ (k >> 33n)) * 0xc4ceb9fe1a85ec53n) & MASK;
  return k ^ (k >> 33n);
};

/** The algorithm as its author wrote it, on big integers. */
function slowMurmur3(bytes: Uint8Array, seed: number): { h1: bigint; h2: bigint } {
  const c1 = 0x87c37b91114253d5n;
  const c2 = 0x4cf5ad432745937fn;
  const word = (at: number): bigint => {
    let k = 0n;
    for (let i = 7; i >= 0; i--) k = (k << 8n) | BigInt(bytes[at + i] ?? 0);
    return k;
  };
  const mix1 = (k: bigint): bigint => (rotl((k * c1) & MASK, 31n) * c2) & MASK;
  const mix2 = (k: bigint): bigint => (rotl((k * c2) & MASK, 33n) * c1) & MASK;
  let h1 = BigInt(seed >>> 0);
  let h2 = h1;
  const blocks = Math.floor(bytes.length / 16);
  for (let i = 0; i < blocks; i++) {
    h1 ^= mix1(word(16 * i));
    h1 = (((rotl(h1, 27n) + h2) & MASK) * 5n + 0x52dce729n) & MASK;
    h2 ^= mix2(word(16 * i + 8));
    h2 = (((rotl(h2, 31n) + h1) & MASK) * 5n + 0x38495ab5n) & MASK;
  }
  h2 ^= mix2(word(16 * blocks + 8));
  h1 ^= mix1(word(16 * blocks));
  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = (h1 + h2) & MASK;
  h2 = (h2 + h1) & MASK;
  h1 = fmix(h1);
  h2 = fmix(h2);
  h1 = (h1 + h2) & MASK;
  return { h1, h2: (h2 + h1) & MASK };
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const seeds = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffffffff }));

describe("murmur3_x64_128", () => {
  it.each([
    ["", 0, "0", "0"],
    ["The quick brown fox jumps over the lazy dog", 0, "e34bbc7bbc071b6c", "7a433ca9c49a9347"],
  ])("of %j with seed %i is known", (text, seed, h1, h2) => {
    const hash = murmur3(utf8(text), seed);
    expect([hash.h1.toString(16), hash.h2.toString(16)]).toEqual([h1, h2]);
  });

  it("equals the slow form for all lengths, contents and seeds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), seeds, (bytes, seed) => {
        expect(murmur3(bytes, seed)).toEqual(slowMurmur3(bytes, seed));
      }),
      { numRuns: 500 },
    );
    for (let length = 0; length <= 64; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => 255 - i);
      expect(murmur3(bytes)).toEqual(slowMurmur3(bytes, 0));
    }
  });

  it("of a slice takes nothing from around it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), fc.nat(40), (bytes, a, b) => {
        const start = Math.min(a, b, bytes.length);
        const end = Math.min(Math.max(a, b), bytes.length);
        const out = new Int32Array(4).fill(7);
        hashBytes(bytes, start, end, out, 1);
        const hash = murmur3(bytes.slice(start, end)).h1;
        expect([...out]).toEqual([7, Number(BigInt.asIntN(32, hash)), Number(BigInt.asIntN(32, hash >> 32n)), 7]);
      }),
    );
  });

  it("of a 64-bit word is that of its 8 bytes, little-endian", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), seeds, (value, seed) => {
        const words = new Int32Array(new BigInt64Array([value]).buffer);
        const out = new BigUint64Array(1);
        hashWords(words[0]!, words[1]!, new Int32Array(out.buffer), 0, seed);
        expect(out[0]).toBe(murmur3(new Uint8Array(words.buffer), seed).h1);
      }),
    );
  });

  it("changes half of its bits with any one bit of a small integer", () => {
    const out = new Int32Array(2);
    const ones = (word: number): number => word.toString(2).replaceAll(/[^1]/g, "").length;
    for (let bit = 0; bit < 32; bit++) {
      let changed = 0;
      for (let value = 0; value < 200; value++) {
        hashWords(value, 0, out, 0);
        const [lo, hi] = out;
        hashWords(value ^ (1 << bit), 0, out, 0);
        changed += ones((lo! ^ out[0]!) >>> 0) + ones((hi! ^ out[1]!) >>> 0);
      }
      expect(changed / 200 / 64).toBeGreaterThan(0.47);
      expect(changed / 200 / 64).toBeLessThan(0.53);
    }
  });
});

const published = new URL("../../../shared/data/hll/postgresql-hll_murmur_bigint.csv", import.meta.url);

describe.skipIf(!existsSync(published))(
  "hashes published by postgresql-hll (skipped where ../shared/data is missing)",
  () => {
    it("are equal for six seeds", () => {
      const rows = readFileSync(published, "utf8").trim().split("\n").slice(1);
      expect(rows.length).toBe(600);
      for (const row of rows) {
        const [seed = "", before = "", after = ""] = row.split(",");
        const words = new Int32Array(new BigInt64Array([BigInt(before)]).buffer);
        const out = new BigInt64Array(1);
        hashWords(words[0]!, words[1]!, new Int32Array(out.buffer), 0, Number(seed));
        expect(out[0]).toBe(BigInt(after));
      }
    });
  },
);

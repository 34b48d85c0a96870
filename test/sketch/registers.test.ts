import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addToRegisters,
  createRegisters,
  denseRegisters,
  histogramOf,
  maxBytes,
  mergeRegisters,
  nonZeroRegisters,
  raise,
  type Registers,
  toDenseBytes,
} from "../../src/sketch/registers.ts";
import { rankMax, rankOf } from "../../src/sketch/rank.ts";
import { hashesFrom, randomFrom } from "./support.ts";

/** One byte a register, by the rule as it is written down. */
function slowRegisters(log2m: number, regwidth: number, hashes: Int32Array): Uint8Array {
  const bytes = new Uint8Array(2 ** log2m);
  for (let i = 0; i < hashes.length; i += 2) {
    const index = (hashes[i]! >>> 0) % 2 ** log2m;
    bytes[index] = Math.max(
      bytes[index]!,
      Math.min(rankOf(hashes[i]!, hashes[i + 1]!, log2m), rankMax(log2m, regwidth)),
    );
  }
  return bytes;
}

function filled(log2m: number, regwidth: number, hashes: Int32Array): Registers {
  const registers = createRegisters(log2m, regwidth);
  for (let i = 0; i < hashes.length; i += 2) addToRegisters(registers, hashes[i]!, hashes[i + 1]!);
  return registers;
}

const shapes = fc.record({
  log2m: fc.integer({ min: 4, max: 16 }),
  regwidth: fc.integer({ min: 1, max: 8 }),
  seed: fc.nat(1e6),
  count: fc.oneof(fc.nat(600), fc.nat(20_000)),
});

describe("registers", () => {
  it("are the same in the table and as bytes", () => {
    fc.assert(
      fc.property(shapes, ({ log2m, regwidth, seed, count }) => {
        const hashes = hashesFrom(seed, count);
        const registers = filled(log2m, regwidth, hashes);
        const expected = slowRegisters(log2m, regwidth, hashes);
        expect(toDenseBytes(registers)).toEqual(expected);
        expect(nonZeroRegisters(registers)).toBe(expected.filter((rank) => rank > 0).length);
        expect(histogramOf(registers)).toEqual(histogramOf(denseRegisters(expected, log2m, regwidth)));
      }),
      { numRuns: 60 },
    );
  });

  it("stay in a small table while few are used, also when there are 2^31 of them", () => {
    const registers = createRegisters(31, 8);
    for (let i = 0; i < 1000; i++) raise(registers, 2 ** 31 - 1 - 4096 * i, 1 + (i % 30));
    expect(registers.dense).toBeNull();
    expect(nonZeroRegisters(registers)).toBe(1000);
    expect(registers.ranks.length).toBeLessThanOrEqual(2048);
  });

  it("merge to what one pass over both gives", () => {
    fc.assert(
      fc.property(shapes, fc.nat(20_000), ({ log2m, seed, count }, other) => {
        const a = hashesFrom(seed, count);
        const b = hashesFrom(seed % 2 === 0 ? seed : seed + 1, other);
        const merged = filled(log2m, 6, a);
        mergeRegisters(merged, filled(log2m, 6, b));
        expect(toDenseBytes(merged)).toEqual(slowRegisters(log2m, 6, Int32Array.of(...a, ...b)));
      }),
      { numRuns: 40 },
    );
  });

  it("that are raised to a lower rank keep theirs", () => {
    const registers = createRegisters(16, 6);
    raise(registers, 5, 3);
    raise(registers, 5, 2);
    raise(registers, 65_535, 49);
    expect(toDenseBytes(registers)[5]).toBe(3);
    expect(nonZeroRegisters(registers)).toBe(2);
  });
});

describe("maxBytes", () => {
  it("takes the larger of every pair of bytes below 128", () => {
    const a = Uint8Array.from({ length: 128 * 128 }, (_, i) => i >> 7);
    const b = Uint8Array.from({ length: 128 * 128 }, (_, i) => i & 127);
    const expected = a.map((x, i) => Math.max(x, b[i]!));
    maxBytes(new Int32Array(a.buffer), 0, new Int32Array(b.buffer), 0, a.length / 4);
    expect(a).toEqual(expected);
  });

  it("does not let the bytes of one word touch each other", () => {
    const next = randomFrom(5);
    const a = Uint8Array.from({ length: 4096 }, () => next(128));
    const b = Uint8Array.from({ length: 4096 }, () => next(128));
    const expected = a.map((x, i) => (i < 8 || i >= 4000 ? x : Math.max(x, b[i - 8]!)));
    maxBytes(new Int32Array(a.buffer), 2, new Int32Array(b.buffer), 0, 998);
    expect(a).toEqual(expected);
  });
});

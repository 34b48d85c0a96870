import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TidemarkError } from "../../src/errors.ts";
import { createGroupedHyperLogLog, type GroupedHyperLogLog } from "../../src/sketch/grouped.ts";
import { HyperLogLog } from "../../src/sketch/hyperloglog.ts";
import { hashesFrom, randomFrom, toHex } from "./support.ts";

const GROUPS = 12;

/** Rows of hashes over some groups, of which a few get very many: both lists and registers occur. */
const rows = fc.record({
  seed: fc.integer({ min: 1, max: 1e9 }),
  length: fc.constantFrom(0, 1, 50, 2000, 8000),
  distinct: fc.constantFrom(1, 3, 200, 300, 5000),
  precision: fc.constantFrom(4, 9, 12, 16),
});

interface Rows {
  readonly groupIds: Int32Array;
  readonly hashes: Int32Array;
  readonly validity: Uint8Array;
}

function makeRows({ seed, length, distinct }: { seed: number; length: number; distinct: number }): Rows {
  const next = randomFrom(seed);
  const pool = hashesFrom(seed % 3, distinct);
  pool[0] = 0; // the hash 0
  pool[1] = 0;
  const groupIds = Int32Array.from({ length }, () => Math.floor(Math.min(next(GROUPS), next(GROUPS))));
  const hashes = new Int32Array(2 * length);
  for (let i = 0; i < length; i++) {
    const at = 2 * next(distinct);
    hashes[2 * i] = pool[at]!;
    hashes[2 * i + 1] = pool[at + 1]!;
  }
  return { groupIds, hashes, validity: Uint8Array.from({ length: (length + 7) >> 3 }, () => next(256)) };
}

function slowSketches({ groupIds, hashes, validity }: Rows, precision: number, onlyValid: boolean): HyperLogLog[] {
  const sketches = Array.from({ length: GROUPS }, () => new HyperLogLog({ precision }));
  groupIds.forEach((group, i) => {
    if (onlyValid && ((validity[i >> 3]! >> (i & 7)) & 1) === 0) return;
    sketches[group]!.addHash(hashes[2 * i]!, hashes[2 * i + 1]!);
  });
  return sketches;
}

function expectSame(grouped: GroupedHyperLogLog, sketches: readonly HyperLogLog[]): void {
  sketches.forEach((sketch, group) => {
    expect(grouped.estimate(group)).toBe(sketch.estimate());
    expect(grouped.bounds(group, 2)).toEqual(sketch.bounds({ sigmas: 2 }));
    expect(toHex(grouped.sketch(group).toBytes())).toBe(toHex(sketch.toBytes()));
  });
}

const filled = (data: Rows, precision: number): GroupedHyperLogLog => {
  const grouped = createGroupedHyperLogLog(precision);
  grouped.ensure(GROUPS);
  grouped.addMany(data.groupIds, data.hashes, data.groupIds.length);
  return grouped;
};

describe("grouped sketches", () => {
  it("equal a sketch for each group, with and without nulls, and whatever the batches", () => {
    fc.assert(
      fc.property(rows, fc.boolean(), fc.integer({ min: 1, max: 3000 }), (options, onlyValid, batch) => {
        const data = makeRows(options);
        const grouped = createGroupedHyperLogLog(options.precision);
        const step = Math.ceil(batch / 8) * 8;
        for (let from = 0; from < options.length; from += step) {
          const to = Math.min(options.length, from + step);
          const ids = data.groupIds.subarray(from, to);
          grouped.ensure(1 + Math.max(...ids));
          const validity = onlyValid ? data.validity.subarray(from >> 3) : null;
          grouped.addMany(ids, data.hashes.subarray(2 * from, 2 * to), to - from, validity);
          if (from % 3 === 0) grouped.estimate(ids[0]!);
        }
        grouped.ensure(GROUPS);
        expectSame(grouped, slowSketches(data, options.precision, onlyValid));
      }),
      { numRuns: 80 },
    );
  });

  it("equal a single sketch if there is one group", () => {
    for (const count of [0, 1, 255, 256, 257, 1000, 50_000]) {
      const hashes = hashesFrom(count, count);
      const sketch = new HyperLogLog();
      const grouped = createGroupedHyperLogLog();
      const partly = createGroupedHyperLogLog();
      grouped.ensure(1);
      partly.ensure(1);
      const validity = new Uint8Array((count + 7) >> 3).fill(0x55);
      const half = new HyperLogLog();
      for (let i = 0; i < count; i++) {
        sketch.addHash(hashes[2 * i]!, hashes[2 * i + 1]!);
        if (i % 2 === 0) half.addHash(hashes[2 * i]!, hashes[2 * i + 1]!);
      }
      grouped.addMany(null, hashes, count);
      grouped.addMany(null, hashes, count);
      partly.addMany(null, hashes, count, validity);
      expectSame(grouped, [sketch]);
      expectSame(partly, [half]);
    }
  });

  it("merge to what one pass over all rows gives", () => {
    fc.assert(
      fc.property(rows, rows, fc.nat(), (a, b, shift) => {
        const [first, second] = [makeRows(a), makeRows({ ...b, seed: b.seed + (shift % 2) })];
        const mapping = Int32Array.from({ length: GROUPS }, (_, i) => (i === 3 ? -1 : (i + shift) % GROUPS));
        const into = filled(first, a.precision);
        const from = filled(second, a.precision);
        into.merge(from, mapping);
        const expected = slowSketches(first, a.precision, false);
        const parts = slowSketches(second, a.precision, false);
        parts.forEach((part, i) => {
          if (mapping[i]! >= 0) expected[mapping[i]!]!.merge(part);
        });
        expectSame(into, expected);
        expectSame(from, parts);
      }),
      { numRuns: 60 },
    );
  });

  it("merge groups of one state into each other", () => {
    const data = makeRows({ seed: 9, length: 8000, distinct: 5000 });
    const grouped = filled(data, 12);
    const expected = slowSketches(data, 12, false);
    grouped.merge(grouped, Int32Array.of(0, 11, -1));
    expected[11]!.merge(expected[1]!);
    expectSame(grouped, expected);
  });

  it("take whole sketches, as a restored snapshot has them", () => {
    fc.assert(
      fc.property(rows, (options) => {
        const data = makeRows(options);
        const source = filled(data, options.precision);
        const target = createGroupedHyperLogLog(options.precision);
        target.ensure(GROUPS);
        for (let group = 0; group < GROUPS; group++) {
          target.addSketch(group, HyperLogLog.fromBytes(source.sketch(group).toBytes()));
        }
        expectSame(target, slowSketches(data, options.precision, false));
      }),
      { numRuns: 40 },
    );
  });

  it("give up a group's memory when it is cleared, and use it again", () => {
    const grouped = createGroupedHyperLogLog(10);
    const expected = Array.from({ length: GROUPS }, () => new HyperLogLog({ precision: 10 }));
    grouped.ensure(GROUPS);
    const next = randomFrom(11);
    let settled = 0;
    for (let round = 0; round < 400; round++) {
      const group = next(GROUPS);
      const hashes = hashesFrom(next(50), [1, 4, 40, 256, 600][next(5)]!);
      for (let i = 0; i < hashes.length; i += 2) {
        grouped.add(group, hashes[i]!, hashes[i + 1]!);
        expected[group]!.addHash(hashes[i]!, hashes[i + 1]!);
      }
      const cleared = next(GROUPS);
      grouped.clear(cleared);
      expected[cleared] = new HyperLogLog({ precision: 10 });
      if (round % 20 === 0) expectSame(grouped, expected);
      if (round === 200) settled = grouped.bytes();
    }
    expect(grouped.bytes()).toBeLessThanOrEqual(settled * 1.1);
    for (let group = 0; group < GROUPS; group++) grouped.clear(group);
    expect(grouped.estimate(0)).toBe(0);
    grouped.clear(0);
    expectSame(
      grouped,
      Array.from({ length: GROUPS }, () => new HyperLogLog({ precision: 10 })),
    );
  });

  it("cost 40 bytes a group with three values", () => {
    const groups = 200_000;
    const grouped = createGroupedHyperLogLog();
    grouped.ensure(groups);
    const hashes = hashesFrom(1, groups);
    const groupIds = Int32Array.from({ length: groups }, (_, i) => i);
    for (let value = 0; value < 3; value++) {
      grouped.addMany(
        groupIds.map((i) => (i + value) % groups),
        hashes,
        groups,
      );
    }
    expect(grouped.bytes() / groups).toBeLessThan(41);
    for (const group of [0, 1, 77_777, groups - 1]) expect(grouped.estimate(group)).toBe(3);
  });

  it("are empty where no room was made", () => {
    const grouped = createGroupedHyperLogLog();
    grouped.clear(5);
    expect(grouped.estimate(5)).toBe(0);
    expect(grouped.sketch(5).kind).toBe("EMPTY");
  });

  it("start small", () => {
    const grouped = createGroupedHyperLogLog();
    expect(grouped.bytes()).toBe(0);
    grouped.ensure(1);
    grouped.add(0, 1, 2);
    expect(grouped.bytes()).toBeLessThanOrEqual(4200);
  });

  it("refuse another precision", () => {
    const grouped = createGroupedHyperLogLog();
    grouped.ensure(1);
    const incompatible = expect.objectContaining({ code: "sketch.incompatible" });
    expect(() => grouped.merge(createGroupedHyperLogLog(11), Int32Array.of(0))).toThrow(incompatible);
    expect(() => grouped.addSketch(0, new HyperLogLog({ precision: 11 }))).toThrow(TidemarkError);
    expect(() => createGroupedHyperLogLog(3)).toThrow(expect.objectContaining({ code: "sketch.invalid" }));
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TidemarkError } from "../../src/errors.ts";
import { kindOf, parseHeader, parseSketch, serializeSketch } from "../../src/sketch/codec.ts";
import { HyperLogLog } from "../../src/sketch/hyperloglog.ts";
import { nonZeroRegisters, toDenseBytes } from "../../src/sketch/registers.ts";
import {
  addToSketch,
  classicEstimateSketch,
  createSketch,
  estimateSketch,
  explicitMax,
  mergeSketches,
  type Sketch,
  type SketchSettings,
} from "../../src/sketch/sketch.ts";
import { fromHex, hasKnownAnswers, hashesFrom, knownAnswers, randomFrom, toHex } from "./support.ts";

const filled = (settings: SketchSettings, hashes: Int32Array): Sketch => {
  const sketch = createSketch(settings);
  for (let i = 0; i < hashes.length; i += 2) addToSketch(sketch, hashes[i]!, hashes[i + 1]!);
  return sketch;
};

const anySettings: fc.Arbitrary<SketchSettings> = fc.record({
  log2m: fc.integer({ min: 4, max: 14 }),
  regwidth: fc.integer({ min: 1, max: 8 }),
  cutoff: fc.constantFrom(0, 1, 2, 8, 9, 12, 31, 63),
  sparse: fc.boolean(),
});

function errorCodeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof TidemarkError) return error.code;
    throw error;
  }
  return "none";
}

describe("the bytes of hll-storage-spec v1", () => {
  it("begin with 1T AC 49 for the product's sketches", () => {
    const sketch = new HyperLogLog();
    expect(toHex(sketch.toBytes())).toBe("11AC49");
    sketch.addHash(0x11223344, 0x55667788);
    sketch.addHash(1, -1);
    expect(toHex(sketch.toBytes())).toBe("12AC49FFFFFFFF000000015566778811223344");
    const hashes = hashesFrom(1, 20_000);
    for (let i = 0; i < 600; i += 2) sketch.addHash(hashes[i]!, hashes[i + 1]!);
    expect(toHex(sketch.toBytes().slice(0, 3))).toBe("13AC49");
    for (let i = 0; i < hashes.length; i += 2) sketch.addHash(hashes[i]!, hashes[i + 1]!);
    expect(toHex(sketch.toBytes().slice(0, 3))).toBe("14AC49");
    expect(sketch.toBytes().length).toBe(3075);
  });

  it("are those of the specification's example for SPARSE", () => {
    const sketch = parseSketch(fromHex("13AB40016344B4C0"));
    expect(sketch.settings).toEqual({ log2m: 11, regwidth: 6, cutoff: 0, sparse: true });
    const registers = toDenseBytes(sketch.registers!);
    expect([registers[11], registers[1099], nonZeroRegisters(sketch.registers!)]).toEqual([6, 19, 2]);
    expect(toHex(serializeSketch(sketch))).toBe("13AB40016344B4C0");
  });

  it("change from SPARSE to FULL where SPARSE would be larger", () => {
    const sketch = createSketch({ log2m: 12, regwidth: 6, cutoff: 0, sparse: true });
    for (let used = 1; used <= 1366; used++) {
      addToSketch(sketch, used | (1 << 12), 0);
      if (used < 1364) continue;
      expect(kindOf(sketch)).toBe(used <= 1365 ? "SPARSE" : "FULL");
      expect(serializeSketch(sketch).length).toBeLessThanOrEqual(3075);
    }
    expect(kindOf({ ...sketch, settings: { ...sketch.settings, sparse: false } })).toBe("FULL");
  });

  it("survive reading and writing for every setting and size", () => {
    fc.assert(
      fc.property(anySettings, fc.nat(1e6), fc.oneof(fc.nat(5), fc.nat(300), fc.nat(9000)), (settings, seed, count) => {
        const sketch = filled(settings, hashesFrom(seed, count));
        const bytes = serializeSketch(sketch);
        const again = parseSketch(bytes);
        expect(again.settings).toEqual(settings);
        expect(serializeSketch(again)).toEqual(bytes);
        expect(kindOf(again)).toBe(kindOf(sketch));
        expect(estimateSketch(again)).toBe(estimateSketch(sketch));
        // Both go on alike.
        const more = hashesFrom(seed + 1, 50);
        for (let i = 0; i < more.length; i += 2) {
          addToSketch(sketch, more[i]!, more[i + 1]!);
          addToSketch(again, more[i]!, more[i + 1]!);
        }
        expect(serializeSketch(again)).toEqual(serializeSketch(sketch));
      }),
      { numRuns: 150 },
    );
  });

  it("are read for 2^31 registers without room for all of them", () => {
    const sketch = parseSketch(fromHex("13DF40FFFFFFFE08"));
    expect(nonZeroRegisters(sketch.registers!)).toBe(1);
    expect(estimateSketch(sketch)).toBeGreaterThan(0);
    expect(toHex(serializeSketch(sketch)).length).toBe(16);
  });

  it("hold as many hashes as the cutoff says", () => {
    const settings = { log2m: 11, regwidth: 5, sparse: true };
    expect([0, 1, 8, 9, 31].map((cutoff) => explicitMax({ ...settings, cutoff }))).toEqual([0, 1, 128, 256, 2 ** 30]);
    expect(explicitMax({ ...settings, cutoff: 63 })).toBe(160);
  });
});

describe("bytes that are not a sketch", () => {
  it.each([
    ["nothing", ""],
    ["half a header", "11AC"],
    ["another version", "21AC49"],
    ["the undefined type", "10AC49"],
    ["a type that is not defined", "15AC49"],
    ["8 registers", "11A349"],
    ["the unused bit", "11ACC9"],
    ["cutoff 32", "11AC60"],
    ["cutoff 62", "11AC7E"],
    ["data after EMPTY", "11AC4900"],
    ["EXPLICIT with cutoff 0", "12AC40"],
    ["half a hash", "12AC4900000000"],
    ["more hashes than the cutoff allows", "12AC4100000000000000010000000000000002"],
    ["hashes that repeat", "12AC4900000000000000010000000000000001"],
    ["hashes that descend", "12AC490000000000000001FFFFFFFFFFFFFFFF"],
    ["SPARSE without leave", "13AC09"],
    ["a register of rank 0", "13AC49000000000000"],
    ["a rank that no hash has", "13AC49000D40"],
    ["registers that repeat", "13AC490010400410"],
    ["bits after the last register", "13AC49000041"],
    ["a byte after the last register", "13AC4900004000"],
    ["FULL too short", "14A449" + "00".repeat(11)],
    ["FULL too long", "14A449" + "00".repeat(13)],
    ["FULL with a rank that no hash has", "14A449" + "F4".padEnd(24, "0")],
  ])("raise sketch.invalid: %s", (_, hex) => {
    expect(errorCodeOf(() => parseSketch(fromHex(hex)))).toBe("sketch.invalid");
  });

  const samples = [0, 1, 4, 256, 257, 900, 5000].map((count) => {
    const sketch = new HyperLogLog({ precision: count === 5000 ? 8 : 12 });
    const hashes = hashesFrom(count, count);
    for (let i = 0; i < hashes.length; i += 2) sketch.addHash(hashes[i]!, hashes[i + 1]!);
    return sketch.toBytes();
  });

  it("raise an error for every part of a sketch, or are a smaller one", () => {
    let refused = 0;
    for (const bytes of samples) {
      for (let length = 0; length < bytes.length; length++) {
        const code = errorCodeOf(() => HyperLogLog.fromBytes(bytes.slice(0, length)).estimate());
        expect(["none", "sketch.invalid"]).toContain(code);
        if (code !== "none") refused++;
      }
    }
    expect(refused).toBeGreaterThan(2000);
  });

  it("raise an error or are a valid sketch after any change", () => {
    const next = randomFrom(77);
    let refused = 0;
    for (let run = 0; run < 6000; run++) {
      const bytes = samples[run % samples.length]!.slice();
      for (let i = 0; i <= next(3); i++)
        bytes[next(next(2) === 0 ? Math.min(8, bytes.length) : bytes.length)] = next(256);
      const code = errorCodeOf(() => {
        const sketch = HyperLogLog.fromBytes(bytes);
        expect(sketch.estimate()).toBeGreaterThanOrEqual(0);
        expect(sketch.estimate()).toBeLessThanOrEqual(2 ** 64);
        const again = HyperLogLog.fromBytes(sketch.toBytes());
        expect(again.toBytes()).toEqual(sketch.toBytes());
        expect(again.estimate()).toBe(sketch.estimate());
      });
      expect(["none", "sketch.invalid"]).toContain(code);
      if (code !== "none") refused++;
    }
    expect(refused).toBeGreaterThan(1000);
    expect(refused).toBeLessThan(6000);
  });

  it("raise an error or are a sketch if they are arbitrary", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(0x11, 0x12, 0x13, 0x14), (tail, first) => {
        const code = errorCodeOf(() => {
          const bytes = Uint8Array.of(first, ...tail);
          if (parseHeader(bytes).settings.log2m <= 16) serializeSketch(parseSketch(bytes));
        });
        expect(["none", "sketch.invalid"]).toContain(code);
      }),
      { numRuns: 2000 },
    );
  });
});

const SPARSE_MAX = 512; // registers: the setting under which the vectors were made

describe.skipIf(!hasKnownAnswers)("vectors of postgresql-hll (skipped where ../shared/data is missing)", () => {
  it("of raw values added one by one have equal bytes and classic estimates", () => {
    const rows = knownAnswers("postgresql-hll_add_sparse_edge.csv");
    expect(rows.length).toBeGreaterThan(500);
    const sketch = parseSketch(fromHex("138B48"));
    for (const { cardinality, raw_value: raw = "", multiset = "" } of rows) {
      const value = BigInt(raw);
      addToSketch(sketch, Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
      expect(`\\x${toHex(serializeSketch(sketch, SPARSE_MAX))}`).toBe(multiset);
      expect(classicEstimateSketch(sketch)).toBeCloseTo(Number(cardinality), 9);
      expect(serializeSketch(parseSketch(fromHex(multiset.slice(2))), SPARSE_MAX)).toEqual(fromHex(multiset.slice(2)));
    }
  });

  it("of running unions have equal bytes and classic estimates", () => {
    const rows = knownAnswers("postgresql-hll_union_explicit_promotion.csv");
    expect(rows.length).toBeGreaterThan(600);
    const union = parseSketch(fromHex("118B48"));
    for (const row of rows) {
      const part = parseSketch(fromHex((row["multiset"] ?? "").slice(2)));
      expect(classicEstimateSketch(part)).toBeCloseTo(Number(row["cardinality"]), 9);
      mergeSketches(union, part);
      expect(`\\x${toHex(serializeSketch(union, SPARSE_MAX))}`).toBe(row["union_multiset"]);
      expect(classicEstimateSketch(union)).toBeCloseTo(Number(row["union_cardinality"]), 9);
    }
  });
});

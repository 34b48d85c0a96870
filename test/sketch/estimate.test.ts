import { describe, expect, it } from "vitest";
import {
  boundsOf,
  classicEstimate,
  countRegisters,
  ertlEstimate,
  HISTOGRAM_LENGTH,
} from "../../src/sketch/estimate.ts";
import {
  addToRegisters,
  createRegisters,
  denseRegisters,
  histogramOf,
  type Registers,
} from "../../src/sketch/registers.ts";
import { hasKnownAnswers, hashesFrom, knownAnswers } from "./support.ts";

const estimate = (registers: Registers): number =>
  ertlEstimate(histogramOf(registers), registers.log2m, registers.regwidth);

/** Relative errors of `runs` sketches without the exact stage, at each of some numbers of distinct values. */
function relativeErrors(log2m: number, sizes: readonly number[], runs: number): Map<number, number[]> {
  const errors = new Map(sizes.map((size) => [size, [] as number[]]));
  for (let run = 1; run <= runs; run++) {
    const registers = createRegisters(log2m, 6);
    const hashes = hashesFrom(run, Math.max(...sizes));
    for (let n = 1; n <= hashes.length / 2; n++) {
      addToRegisters(registers, hashes[2 * n - 2]!, hashes[2 * n - 1]!);
      errors.get(n)?.push(estimate(registers) / n - 1);
    }
  }
  return errors;
}

const rootMeanSquare = (list: readonly number[]): number =>
  Math.sqrt(list.reduce((sum, x) => sum + x * x, 0) / list.length);
const mean = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;

describe("countRegisters", () => {
  it("counts each value in the range asked for", () => {
    const registers = Uint8Array.from({ length: 64 }, (_, i) => (i < 32 ? 63 : i % 5));
    const histogram = new Int32Array(HISTOGRAM_LENGTH).fill(9);
    countRegisters(registers, 32, 32, histogram);
    for (let k = 0; k < HISTOGRAM_LENGTH; k++) {
      expect(histogram[k]).toBe(registers.slice(32).filter((rank) => rank === k).length);
    }
  });
});

describe("ertlEstimate", () => {
  it("is 0 for no values, near 1 for one, and never more than 2^64", () => {
    expect(estimate(createRegisters(12, 6))).toBe(0);
    const one = createRegisters(12, 6);
    addToRegisters(one, 1 << 12, 0);
    expect(estimate(one)).toBeCloseTo(1, 3);
    expect(estimate(denseRegisters(new Uint8Array(16).fill(31), 4, 5))).toBe(2 ** 64);
  });

  it("doubles when every register grows by one, up to 2^60", () => {
    for (let rank = 2; rank <= 52; rank++) {
      const expected = (0.5 / Math.LN2) * 4096 * 2 ** rank;
      expect(estimate(denseRegisters(new Uint8Array(4096).fill(rank), 12, 6)) / expected).toBeCloseTo(1, 12);
    }
  });

  it("grows with every register", () => {
    const registers = new Uint8Array(256);
    let before = 0;
    for (let i = 0; i < 256 * 5; i++) {
      registers[i % 256] = 1 + Math.floor(i / 256);
      const now = estimate(denseRegisters(registers, 8, 6));
      expect(now).toBeGreaterThan(before);
      before = now;
    }
  });
});

describe("classicEstimate", () => {
  it("counts by empty registers below 2.5 m and by the harmonic mean above", () => {
    const few = histogramOf(
      denseRegisters(
        Uint8Array.from({ length: 2048 }, (_, i) => (i < 10 ? 1 : 0)),
        11,
        5,
      ),
    );
    expect(classicEstimate(few, 11)).toBeCloseTo(2048 * Math.log(2048 / 2038), 9);
    const many = histogramOf(denseRegisters(new Uint8Array(2048).fill(9), 11, 5));
    expect(classicEstimate(many, 11)).toBeCloseTo((0.7213 / (1 + 1.079 / 2048)) * 2048 * 512, 6);
  });
});

describe.skipIf(!hasKnownAnswers)("error of the estimate (skipped where ../shared/data is missing)", () => {
  it.each([
    [10, [10, 100, 1035, 10154, 100489]],
    [12, [10, 100, 1035, 10154, 100489]],
  ] as const)("at precision %i is that of the published simulation", (log2m, wanted) => {
    const published = new Map(
      knownAnswers(`error_p${log2m}.csv`).map((row) => [Number(row["distinct_count"]), Number(row["relative_rmse"])]),
    );
    // 200 runs know a root mean square to 5 %, 1 standard deviation; the seeds are fixed.
    for (const [n, errors] of relativeErrors(log2m, wanted, 200)) {
      const expected = published.get(n) ?? Number.NaN;
      expect(rootMeanSquare(errors) / expected, `root mean square at ${n}`).toBeGreaterThan(0.85);
      expect(rootMeanSquare(errors) / expected, `root mean square at ${n}`).toBeLessThan(1.15);
      expect(Math.abs(mean(errors)), `bias at ${n}`).toBeLessThan((3.5 * expected) / Math.sqrt(200));
    }
  });
});

describe("error between 0.1 m and 10 m", () => {
  it("has no hole where other estimators change their formula", () => {
    const m = 256;
    const sizes = [0.1, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((x) => Math.round(x * m));
    for (const [n, errors] of relativeErrors(8, sizes, 300)) {
      expect(rootMeanSquare(errors), `at ${n}`).toBeLessThan((1.1 * 1.039) / Math.sqrt(m));
      expect(Math.abs(mean(errors)), `at ${n}`).toBeLessThan((4 * 1.039) / Math.sqrt(m) / Math.sqrt(300));
    }
  });
});

describe("boundsOf", () => {
  it.each([4, 8, 12])("holds the truth as often as it says at precision %i", (log2m) => {
    const n = 20 * 2 ** log2m;
    const runs = log2m === 12 ? 60 : 400;
    const estimates = (relativeErrors(log2m, [n], runs).get(n) ?? []).map((error) => n * (1 + error));
    for (const [sigmas, share] of [
      [1, 0.683],
      [2, 0.954],
      [3, 0.997],
    ] as const) {
      const held = estimates.filter((x) => {
        const { low, high } = boundsOf(x, log2m, sigmas);
        return low <= n && n <= high;
      });
      const spread = Math.sqrt((share * (1 - share)) / runs);
      expect(Math.abs(held.length / runs - share), `${sigmas} sigma`).toBeLessThan(4 * spread + 1 / runs);
    }
  });

  // Quantile factors published by another implementation for 3 standard deviations: truth * (1 + over) and truth * (1 - under).
  it.each([
    [4, 1.304, 0.527, 0.08],
    [8, 0.2188, 0.1741, 0.01],
    [12, 0.0497, 0.047, 0.001],
  ])("at precision %i is near the quantiles of simulations", (log2m, over, under, tolerance) => {
    const { low, high } = boundsOf(1, log2m, 3);
    expect(Math.abs(low * (1 + over) - 1)).toBeLessThan(tolerance);
    expect(Math.abs(high * (1 - under) - 1)).toBeLessThan(tolerance);
  });
});

/** Estimators: from the histogram of a sketch's registers to a number of distinct values. */

import { rankMax, saturates } from "./rank.ts";

/** A number of distinct values with the interval in which the true number lies, with the probability asked for. */
export interface DistinctEstimate {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Entries of a register histogram: one for each value of a byte. */
export const HISTOGRAM_LENGTH = 256;

const ALPHA_INF = 0.5 / Math.LN2; // bias factor for many registers, 1 / (2 ln 2): Ertl 2017, section 2
const ESTIMATE_MAX = 2 ** 64; // there are no more 64-bit hashes
const RELATIVE_ERROR = Math.sqrt(3 * Math.LN2 - 1); // times 1 / sqrt(m): 1.03896, Ertl 2017, section 2

/**
 * Ertl's improved raw estimator: unbiased from 0 to about 2^64 distinct values without tables or thresholds.
 * Source: O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017, algorithm 6.
 * `histogram[k]` is the number of registers with value k.
 */
export function ertlEstimate(histogram: Int32Array, log2m: number, regwidth: number): number {
  const m = 2 ** log2m;
  const top = rankMax(log2m, regwidth);
  const isSaturating = saturates(log2m, regwidth);
  let z = isSaturating ? m * tau(1 - (histogram[top] as number) / m) : 0;
  for (let k = isSaturating ? top - 1 : top; k >= 1; k--) z = 0.5 * (z + (histogram[k] as number));
  z += m * sigma((histogram[0] as number) / m);
  return Math.min((ALPHA_INF * m * m) / z, ESTIMATE_MAX);
}

/** x + sum over k >= 1 of x^(2^k) * 2^(k - 1): the share of registers that are 0. */
function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let power = x;
  let weight = 1;
  let sum = x;
  for (let before = -1; sum !== before; weight += weight) {
    power *= power;
    before = sum;
    sum += power * weight;
  }
  return sum;
}

/** (1 - x - sum over k >= 1 of (1 - x^(2^-k))^2 * 2^-k) / 3: the share of registers below their limit. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let root = x;
  let weight = 1;
  let sum = 1 - x;
  for (let before = -1; sum !== before; ) {
    root = Math.sqrt(root);
    weight *= 0.5;
    before = sum;
    sum -= (1 - root) ** 2 * weight;
  }
  return sum / 3;
}

const ALPHA_SMALL: Readonly<Record<number, number>> = { 16: 0.673, 32: 0.697, 64: 0.709 }; // Flajolet et al. 2007, fig. 3
const LINEAR_COUNTING_LIMIT = 2.5; // estimates below this multiple of m use linear counting: ibid.

/**
 * The estimator of the original paper (Flajolet et al. 2007) without its correction for 32-bit hashes, as postgresql-hll
 * has it. Only for comparison with published answers: it is biased around 2.5 m.
 */
export function classicEstimate(histogram: Int32Array, log2m: number): number {
  const m = 2 ** log2m;
  const alpha = ALPHA_SMALL[m] ?? 0.7213 / (1 + 1.079 / m);
  let inverseSum = 0;
  for (let k = HISTOGRAM_LENGTH - 1; k >= 0; k--) inverseSum += (histogram[k] as number) * 2 ** -k;
  const raw = (alpha * m * m) / inverseSum;
  const zeros = histogram[0] as number;
  return zeros > 0 && raw < LINEAR_COUNTING_LIMIT * m ? m * Math.log(m / zeros) : raw;
}

/**
 * The interval of `sigmas` standard deviations around an estimate. The estimate divided by the truth is close to
 * log-normal with the relative standard error 1.03896 / sqrt(m), which also gives the interval's asymmetry for small m.
 */
export function boundsOf(estimate: number, log2m: number, sigmas: number): DistinctEstimate {
  const relativeVariance = RELATIVE_ERROR ** 2 / 2 ** log2m;
  const factor = Math.exp(sigmas * Math.sqrt(Math.log1p(relativeVariance)));
  return { estimate, low: estimate / factor, high: estimate * factor };
}

const lanes = new Int32Array(4 * HISTOGRAM_LENGTH);

/** Writes how many of `length` registers from `start` on have each value. `length` is a multiple of 4. */
export function countRegisters(registers: Uint8Array, start: number, length: number, histogram: Int32Array): void {
  // Four histograms by turns: neighbours are often equal, and an increment would wait for the one before it.
  lanes.fill(0);
  const end = start + length;
  for (let i = start; i < end; i += 4) {
    const a = registers[i] as number;
    const b = HISTOGRAM_LENGTH + (registers[i + 1] as number);
    const c = 2 * HISTOGRAM_LENGTH + (registers[i + 2] as number);
    const d = 3 * HISTOGRAM_LENGTH + (registers[i + 3] as number);
    lanes[a] = (lanes[a] as number) + 1;
    lanes[b] = (lanes[b] as number) + 1;
    lanes[c] = (lanes[c] as number) + 1;
    lanes[d] = (lanes[d] as number) + 1;
  }
  for (let k = 0; k < HISTOGRAM_LENGTH; k++) {
    histogram[k] =
      (lanes[k] as number) +
      (lanes[HISTOGRAM_LENGTH + k] as number) +
      (lanes[2 * HISTOGRAM_LENGTH + k] as number) +
      (lanes[3 * HISTOGRAM_LENGTH + k] as number);
  }
}

/**
 * The state behind every sketch: first a set of hashes (exact), then registers. It depends only on the set of hashes
 * added, not on their order, and a merge equals adding all of both.
 */

import { TidemarkError } from "../errors.ts";
import { boundsOf, classicEstimate, type DistinctEstimate, ertlEstimate } from "./estimate.ts";
import { appendHash, createHashList, type HashList, tidyHashes } from "./hash-list.ts";
import { addToRegisters, createRegisters, histogramOf, mergeRegisters, type Registers } from "./registers.ts";

/** The parameters that hll-storage-spec v1 keeps in a header. */
export interface SketchSettings {
  /** log2 of the number of registers, 4 to 31. */
  readonly log2m: number;
  /** Bits of a register, 1 to 8. */
  readonly regwidth: number;
  /** 0: no explicit hashes; 1 to 31: up to 2^(cutoff - 1) of them; 63: as many as take no more bytes than registers. */
  readonly cutoff: number;
  /** Whether few registers are written as (index, rank) pairs. */
  readonly sparse: boolean;
}

/** Exactly one of `hashes` and `registers` is there. */
export interface Sketch {
  readonly settings: SketchSettings;
  hashes: HashList | null;
  registers: Registers | null;
}

/** The cutoff that leaves the number of hashes to the implementation. */
export const CUTOFF_AUTO = 63;

const BITS_PER_BYTE = 8;
const BYTES_PER_HASH = 8;

export function createSketch(settings: SketchSettings): Sketch {
  if (settings.cutoff > 0) return { settings, hashes: createHashList(), registers: null };
  return { settings, hashes: null, registers: createRegisters(settings.log2m, settings.regwidth) };
}

/** How many hashes are kept before registers take over. */
export function explicitMax({ log2m, regwidth, cutoff }: SketchSettings): number {
  if (cutoff === 0) return 0;
  if (cutoff === CUTOFF_AUTO) return Math.floor(fullBytes(log2m, regwidth) / BYTES_PER_HASH);
  return 2 ** (cutoff - 1);
}

/** Bytes of all registers, packed. */
export function fullBytes(log2m: number, regwidth: number): number {
  return Math.ceil((2 ** log2m * regwidth) / BITS_PER_BYTE);
}

/** Adds a hash, given as two signed 32-bit halves. */
export function addToSketch(sketch: Sketch, lo: number, hi: number): void {
  if (sketch.registers !== null) addToRegisters(sketch.registers, lo, hi);
  else if (sketch.hashes !== null && appendHash(sketch.hashes, lo, hi)) settle(sketch);
}

/**
 * Drops repetitions among the hashes, and turns them into registers if too many are left. What is read after it depends
 * on the set of hashes alone.
 */
export function settle(sketch: Sketch): void {
  if (sketch.hashes === null) return;
  tidyHashes(sketch.hashes);
  if (sketch.hashes.count > explicitMax(sketch.settings)) registersOf(sketch);
}

/** Adds everything in `from`, which still holds the same. Error `sketch.incompatible` if their registers differ in number or width. */
export function mergeSketches(into: Sketch, from: Sketch): void {
  const { log2m, regwidth } = into.settings;
  if (log2m !== from.settings.log2m || regwidth !== from.settings.regwidth) {
    throw new TidemarkError(
      "sketch.incompatible",
      `a sketch of precision ${log2m} (${regwidth}-bit registers) cannot take one of precision ${from.settings.log2m} (${from.settings.regwidth}-bit)`,
      { hint: "build both with the same precision" },
    );
  }
  if (into === from) return;
  settle(from);
  if (from.registers !== null) mergeRegisters(registersOf(into), from.registers);
  else if (from.hashes !== null) forEachHash(from.hashes, (lo, hi) => addToSketch(into, lo, hi));
}

/** Calls `visit` with every hash of a list. */
export function forEachHash({ words, count }: HashList, visit: (lo: number, hi: number) => void): void {
  for (let at = 0; at < 2 * count; at += 2) visit(words[at] as number, words[at + 1] as number);
}

/** The registers of a sketch, into which its hashes go first if it still has them. */
export function registersOf(sketch: Sketch): Registers {
  if (sketch.registers !== null) return sketch.registers;
  const registers = createRegisters(sketch.settings.log2m, sketch.settings.regwidth);
  if (sketch.hashes !== null) forEachHash(sketch.hashes, (lo, hi) => addToRegisters(registers, lo, hi));
  sketch.registers = registers;
  sketch.hashes = null;
  return registers;
}

/** Number of distinct values: exact while hashes are kept, then Ertl's estimate. Not rounded. */
export function estimateSketch(sketch: Sketch): number {
  settle(sketch);
  if (sketch.hashes !== null) return sketch.hashes.count;
  const { log2m, regwidth } = sketch.settings;
  return ertlEstimate(histogramOf(registersOf(sketch)), log2m, regwidth);
}

/** The same with the classic estimator, as postgresql-hll answers. */
export function classicEstimateSketch(sketch: Sketch): number {
  settle(sketch);
  if (sketch.hashes !== null) return sketch.hashes.count;
  return classicEstimate(histogramOf(registersOf(sketch)), sketch.settings.log2m);
}

/** The estimate with its interval; while the count is exact, the interval is the count itself. */
export function boundsSketch(sketch: Sketch, sigmas: number): DistinctEstimate {
  const estimate = estimateSketch(sketch);
  if (sketch.hashes !== null) return { estimate, low: estimate, high: estimate };
  return boundsOf(estimate, sketch.settings.log2m, sigmas);
}

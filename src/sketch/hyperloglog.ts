import { TidemarkError } from "../errors.ts";
import { kindOf, parseHeader, parseSketch, type SketchKind, serializeSketch } from "./codec.ts";
import type { DistinctEstimate } from "./estimate.ts";
import { hashFloat, hashName, hashValue } from "./hash.ts";
import {
  addToSketch,
  boundsSketch,
  createSketch,
  estimateSketch,
  mergeSketches,
  type Sketch,
  type SketchSettings,
} from "./sketch.ts";

/** log2 of the number of registers. */
const PRECISION_MIN = 4;
const PRECISION_MAX = 18;
export const PRECISION_DEFAULT = 12; // relative standard error 1.62 %

/** Up to so many distinct values a sketch is exact. */
export const EXACT_MAX = 256;

const REGISTER_BITS = 6; // holds rank 60, the largest at precision 4
const EXPLICIT_CUTOFF = 9; // 2^(9 - 1) = EXACT_MAX

export interface HyperLogLogOptions {
  /** log2 of the number of registers, 4 to 18, 12 by default; the relative standard error is 1.04 / sqrt(2^precision). */
  readonly precision?: number;
}

export interface BoundsOptions {
  /** Half width of the interval in standard deviations: 1 (68 %), 2 (95 %, the default) or 3 (99.7 %). */
  readonly sigmas?: 1 | 2 | 3;
}

export interface FromBytesOptions {
  /** The name stored beside the bytes, as `HyperLogLog.hash` gives it. */
  readonly hash?: string;
}

/**
 * Counts distinct values in a few kilobytes. Exact up to 256 distinct values; beyond, the relative standard error is
 * 1.04 / sqrt(2^precision), 1.62 % by default. The result depends only on the set of values: not on their order, on
 * repetitions, or on how they were split over merged sketches. `null` is not a value and is refused.
 *
 * Source: Flajolet et al. 2007; estimator: Ertl 2017, algorithm 6; bytes: hll-storage-spec v1; hash: murmur3_x64_128,
 * first 64 bits, seed 0.
 *
 * @example
 * const sketch = new HyperLogLog();
 * for (const ip of ["10.0.0.1", "10.0.0.2", "10.0.0.1"]) sketch.add(ip);
 * sketch.estimate(); // 2
 */
export class HyperLogLog {
  /** Name of the hash and its seed. Keep it beside the bytes. */
  static readonly hash: string = hashName;

  // Private to the compiler only: a sketch made by another copy of the package must still be mergeable.
  private state: Sketch;

  /** Error `sketch.invalid` for a precision that is not a whole number from 4 to 18. */
  constructor(options: HyperLogLogOptions = {}) {
    this.state = createSketch(settingsOf(options.precision ?? PRECISION_DEFAULT));
  }

  /**
   * Reads bytes written by `toBytes`, or by another implementation of hll-storage-spec v1 with 6-bit registers and the
   * same hash. Errors: `sketch.invalid` for other bytes, `sketch.incompatible` for another hash.
   */
  static fromBytes(bytes: Uint8Array, options: FromBytesOptions = {}): HyperLogLog {
    const { hash = hashName } = options;
    if (hash !== hashName) {
      throw new TidemarkError("sketch.incompatible", `a sketch with the hash "${hash}" cannot be used here`, {
        hint: `the hash here is "${hashName}"`,
      });
    }
    const { log2m, regwidth } = parseHeader(bytes).settings;
    if (regwidth !== REGISTER_BITS) {
      throw new TidemarkError("sketch.invalid", `a sketch with ${regwidth}-bit registers cannot be used`, {
        hint: `write it with ${REGISTER_BITS}-bit registers`,
      });
    }
    const settings = settingsOf(log2m);
    return hyperLogLogOf({ ...parseSketch(bytes), settings });
  }

  /** log2 of the number of registers. */
  get precision(): number {
    return this.state.settings.log2m;
  }

  /** The form in which `toBytes` writes it. */
  get kind(): SketchKind {
    return kindOf(this.state);
  }

  /**
   * Adds a value; adding it again changes nothing. Strings count by their UTF-8 bytes; a whole `number` like the
   * `bigint` of the same value, any other `number` as a float; a `Date` like a timestamp; booleans like 0 and 1. For
   * values of a float column use `addFloat`. Errors: `type.overflow` for a bigint beyond 64 bits, `time.invalid` for an
   * invalid `Date`, `type.invalid` for anything else, null included.
   */
  add(value: string | number | bigint | boolean | Date | Uint8Array): this {
    hashValue(value, scratch, 0);
    return this.addHash(scratch[0] as number, scratch[1] as number);
  }

  /** Adds a number as a float column holds it: 1 as 1.0, -0 as 0, every NaN alike. */
  addFloat(value: number): this {
    hashFloat(value, scratch, 0);
    return this.addHash(scratch[0] as number, scratch[1] as number);
  }

  /** Adds a value by its 64-bit hash, given as two 32-bit halves. */
  addHash(lo: number, hi: number): this {
    addToSketch(this.state, lo | 0, hi | 0);
    return this;
  }

  /** Adds all that `other` holds; `other` stays as it is. Error `sketch.incompatible` for another precision. About 2 us. */
  merge(other: HyperLogLog): this {
    mergeSketches(this.state, stateOf(other));
    return this;
  }

  /** Number of distinct values, not rounded; 0 for an empty sketch, exact up to 256. About 5 us at precision 12. */
  estimate(): number {
    return estimateSketch(this.state);
  }

  /** The estimate and the interval in which the true number lies with 68, 95 or 99.7 % (`sigmas` 1, 2, 3; 2 by default). */
  bounds(options: BoundsOptions = {}): DistinctEstimate {
    return boundsSketch(this.state, options.sigmas ?? 2);
  }

  /** The sketch in hll-storage-spec v1; equal sets of values give equal bytes. At most 3,075 bytes at precision 12. */
  toBytes(): Uint8Array {
    return serializeSketch(this.state);
  }
}

const scratch = new Int32Array(2);

/** A sketch around a state that already exists and now belongs to it. */
export function hyperLogLogOf(sketch: Sketch): HyperLogLog {
  const result = new HyperLogLog({ precision: sketch.settings.log2m });
  result["state"] = sketch;
  return result;
}

/** The state inside a sketch, shared with it. Error `sketch.invalid` if it is none. */
export function stateOf(sketch: HyperLogLog): Sketch {
  // Plain JavaScript can pass anything.
  const found = (sketch as HyperLogLog | null | undefined)?.["state"] as Sketch | undefined;
  if (found === undefined) throw new TidemarkError("sketch.invalid", "only a HyperLogLog can be merged into another");
  return found;
}

/** Settings of every sketch of this precision. Error `sketch.invalid` if it is not a whole number from 4 to 18. */
export function settingsOf(precision: number): SketchSettings {
  if (!Number.isInteger(precision) || precision < PRECISION_MIN || precision > PRECISION_MAX) {
    throw new TidemarkError(
      "sketch.invalid",
      `precision ${precision} is not a whole number from ${PRECISION_MIN} to ${PRECISION_MAX}`,
    );
  }
  return { log2m: precision, regwidth: REGISTER_BITS, cutoff: EXPLICIT_CUTOFF, sparse: true };
}

/**
 * The registers of one HyperLogLog sketch. While few are non-zero they stand in an open-addressing table of (index,
 * rank); as soon as that would take more memory, in one byte each. Which of the two is never visible from outside.
 */

import { countRegisters, HISTOGRAM_LENGTH } from "./estimate.ts";
import { rankMax, rankOf } from "./rank.ts";

export interface Registers {
  readonly log2m: number;
  readonly regwidth: number;
  /** The largest rank that a register can hold. */
  readonly top: number;
  /** One byte a register, or null while they are in the table. */
  dense: Uint8Array | null;
  /** The table: rank 0 marks an unused entry. */
  indices: Int32Array;
  ranks: Uint8Array;
  /** Entries of the table in use. */
  used: number;
}

const TABLE_CAPACITY_MIN = 512; // entries: above the 256 values that sketches keep as hashes
const TABLE_ENTRY_BYTES = 5;
const GOLDEN = 0x9e3779b1 | 0; // 2^32 / golden ratio: Knuth, volume 3, section 6.4

export function createRegisters(log2m: number, regwidth: number): Registers {
  const dense = TABLE_CAPACITY_MIN * TABLE_ENTRY_BYTES < 2 ** log2m ? null : new Uint8Array(2 ** log2m);
  const capacity = dense === null ? TABLE_CAPACITY_MIN : 0;
  const top = rankMax(log2m, regwidth);
  return { log2m, regwidth, top, dense, indices: new Int32Array(capacity), ranks: new Uint8Array(capacity), used: 0 };
}

/** Registers that own `bytes`, one a register. */
export function denseRegisters(bytes: Uint8Array, log2m: number, regwidth: number): Registers {
  const top = rankMax(log2m, regwidth);
  return { log2m, regwidth, top, dense: bytes, indices: new Int32Array(0), ranks: new Uint8Array(0), used: 0 };
}

/** Adds a hash. */
export function addToRegisters(registers: Registers, lo: number, hi: number): void {
  const { log2m } = registers;
  const rank = Math.min(rankOf(lo, hi, log2m), registers.top);
  const index = lo & ~(-1 << log2m);
  if (rank > 0) raise(registers, index, rank);
}

/** Sets a register to `rank` (at least 1) if it is lower. */
export function raise(registers: Registers, index: number, rank: number): void {
  const { dense } = registers;
  if (dense !== null) {
    if (rank > (dense[index] as number)) dense[index] = rank;
    return;
  }
  const at = findRegister(registers.indices, registers.ranks, index);
  const before = registers.ranks[at] as number;
  if (rank <= before) return;
  registers.indices[at] = index;
  registers.ranks[at] = rank;
  if (before === 0 && ++registers.used * 4 > registers.ranks.length * 3) growTable(registers);
}

/** Position of a register in the table, or of the unused entry where it belongs. */
function findRegister(indices: Int32Array, ranks: Uint8Array, index: number): number {
  const mask = ranks.length - 1;
  let slot = (Math.imul(index, GOLDEN) >>> Math.clz32(mask)) & mask;
  // Steps of 1, 2, 3, ... reach every entry of a power of two and do not pile up in runs.
  for (let step = 1; ranks[slot] !== 0 && indices[slot] !== index; step++) slot = (slot + step) & mask;
  return slot;
}

function growTable(registers: Registers): void {
  const { indices, ranks } = registers;
  const capacity = 2 * ranks.length;
  if (capacity * TABLE_ENTRY_BYTES >= 2 ** registers.log2m) {
    densify(registers);
    return;
  }
  registers.indices = new Int32Array(capacity);
  registers.ranks = new Uint8Array(capacity);
  for (let i = 0; i < ranks.length; i++) {
    const rank = ranks[i] as number;
    if (rank === 0) continue;
    const index = indices[i] as number;
    const at = findRegister(registers.indices, registers.ranks, index);
    registers.indices[at] = index;
    registers.ranks[at] = rank;
  }
}

function densify(registers: Registers): Uint8Array {
  if (registers.dense !== null) return registers.dense;
  const dense = new Uint8Array(2 ** registers.log2m);
  forEachRegister(registers, (index, rank) => {
    dense[index] = rank;
  });
  registers.dense = dense;
  registers.indices = new Int32Array(0);
  registers.ranks = new Uint8Array(0);
  registers.used = 0;
  return dense;
}

/** Raises each register of `into` to that of `from`. Both have the same log2m and width. */
export function mergeRegisters(into: Registers, from: Registers): void {
  if (from.dense === null) {
    forEachRegister(from, (index, rank) => raise(into, index, rank));
    return;
  }
  const target = wordsOf(densify(into));
  maxBytes(target, 0, wordsOf(from.dense), 0, target.length);
}

/** Calls `visit` with every non-zero register, in no particular order. */
export function forEachRegister(registers: Registers, visit: (index: number, rank: number) => void): void {
  const { dense, indices, ranks } = registers;
  const values = dense ?? ranks;
  for (let i = 0; i < values.length; i++) {
    const rank = values[i] as number;
    if (rank !== 0) visit(dense === null ? (indices[i] as number) : i, rank);
  }
}

/** How many registers are not 0. */
export function nonZeroRegisters(registers: Registers): number {
  if (registers.dense === null) return registers.used;
  return 2 ** registers.log2m - (histogramOf(registers)[0] as number);
}

/** How many registers have each value. */
export function histogramOf(registers: Registers): Int32Array {
  const histogram = new Int32Array(HISTOGRAM_LENGTH);
  if (registers.dense !== null) {
    countRegisters(registers.dense, 0, registers.dense.length, histogram);
    return histogram;
  }
  forEachRegister(registers, (_, rank) => {
    histogram[rank] = (histogram[rank] as number) + 1;
  });
  histogram[0] = 2 ** registers.log2m - registers.used;
  return histogram;
}

/** One byte a register, in order. */
export function toDenseBytes(registers: Registers): Uint8Array {
  const bytes = new Uint8Array(2 ** registers.log2m);
  if (registers.dense !== null) bytes.set(registers.dense);
  else
    forEachRegister(registers, (index, rank) => {
      bytes[index] = rank;
    });
  return bytes;
}

const HIGH_BITS = 0x80808080 | 0; // the top bit of each byte of a word

/**
 * Sets each of 4 * `length` bytes to the larger of two, four at a time. All bytes are below 128, so that a byte with its
 * top bit set minus another never borrows from the next, and keeps that bit just where it is not the smaller one.
 */
export function maxBytes(
  into: Int32Array,
  intoStart: number,
  from: Int32Array,
  fromStart: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    const a = into[intoStart + i] as number;
    const b = from[fromStart + i] as number;
    const notSmaller = ((a | HIGH_BITS) - b) & HIGH_BITS;
    const keep = (notSmaller - (notSmaller >>> 7)) | notSmaller;
    into[intoStart + i] = (a & keep) | (b & ~keep);
  }
}

/** The same memory, four registers a word. Registers that own their memory start at its beginning. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
}

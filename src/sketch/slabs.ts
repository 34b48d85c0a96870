/**
 * Memory for many short lists of hashes: slabs for 4, 8, ... 512 hashes (two words each) cut from large chunks, with a list
 * of free slabs for each size. An address counts units of the smallest slab, so 32 bits reach 64 GB.
 */

export interface SlabPool {
  readonly chunks: Int32Array[];
  /** First free slab by log2 of its capacity, -1 if there is none; the next one stands in a free slab's first word. */
  readonly free: Int32Array;
  /** First address never given out. */
  next: number;
}

/** log2 of the hashes in the smallest slab. */
export const CAPACITY_LOG2_MIN = 2;

/** log2 of the hashes in the largest slab: twice what a group keeps, so that repetitions are not dropped too often. */
const CAPACITY_LOG2_MAX = 9;

const UNIT_WORDS_LOG2 = CAPACITY_LOG2_MIN + 1;
const CHUNK_UNITS_LOG2 = 12;
const CHUNK_UNITS = 1 << CHUNK_UNITS_LOG2; // 128 kB
const FIRST_CHUNK_WORDS = 1 << (CAPACITY_LOG2_MAX + 1); // the first chunk starts with room for one largest slab, 4 kB

export function createSlabPool(): SlabPool {
  return { chunks: [], free: new Int32Array(CAPACITY_LOG2_MAX + 1).fill(-1), next: 0 };
}

/** The chunk that a slab lies in. */
export function chunkOf(pool: SlabPool, address: number): Int32Array {
  return pool.chunks[address >>> CHUNK_UNITS_LOG2] as Int32Array;
}

/** Index of a slab's first word in its chunk. */
export function baseOf(address: number): number {
  return (address & (CHUNK_UNITS - 1)) << UNIT_WORDS_LOG2;
}

/** Address of a slab for 2^capacityLog2 hashes; its words are arbitrary. */
export function allocateSlab(pool: SlabPool, capacityLog2: number): number {
  const reused = pool.free[capacityLog2] as number;
  const words = 2 << capacityLog2;
  if (reused >= 0) {
    const chunk = chunkOf(pool, reused);
    pool.free[capacityLog2] = chunk[baseOf(reused)] as number;
    return reused;
  }
  const units = 1 << (capacityLog2 - CAPACITY_LOG2_MIN);
  const isPastEnd = (pool.next & (CHUNK_UNITS - 1)) + units > CHUNK_UNITS;
  const address = isPastEnd ? (pool.next | (CHUNK_UNITS - 1)) + 1 : pool.next;
  pool.next = address + units;
  reserve(pool, address >>> CHUNK_UNITS_LOG2, baseOf(address) + words);
  return address;
}

/** Makes sure that a chunk is there and has so many words. Only the first one grows; the others are made whole. */
function reserve(pool: SlabPool, index: number, words: number): void {
  const wholeWords = CHUNK_UNITS << UNIT_WORDS_LOG2;
  const chunk = pool.chunks[index];
  if (chunk === undefined) {
    pool.chunks.push(new Int32Array(index === 0 ? FIRST_CHUNK_WORDS : wholeWords));
  } else if (chunk.length < words) {
    const grown = new Int32Array(Math.min(wholeWords, 2 * chunk.length));
    grown.set(chunk);
    pool.chunks[index] = grown;
  }
}

/** Gives a slab back. */
export function releaseSlab(pool: SlabPool, address: number, capacityLog2: number): void {
  chunkOf(pool, address)[baseOf(address)] = pool.free[capacityLog2] as number;
  pool.free[capacityLog2] = address;
}

/** Bytes that the pool occupies, free slabs included. */
export function slabBytes(pool: SlabPool): number {
  return pool.chunks.reduce((bytes, chunk) => bytes + chunk.byteLength, 0);
}

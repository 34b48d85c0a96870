/** Memory for the registers of many sketches: pages of one byte a register, several to a chunk, with a list of free ones. */

import { wordsOf } from "./registers.ts";

export interface PagePool {
  readonly log2m: number;
  /** log2 of the pages in a chunk. */
  readonly pagesLog2: number;
  readonly chunks: Uint8Array[];
  /** The same memory as `chunks`, four registers a word. */
  readonly words: Int32Array[];
  readonly free: number[];
  /** First page never given out. */
  next: number;
}

const CHUNK_BYTES_LOG2 = 15; // 32 kB, or one page if that is larger

export function createPagePool(log2m: number): PagePool {
  const pagesLog2 = Math.max(0, CHUNK_BYTES_LOG2 - log2m);
  return { log2m, pagesLog2, chunks: [], words: [], free: [], next: 0 };
}

/** A page of zeros. */
export function allocatePage(pool: PagePool): number {
  const reused = pool.free.pop();
  if (reused !== undefined) {
    const start = pageStart(pool, reused);
    pageChunk(pool, reused).fill(0, start, start + 2 ** pool.log2m);
    return reused;
  }
  const page = pool.next++;
  if (page >>> pool.pagesLog2 === pool.chunks.length) {
    const chunk = new Uint8Array(2 ** (pool.log2m + pool.pagesLog2));
    pool.chunks.push(chunk);
    pool.words.push(wordsOf(chunk));
  }
  return page;
}

export function releasePage(pool: PagePool, page: number): void {
  pool.free.push(page);
}

export function pageChunk(pool: PagePool, page: number): Uint8Array {
  return pool.chunks[page >>> pool.pagesLog2] as Uint8Array;
}

/** Index of a page's first register in its chunk. */
export function pageStart(pool: PagePool, page: number): number {
  return (page & ((1 << pool.pagesLog2) - 1)) << pool.log2m;
}

export function pageWords(pool: PagePool, page: number): Int32Array {
  return pool.words[page >>> pool.pagesLog2] as Int32Array;
}

/** Bytes that the pool occupies, free pages included. */
export function pageBytes(pool: PagePool): number {
  return pool.chunks.length * 2 ** (pool.log2m + pool.pagesLog2);
}

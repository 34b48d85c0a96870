/**
 * A set of 64-bit hashes, kept as a list of two words each (lo, hi) in which repetitions are dropped only when it is full
 * or read. Appending does not wait for memory, as a look-up in a table would: three to four times faster for many groups.
 */

export interface HashList {
  words: Int32Array;
  /** Hashes in the list, repetitions included. */
  count: number;
  /** So many of the first are known to differ from each other. */
  different: number;
}

const LIST_CAPACITY_MIN = 4; // hashes
const GOLDEN = 0x9e3779b1 | 0; // 2^32 / golden ratio: Knuth, volume 3, section 6.4

// Positions (from 1) in the list by hash; 0 is unused. At least twice as long as the list.
let slots = new Int32Array(2 * LIST_CAPACITY_MIN);

/** Drops repetitions among `count` hashes from `words[base]` on, keeping the first of each, and answers how many are left. */
export function dropRepeated(words: Int32Array, base: number, count: number): number {
  if (count < 2) return count;
  const shift = Math.clz32(count - 1) - 1;
  const length = 2 ** (32 - shift);
  if (slots.length < length) slots = new Int32Array(length);
  else slots.fill(0, 0, length);
  const table = slots;
  const mask = length - 1;
  let kept = 0;
  for (let from = base, end = base + 2 * count; from < end; from += 2) {
    const lo = words[from] as number;
    const hi = words[from + 1] as number;
    let slot = Math.imul(lo ^ hi, GOLDEN) >>> shift;
    let position = table[slot] as number;
    while (position !== 0) {
      const at = base + 2 * position - 2;
      if (words[at] === lo && words[at + 1] === hi) break;
      slot = (slot + 1) & mask;
      position = table[slot] as number;
    }
    if (position !== 0) continue;
    words[base + 2 * kept] = lo;
    words[base + 2 * kept + 1] = hi;
    table[slot] = ++kept;
  }
  return kept;
}

/** Whether a list with so many different hashes is to get twice the room: above three quarters. */
export function isCrowded(different: number, capacity: number): boolean {
  return different > capacity - (capacity >>> 2);
}

export function createHashList(capacity: number = LIST_CAPACITY_MIN): HashList {
  return { words: new Int32Array(2 * Math.max(capacity, LIST_CAPACITY_MIN)), count: 0, different: 0 };
}

/** Appends a hash, and answers whether the list is now full. */
export function appendHash(list: HashList, lo: number, hi: number): boolean {
  const at = 2 * list.count++;
  list.words[at] = lo;
  list.words[at + 1] = hi;
  return at + 2 === list.words.length;
}

/** Drops repetitions, and gives a full list twice the room if few of its hashes repeat others. */
export function tidyHashes(list: HashList): void {
  if (list.different === list.count) return;
  const capacity = list.words.length / 2;
  const isFull = list.count === capacity;
  list.count = dropRepeated(list.words, 0, list.count);
  list.different = list.count;
  if (!isFull || !isCrowded(list.count, capacity)) return;
  const grown = new Int32Array(4 * capacity);
  grown.set(list.words);
  list.words = grown;
}

/** The hashes of a tidy list in ascending order as signed 64-bit integers, two words each, low half first. */
export function sortedHashes(list: HashList): Int32Array {
  const sorted = list.words.slice(0, 2 * list.count);
  new BigInt64Array(sorted.buffer).sort();
  return sorted;
}

import { grownInt32 } from "../column/growable.ts";

/** Distinct pairs of 32-bit words, numbered 0, 1, 2, ... in the order of first sight. */
export interface PairTable {
  size(): number;
  /** The number of a pair, added if it is new. */
  intern(first: number, second: number): number;
  /** The number of a pair, or -1. */
  find(first: number, second: number): number;
  /** Takes a number that belongs to no pair. */
  reserve(): number;
  firsts(): Int32Array;
  seconds(): Int32Array;
}

const FIRST_SLOTS = 64;

/** An empty table: open addressing with linear probing, at most half full. */
export function createPairTable(): PairTable {
  let slots: Int32Array = new Int32Array(FIRST_SLOTS).fill(-1);
  let firsts: Int32Array = new Int32Array(FIRST_SLOTS);
  let seconds: Int32Array = new Int32Array(FIRST_SLOTS);
  let size = 0;
  const unhashed = new Set<number>();

  const slotOf = (first: number, second: number): number => {
    const mask = slots.length - 1;
    for (let slot = mixed(first, second) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot]!;
      if (number === -1 || (firsts[number] === first && seconds[number] === second)) return slot;
    }
  };

  const append = (first: number, second: number): number => {
    if (size >= firsts.length) {
      firsts = grownInt32(firsts, size + 1);
      seconds = grownInt32(seconds, size + 1);
    }
    firsts[size] = first;
    seconds[size] = second;
    return size++;
  };

  const grow = (): void => {
    slots = new Int32Array(slots.length * 2).fill(-1);
    for (let number = 0; number < size; number++) {
      if (!unhashed.has(number)) slots[slotOf(firsts[number]!, seconds[number]!)] = number;
    }
  };

  return {
    size: () => size,
    intern: (first, second) => {
      const slot = slotOf(first, second);
      const found = slots[slot]!;
      if (found !== -1) return found;
      const number = append(first, second);
      slots[slot] = number;
      if (size * 2 > slots.length) grow();
      return number;
    },
    find: (first, second) => slots[slotOf(first, second)]!,
    reserve: () => {
      unhashed.add(size);
      return append(0, 0);
    },
    firsts: () => firsts,
    seconds: () => seconds,
  };
}

/** Mixes two words into one; the finaliser of MurmurHash3 (A. Appleby, public domain). */
function mixed(first: number, second: number): number {
  let h = Math.imul(first, 0x9e3779b1) ^ second;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

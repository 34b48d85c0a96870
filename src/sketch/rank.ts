/**
 * How a 64-bit hash becomes a register (hll-storage-spec v1, as postgresql-hll and java-hll do it): the low log2m bits
 * are the register's index; of the rest, the number of trailing zeros plus one is the rank. A hash whose rest is 0 is
 * ignored: its rank is 0.
 */

const HASH_BITS = 64;
const WORD_BITS = 32;

/** Rank of a hash, 1 to 64 - log2m, or 0 if it is to be ignored. Not limited to a register's width. */
export function rankOf(lo: number, hi: number, log2m: number): number {
  const rest = (lo >>> log2m) | (hi << (WORD_BITS - log2m));
  if (rest !== 0) return WORD_BITS - Math.clz32(rest & -rest);
  const upper = hi >>> log2m;
  return upper === 0 ? 0 : WORD_BITS + WORD_BITS - Math.clz32(upper & -upper);
}

/** The largest rank that a register of `regwidth` bits can hold and a 64-bit hash can have. */
export function rankMax(log2m: number, regwidth: number): number {
  return Math.min(2 ** regwidth - 1, HASH_BITS - log2m);
}

/** Whether registers are so narrow that the largest rank stands for all larger ones too. */
export function saturates(log2m: number, regwidth: number): boolean {
  return 2 ** regwidth - 1 < HASH_BITS - log2m;
}

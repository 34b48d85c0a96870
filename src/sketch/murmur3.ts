/**
 * murmur3_x64_128 of Austin Appleby (public domain reference implementation, MurmurHash3.cpp) in 32-bit halves: a
 * 64-bit word is a pair (lo, hi) of signed 32-bit integers, since `BigInt` costs an allocation for each step.
 * Hashes are written as two words, low half first, so that a `BigInt64Array` over the same memory shows them whole.
 */

const C1_LO = 0x114253d5;
const C1_HI = 0x87c37b91 | 0;
const C2_LO = 0x2745937f;
const C2_HI = 0x4cf5ad43;
const FMIX1_LO = 0xed558ccd | 0;
const FMIX1_HI = 0xff51afd7 | 0;
const FMIX1_0 = FMIX1_LO & 0xffff; // the lower half in two parts of 16 bits
const FMIX1_1 = FMIX1_LO >>> 16;
const FMIX2_LO = 0x1a85ec53;
const FMIX2_HI = 0xc4ceb9fe | 0;
const FMIX2_0 = FMIX2_LO & 0xffff;
const FMIX2_1 = FMIX2_LO >>> 16;
const H1_ADD = 0x52dce729;
const H2_ADD = 0x38495ab5;

const BLOCK = 16; // bytes of input mixed at a time
const HALF_BLOCK = 8; // bytes of one 64-bit word

/** Upper 32 bits of the unsigned product of two 32-bit integers. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const carry = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}

/** Upper half of the low 64 bits of (lo, hi) * (cLo, cHi). The lower half is `Math.imul(lo, cLo)`. */
function mulUpper(lo: number, hi: number, cLo: number, cHi: number): number {
  return (mulHigh(lo, cLo) + Math.imul(lo, cHi) + Math.imul(hi, cLo)) | 0;
}

/** 1 if the 32-bit sum `sum = part + something` went past 2^32. */
function carryOf(sum: number, part: number): number {
  return sum >>> 0 < part >>> 0 ? 1 : 0;
}

/**
 * First 64 bits of murmur3_x64_128 of `bytes[start, end)`, written to `out[at]` (low half) and `out[at + 1]` (high half).
 * Cost: O(bytes); nothing is allocated.
 */
export function hashBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Int32Array,
  at: number,
  seed: number = 0,
): void {
  digest(bytes, start, end, seed, out, at, false);
}

/**
 * First 64 bits of murmur3_x64_128 of the 8 bytes of a little-endian 64-bit word, written to `out[at]` and `out[at + 1]`.
 * Equal to `hashBytes` of those bytes.
 */
export function hashWords(lo: number, hi: number, out: Int32Array, at: number, seed: number = 0): void {
  const kLo = Math.imul(lo, C1_LO);
  const kHi = mulUpper(lo, hi, C1_LO, C1_HI);
  const rLo = (kLo << 31) | (kHi >>> 1);
  const rHi = (kHi << 31) | (kLo >>> 1);
  const h1Lo = seed ^ Math.imul(rLo, C2_LO);
  const h1Hi = mulUpper(rLo, rHi, C2_LO, C2_HI);
  finish(h1Lo, h1Hi, seed | 0, 0, HALF_BLOCK, out, at, false);
}

/**
 * All 128 bits of murmur3_x64_128, as two unsigned 64-bit integers. For tests and for other formats; slow.
 *
 * @example
 * murmur3(new TextEncoder().encode("The quick brown fox jumps over the lazy dog")).h1.toString(16); // "e34bbc7bbc071b6c"
 */
export function murmur3(bytes: Uint8Array, seed: number = 0): { readonly h1: bigint; readonly h2: bigint } {
  const out = new Int32Array(4);
  digest(bytes, 0, bytes.length, seed, out, 0, true);
  const [h1 = 0n, h2 = 0n] = new BigUint64Array(out.buffer);
  return { h1, h2 };
}

function digest(
  bytes: Uint8Array,
  start: number,
  end: number,
  seed: number,
  out: Int32Array,
  at: number,
  wide: boolean,
): void {
  let h1Lo = seed | 0;
  let h1Hi = 0;
  let h2Lo = seed | 0;
  let h2Hi = 0;
  for (let position = start; position < end; position += BLOCK) {
    // What is missing of the last block counts as zero bytes; a zero word leaves h1 and h2 as they are.
    const aLo = wordAt(bytes, position, end);
    const aHi = wordAt(bytes, position + 4, end);
    const bLo = wordAt(bytes, position + 8, end);
    const bHi = wordAt(bytes, position + 12, end);

    // h1 ^= rotl(a * c1, 31) * c2
    const k1Lo = Math.imul(aLo, C1_LO);
    const k1Hi = mulUpper(aLo, aHi, C1_LO, C1_HI);
    const r1Lo = (k1Lo << 31) | (k1Hi >>> 1);
    const r1Hi = (k1Hi << 31) | (k1Lo >>> 1);
    h1Lo ^= Math.imul(r1Lo, C2_LO);
    h1Hi ^= mulUpper(r1Lo, r1Hi, C2_LO, C2_HI);
    // h2 ^= rotl(b * c2, 33) * c1
    const k2Lo = Math.imul(bLo, C2_LO);
    const k2Hi = mulUpper(bLo, bHi, C2_LO, C2_HI);
    const r2Lo = (k2Hi << 1) | (k2Lo >>> 31);
    const r2Hi = (k2Lo << 1) | (k2Hi >>> 31);
    const x2Lo = h2Lo ^ Math.imul(r2Lo, C1_LO);
    const x2Hi = h2Hi ^ mulUpper(r2Lo, r2Hi, C1_LO, C1_HI);
    if (position + BLOCK > end) {
      h2Lo = x2Lo;
      h2Hi = x2Hi;
      break;
    }
    // h1 = (rotl(h1, 27) + h2) * 5 + H1_ADD, with the h2 of before
    const s1Lo = (h1Lo << 27) | (h1Hi >>> 5);
    const s1Hi = (h1Hi << 27) | (h1Lo >>> 5);
    const t1Lo = (s1Lo + h2Lo) | 0;
    const t1Hi = (s1Hi + h2Hi + carryOf(t1Lo, s1Lo)) | 0;
    const f1Lo = ((t1Lo << 2) + t1Lo) | 0;
    h1Lo = (f1Lo + H1_ADD) | 0;
    h1Hi = (times5Upper(t1Lo, t1Hi, f1Lo) + carryOf(h1Lo, f1Lo)) | 0;
    // h2 = (rotl(h2, 31) + h1) * 5 + H2_ADD
    const s2Lo = (x2Lo << 31) | (x2Hi >>> 1);
    const s2Hi = (x2Hi << 31) | (x2Lo >>> 1);
    const t2Lo = (s2Lo + h1Lo) | 0;
    const t2Hi = (s2Hi + h1Hi + carryOf(t2Lo, s2Lo)) | 0;
    const f2Lo = ((t2Lo << 2) + t2Lo) | 0;
    h2Lo = (f2Lo + H2_ADD) | 0;
    h2Hi = (times5Upper(t2Lo, t2Hi, f2Lo) + carryOf(h2Lo, f2Lo)) | 0;
  }
  finish(h1Lo, h1Hi, h2Lo, h2Hi, end - start, out, at, wide);
}

/** Upper half of 5 * (lo, hi), whose lower half is `product`. */
function times5Upper(lo: number, hi: number, product: number): number {
  return (hi << 2) + (lo >>> 30) + hi + carryOf(product, lo);
}

/** Four bytes, little-endian, with 0 for those from `end` on. */
function wordAt(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return partialWordAt(bytes, at, end);
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function partialWordAt(bytes: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let i = at; i < end; i++) word |= (bytes[i] as number) << ((i - at) << 3);
  return word;
}

/** Mixes in the length, avalanches both halves (fmix64) and writes h1, and h2 if `wide`. */
function finish(
  h1Lo: number,
  h1Hi: number,
  h2Lo: number,
  h2Hi: number,
  length: number,
  out: Int32Array,
  at: number,
  wide: boolean,
): void {
  const x2Lo = h2Lo ^ length;
  const x1Lo = h1Lo ^ length;
  let aLo = (x1Lo + x2Lo) | 0;
  let aHi = (h1Hi + h2Hi + carryOf(aLo, x1Lo)) | 0;
  let bLo = (x2Lo + aLo) | 0;
  let bHi = (h2Hi + aHi + carryOf(bLo, x2Lo)) | 0;

  // What follows is `x ^= x >>> 33; x *= FMIX1; x ^= x >>> 33; x *= FMIX2; x ^= x >>> 33` for a and b. The products are
  // written out: as calls of mulUpper they exceed what V8 inlines into one function, and a hash takes twice as long.
  let low: number;
  let high: number;
  let middle: number;
  let carry: number;
  let upper: number;
  aLo ^= aHi >>> 1;
  low = aLo & 0xffff;
  high = aLo >>> 16;
  middle = (Math.imul(high, FMIX1_0) + (Math.imul(low, FMIX1_0) >>> 16)) | 0;
  carry = (Math.imul(low, FMIX1_1) + (middle & 0xffff)) | 0;
  upper = (Math.imul(high, FMIX1_1) + (middle >>> 16) + (carry >>> 16)) | 0;
  aHi = (upper + Math.imul(aLo, FMIX1_HI) + Math.imul(aHi, FMIX1_LO)) | 0;
  aLo = Math.imul(aLo, FMIX1_LO) ^ (aHi >>> 1);
  low = aLo & 0xffff;
  high = aLo >>> 16;
  middle = (Math.imul(high, FMIX2_0) + (Math.imul(low, FMIX2_0) >>> 16)) | 0;
  carry = (Math.imul(low, FMIX2_1) + (middle & 0xffff)) | 0;
  upper = (Math.imul(high, FMIX2_1) + (middle >>> 16) + (carry >>> 16)) | 0;
  aHi = (upper + Math.imul(aLo, FMIX2_HI) + Math.imul(aHi, FMIX2_LO)) | 0;
  aLo = Math.imul(aLo, FMIX2_LO) ^ (aHi >>> 1);

  bLo ^= bHi >>> 1;
  low = bLo & 0xffff;
  high = bLo >>> 16;
  middle = (Math.imul(high, FMIX1_0) + (Math.imul(low, FMIX1_0) >>> 16)) | 0;
  carry = (Math.imul(low, FMIX1_1) + (middle & 0xffff)) | 0;
  upper = (Math.imul(high, FMIX1_1) + (middle >>> 16) + (carry >>> 16)) | 0;
  bHi = (upper + Math.imul(bLo, FMIX1_HI) + Math.imul(bHi, FMIX1_LO)) | 0;
  bLo = Math.imul(bLo, FMIX1_LO) ^ (bHi >>> 1);
  low = bLo & 0xffff;
  high = bLo >>> 16;
  middle = (Math.imul(high, FMIX2_0) + (Math.imul(low, FMIX2_0) >>> 16)) | 0;
  carry = (Math.imul(low, FMIX2_1) + (middle & 0xffff)) | 0;
  upper = (Math.imul(high, FMIX2_1) + (middle >>> 16) + (carry >>> 16)) | 0;
  bHi = (upper + Math.imul(bLo, FMIX2_HI) + Math.imul(bHi, FMIX2_LO)) | 0;
  bLo = Math.imul(bLo, FMIX2_LO) ^ (bHi >>> 1);

  const sumLo = (aLo + bLo) | 0;
  const sumHi = (aHi + bHi + carryOf(sumLo, aLo)) | 0;
  out[at] = sumLo;
  out[at + 1] = sumHi;
  if (!wide) return;
  const secondLo = (bLo + sumLo) | 0;
  out[at + 2] = secondLo;
  out[at + 3] = (bHi + sumHi + carryOf(secondLo, bLo)) | 0;
}

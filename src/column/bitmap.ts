/** Bits in Arrow's order: row `i` is bit `i & 7` of byte `i >> 3`. In a validity bitmap 1 means "has a value". */
export type Bitmap = Uint8Array;

const ALL = 0xff;

/** Bytes that `length` bits take. */
export const bitmapBytes = (length: number): number => (length + 7) >> 3;

/** `length` bits, all 0. */
export const bitmapOf = (length: number): Bitmap => new Uint8Array(bitmapBytes(length));

/** `length` bits, all 1 (the bits behind the last row are 0). */
export function fullBitmap(length: number): Bitmap {
  const bits = bitmapOf(length).fill(ALL);
  if ((length & 7) !== 0) bits[bits.length - 1] = (1 << (length & 7)) - 1;
  return bits;
}

export const getBit = (bits: Bitmap, i: number): boolean => ((bits[i >> 3]! >> (i & 7)) & 1) === 1;

export function setBit(bits: Bitmap, i: number): void {
  bits[i >> 3]! |= 1 << (i & 7);
}

export function clearBit(bits: Bitmap, i: number): void {
  bits[i >> 3]! &= ~(1 << (i & 7));
}

/** Whether row `i` has a value; no bitmap means that all rows have one. */
export const isValid = (validity: Bitmap | null, i: number): boolean =>
  validity === null || ((validity[i >> 3]! >> (i & 7)) & 1) === 1;

const POPULATION = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
});

/** How many of the first `length` bits are 1. */
export function countBits(bits: Bitmap, length: number): number {
  const whole = length >> 3;
  let count = 0;
  for (let i = 0; i < whole; i++) count += POPULATION[bits[i]!]!;
  if ((length & 7) !== 0) count += POPULATION[bits[whole]! & ((1 << (length & 7)) - 1)]!;
  return count;
}

/** Bits `start` to `end` as a bitmap of its own; shares memory where `start` falls on a byte. */
export function sliceBitmap(bits: Bitmap, start: number, end: number): Bitmap {
  if ((start & 7) === 0) return bits.subarray(start >> 3, bitmapBytes(end));
  const out = bitmapOf(end - start);
  const shift = start & 7;
  const first = start >> 3;
  for (let i = 0; i < out.length; i++) {
    out[i] = (bits[first + i]! >> shift) | ((bits[first + i + 1] ?? 0) << (8 - shift));
  }
  return out;
}

/** Rows that have a value on both sides. */
export function bothValid(a: Bitmap | null, b: Bitmap | null, length: number): Bitmap | null {
  if (a === null) return b;
  if (b === null || a === b) return a;
  const out = bitmapOf(length);
  for (let i = 0; i < out.length; i++) out[i] = a[i]! & b[i]!;
  return out;
}

/** The positions of the 1 bits among the first `length`, in order. */
export function bitPositions(bits: Bitmap, length: number): Int32Array {
  const out = new Int32Array(countBits(bits, length));
  let n = 0;
  const bytes = bitmapBytes(length);
  for (let b = 0; b < bytes; b++) {
    let byte = bits[b]!;
    if (b === bytes - 1 && (length & 7) !== 0) byte &= (1 << (length & 7)) - 1;
    const base = b << 3;
    while (byte !== 0) {
      out[n++] = base + (31 - Math.clz32(byte & -byte));
      byte &= byte - 1;
    }
  }
  return out;
}

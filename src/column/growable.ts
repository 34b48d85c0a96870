const FIRST_CAPACITY = 16;

/** The next capacity that holds `needed` items: doubled, so that appends cost amortised O(1). */
export const grownCapacity = (capacity: number, needed: number): number =>
  Math.max(FIRST_CAPACITY, needed, capacity * 2);

/** `array`, or a copy with room for `needed` items. */
export function grownInt32(array: Int32Array, needed: number): Int32Array {
  if (needed <= array.length) return array;
  const grown = new Int32Array(grownCapacity(array.length, needed));
  grown.set(array);
  return grown;
}

/** `array`, or a copy with room for `needed` items. */
export function grownFloat64(array: Float64Array, needed: number): Float64Array {
  if (needed <= array.length) return array;
  const grown = new Float64Array(grownCapacity(array.length, needed));
  grown.set(array);
  return grown;
}

/** `array`, or a copy with room for `needed` bytes. */
export function grownBytes(array: Uint8Array, needed: number): Uint8Array {
  if (needed <= array.length) return array;
  const grown = new Uint8Array(grownCapacity(array.length, needed));
  grown.set(array);
  return grown;
}

/** `array`, or a copy with room for `needed` items. */
export function grownBigInt64(array: BigInt64Array, needed: number): BigInt64Array {
  if (needed <= array.length) return array;
  const grown = new BigInt64Array(grownCapacity(array.length, needed));
  grown.set(array);
  return grown;
}

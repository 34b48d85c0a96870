const EXPONENT_BITS = 0x1f;
const FRACTION_BITS = 0x3ff;
const FRACTION_UNIT = 2 ** -10;
const SUBNORMAL_UNIT = 2 ** -24;
const BIAS = 15;

/** The value of a 16-bit float (IEEE 754, binary16). */
export function halfFloat(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & EXPONENT_BITS;
  const fraction = bits & FRACTION_BITS;
  if (exponent === 0) return sign * fraction * SUBNORMAL_UNIT;
  if (exponent === EXPONENT_BITS) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - BIAS) * (1 + fraction * FRACTION_UNIT);
}

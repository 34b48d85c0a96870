import { type Bitmap, bothValid, clearBit, fullBitmap, isValid } from "../column/bitmap.ts";
import type { Float64Column, Int32Column, Int64Column } from "../column/column.ts";
import { TidemarkError } from "../errors.ts";
import { bigintsOf, exactDoubles } from "../column/int64.ts";
import { allValid, indexMask } from "./operand.ts";

export type ArithmeticOperator = "+" | "-" | "*" | "//" | "%";

const SAFE = Number.MAX_SAFE_INTEGER;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/**
 * 64-bit integer arithmetic, row by row; null on either side gives null, and so does `//` or `%` by 0 (as in DuckDB).
 * `//` and `%` truncate toward zero. Computes in doubles and falls back to `BigInt` for a batch beyond 2^53.
 * @throws type.overflow where a result does not fit 64 bits
 */
export function int64Arithmetic(
  operator: ArithmeticOperator,
  left: Int64Column,
  right: Int64Column,
  length: number,
): Int64Column {
  const validity = divisorValidity(operator, right, allValid([left, right], length), length);
  const a = exactDoubles(left);
  const b = exactDoubles(right);
  if (a !== null && b !== null) {
    const values = doubleArithmetic(operator, a, indexMask(left, length), b, indexMask(right, length), length);
    if (normalizeExact(values, validity)) return { kind: "int64", length, validity, values };
  }
  return { kind: "int64", length, validity, values: bigintArithmetic(operator, left, right, validity, length) };
}

/** 32-bit integer arithmetic; as `int64Arithmetic`. @throws type.overflow where a result does not fit 32 bits */
export function int32Arithmetic(
  operator: ArithmeticOperator,
  left: Int32Column,
  right: Int32Column,
  length: number,
): Int32Column {
  const validity = divisorValidity(operator, right, allValid([left, right], length), length);
  const a = left.values;
  const b = right.values;
  const wide = doubleArithmetic(operator, a, indexMask(left, length), b, indexMask(right, length), length);
  const values = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const value = wide[i]!;
    if ((value < INT32_MIN || value > INT32_MAX) && isValid(validity, i)) {
      throw overflow(operator, a[i & indexMask(left, length)]!, b[i & indexMask(right, length)]!, "INTEGER");
    }
    values[i] = value;
  }
  return { kind: "int32", length, validity, values };
}

/**
 * IEEE arithmetic, row by row; null on either side gives null. `//` divides as `/` does, without rounding, but gives
 * null where the divisor is 0; `%` has the sign of the dividend and gives NaN by 0 (all as in DuckDB).
 */
export function float64Arithmetic(
  operator: ArithmeticOperator | "/",
  left: Float64Column,
  right: Float64Column,
  length: number,
): Float64Column {
  const [aMask, bMask] = [indexMask(left, length), indexMask(right, length)];
  const a = left.values;
  const b = right.values;
  const both = allValid([left, right], length);
  const validity = operator === "//" ? nonZeroValidity(right, both, length) : both;
  if (operator === "+" || operator === "-" || operator === "*") {
    return { kind: "float64", length, validity, values: doubleArithmetic(operator, a, aMask, b, bMask, length) };
  }
  const values = new Float64Array(length);
  if (operator === "%") for (let i = 0; i < length; i++) values[i] = a[i & aMask]! % b[i & bMask]!;
  else for (let i = 0; i < length; i++) values[i] = a[i & aMask]! / b[i & bMask]!;
  return { kind: "float64", length, validity, values };
}

function doubleArithmetic(
  operator: ArithmeticOperator,
  a: Float64Array | Int32Array,
  aMask: number,
  b: Float64Array | Int32Array,
  bMask: number,
  length: number,
): Float64Array {
  const out = new Float64Array(length);
  switch (operator) {
    case "+":
      for (let i = 0; i < length; i++) out[i] = a[i & aMask]! + b[i & bMask]!;
      return out;
    case "-":
      for (let i = 0; i < length; i++) out[i] = a[i & aMask]! - b[i & bMask]!;
      return out;
    case "*":
      for (let i = 0; i < length; i++) out[i] = a[i & aMask]! * b[i & bMask]!;
      return out;
    case "//":
      // The remainder is exact, so the quotient is too, where dividing and truncating could round up.
      for (let i = 0; i < length; i++) {
        const dividend = a[i & aMask]!;
        const divisor = b[i & bMask]!;
        out[i] = (dividend - (dividend % divisor)) / divisor;
      }
      return out;
    case "%":
      for (let i = 0; i < length; i++) out[i] = a[i & aMask]! % b[i & bMask]!;
      return out;
  }
}

function bigintArithmetic(
  operator: ArithmeticOperator,
  left: Int64Column,
  right: Int64Column,
  validity: Bitmap | null,
  length: number,
): BigInt64Array {
  const [aMask, bMask] = [indexMask(left, length), indexMask(right, length)];
  const a = bigintsOf(left);
  const b = bigintsOf(right);
  const out = new BigInt64Array(length);
  for (let i = 0; i < length; i++) {
    if (!isValid(validity, i)) continue;
    const value = bigintResult(operator, a[i & aMask]!, b[i & bMask]!);
    if (value < INT64_MIN || value > INT64_MAX) throw overflow(operator, a[i & aMask]!, b[i & bMask]!, "BIGINT");
    out[i] = value;
  }
  return out;
}

function bigintResult(operator: ArithmeticOperator, a: bigint, b: bigint): bigint {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "//":
      return a / b;
    case "%":
      return a % b;
  }
}

/** For `//` and `%` of integers: rows whose divisor is 0 become null. */
function divisorValidity(
  operator: ArithmeticOperator,
  right: Int64Column | Int32Column,
  validity: Bitmap | null,
  length: number,
): Bitmap | null {
  return operator === "//" || operator === "%" ? nonZeroValidity(right, validity, length) : validity;
}

function nonZeroValidity(
  right: Int64Column | Int32Column | Float64Column,
  validity: Bitmap | null,
  length: number,
): Bitmap | null {
  const mask = indexMask(right, length);
  let nonZero: Bitmap | null = null;
  for (let i = 0; i < length; i++) {
    if (Number(right.values[i & mask]!) !== 0) continue;
    nonZero ??= fullBitmap(length);
    clearBit(nonZero, i);
  }
  return bothValid(validity, nonZero, length);
}

/** Whether all valid results are exact; writes 0 under nulls that are not, and for -0. */
function normalizeExact(values: Float64Array, validity: Bitmap | null): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value <= SAFE && value >= -SAFE) values[i] = value + 0;
    else if (isValid(validity, i)) return false;
    else values[i] = 0;
  }
  return true;
}

function overflow(operator: string, a: number | bigint, b: number | bigint, type: string): TidemarkError {
  return new TidemarkError("type.overflow", `${a} ${operator} ${b} does not fit ${type}`, {
    hint: type === "INTEGER" ? "cast one side to BIGINT" : "cast one side to DOUBLE",
  });
}

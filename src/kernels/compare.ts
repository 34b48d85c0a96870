import { type Bitmap, bitmapOf } from "../column/bitmap.ts";
import type {
  BoolColumn,
  Column,
  DictionaryColumn,
  Float64Column,
  Int32Column,
  Int64Column,
  TextColumn,
  Utf8Column,
} from "../column/column.ts";
import { compareBytes, equalBytes } from "../column/text.ts";
import { bigintsOf, exactDoubles } from "../column/int64.ts";
import { allValid, indexMask, isConstant } from "./operand.ts";
import { plainText } from "../column/plain-text.ts";

export type ComparisonOperator = "=" | "<>" | "<" | "<=" | ">" | ">=";

/** What each operator is made of: "less" or "equal", perhaps with sides swapped, perhaps negated. The order is total, so `>=` is "not less". */
const PRIMITIVE = {
  "=": { less: false, swap: false, negate: false },
  "<>": { less: false, swap: false, negate: true },
  "<": { less: true, swap: false, negate: false },
  ">=": { less: true, swap: false, negate: true },
  ">": { less: true, swap: true, negate: false },
  "<=": { less: true, swap: true, negate: true },
} as const;

/**
 * Compares two columns of one type, row by row; null on either side gives null. NaN equals itself and is greater than
 * every number; text compares by code point; false is less than true.
 */
export function compare(operator: ComparisonOperator, left: Column, right: Column, length: number): BoolColumn {
  const { less, swap, negate } = PRIMITIVE[operator];
  const bits = swap ? compareBits(less, right, left, length) : compareBits(less, left, right, length);
  if (negate) for (let i = 0; i < bits.length; i++) bits[i] = ~bits[i]!;
  return { kind: "bool", length, validity: allValid([left, right], length), bits };
}

function compareBits(less: boolean, left: Column, right: Column, length: number): Bitmap {
  if (isText(left) && isText(right)) return textBits(less, left, right, length);
  if (left.kind === "bool" && right.kind === "bool") {
    return numberBits(
      less,
      bytesOfBool(left),
      indexMask(left, length),
      bytesOfBool(right),
      indexMask(right, length),
      length,
    );
  }
  if (isNumber(left) && isNumber(right)) return numericBits(less, left, right, length);
  throw new RangeError(`cannot compare ${left.kind} with ${right.kind}`);
}

const isText = (column: Column): column is TextColumn => column.kind === "utf8" || column.kind === "dictionary";

type NumberColumn = Int64Column | Int32Column | Float64Column;
const isNumber = (column: Column): column is NumberColumn =>
  column.kind === "int64" || column.kind === "int32" || column.kind === "float64";

function numericBits(less: boolean, left: NumberColumn, right: NumberColumn, length: number): Bitmap {
  const [aMask, bMask] = [indexMask(left, length), indexMask(right, length)];
  if (left.kind === "int32" && right.kind === "int32")
    return numberBits(less, left.values, aMask, right.values, bMask, length);
  const a = exactDoubles(left);
  const b = exactDoubles(right);
  if (a === null || b === null) return bigintBits(less, left as Int64Column, right as Int64Column, length);
  return left.kind === "float64"
    ? floatBits(less, a, aMask, b, bMask, length)
    : numberBits(less, a, aMask, b, bMask, length);
}

type Numbers = Float64Array | Int32Array | Uint8Array;

function numberBits(less: boolean, a: Numbers, aMask: number, b: Numbers, bMask: number, length: number): Bitmap {
  const bits = bitmapOf(length);
  if (less) for (let i = 0; i < length; i++) bits[i >> 3]! |= Number(a[i & aMask]! < b[i & bMask]!) << (i & 7);
  else for (let i = 0; i < length; i++) bits[i >> 3]! |= Number(a[i & aMask]! === b[i & bMask]!) << (i & 7);
  return bits;
}

function floatBits(
  less: boolean,
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  length: number,
): Bitmap {
  const bits = bitmapOf(length);
  if (less) {
    for (let i = 0; i < length; i++) {
      const x = a[i & aMask]!;
      const y = b[i & bMask]!;
      bits[i >> 3]! |= Number(x < y || (Number.isNaN(y) && !Number.isNaN(x))) << (i & 7);
    }
  } else {
    for (let i = 0; i < length; i++) {
      const x = a[i & aMask]!;
      const y = b[i & bMask]!;
      bits[i >> 3]! |= Number(x === y || (Number.isNaN(x) && Number.isNaN(y))) << (i & 7);
    }
  }
  return bits;
}

function bigintBits(
  less: boolean,
  left: Int64Column | Int32Column,
  right: Int64Column | Int32Column,
  length: number,
): Bitmap {
  const [aMask, bMask] = [indexMask(left, length), indexMask(right, length)];
  const a = bigintsOf(left);
  const b = bigintsOf(right);
  const bits = bitmapOf(length);
  for (let i = 0; i < length; i++) {
    const x = a[i & aMask]!;
    const y = b[i & bMask]!;
    bits[i >> 3]! |= Number(less ? x < y : x === y) << (i & 7);
  }
  return bits;
}

function bytesOfBool(column: BoolColumn): Uint8Array {
  const bytes = new Uint8Array(column.length);
  for (let i = 0; i < column.length; i++) bytes[i] = (column.bits[i >> 3]! >> (i & 7)) & 1;
  return bytes;
}

function textBits(less: boolean, left: TextColumn, right: TextColumn, length: number): Bitmap {
  if (left.kind === "dictionary" && isConstant(right, length) && !isConstant(left, length))
    return codeBits(left, length, (all) => plainBits(less, all, plainText(right), all.length));
  if (right.kind === "dictionary" && isConstant(left, length) && !isConstant(right, length))
    return codeBits(right, length, (all) => plainBits(less, plainText(left), all, all.length));
  if (!less && left.kind === "dictionary" && right.kind === "dictionary" && left.dictionary === right.dictionary) {
    return numberBits(less, left.codes, indexMask(left, length), right.codes, indexMask(right, length), length);
  }
  return plainBits(less, plainText(left), plainText(right), length);
}

/** The answer for each dictionary entry once, then by code. */
export function codeBits(column: DictionaryColumn, length: number, answer: (entries: Utf8Column) => Bitmap): Bitmap {
  if (column.dictionary.size() > length) return answer(plainText(column));
  const byCode = answer(column.dictionary.values());
  const { codes } = column;
  const bits = bitmapOf(length);
  for (let i = 0; i < length; i++) {
    const code = codes[i]!;
    bits[i >> 3]! |= ((byCode[code >> 3]! >> (code & 7)) & 1) << (i & 7);
  }
  return bits;
}

function plainBits(less: boolean, left: Utf8Column, right: Utf8Column, length: number): Bitmap {
  const [aMask, bMask] = [indexMask(left, length), indexMask(right, length)];
  const bits = bitmapOf(length);
  for (let i = 0; i < length; i++) {
    const [a, b] = [i & aMask, i & bMask];
    const [aStart, aEnd, bStart, bEnd] = [
      left.offsets[a]!,
      left.offsets[a + 1]!,
      right.offsets[b]!,
      right.offsets[b + 1]!,
    ];
    const holds = less
      ? compareBytes(left.bytes, aStart, aEnd, right.bytes, bStart, bEnd) < 0
      : equalBytes(left.bytes, aStart, aEnd, right.bytes, bStart, bEnd);
    bits[i >> 3]! |= Number(holds) << (i & 7);
  }
  return bits;
}

import { type Bitmap, bitmapBytes, bitmapOf, fullBitmap } from "../column/bitmap.ts";
import type { BoolColumn, Column } from "../column/column.ts";
import { isConstant, operandValidity } from "./operand.ts";

/**
 * Kleene `and`, row by row.
 *
 * |       | true  | false | null  |
 * |-------|-------|-------|-------|
 * | true  | true  | false | null  |
 * | false | false | false | false |
 * | null  | null  | false | null  |
 */
export function and(left: BoolColumn, right: BoolColumn, length: number): BoolColumn {
  const [a, aTrue] = truths(left, length);
  const [b, bTrue] = truths(right, length);
  const bits = bitmapOf(length);
  for (let i = 0; i < bits.length; i++) bits[i] = aTrue[i]! & bTrue[i]!;
  if (a === null && b === null) return { kind: "bool", length, validity: null, bits };
  // Known where both are known, or where either is known to be false.
  const validity = bitmapOf(length);
  for (let i = 0; i < bits.length; i++) {
    const [aKnown, bKnown] = [a?.[i] ?? 0xff, b?.[i] ?? 0xff];
    validity[i] = (aKnown & bKnown) | (aKnown & ~aTrue[i]!) | (bKnown & ~bTrue[i]!);
  }
  return { kind: "bool", length, validity, bits };
}

/**
 * Kleene `or`, row by row.
 *
 * |       | true | false | null |
 * |-------|------|-------|------|
 * | true  | true | true  | true |
 * | false | true | false | null |
 * | null  | true | null  | null |
 */
export const or = (left: BoolColumn, right: BoolColumn, length: number): BoolColumn =>
  not(and(not(left), not(right), length));

/** Kleene `not`: null stays null. */
export function not(column: BoolColumn): BoolColumn {
  const bits = bitmapOf(column.length);
  for (let i = 0; i < bits.length; i++) bits[i] = ~column.bits[i]!;
  return { ...column, bits };
}

/** Whether each row is null; never null itself. */
export function isNull(column: Column, length: number): BoolColumn {
  const validity = operandValidity(column, length);
  const bits = bitmapOf(length);
  if (validity !== null) for (let i = 0; i < bits.length; i++) bits[i] = ~validity[i]!;
  return { kind: "bool", length, validity: null, bits };
}

/** The rows where a condition is true: null counts as not true. */
export function trueBits(column: BoolColumn, length: number): Bitmap {
  const [validity, truth] = truths(column, length);
  if (validity === null) return truth;
  const out = bitmapOf(length);
  for (let i = 0; i < out.length; i++) out[i] = truth[i]! & validity[i]!;
  return out;
}

/** Validity and values over `length` rows, a constant spread out; values under null are false. */
function truths(column: BoolColumn, length: number): [Bitmap | null, Bitmap] {
  const validity = operandValidity(column, length);
  let bits = column.bits;
  if (isConstant(column, length)) bits = (bits[0]! & 1) === 1 ? fullBitmap(length) : bitmapOf(length);
  if (validity === null) return [null, bits];
  const known = new Uint8Array(bitmapBytes(length));
  for (let i = 0; i < known.length; i++) known[i] = bits[i]! & validity[i]!;
  return [validity, known];
}

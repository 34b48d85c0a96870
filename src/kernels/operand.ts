import { type Bitmap, bitmapOf, bothValid, isValid } from "../column/bitmap.ts";
import type { Column } from "../column/column.ts";

/**
 * A kernel takes columns of the result's length, or of length 1 for a constant. Row `i` of an operand is
 * `values[i & indexMask(column, length)]`, so that one loop serves both.
 */
export const indexMask = (column: Column, length: number): number => (column.length === 1 && length !== 1 ? 0 : -1);

/** Whether the operand is one value for all rows. */
export const isConstant = (column: Column, length: number): boolean => column.length === 1 && length !== 1;

/** The validity of an operand over `length` rows: a null constant makes every row null. */
export function operandValidity(column: Column, length: number): Bitmap | null {
  if (!isConstant(column, length)) return column.validity;
  return isValid(column.validity, 0) ? null : bitmapOf(length);
}

/** Rows where every operand has a value. */
export function allValid(operands: readonly Column[], length: number): Bitmap | null {
  let validity: Bitmap | null = null;
  for (const operand of operands) validity = bothValid(validity, operandValidity(operand, length), length);
  return validity;
}

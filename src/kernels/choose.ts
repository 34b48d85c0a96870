import { bitPositions } from "../column/bitmap.ts";
import type { BoolColumn, Column } from "../column/column.ts";
import type { DataType } from "../types/data-type.ts";
import { trueBits } from "./boolean.ts";
import { concat } from "./concat.ts";
import { take } from "./take.ts";

/** Row by row: the left value where the condition is true, else (false or null) the right one. All of one length. */
export function choose(condition: BoolColumn, left: Column, right: Column, type: DataType): Column {
  const { length } = condition;
  const rows = Int32Array.from({ length }, (_, i) => length + i);
  for (const row of bitPositions(trueBits(condition, length), length)) rows[row] = row;
  return take(concat([left, right], type), rows);
}

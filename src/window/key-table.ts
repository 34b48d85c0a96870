import { type Batch } from "../column/batch.ts";
import { type Bitmap, bothValid } from "../column/bitmap.ts";
import { type Column, physicalKind } from "../column/column.ts";
import { evaluateColumn } from "../exec/evaluate.ts";
import type { Bound } from "../expr/bound.ts";
import { createGroupTable } from "../kernels/group.ts";

/** Numbers the keys of a resolver. A null key is no key. */
export interface KeyTable {
  /** The key number of each row; -1 where a part of the key is null. */
  assign(batch: Batch): Int32Array;
  /** The number of the key with these one-row columns, or -1. */
  find(columns: readonly Column[]): number;
  columns(numbers: Int32Array): Column[];
  size(): number;
}

export function createKeyTable(keys: readonly Bound[]): KeyTable {
  const table = createGroupTable(keys.map(({ type }) => physicalKind(type)));
  return {
    assign: (batch) => {
      const columns = keys.map((key) => evaluateColumn(key, batch));
      const numbers = table.assign(columns, batch.length);
      const validity = columns.reduce<Bitmap | null>(
        (all, { validity: own }) => bothValid(all, own, batch.length),
        null,
      );
      if (validity !== null)
        for (let i = 0; i < numbers.length; i++) if (((validity[i >> 3]! >> (i & 7)) & 1) === 0) numbers[i] = -1;
      return numbers;
    },
    find: (columns) => table.assign(columns, 1, { insert: false })[0]!,
    columns: (numbers) => table.keys(numbers),
    size: () => table.size(),
  };
}

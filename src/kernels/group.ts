import type { Column } from "../column/column.ts";
import { pickInt32 } from "../column/pick.ts";
import { type KeyEncoder, keyEncoder } from "./key-encoder.ts";
import { createPairTable, type PairTable } from "./pair-table.ts";

/** Numbers the distinct combinations of key columns 0, 1, 2, ... in the order of first sight. */
export interface GroupTable {
  /** The group of each row. With `insert: false` a new combination gets -1 and is not added. */
  assign(keys: readonly Column[], length: number, options?: { readonly insert: boolean }): Int32Array;
  size(): number;
  /** The key columns of these groups. */
  keys(groups: Int32Array): Column[];
}

/**
 * A table for keys of these physical kinds. Each column is numbered alone, then pairs of numbers are numbered, from
 * left to right: one hash a column and row. Without keys all rows are group 0.
 */
export function createGroupTable(kinds: readonly Column["kind"][]): GroupTable {
  const encoders: KeyEncoder[] = kinds.map((kind) => keyEncoder(kind));
  const pairs: PairTable[] = kinds.slice(1).map(() => createPairTable());
  return {
    assign: (keys, length, options = { insert: true }) => {
      const groups = new Int32Array(length);
      const numbers = new Int32Array(length);
      keys.forEach((key, k) => {
        const encoder = encoders[k]!;
        const table = pairs[k - 1];
        if (table === undefined) return encoder.encode(key, groups, options);
        encoder.encode(key, numbers, options);
        combine(table, groups, numbers, options.insert);
      });
      return groups;
    },
    size: () => (pairs.at(-1) ?? encoders[0])?.size() ?? 1,
    keys: (groups) => {
      const columns: Column[] = [];
      let numbers = groups;
      for (let k = pairs.length; k >= 1; k--) {
        const table = pairs[k - 1]!;
        columns[k] = encoders[k]!.values(pickInt32(table.seconds(), numbers));
        numbers = pickInt32(table.firsts(), numbers);
      }
      if (encoders[0] !== undefined) columns[0] = encoders[0].values(numbers);
      return columns;
    },
  };
}

function combine(table: PairTable, groups: Int32Array, numbers: Int32Array, insert: boolean): void {
  for (let i = 0; i < groups.length; i++) {
    const [first, second] = [groups[i]!, numbers[i]!];
    if (first === -1 || second === -1) groups[i] = -1;
    else groups[i] = insert ? table.intern(first, second) : table.find(first, second);
  }
}

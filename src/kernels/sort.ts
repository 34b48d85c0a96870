import { getBit, isValid } from "../column/bitmap.ts";
import type { Column } from "../column/column.ts";
import { compareBytes } from "../column/text.ts";
import { exactDoubles } from "../column/int64.ts";
import { plainText } from "../column/plain-text.ts";

export interface SortKey {
  readonly column: Column;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** The rows in sorted order; equal rows keep their order. NaN is greater than every number; text by code point. */
export function sortedRows(keys: readonly SortKey[], length: number): Int32Array {
  const orders = keys.map(rowOrder);
  const rows = new Int32Array(length);
  for (let i = 0; i < length; i++) rows[i] = i;
  return rows.sort((a, b) => {
    for (const order of orders) {
      const difference = order(a, b);
      if (difference !== 0) return difference;
    }
    return a - b;
  });
}

type RowOrder = (a: number, b: number) => number;

function rowOrder({ column, descending, nullsFirst }: SortKey): RowOrder {
  const values = valueOrder(column);
  const direction = descending ? -1 : 1;
  const { validity } = column;
  if (validity === null) return (a, b) => direction * values(a, b);
  const nullSide = nullsFirst ? -1 : 1;
  return (a, b) => {
    const aValid = isValid(validity, a);
    if (aValid !== isValid(validity, b)) return aValid ? -nullSide : nullSide;
    return aValid ? direction * values(a, b) : 0;
  };
}

function valueOrder(column: Column): RowOrder {
  switch (column.kind) {
    case "bool":
      return (a, b) => Number(getBit(column.bits, a)) - Number(getBit(column.bits, b));
    case "utf8":
    case "dictionary": {
      const { bytes, offsets } = plainText(column);
      return (a, b) => compareBytes(bytes, offsets[a]!, offsets[a + 1]!, bytes, offsets[b]!, offsets[b + 1]!);
    }
    default: {
      const doubles = exactDoubles(column);
      if (doubles === null) {
        const big = column.values as BigInt64Array;
        return (a, b) => (big[a]! < big[b]! ? -1 : Number(big[a]! > big[b]!));
      }
      return (a, b) => numberOrder(doubles[a]!, doubles[b]!);
    }
  }
}

/** Total order of doubles: NaN last and equal to itself, -0 equal to 0. */
function numberOrder(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

import { type Bitmap, bitmapOf } from "../column/bitmap.ts";
import type { Batch } from "../column/batch.ts";
import type { Column } from "../column/column.ts";
import { checkedTextBytes } from "../column/text.ts";

/** Rows `rows[0], rows[1], ...` of a column, in that order; rows may repeat. */
export function take(column: Column, rows: Int32Array): Column {
  const length = rows.length;
  const validity = column.validity === null ? null : takeBits(column.validity, rows);
  switch (column.kind) {
    case "bool":
      return { kind: "bool", length, validity, bits: takeBits(column.bits, rows) };
    case "int64": {
      const values = column.values instanceof BigInt64Array ? new BigInt64Array(length) : new Float64Array(length);
      takeValues(column.values as Float64Array, rows, values as Float64Array);
      return { kind: "int64", length, validity, values };
    }
    case "int32": {
      const values = new Int32Array(length);
      takeValues(column.values, rows, values);
      return { kind: "int32", length, validity, values };
    }
    case "float64": {
      const values = new Float64Array(length);
      takeValues(column.values, rows, values);
      return { kind: "float64", length, validity, values };
    }
    case "dictionary": {
      const codes = new Int32Array(length);
      takeValues(column.codes, rows, codes);
      return { ...column, length, validity, codes };
    }
    case "utf8": {
      const offsets = new Int32Array(length + 1);
      let size = 0;
      for (let i = 0; i < length; i++) {
        const row = rows[i]!;
        size += column.offsets[row + 1]! - column.offsets[row]!;
        offsets[i + 1] = size;
      }
      const bytes = new Uint8Array(checkedTextBytes(size));
      for (let i = 0; i < length; i++) {
        const row = rows[i]!;
        bytes.set(column.bytes.subarray(column.offsets[row]!, column.offsets[row + 1]!), offsets[i]!);
      }
      return { kind: "utf8", length, validity, offsets, bytes };
    }
  }
}

/** Rows of every column of a batch. */
export const takeBatch = (batch: Batch, rows: Int32Array): Batch => ({
  length: rows.length,
  columns: batch.columns.map((column) => take(column, rows)),
});

function takeValues<T extends Float64Array | Int32Array>(values: T, rows: Int32Array, out: T): void {
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]!]!;
}

function takeBits(bits: Bitmap, rows: Int32Array): Bitmap {
  const out = bitmapOf(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    out[i >> 3]! |= ((bits[row >> 3]! >> (row & 7)) & 1) << (i & 7);
  }
  return out;
}

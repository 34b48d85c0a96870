import { type Bitmap, bitmapOf, getBit, isValid, setBit } from "../column/bitmap.ts";
import type { Batch, Table } from "../column/batch.ts";
import type { Column, DictionaryColumn, Int64Column, TextColumn } from "../column/column.ts";
import { checkedTextBytes } from "../column/text.ts";
import type { DataType } from "../types/data-type.ts";
import { emptyColumn } from "./constant.ts";
import { bigintsOf } from "../column/int64.ts";
import { plainText } from "../column/plain-text.ts";

/** The rows of all columns in one, in order. The columns are of one type; none makes an empty column of `type`. */
export function concat(columns: readonly Column[], type: DataType): Column {
  const parts = columns.filter((column) => column.length > 0);
  const [first] = parts;
  if (first === undefined) return columns[0] ?? emptyColumn(type);
  if (parts.length === 1) return first;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const validity = concatValidity(parts, length);
  switch (first.kind) {
    case "bool": {
      const bits = bitmapOf(length);
      eachRow(parts, (part, i, at) => {
        if (part.kind === "bool" && getBit(part.bits, i)) setBit(bits, at);
      });
      return { kind: "bool", length, validity, bits };
    }
    case "int64":
      return { kind: "int64", length, validity, values: concatInt64(parts as Int64Column[], length) };
    case "int32":
      return {
        kind: "int32",
        length,
        validity,
        values: concatValues(parts as { values: Int32Array; length: number }[], new Int32Array(length)),
      };
    case "float64":
      return {
        kind: "float64",
        length,
        validity,
        values: concatValues(parts as { values: Float64Array; length: number }[], new Float64Array(length)),
      };
    case "utf8":
    case "dictionary":
      return concatText(parts as TextColumn[], length, validity);
  }
}

/** A table as one batch. */
export function singleBatch(table: Table): Batch {
  const { batches, schema } = table;
  const [only] = batches;
  if (only !== undefined && batches.length === 1) return only;
  return {
    length: batches.reduce((sum, batch) => sum + batch.length, 0),
    columns: schema.fields.map((field, f) =>
      concat(
        batches.map((batch) => batch.columns[f]!),
        field.type,
      ),
    ),
  };
}

function eachRow(parts: readonly Column[], visit: (part: Column, i: number, at: number) => void): void {
  let at = 0;
  for (const part of parts) for (let i = 0; i < part.length; i++) visit(part, i, at++);
}

function concatValidity(parts: readonly Column[], length: number): Bitmap | null {
  if (parts.every((part) => part.validity === null)) return null;
  const bits = bitmapOf(length);
  eachRow(parts, (part, i, at) => {
    if (isValid(part.validity, i)) setBit(bits, at);
  });
  return bits;
}

function concatValues<T extends Float64Array | Int32Array>(parts: readonly { values: T; length: number }[], out: T): T {
  let at = 0;
  for (const { values, length } of parts) {
    out.set(values, at);
    at += length;
  }
  return out;
}

function concatInt64(parts: readonly Int64Column[], length: number): BigInt64Array | Float64Array {
  const exact = parts.every((part) => part.values instanceof Float64Array);
  const out = exact ? new Float64Array(length) : new BigInt64Array(length);
  let at = 0;
  for (const part of parts) {
    if (out instanceof BigInt64Array) out.set(bigintsOf(part), at);
    else out.set(part.values as Float64Array, at);
    at += part.length;
  }
  return out;
}

function concatText(parts: readonly TextColumn[], length: number, validity: Bitmap | null): TextColumn {
  const [first] = parts;
  if (
    first?.kind === "dictionary" &&
    parts.every((part) => part.kind === "dictionary" && part.dictionary === first.dictionary)
  ) {
    const codes = new Int32Array(length);
    let at = 0;
    for (const part of parts as readonly DictionaryColumn[]) {
      codes.set(part.codes, at);
      at += part.length;
    }
    return { ...first, length, validity, codes };
  }
  const plain = parts.map(plainText);
  const size = plain.reduce((sum, part) => sum + part.offsets[part.length]! - part.offsets[0]!, 0);
  const bytes = new Uint8Array(checkedTextBytes(size));
  const offsets = new Int32Array(length + 1);
  let row = 0;
  let end = 0;
  for (const part of plain) {
    const from = part.offsets[0]!;
    bytes.set(part.bytes.subarray(from, part.offsets[part.length]!), end);
    for (let i = 1; i <= part.length; i++) offsets[++row] = end + part.offsets[i]! - from;
    end = offsets[row]!;
  }
  return { kind: "utf8", length, validity, offsets, bytes };
}

import type { Batch } from "../../../src/column/batch.ts";
import { isValid } from "../../../src/column/bitmap.ts";
import type { Column } from "../../../src/column/column.ts";
import { rawAt } from "../../../src/column/value.ts";
import type { Decoded, Reject } from "../../../src/sources/decode/decoded.ts";
import { createNdjsonDecoder, type NdjsonOptions } from "../../../src/sources/decode/ndjson.ts";
import type { Schema } from "../../../src/types/data-type.ts";

export type Raw = ReturnType<typeof rawAt>;

export interface Outcome {
  readonly rows: Raw[][];
  readonly lines: number[];
  readonly rejects: Reject[];
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export function rowsOf(batch: Batch): Raw[][] {
  return Array.from({ length: batch.length }, (_, row) => batch.columns.map((column) => cell(column, row)));
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The value as it stands in the column: text by its bytes, which must be UTF-8; a whole number that a double holds as a
 * number, since the layout depends on what else is in the batch.
 */
function cell(column: Column, row: number): Raw {
  if (!isValid(column.validity, row)) return null;
  if (column.kind !== "dictionary" && column.kind !== "utf8") {
    const raw = rawAt(column, row);
    return typeof raw === "bigint" ? wholeNumber(raw) : raw;
  }
  const { offsets, bytes } = column.kind === "utf8" ? column : column.dictionary.values();
  const entry = column.kind === "utf8" ? row : (column.codes[row] ?? -1);
  return decoder.decode(bytes.subarray(offsets[entry], offsets[entry + 1]));
}

/** As a number where that is exact. */
export const wholeNumber = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;

/** Pieces of the given sizes, the last size again and again; each in memory that is overwritten after use. */
export function* pieces(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)] ?? bytes.length;
    const piece = bytes.slice(at, at + size);
    yield piece;
    piece.fill(0x21);
    at += size;
  }
}

/** All that a decoder makes of a recording that comes in pieces. */
export function decodeAll(
  schema: Schema,
  recording: string | Uint8Array,
  sizes: readonly number[] = [],
  options: NdjsonOptions = {},
): Outcome {
  const bytes = typeof recording === "string" ? bytesOf(recording) : recording;
  const decoder = createNdjsonDecoder(schema, options);
  const parts: Decoded[] = [];
  for (const piece of pieces(bytes, sizes)) parts.push(decoder.decode(piece));
  parts.push(decoder.finish());
  return {
    rows: parts.flatMap(({ batch }) => rowsOf(batch)),
    lines: parts.flatMap(({ lines }) => [...lines]),
    rejects: parts.flatMap(({ rejects }) => [...rejects]),
  };
}

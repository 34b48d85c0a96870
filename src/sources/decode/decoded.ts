import type { Batch } from "../../column/batch.ts";

/** A message that was not taken, as it goes to the dead-letter output. */
export interface Reject {
  /** `parse-failed`: not JSON, not UTF-8 or not an object; `invalid`: it does not fit the schema, or is too long. */
  readonly disposition: "invalid" | "parse-failed";
  /** Line of the recording, from 1; of a table without lines the row. */
  readonly line: number;
  /** Byte offset of the line's start in the recording; -1 for rows of a table. */
  readonly offset: number;
  /** The line without its line break, cut to 64 KiB; of a table's row its values as JSON. */
  readonly raw: Uint8Array;
  readonly reason: string;
}

/** What one piece of input held. */
export interface Decoded {
  /** The rows that fit, with the columns in the schema's order. */
  readonly batch: Batch;
  /** The line number (from 1) of each row of `batch`. */
  readonly lines: Float64Array;
  readonly rejects: readonly Reject[];
}

/** Turns the bytes of a recording, cut anywhere, into rows. */
export interface ByteDecoder {
  /** The messages whose end is in these bytes; the bytes may be reused afterwards. */
  decode(bytes: Uint8Array): Decoded;
  /** The last line, where it has no line break. Nothing may be decoded afterwards. */
  finish(): Decoded;
}

export const RAW_MAX = 65_536; // bytes of a rejected line that are kept

/** A copy of the line at `start`, without CR and LF, cut to 64 KiB. */
export function rawLine(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const last = end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
  return bytes.slice(start, Math.min(last, start + RAW_MAX));
}

import type { Dictionary } from "../../column/dictionary.ts";
import { grownFloat64 } from "../../column/growable.ts";
import { decodeText } from "../../column/text.ts";
import { shown } from "../../column/builder.ts";
import type { Schema } from "../../types/data-type.ts";
import { type ByteDecoder, type Decoded, type Reject, rawLine } from "./decoded.ts";
import { expected } from "./expected.ts";
import { createFraming, type FramingOptions } from "./framing.ts";
import { readObject } from "./json-row.ts";
import { faultReason, LF, OPEN_LIST, OPEN_OBJECT, QUOTE, SPACE, skipSpace, skipValue } from "./json-syntax.ts";
import { createRowTable, MISSING, NULL, type RowTable, UNFIT, VALUE } from "./row-table.ts";
import { becomePlain, finishSlot, outgrown, reserve, SKIPPED, writeNull } from "./slot.ts";

export interface NdjsonOptions extends FramingOptions {
  /**
   * Which fields are wanted, by position; default all. Fields that are not are checked to be JSON, not to fit their
   * type, and may be missing: their columns hold nothing but false, 0 or "".
   */
  readonly columns?: readonly boolean[];
  /** Dictionaries for text fields, by position, where they are to be shared. */
  readonly dictionaries?: readonly (Dictionary | undefined)[];
}

const CHECK_ROWS = 65_536; // rows between two looks at the dictionaries; a power of two
const FIRST_CAPACITY = 16; // rows

/**
 * Reads newline-delimited JSON into columns of a schema, in one pass over the bytes.
 *
 * The grammar is exactly that of `JSON.parse`; of keys that come twice, the last counts; unknown fields must be JSON
 * and are skipped. A field that is missing or null is null if its column allows it. Whole numbers are read exactly
 * whatever their size (also as 1.0 or 1e3), others correctly rounded; a number out of its column's range, text with
 * half of a surrogate pair, or a value of another type rejects the line as `invalid`, and what is not a JSON object in
 * UTF-8 as `parse-failed`. Lines of nothing but spaces are no messages. How the bytes are cut into pieces changes only the cut of
 * the batches.
 *
 * Text goes into one dictionary per field while that pays; beyond 65,536 entries and half of the rows it becomes plain.
 * Cost: O(bytes); no object or string per row. Memory: the columns of one call and a line of at most 64 MiB.
 *
 * @throws schema.duplicate-column
 * @example
 * const decoder = createNdjsonDecoder(schemaOfColumns({ user: t.utf8(), n: t.int() }));
 * decoder.decode(new TextEncoder().encode('{"user":"a","n":1}\n')).batch.length; // 1
 */
export function createNdjsonDecoder(schema: Schema, options: NdjsonOptions = {}): ByteDecoder {
  const table = createRowTable(schema, options.columns, options.dictionaries);
  let lines: Float64Array = new Float64Array(0);
  let rejects: Reject[] = [];
  let rowsSeen = 0; // before this batch
  let rowsPerByte = 0; // of the last batch, to guess the capacity of the next

  const makeRoom = (capacity: number): void => {
    for (const slot of table.slots) reserve(slot, table.row, capacity);
    lines = grownFloat64(lines, capacity);
    table.capacity = capacity;
  };

  const giveUpDictionaries = (): void => {
    for (const slot of table.slots) {
      if (outgrown(slot, rowsSeen + table.row)) becomePlain(slot, table.row, table.capacity);
    }
  };

  const readLines = (bytes: Uint8Array, start: number, end: number, firstLine: number, offset: number): number => {
    const guess = table.row + Math.ceil((end - start) * rowsPerByte) + FIRST_CAPACITY;
    if (guess > table.capacity) makeRoom(guess);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let line = firstLine;
    let at = start;
    for (; at < end; line++) {
      const lineStart = at;
      if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
      if (bytes[at] === LF) {
        at++;
        continue;
      }
      if (table.row === table.capacity) makeRoom(2 * table.capacity);
      const isObject = bytes[at] === OPEN_OBJECT;
      const first = bytes[at]!;
      at = isObject ? readObject(table, bytes, view, at) : skipValue(bytes, at);
      if (at >= 0 && bytes[at]! <= SPACE) at = skipSpace(bytes, at);
      if (at >= 0 && bytes[at] !== LF) at = ~at;
      if (at >= 0 && isObject && acceptRow(table)) {
        lines[table.row++] = line;
        if ((table.row & (CHECK_ROWS - 1)) === 0) giveUpDictionaries();
        at++;
        continue;
      }
      const lineEnd = at >= 0 ? at : bytes.indexOf(LF, lineStart);
      rejects.push({
        disposition: at >= 0 && isObject ? "invalid" : "parse-failed",
        line,
        offset: offset + lineStart - start,
        raw: rawLine(bytes, lineStart, lineEnd),
        reason: at < 0 ? faultReason(bytes, lineStart, at) : isObject ? misfitReason(table, bytes) : notObject(first),
      });
      at = lineEnd + 1;
    }
    return line - firstLine;
  };

  const framing = createFraming(options, readLines, (reject) => void rejects.push(reject));

  const taken = (bytes: number): Decoded => {
    giveUpDictionaries();
    const length = table.row;
    const columns = table.slots.map((slot) => finishSlot(slot, length));
    const decoded = { batch: { length, columns }, lines: lines.subarray(0, length), rejects };
    if (bytes > 0) rowsPerByte = length / bytes;
    rowsSeen += length;
    lines = new Float64Array(0);
    rejects = [];
    table.row = 0;
    table.capacity = 0;
    return decoded;
  };

  return {
    decode: (bytes) => {
      framing.push(bytes);
      return taken(bytes.length);
    },
    finish: () => {
      framing.finish();
      return taken(0);
    },
  };
}

/** Makes what has no value null where that is allowed; false, and nothing changed, where a field does not fit. */
function acceptRow(table: RowTable): boolean {
  const { slots, states } = table;
  let whole = true;
  for (let field = 0; field < states.length; field++) if (states[field] !== VALUE) whole = false;
  if (whole) return true;
  for (let field = 0; field < states.length; field++) {
    const slot = slots[field]!;
    if (states[field] === UNFIT || (states[field] !== VALUE && !slot.field.nullable && slot.mode !== SKIPPED)) {
      return false;
    }
  }
  for (let field = 0; field < states.length; field++) {
    const slot = slots[field]!;
    if (states[field] !== VALUE && slot.mode !== SKIPPED) writeNull(slot, table.row, table.capacity);
  }
  return true;
}

const SHOWN_BYTES_MAX = 60;

/** Names the first field that does not fit, its value and what was expected. */
function misfitReason(table: RowTable, bytes: Uint8Array): string {
  for (let i = 0; i < table.slots.length; i++) {
    const { field, mode } = table.slots[i]!;
    const state = table.states[i];
    if (mode === SKIPPED || state === VALUE || (state !== UNFIT && field.nullable)) continue;
    const name = `field ${shown(field.name)}`;
    if (state === MISSING) return `${name} is missing and not nullable; expected ${expected(field)}`;
    if (state === NULL) return `${name} is null and not nullable; expected ${expected(field)}`;
    const start = table.starts[i]!;
    const end = skipValue(bytes, start);
    const cut = Math.min(end, start + SHOWN_BYTES_MAX);
    const value = decodeText(bytes, start, cut) + (cut < end ? "..." : "");
    if (field.type.kind === "utf8" && bytes[start] === QUOTE) {
      return `${name} is ${value}, which holds half of a surrogate pair; expected ${expected(field)}`;
    }
    return `${name} is ${value}; expected ${expected(field)}`;
  }
  return "the message does not fit its schema";
}

function notObject(first: number): string {
  const what = first === OPEN_LIST ? "a list" : first === QUOTE ? "a string" : "a single value";
  return `the line is ${what}, not a JSON object`;
}

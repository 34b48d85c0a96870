import { type Bitmap, bitmapBytes, clearBit, fullBitmap } from "../../column/bitmap.ts";
import type { Column } from "../../column/column.ts";
import { createDictionary, type Dictionary } from "../../column/dictionary.ts";
import { HIGH, LOW, wordsOf } from "../../column/int64.ts";
import type { DataType, Field } from "../../types/data-type.ts";

/** How a field is read and where its values go. Numbers, because the row loop switches on them. */
export const SKIPPED = 0;
export const BOOL = 1;
export const INT64 = 2;
export const INT32 = 3;
export const FLOAT = 4;
export const TIME = 5;
export const CODES = 6;
export const TEXT = 7;

/**
 * A column while it is filled: one record shape for all types, so that the row loop stays monomorphic. Which arrays
 * are in use follows from `mode`; the others are empty. A slot knows no length: row `r` is written, and written again
 * if the row before it was taken back.
 */
export interface Slot {
  readonly field: Field;
  mode: number;
  /** INT64, TIME (NaN where the value stands in `words`), FLOAT. */
  doubles: Float64Array;
  /** INT32; CODES; of TEXT the offsets, one more than rows. */
  ints: Int32Array;
  /** Values beyond ±(2^53 - 1) as pairs of 32-bit words; made with the first one. */
  words: Int32Array | null;
  bits: Bitmap;
  bytes: Uint8Array;
  dictionary: Dictionary | null;
  /** Entries that the dictionary had when it was given. */
  readonly dictionaryStart: number;
  validity: Bitmap | null;
}

const NO_DOUBLES = new Float64Array(0);
const NO_INTS = new Int32Array(0);
const NO_BYTES = new Uint8Array(0);

export function createSlot(field: Field, wanted: boolean, dictionary: Dictionary | undefined): Slot {
  const isText = field.type.kind === "utf8" && wanted;
  const entries = isText ? (dictionary ?? createDictionary()) : null;
  return {
    field,
    mode: wanted ? modeOf(field.type) : SKIPPED,
    doubles: NO_DOUBLES,
    ints: NO_INTS,
    words: null,
    bits: NO_BYTES,
    bytes: NO_BYTES,
    dictionary: entries,
    dictionaryStart: entries?.size() ?? 0,
    validity: null,
  };
}

function modeOf(type: DataType): number {
  switch (type.kind) {
    case "bool":
      return BOOL;
    case "int":
    case "bigint":
      return INT64;
    case "int32":
    case "null":
      return INT32;
    case "float":
      return FLOAT;
    case "timestamp":
      return TIME;
    case "utf8":
      return CODES;
  }
}

/** Gives a slot room for `capacity` rows, keeping the first `rows`. */
export function reserve(slot: Slot, rows: number, capacity: number): void {
  switch (slot.mode) {
    case BOOL:
      slot.bits = copiedBytes(slot.bits, bitmapBytes(rows), bitmapBytes(capacity));
      break;
    case INT64:
    case TIME:
    case FLOAT: {
      const doubles = new Float64Array(capacity);
      doubles.set(slot.doubles.subarray(0, rows));
      slot.doubles = doubles;
      if (slot.words !== null) slot.words = copiedInts(slot.words, 2 * rows, 2 * capacity);
      break;
    }
    case INT32:
    case CODES:
      slot.ints = copiedInts(slot.ints, rows, capacity);
      break;
    case TEXT:
      slot.ints = copiedInts(slot.ints, rows + 1, capacity + 1);
      break;
  }
  if (slot.validity !== null) {
    const validity = fullBitmap(capacity);
    validity.set(slot.validity.subarray(0, bitmapBytes(rows)));
    slot.validity = validity;
  }
}

function copiedInts(from: Int32Array, used: number, length: number): Int32Array {
  const to = new Int32Array(length);
  to.set(from.subarray(0, used));
  return to;
}

function copiedBytes(from: Uint8Array, used: number, length: number): Uint8Array {
  const to = new Uint8Array(length);
  to.set(from.subarray(0, used));
  return to;
}

/** Makes row `row` null; `capacity` is what the slot has room for. */
export function writeNull(slot: Slot, row: number, capacity: number): void {
  slot.validity ??= fullBitmap(capacity);
  clearBit(slot.validity, row);
  if (slot.mode === TEXT) slot.ints[row + 1] = slot.ints[row]!;
}

const WORD = 4_294_967_296; // 2^32

/** Writes a 64-bit integer beyond ±(2^53 - 1) as its two 32-bit words. */
export function writeWords(slot: Slot, row: number, high: number, low: number): void {
  slot.words ??= new Int32Array(2 * slot.doubles.length);
  slot.words[2 * row + HIGH] = high;
  slot.words[2 * row + LOW] = low;
  slot.doubles[row] = Number.NaN;
}

/** Writes a whole number of 64 bits; false where it is beyond them. */
export function writeWhole(slot: Slot, row: number, value: number | bigint): boolean {
  const double = Number(value);
  if (Number.isSafeInteger(double)) {
    slot.doubles[row] = double + 0;
    return true;
  }
  if (typeof value === "number" || BigInt.asIntN(64, value) !== value) return false;
  writeWords(slot, row, Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value)));
  return true;
}

/** The column of the first `length` rows. Afterwards the slot is empty, and its memory belongs to the column. */
export function finishSlot(slot: Slot, length: number): Column {
  const validity = finishedBits(slot.validity, length);
  const column = columnOfSlot(slot, length, validity);
  slot.doubles = NO_DOUBLES;
  slot.ints = NO_INTS;
  slot.words = null;
  slot.bits = NO_BYTES;
  slot.bytes = NO_BYTES;
  slot.validity = null;
  return column;
}

function columnOfSlot(slot: Slot, length: number, validity: Bitmap | null): Column {
  switch (slot.mode) {
    case SKIPPED:
      return placeholder(slot.field.type, length);
    case BOOL:
      return { kind: "bool", length, validity, bits: finishedBits(slot.bits, length) ?? slot.bits };
    case INT64:
    case TIME:
      return { kind: "int64", length, validity, values: wholes(slot, length) };
    case FLOAT:
      return { kind: "float64", length, validity, values: slot.doubles.subarray(0, length) };
    case INT32:
      return { kind: "int32", length, validity, values: slot.ints.subarray(0, length) };
    case CODES: {
      const codes = slot.ints.subarray(0, length);
      return { kind: "dictionary", length, validity, codes, dictionary: slot.dictionary ?? createDictionary() };
    }
    default: {
      const offsets = length === 0 ? new Int32Array(1) : slot.ints.subarray(0, length + 1);
      return { kind: "utf8", length, validity, offsets, bytes: slot.bytes.subarray(0, offsets[length]) };
    }
  }
}

/** The first `length` bits; those behind them in the last byte are 0. */
function finishedBits(bits: Bitmap | null, length: number): Bitmap | null {
  if (bits === null) return null;
  const finished = bits.subarray(0, bitmapBytes(length));
  if ((length & 7) !== 0) finished[finished.length - 1]! &= (1 << (length & 7)) - 1;
  return finished;
}

/** Exact doubles, or 64-bit words where one of the values needs them. */
function wholes(slot: Slot, length: number): Float64Array | BigInt64Array {
  const doubles = slot.doubles.subarray(0, length);
  if (slot.words === null || !doubles.some(Number.isNaN)) return doubles;
  const out = new BigInt64Array(length);
  const words = wordsOf(out);
  for (let row = 0; row < length; row++) {
    const value = doubles[row]!;
    if (Number.isNaN(value)) {
      words[2 * row + LOW] = slot.words[2 * row + LOW]!;
      words[2 * row + HIGH] = slot.words[2 * row + HIGH]!;
    } else {
      const high = Math.floor(value / WORD);
      words[2 * row + LOW] = value - high * WORD;
      words[2 * row + HIGH] = high;
    }
  }
  return out;
}

/** `length` rows of false, 0 or "", for a column that nobody reads. */
function placeholder(type: DataType, length: number): Column {
  const validity = null;
  switch (modeOf(type)) {
    case BOOL:
      return { kind: "bool", length, validity, bits: new Uint8Array(bitmapBytes(length)) };
    case FLOAT:
      return { kind: "float64", length, validity, values: new Float64Array(length) };
    case INT32:
      return { kind: "int32", length, validity, values: new Int32Array(length) };
    case CODES:
      return { kind: "utf8", length, validity, offsets: new Int32Array(length + 1), bytes: NO_BYTES };
    default:
      return { kind: "int64", length, validity, values: new Float64Array(length) };
  }
}

const ENTRIES_MAX = 65_536; // below this a dictionary is never given up for its size
const ENTRY_BYTES_MAX = 2 ** 28; // of a dictionary; it is given up beyond that, since its offsets have 32 bits
const DISTINCT_SHARE = 0.5; // of the rows seen; above it a dictionary saves nothing

/**
 * Whether a text column goes on as plain text: its dictionary has grown beyond 65,536 entries and half of the
 * `rowsSeen`, or beyond 256 MiB.
 */
export function outgrown(slot: Slot, rowsSeen: number): boolean {
  if (slot.mode !== CODES || slot.dictionary === null) return false;
  const entries = slot.dictionary.size() - slot.dictionaryStart;
  if (entries > ENTRIES_MAX && entries > rowsSeen * DISTINCT_SHARE) return true;
  return slot.dictionary.byteLength() > ENTRY_BYTES_MAX;
}

/** Turns the first `rows` of a dictionary slot into plain text, lets the dictionary go and makes room for `capacity`. */
export function becomePlain(slot: Slot, rows: number, capacity: number): void {
  const codes = slot.ints;
  const values = slot.dictionary?.values();
  slot.mode = TEXT;
  slot.dictionary = null;
  slot.ints = new Int32Array(capacity + 1);
  if (values === undefined) return;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const code = codes[row]!;
    const isNull = slot.validity !== null && ((slot.validity[row >> 3]! >> (row & 7)) & 1) === 0;
    if (!isNull) total += values.offsets[code + 1]! - values.offsets[code]!;
    slot.ints[row + 1] = total;
  }
  slot.bytes = new Uint8Array(2 * total);
  for (let row = 0; row < rows; row++) {
    const at = slot.ints[row]!;
    const length = slot.ints[row + 1]! - at;
    const from = values.offsets[codes[row]!]!;
    for (let i = 0; i < length; i++) slot.bytes[at + i] = values.bytes[from + i]!;
  }
}

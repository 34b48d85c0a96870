import { grownBytes } from "../../column/growable.ts";
import { NOT_READ, readFloat, readInt32, readInt64 } from "./json-number.ts";
import { unescape } from "./json-string.ts";
import {
  CLOSE_OBJECT,
  COLON,
  COMMA,
  plainEnd,
  plainEndByWords,
  QUOTE,
  SPACE,
  skipSpace,
  skipString,
  skipValue,
} from "./json-syntax.ts";
import { readTime } from "./json-time.ts";
import { type Key, MISSING, NULL, type RowTable, UNFIT, VALUE } from "./row-table.ts";
import { BOOL, CODES, FLOAT, INT32, INT64, SKIPPED, type Slot, TEXT, TIME } from "./slot.ts";

const LOWER_N = 0x6e;

/**
 * Reads the object that opens at `at` into row `table.row` and notes in `table.states` what each field had. Of keys
 * that come twice the last counts.
 * @returns the position behind the object, or a fault as in json-syntax.ts
 */
export function readObject(table: RowTable, bytes: Uint8Array, view: DataView, start: number): number {
  const { slots, states, starts, followers, keys, row } = table;
  const count = slots.length;
  for (let field = 0; field < count; field++) states[field] = MISSING;
  let previous = count;
  let at = start + 1;
  if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
  if (bytes[at] === CLOSE_OBJECT) return at + 1;
  for (;;) {
    if (bytes[at] !== QUOTE) return ~at;
    at++;
    let field = followers[previous]!;
    const behind = field < count ? matchKey(keys[field]!, view, at) : NOT_READ;
    if (behind !== NOT_READ) {
      at = behind;
      previous = field;
    } else {
      const close = skipString(bytes, at);
      if (close < 0) return close;
      field = findField(table, bytes, at, close - 1);
      if (field >= 0) {
        if (table.literal[field] === 1) followers[previous] = field;
        previous = field;
      }
      at = close;
    }
    if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
    if (bytes[at] !== COLON) return ~at;
    at++;
    if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);

    let end = NOT_READ;
    if (field >= 0) {
      end = readField(table, slots[field]!, field, bytes, view, at, row);
      states[field] = VALUE;
    }
    if (end === NOT_READ) {
      if (bytes[at] === QUOTE) {
        end = plainEndByWords(view, bytes, at + 1);
        end = bytes[end] === QUOTE ? end + 1 : skipString(bytes, end);
      } else end = skipValue(bytes, at);
      if (end < 0) return end;
      if (field >= 0 && slots[field]!.mode !== SKIPPED) {
        states[field] = bytes[at] === LOWER_N ? NULL : UNFIT;
        starts[field] = at;
      }
    }
    at = end;
    if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
    if (bytes[at] === COMMA) {
      at++;
      if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
    } else return bytes[at] === CLOSE_OBJECT ? at + 1 : ~at;
  }
}

/** Behind the key's closing quote if `key` stands at `at`, else NOT_READ. */
function matchKey(key: Key, view: DataView, at: number): number {
  const { words, length } = key;
  const last = words.length - 1;
  if (at + 4 * last + 4 > view.byteLength) return NOT_READ;
  for (let i = 0; i < last; i++) if (view.getInt32(at + 4 * i, true) !== words[i]) return NOT_READ;
  return (view.getInt32(at + 4 * last, true) & key.lastMask) === words[last] ? at + length : NOT_READ;
}

/** The field whose name the inside of a valid string is, or -1. */
function findField(table: RowTable, bytes: Uint8Array, start: number, end: number): number {
  const plain = plainEnd(bytes, start);
  if (plain === end) return table.names.findBytes(bytes, start, end);
  table.scratch = grownBytes(table.scratch, end - start);
  const length = unescape(bytes, start, end, table.scratch, 0);
  return length < 0 ? -1 : table.names.findBytes(table.scratch, 0, length);
}

/** Reads a field's value into row `row`: the position behind it, or NOT_READ. */
function readField(
  table: RowTable,
  slot: Slot,
  field: number,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  row: number,
): number {
  switch (slot.mode) {
    case CODES:
      return readCode(table, slot, bytes, view, at, row);
    case TEXT:
      return readText(slot, bytes, view, at, row);
    case INT64:
      return readInt64(bytes, at, slot, row);
    case TIME:
      return readTime(bytes, at, slot, row, table.unitsUs[field]!, table.wide);
    case FLOAT:
      return readFloat(bytes, at, slot.doubles, row);
    case BOOL:
      return readBool(bytes, at, slot, row);
    case INT32:
      return readInt32(bytes, at, slot, row, table.wide);
    default:
      return NOT_READ;
  }
}

const TRUE = Uint8Array.of(0x74, 0x72, 0x75, 0x65);
const FALSE = Uint8Array.of(0x66, 0x61, 0x6c, 0x73, 0x65);

function readBool(bytes: Uint8Array, at: number, slot: Slot, row: number): number {
  const isTrue = bytes[at] === TRUE[0];
  const word = isTrue ? TRUE : FALSE;
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return NOT_READ;
  const bit = 1 << (row & 7);
  if (isTrue) slot.bits[row >> 3]! |= bit;
  else slot.bits[row >> 3]! &= ~bit;
  return at + word.length;
}

function readCode(table: RowTable, slot: Slot, bytes: Uint8Array, view: DataView, at: number, row: number): number {
  if (bytes[at] !== QUOTE) return NOT_READ;
  const start = at + 1;
  const end = plainEndByWords(view, bytes, start);
  if (bytes[end] === QUOTE) {
    slot.ints[row] = slot.dictionary!.codeOfBytes(bytes, start, end);
    return end + 1;
  }
  const close = skipString(bytes, end);
  if (close < 0) return NOT_READ;
  table.scratch = grownBytes(table.scratch, close - start);
  const length = unescape(bytes, start, close - 1, table.scratch, 0);
  if (length < 0) return NOT_READ;
  slot.ints[row] = slot.dictionary!.codeOfBytes(table.scratch, 0, length);
  return close;
}

function readText(slot: Slot, bytes: Uint8Array, view: DataView, at: number, row: number): number {
  if (bytes[at] !== QUOTE) return NOT_READ;
  const start = at + 1;
  const end = plainEndByWords(view, bytes, start);
  const to = slot.ints[row]!;
  if (bytes[end] === QUOTE) {
    const length = end - start;
    if (to + length > slot.bytes.length) slot.bytes = grownBytes(slot.bytes, to + length);
    const target = slot.bytes;
    if (length < COPY_BYTES) for (let i = 0; i < length; i++) target[to + i] = bytes[start + i]!;
    else target.set(bytes.subarray(start, end), to);
    slot.ints[row + 1] = to + length;
    return end + 1;
  }
  const close = skipString(bytes, end);
  if (close < 0) return NOT_READ;
  slot.bytes = grownBytes(slot.bytes, to + close - start);
  const length = unescape(bytes, start, close - 1, slot.bytes, to);
  if (length < 0) return NOT_READ;
  slot.ints[row + 1] = to + length;
  return close;
}

const COPY_BYTES = 64; // from here on `set` is quicker than a loop

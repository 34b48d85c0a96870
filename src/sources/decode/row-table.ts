import { createDictionary, type Dictionary } from "../../column/dictionary.ts";
import { encodeText } from "../../column/text.ts";
import { type Schema } from "../../types/data-type.ts";
import { schemaOfFields } from "../../types/schema.ts";
import { QUOTE } from "./json-syntax.ts";
import { epochUnitUs } from "./json-time.ts";
import { createSlot, reserve, type Slot } from "./slot.ts";

/** What the row being read holds for a field. */
export const MISSING = 0;
export const VALUE = 1;
export const NULL = 2;
export const UNFIT = 3;

/** A field's name and the closing quote, four bytes to a word, so that few comparisons find it. */
export interface Key {
  readonly words: Int32Array;
  /** The bits of the last word that belong to the key. */
  readonly lastMask: number;
  /** Bytes, with the quote. */
  readonly length: number;
}

/** The columns being filled, and what is known of the fields' order. */
export interface RowTable {
  readonly slots: readonly Slot[];
  /** For time fields the microseconds of a bare number's unit, else 0. */
  readonly unitsUs: Float64Array;
  /** The UTF-8 names; a field's code is its position. */
  readonly names: Dictionary;
  readonly keys: readonly Key[];
  /** Which field came after each field the last time; the entry behind the last field is for the start of an object, and the number of fields means "unknown". */
  readonly followers: Int32Array;
  /** 1 where a key can stand in JSON only as it is, so that comparing bytes finds it. */
  readonly literal: Uint8Array;
  readonly states: Uint8Array;
  /** Where each field's value stood, for the reason of a rejection. */
  readonly starts: Int32Array;
  /** A place for one whole number. */
  readonly wide: Slot;
  /** For texts with escapes. */
  scratch: Uint8Array;
  row: number;
  capacity: number;
}

const isLiteral = (key: Uint8Array): boolean => key.every((byte) => byte >= 0x20 && byte !== 0x22 && byte !== 0x5c);

const WORD_BYTES = 4;

function keyOf(name: Uint8Array): Key {
  const length = name.length + 1;
  const bytes = new Uint8Array(Math.ceil(length / WORD_BYTES) * WORD_BYTES);
  bytes.set(name);
  bytes[name.length] = QUOTE;
  const view = new DataView(bytes.buffer);
  const words = Int32Array.from({ length: bytes.length / WORD_BYTES }, (_, i) => view.getInt32(i * WORD_BYTES, true));
  return { words, lastMask: (-1 >>> (8 * (bytes.length - length))) | 0, length };
}

export function createRowTable(
  schema: Schema,
  columns: readonly boolean[] | undefined,
  dictionaries: readonly (Dictionary | undefined)[] | undefined,
): RowTable {
  const { fields } = schemaOfFields(schema.fields);
  const count = fields.length;
  const keys = fields.map((field) => encodeText(field.name));
  const literal = Uint8Array.from(keys, (key) => (isLiteral(key) ? 1 : 0));
  const names = createDictionary();
  for (const key of keys) names.codeOfBytes(key, 0, key.length);
  const followers = Int32Array.from({ length: count + 1 }, (_, field) => {
    const follower = field === count ? 0 : field + 1;
    return literal[follower] === 1 ? follower : count;
  });
  const wide = createSlot({ name: "", type: { kind: "bigint" }, nullable: false }, true, undefined);
  reserve(wide, 0, 1);
  return {
    slots: fields.map((field, i) => createSlot(field, columns?.[i] ?? true, dictionaries?.[i])),
    unitsUs: Float64Array.from(fields, (field) => epochUnitUs(field.type)),
    names,
    keys: keys.map(keyOf),
    followers,
    literal,
    states: new Uint8Array(count),
    starts: new Int32Array(count),
    wide,
    scratch: new Uint8Array(0),
    row: 0,
    capacity: 0,
  };
}

import type { Utf8Column } from "./column.ts";
import { grownBytes, grownInt32 } from "./growable.ts";
import { decodeText, encodeTextInto, equalBytes } from "./text.ts";

/**
 * Distinct texts by code: 0, 1, 2, ... in the order of first sight. It only grows, so a code once given stays true,
 * and columns made at different times can share it.
 */
export interface Dictionary {
  size(): number;
  /** The text of a code, decoded once. */
  text(code: number): string;
  /** The code of a text, added if it is new. */
  codeOfText(text: string): number;
  /** The code of UTF-8 bytes, added if new. Bytes must be valid UTF-8. */
  codeOfBytes(bytes: Uint8Array, start: number, end: number): number;
  /** The code of UTF-8 bytes, or -1 where they are not in the dictionary. */
  findBytes(bytes: Uint8Array, start: number, end: number): number;
  /** All texts as a plain column; shares memory, valid for the codes given so far. */
  values(): Utf8Column;
  byteLength(): number;
}

const FNV_OFFSET = 0x811c9dc5; // FNV-1a, 32 bit: http://www.isthe.com/chongo/tech/comp/fnv/
const FNV_PRIME = 0x01000193;
const FIRST_SLOTS = 64;

/** An empty dictionary. Lookup and insertion cost amortised O(bytes of the text). */
export function createDictionary(): Dictionary {
  let offsets: Int32Array = new Int32Array(FIRST_SLOTS);
  let bytes: Uint8Array = new Uint8Array(0);
  let hashes: Int32Array = new Int32Array(FIRST_SLOTS);
  let slots: Int32Array = new Int32Array(FIRST_SLOTS).fill(-1);
  let size = 0;
  const texts: (string | undefined)[] = [];
  const codes = new Map<string, number>();

  const find = (key: Uint8Array, start: number, end: number, hash: number): number => {
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const code = slots[slot]!;
      if (code === -1) return ~slot;
      if (hashes[code] === hash && equalBytes(bytes, offsets[code]!, offsets[code + 1]!, key, start, end)) return code;
    }
  };

  const grow = (): void => {
    slots = new Int32Array(slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let code = 0; code < size; code++) {
      let slot = hashes[code]! & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = code;
    }
  };

  const codeOfBytes = (key: Uint8Array, start: number, end: number): number => {
    const hash = hashOf(key, start, end);
    const found = find(key, start, end, hash);
    if (found >= 0) return found;
    const code = size++;
    slots[~found] = code;
    if (code >= hashes.length) hashes = grownInt32(hashes, code + 1);
    hashes[code] = hash;
    const from = offsets[code]!;
    offsets = grownInt32(offsets, code + 2);
    bytes = grownBytes(bytes, from + end - start);
    bytes.set(key.subarray(start, end), from);
    offsets[code + 1] = from + end - start;
    if (size * 2 > slots.length) grow();
    return code;
  };

  let scratch: Uint8Array = new Uint8Array(FIRST_SLOTS);
  const codeOfText = (text: string): number => {
    const known = codes.get(text);
    if (known !== undefined) return known;
    if (text.length * 3 > scratch.length) scratch = new Uint8Array(text.length * 6);
    const code = codeOfBytes(scratch, 0, encodeTextInto(text, scratch, 0));
    codes.set(text, code);
    return code;
  };

  return {
    size: () => size,
    text: (code) => {
      texts[code] ??= decodeText(bytes, offsets[code]!, offsets[code + 1]!);
      return texts[code];
    },
    codeOfText,
    codeOfBytes,
    findBytes: (key, start, end) => Math.max(find(key, start, end, hashOf(key, start, end)), -1),
    values: () => ({ kind: "utf8", length: size, validity: null, offsets: offsets.subarray(0, size + 1), bytes }),
    byteLength: () => offsets.byteLength + bytes.byteLength + hashes.byteLength + slots.byteLength,
  };
}

function hashOf(key: Uint8Array, start: number, end: number): number {
  let hash = FNV_OFFSET | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ key[i]!, FNV_PRIME);
  return hash ^ (hash >>> 15);
}

/** A dictionary with the texts of a column whose values are distinct, in order; for dictionaries that come from outside. */
export function dictionaryOf(values: Utf8Column): { dictionary: Dictionary; codes: Int32Array } {
  const dictionary = createDictionary();
  const codes = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    codes[i] = dictionary.codeOfBytes(values.bytes, values.offsets[i]!, values.offsets[i + 1]!);
  }
  return { dictionary, codes };
}

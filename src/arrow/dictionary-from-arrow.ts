import { type Bitmap, bitmapOf, isValid, setBit } from "../column/bitmap.ts";
import type { DictionaryColumn } from "../column/column.ts";
import { createDictionary, type Dictionary } from "../column/dictionary.ts";
import { grownInt32 } from "../column/growable.ts";
import { type ArrowData, type ArrowType, broken, viewOf } from "./foreign.ts";
import { textFromArrow } from "./text-from-arrow.ts";
import { validityOf } from "./validity-from-arrow.ts";

const NULL_ENTRY = -1;

/**
 * Turns dictionary-encoded chunks into columns of one growing `Dictionary`, whatever the batches do: a dictionary may
 * grow (delta), be replaced, hold a text twice, or hold nulls.
 */
export interface DictionaryReader {
  read(data: ArrowData, validity: Bitmap | null, column: string): DictionaryColumn;
}

export function dictionaryReader(): DictionaryReader {
  const dictionary = createDictionary();
  let source: readonly ArrowData[] = [];
  let seen: ArrowData[] = [];
  let codes: Int32Array = new Int32Array(0); // our code of each entry of the dictionary in use
  let size = 0;
  let isIdentity = true;

  const use = (chunks: readonly ArrowData[], column: string): void => {
    if (chunks !== source && (seen.length > chunks.length || seen.some((chunk, i) => chunk !== chunks[i]))) {
      seen = [];
      size = 0;
      isIdentity = true;
    }
    source = chunks;
    for (let c = seen.length; c < chunks.length; c++) {
      const chunk = chunks[c]!;
      const entries = codesOf(chunk, dictionary, column);
      codes = grownInt32(codes, size + entries.length);
      codes.set(entries, size);
      for (let i = 0; i < entries.length; i++) isIdentity &&= entries[i] === size + i;
      size += entries.length;
      seen.push(chunk);
    }
  };

  return {
    read: (data, validity, column) => {
      use(data.dictionary?.data ?? [], column);
      const indices = indicesOf(data, column);
      const { length } = data;
      for (let i = 0; i < length; i++) {
        if ((indices[i]! >= size || indices[i]! < 0) && isValid(validity, i)) {
          throw broken(`column "${column}" points at entry ${indices[i]} of a dictionary of ${size}`);
        }
      }
      if (isIdentity) return { kind: "dictionary", length, validity, codes: indices, dictionary };
      return { kind: "dictionary", length, ...mapped(indices, codes, validity), dictionary };
    },
  };
}

/** Our code of each entry of a chunk of values. */
function codesOf(chunk: ArrowData, dictionary: Dictionary, column: string): Int32Array {
  const validity = validityOf(chunk, column);
  const { offsets, bytes, length } = textFromArrow(chunk, validity, column);
  const codes = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    codes[i] = isValid(validity, i) ? dictionary.codeOfBytes(bytes, offsets[i]!, offsets[i + 1]!) : NULL_ENTRY;
  }
  return codes;
}

/** Indices as 32-bit numbers: shared where they are Int32, else copied. One that does not fit becomes -1. */
function indicesOf({ type, values, length }: ArrowData, column: string): Int32Array {
  const { bitWidth, isSigned } = type.indices as ArrowType;
  switch (bitWidth) {
    case 8:
      return Int32Array.from(viewOf<Iterable<number>>(values, isSigned ? Int8Array : Uint8Array, length, column));
    case 16:
      return Int32Array.from(viewOf<Iterable<number>>(values, isSigned ? Int16Array : Uint16Array, length, column));
    case 32:
      return viewOf(values, Int32Array, length, column); // beyond 2^31 a Uint32 reads as negative, which is no entry
    default: {
      const wide = viewOf(values, BigInt64Array, length, column);
      const indices = new Int32Array(length);
      for (let i = 0; i < length; i++) indices[i] = Number(wide[i]! < 0n || wide[i]! > INDEX_MAX ? -1n : wide[i]!);
      return indices;
    }
  }
}

const INDEX_MAX = 2n ** 31n - 1n;

function mapped(
  indices: Int32Array,
  codes: Int32Array,
  validity: Bitmap | null,
): { readonly codes: Int32Array; readonly validity: Bitmap | null } {
  const { length } = indices;
  const out = new Int32Array(length);
  const bits = bitmapOf(length);
  let valid = 0;
  for (let i = 0; i < length; i++) {
    if (!isValid(validity, i)) continue;
    const code = codes[indices[i]!]!;
    if (code === NULL_ENTRY) continue;
    out[i] = code;
    setBit(bits, i);
    valid++;
  }
  return { codes: out, validity: valid === length ? null : bits };
}

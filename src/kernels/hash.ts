import type { Column } from "../column/column.ts";
import type { Dictionary } from "../column/dictionary.ts";
import { hashBytes, hashWords } from "../sketch/murmur3.ts";
import { HIGH, LOW } from "../column/int64.ts";
import { canonicalWords } from "./key-encoder.ts";

const hashesByCode = new WeakMap<Dictionary, { words: Int32Array; size: number }>();

/**
 * The 64-bit hash of each row as two words, low word first: murmur3_x64_128 (first 64 bits, seed 0) of the value's
 * canonical bytes. A dictionary is hashed once per code. What stands under a null is hashed too and means nothing.
 */
export function hashColumn(column: Column): Int32Array {
  const { length } = column;
  const out = new Int32Array(length * 2);
  switch (column.kind) {
    case "utf8":
      for (let i = 0; i < length; i++) hashBytes(column.bytes, column.offsets[i]!, column.offsets[i + 1]!, out, 2 * i);
      return out;
    case "dictionary": {
      const words = hashesOf(column.dictionary);
      for (let i = 0; i < length; i++) {
        const code = column.codes[i]!;
        out[2 * i] = words[2 * code]!;
        out[2 * i + 1] = words[2 * code + 1]!;
      }
      return out;
    }
    default: {
      const words = canonicalWords(column);
      for (let i = 0; i < length; i++) hashWords(words[2 * i + LOW]!, words[2 * i + HIGH]!, out, 2 * i);
      return out;
    }
  }
}

/** The hashes of all codes so far; a dictionary that has grown is hashed from where it was. */
function hashesOf(dictionary: Dictionary): Int32Array {
  const size = dictionary.size();
  const known = hashesByCode.get(dictionary);
  if (known !== undefined && known.size === size) return known.words;
  const { bytes, offsets } = dictionary.values();
  const words = new Int32Array(size * 2);
  if (known !== undefined) words.set(known.words.subarray(0, known.size * 2));
  for (let code = known?.size ?? 0; code < size; code++)
    hashBytes(bytes, offsets[code]!, offsets[code + 1]!, words, 2 * code);
  hashesByCode.set(dictionary, { words, size });
  return words;
}

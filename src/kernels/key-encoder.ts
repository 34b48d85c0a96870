import { bitmapOf, getBit, isValid, setBit } from "../column/bitmap.ts";
import type { Column, DictionaryColumn, Utf8Column } from "../column/column.ts";
import { createDictionary, type Dictionary } from "../column/dictionary.ts";
import { grownInt32 } from "../column/growable.ts";
import { bigintsOf, HIGH, LOW, wordsOf } from "../column/int64.ts";
import { createPairTable } from "./pair-table.ts";

/**
 * Numbers the distinct values of one key column 0, 1, 2, ... in the order of first sight. Null is a value of its own;
 * NaN equals NaN and -0 equals 0.
 */
export interface KeyEncoder {
  /** Writes the number of each row into `out`. With `insert: false` a new value gets -1 and is not added. */
  encode(column: Column, out: Int32Array, options?: { readonly insert: boolean }): void;
  size(): number;
  /** The values that have these numbers. */
  values(numbers: Int32Array): Column;
}

/** An encoder for columns of one physical kind (text may change between plain and dictionary). */
export function keyEncoder(kind: Column["kind"]): KeyEncoder {
  return kind === "utf8" || kind === "dictionary" ? textEncoder() : wordEncoder(kind);
}

function textEncoder(): KeyEncoder {
  const texts = createDictionary();
  let codeOf: Int32Array = new Int32Array(0); // our number -> code in `texts`, or -1 for null
  let numberOf: Int32Array = new Int32Array(0); // code in `texts` -> our number + 1
  let size = 0;
  let nullNumber = -1;
  const translations = new WeakMap<Dictionary, { numbers: Int32Array }>(); // a column's code -> our number + 1

  const append = (code: number): number => {
    codeOf = grownInt32(codeOf, size + 1);
    codeOf[size] = code;
    return size++;
  };
  const numberOfBytes = (bytes: Uint8Array, start: number, end: number, insert: boolean): number => {
    if (!insert) return numberOfText(texts, numberOf, bytes, start, end);
    const code = texts.codeOfBytes(bytes, start, end);
    numberOf = grownInt32(numberOf, code + 1);
    if (numberOf[code] === 0) numberOf[code] = append(code) + 1;
    return numberOf[code]! - 1;
  };
  const numberOfNull = (insert: boolean): number => {
    if (nullNumber === -1 && insert) nullNumber = append(-1);
    return nullNumber;
  };

  const encodePlain = ({ bytes, offsets, length, validity }: Utf8Column, out: Int32Array, insert: boolean): void => {
    for (let i = 0; i < length; i++) {
      out[i] = isValid(validity, i) ? numberOfBytes(bytes, offsets[i]!, offsets[i + 1]!, insert) : numberOfNull(insert);
    }
  };
  const encodeCodes = (
    { codes, dictionary, length, validity }: DictionaryColumn,
    out: Int32Array,
    insert: boolean,
  ): void => {
    let translation = translations.get(dictionary);
    if (translation === undefined) translations.set(dictionary, (translation = { numbers: new Int32Array(0) }));
    const numbers = (translation.numbers = grownInt32(translation.numbers, dictionary.size()));
    const entries = dictionary.values();
    for (let i = 0; i < length; i++) {
      if (validity !== null && !isValid(validity, i)) {
        out[i] = numberOfNull(insert);
        continue;
      }
      const code = codes[i]!;
      let number = numbers[code]! - 1;
      if (number === -1) {
        number = numberOfBytes(entries.bytes, entries.offsets[code]!, entries.offsets[code + 1]!, insert);
        if (insert) numbers[code] = number + 1;
      }
      out[i] = number;
    }
  };

  return {
    encode: (column, out, { insert } = { insert: true }) => {
      if (column.kind === "dictionary") encodeCodes(column, out, insert);
      else encodePlain(column as Utf8Column, out, insert);
    },
    size: () => size,
    values: (numbers) => {
      const length = numbers.length;
      const codes = new Int32Array(length);
      for (let i = 0; i < length; i++) codes[i] = codeOf[numbers[i]!]!;
      const validity = validityWhere(length, nullNumber, numbers);
      return { kind: "dictionary", length, validity, codes, dictionary: texts };
    },
  };
}

function numberOfText(texts: Dictionary, numberOf: Int32Array, bytes: Uint8Array, start: number, end: number): number {
  const code = texts.findBytes(bytes, start, end);
  return code === -1 ? -1 : (numberOf[code] ?? 0) - 1;
}

/** Values of at most 64 bits, known by their two words. */
function wordEncoder(kind: "bool" | "int64" | "int32" | "float64"): KeyEncoder {
  const table = createPairTable();
  let nullNumber = -1;
  return {
    encode: (column, out, { insert } = { insert: true }) => {
      const words = canonicalWords(column);
      const number = insert ? table.intern : table.find;
      for (let i = 0; i < column.length; i++) {
        if (isValid(column.validity, i)) out[i] = number(words[2 * i + HIGH]!, words[2 * i + LOW]!);
        else {
          if (nullNumber === -1 && insert) nullNumber = table.reserve();
          out[i] = nullNumber;
        }
      }
    },
    size: table.size,
    values: (numbers) => valuesOfWords(kind, numbers, table.firsts(), table.seconds(), nullNumber),
  };
}

/** Two words a row that are equal exactly where the values are. */
export function canonicalWords(column: Column): Int32Array {
  switch (column.kind) {
    case "int64":
      return wordsOf(bigintsOf(column));
    case "int32": {
      const words = new Int32Array(column.length * 2);
      for (let i = 0; i < column.length; i++) {
        words[2 * i + LOW] = column.values[i]!;
        words[2 * i + HIGH] = column.values[i]! >> 31;
      }
      return words;
    }
    case "bool": {
      const words = new Int32Array(column.length * 2);
      for (let i = 0; i < column.length; i++) words[2 * i + LOW] = Number(getBit(column.bits, i));
      return words;
    }
    case "float64": {
      // Adding 0 turns -0 into 0; every NaN is written as the one canonical NaN.
      const values = new Float64Array(column.length);
      for (let i = 0; i < column.length; i++)
        values[i] = Number.isNaN(column.values[i]!) ? Number.NaN : column.values[i]! + 0;
      return wordsOf(values);
    }
    default:
      throw new RangeError(`${column.kind} has no words`);
  }
}

function valuesOfWords(
  kind: "bool" | "int64" | "int32" | "float64",
  numbers: Int32Array,
  highs: Int32Array,
  lows: Int32Array,
  nullNumber: number,
): Column {
  const length = numbers.length;
  const words = new Int32Array(length * 2);
  for (let i = 0; i < length; i++) {
    words[2 * i + HIGH] = highs[numbers[i]!]!;
    words[2 * i + LOW] = lows[numbers[i]!]!;
  }
  const validity = validityWhere(length, nullNumber, numbers);
  switch (kind) {
    case "int64":
      return { kind, length, validity, values: new BigInt64Array(words.buffer) };
    case "float64":
      return { kind, length, validity, values: new Float64Array(words.buffer) };
    case "int32":
      return { kind, length, validity, values: new Int32Array(words.filter((_, i) => (i & 1) === LOW)) };
    case "bool": {
      const bits = bitmapOf(length);
      for (let i = 0; i < length; i++) if (words[2 * i + LOW] === 1) setBit(bits, i);
      return { kind, length, validity, bits };
    }
  }
}

function validityWhere(length: number, nullNumber: number, numbers: Int32Array): Uint8Array | null {
  if (nullNumber === -1 || !numbers.includes(nullNumber)) return null;
  const validity = bitmapOf(length);
  for (let i = 0; i < length; i++) if (numbers[i] !== nullNumber) setBit(validity, i);
  return validity;
}

import { type Bitmap, bitmapOf, setBit } from "../column/bitmap.ts";
import type { BoolColumn, TextColumn, Utf8Column } from "../column/column.ts";
import { decodeText, encodeTextInto } from "../column/text.ts";
import { codeBits } from "./compare.ts";
import { allValid, indexMask, isConstant } from "./operand.ts";
import { plainText } from "../column/plain-text.ts";

/**
 * SQL `like`: `%` stands for any text, `_` for one code point; the whole value must match, and there is no escape
 * character. With `ignoreCase` both sides are lower-cased code point by code point. Null on either side gives null.
 * Takes time in proportion to text times pattern at worst; no pattern backtracks exponentially.
 */
export function like(text: TextColumn, pattern: TextColumn, length: number, ignoreCase: boolean): BoolColumn {
  const spelled = (column: TextColumn): Utf8Column => (ignoreCase ? lowerCased(plainText(column)) : plainText(column));
  const patterns = spelled(pattern);
  const bits =
    text.kind === "dictionary" && isConstant(pattern, length) && !isConstant(text, length)
      ? codeBits(text, length, (entries) => likeBits(spelled(entries), patterns, entries.length))
      : likeBits(spelled(text), patterns, length);
  return { kind: "bool", length, validity: allValid([text, pattern], length), bits };
}

function likeBits(text: Utf8Column, pattern: Utf8Column, length: number): Bitmap {
  const [textMask, patternMask] = [indexMask(text, length), indexMask(pattern, length)];
  const bits = bitmapOf(length);
  for (let i = 0; i < length; i++) {
    const [t, p] = [i & textMask, i & patternMask];
    const [tStart, tEnd] = [text.offsets[t]!, text.offsets[t + 1]!];
    if (matches(text.bytes, tStart, tEnd, pattern.bytes, pattern.offsets[p]!, pattern.offsets[p + 1]!)) setBit(bits, i);
  }
  return bits;
}

const PERCENT = 0x25;
const UNDERSCORE = 0x5f;

/** Greedy wildcard matching over UTF-8: on a mismatch only the last `%` is tried one code point further. */
function matches(
  text: Uint8Array,
  tStart: number,
  tEnd: number,
  pattern: Uint8Array,
  pStart: number,
  pEnd: number,
): boolean {
  let [t, p] = [tStart, pStart];
  let afterPercent = -1;
  let resume = tStart;
  while (t < tEnd) {
    const wanted = p < pEnd ? pattern[p]! : -1;
    if (wanted === PERCENT) {
      afterPercent = ++p;
      resume = t;
    } else if (wanted === UNDERSCORE) {
      t = nextCodePoint(text, t, tEnd);
      p++;
    } else if (wanted === text[t]) {
      t++;
      p++;
    } else if (afterPercent !== -1) {
      p = afterPercent;
      t = resume = nextCodePoint(text, resume, tEnd);
    } else return false;
  }
  while (p < pEnd && pattern[p] === PERCENT) p++;
  return p === pEnd;
}

const CONTINUATION_MASK = 0xc0; // of a UTF-8 byte: 10xxxxxx continues a code point
const CONTINUATION = 0x80;

function nextCodePoint(bytes: Uint8Array, at: number, end: number): number {
  let next = at + 1;
  while (next < end && (bytes[next]! & CONTINUATION_MASK) === CONTINUATION) next++;
  return next;
}

const EXPANSION_MAX = 3; // bytes of a lower-cased character for each byte it had; a broken byte becomes U+FFFD

/** Each text with Unicode's simple lower case, which looks at one code point at a time (as in DuckDB). */
function lowerCased(column: Utf8Column): Utf8Column {
  const { length, validity } = column;
  const offsets = new Int32Array(length + 1);
  const size = column.offsets[length]! - column.offsets[0]!;
  const bytes = new Uint8Array(size * EXPANSION_MAX);
  for (let i = 0; i < length; i++) {
    let lower = "";
    for (const character of decodeText(column.bytes, column.offsets[i]!, column.offsets[i + 1]!)) {
      lower += String.fromCodePoint(character.toLowerCase().codePointAt(0)!);
    }
    offsets[i + 1] = offsets[i]! + encodeTextInto(lower, bytes, offsets[i]!);
  }
  return { kind: "utf8", length, validity, offsets, bytes };
}

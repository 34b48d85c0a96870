import { BACKSLASH, hexDigit } from "./json-syntax.ts";

/** In place of a length where a string holds half of a surrogate pair, which UTF-8 cannot say. */
const HALF_PAIR = -1;

const HIGH_FIRST = 0xd800;
const LOW_FIRST = 0xdc00;
const LOW_LAST = 0xdfff;
const LOWER_U = 0x75;

/** What the letters behind a backslash stand for; 0 for all others. */
const ESCAPES = new Uint8Array(256);
for (const [letter, value] of Object.entries({ '"': 34, "\\": 92, "/": 47, b: 8, f: 12, n: 10, r: 13, t: 9 })) {
  ESCAPES[letter.charCodeAt(0)] = value;
}

/**
 * Writes the text of a string, whose inside is the valid JSON `bytes[start .. end]`, as UTF-8 to `target` from `to` on,
 * where there must be `end - start` bytes.
 * @returns the number of bytes written, or `HALF_PAIR`
 */
export function unescape(bytes: Uint8Array, start: number, end: number, target: Uint8Array, to: number): number {
  let out = to;
  let i = start;
  while (i < end) {
    const byte = bytes[i]!;
    if (byte !== BACKSLASH) {
      target[out++] = byte;
      i++;
      continue;
    }
    const kind = bytes[i + 1]!;
    if (kind !== LOWER_U) {
      target[out++] = ESCAPES[kind]!;
      i += 2;
      continue;
    }
    let point = hexUnit(bytes, i + 2);
    i += 6;
    if (point >= HIGH_FIRST && point <= LOW_LAST) {
      if (point >= LOW_FIRST || i + 6 > end || bytes[i] !== BACKSLASH || bytes[i + 1] !== LOWER_U) return HALF_PAIR;
      const low = hexUnit(bytes, i + 2);
      if (low < LOW_FIRST || low > LOW_LAST) return HALF_PAIR;
      point = 0x10000 + ((point - HIGH_FIRST) << 10) + (low - LOW_FIRST);
      i += 6;
    }
    out = writePoint(point, target, out);
  }
  return out - to;
}

const hexUnit = (bytes: Uint8Array, at: number): number =>
  (hexDigit(bytes[at]!) << 12) |
  (hexDigit(bytes[at + 1]!) << 8) |
  (hexDigit(bytes[at + 2]!) << 4) |
  hexDigit(bytes[at + 3]!);

/** Writes a code point as UTF-8 (RFC 3629, section 3); the position behind it. */
function writePoint(point: number, target: Uint8Array, at: number): number {
  if (point < 0x80) {
    target[at] = point;
    return at + 1;
  }
  if (point < 0x800) {
    target[at] = 0xc0 | (point >> 6);
    target[at + 1] = 0x80 | (point & 0x3f);
    return at + 2;
  }
  if (point < 0x10000) {
    target[at] = 0xe0 | (point >> 12);
    target[at + 1] = 0x80 | ((point >> 6) & 0x3f);
    target[at + 2] = 0x80 | (point & 0x3f);
    return at + 3;
  }
  target[at] = 0xf0 | (point >> 18);
  target[at + 1] = 0x80 | ((point >> 12) & 0x3f);
  target[at + 2] = 0x80 | ((point >> 6) & 0x3f);
  target[at + 3] = 0x80 | (point & 0x3f);
  return at + 4;
}

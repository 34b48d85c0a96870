/**
 * JSON's grammar (RFC 8259, as `JSON.parse` reads it) over the bytes of one line. A function gets the position of a
 * token and returns the position behind it, or `~p` (below 0) where `p` is the byte that cannot stand there. Every
 * line ends in LF, which can stand nowhere inside a token: no loop needs to know where the bytes end.
 */
export const LF = 0x0a;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const ZERO = 0x30;
export const COLON = 0x3a;
export const OPEN_LIST = 0x5b;
export const BACKSLASH = 0x5c;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
const TAB = 0x09;
const CR = 0x0d;
const PLUS = 0x2b;
const CLOSE_LIST = 0x5d;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const ASCII_MAX = 0x7f;
const CASE_BIT = 0x20; // upper-case ASCII letters become lower-case ones

export const DEPTH_MAX = 1_000; // lists and objects inside one another; `JSON.parse` has no limit
/** In place of `~p` where values are nested too deeply. */
const TOO_DEEP = -0x7fffffff;

/** Behind spaces, tabs and CRs. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let i = at;
  for (;;) {
    const byte = bytes[i]!;
    if (byte !== SPACE && byte !== CR && byte !== TAB) return i;
    i++;
  }
}

/** The first byte from `at` on that is not an ASCII character which stands for itself in a string. */
export function plainEnd(bytes: Uint8Array, at: number): number {
  let i = at;
  for (;;) {
    const byte = bytes[i]!;
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE || byte > ASCII_MAX) return i;
    i++;
  }
}

const LOW_BITS = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;
const QUOTES = QUOTE * LOW_BITS;
const BACKSLASHES = BACKSLASH * LOW_BITS;
const SPACES = SPACE * LOW_BITS;
const WORD_BYTES = 4;

/**
 * `plainEnd`, four bytes at a time: a subtraction sets the high bit of each byte that was 0 (or below a bound). What it
 * borrows from the bytes above can only make them look like ends too, and the lowest one counts (after S. E. Anderson,
 * "Bit Twiddling Hacks", haszero and hasless).
 */
export function plainEndByWords(view: DataView, bytes: Uint8Array, at: number): number {
  const last = view.byteLength - WORD_BYTES;
  let i = at;
  for (; i <= last; i += WORD_BYTES) {
    const word = view.getInt32(i, true);
    const quotes = (word ^ QUOTES) - LOW_BITS;
    const slashes = (word ^ BACKSLASHES) - LOW_BITS;
    const ends = (quotes | slashes | (word - SPACES) | word) & HIGH_BITS;
    if (ends !== 0) return i + ((31 - Math.clz32(ends & -ends)) >> 3);
  }
  return plainEnd(bytes, i);
}

/** Behind the closing quote of the string whose inside goes on at `at`. */
export function skipString(bytes: Uint8Array, at: number): number {
  let i = at;
  for (;;) {
    i = plainEnd(bytes, i);
    const byte = bytes[i]!;
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) {
      const next = skipEscape(bytes, i);
      if (next < 0) return next;
      i = next;
    } else if (byte > ASCII_MAX) {
      const length = sequenceLength(bytes, i);
      if (length === 0) return ~i;
      i += length;
    } else return ~i;
  }
}

/** Whether each ASCII character may stand behind a backslash: `" / \ b f n r t`. */
const SHORT_ESCAPES = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"/\\bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

function skipEscape(bytes: Uint8Array, at: number): number {
  const kind = bytes[at + 1]!;
  if (SHORT_ESCAPES[kind] === 1) return at + 2;
  if (kind !== LOWER_U) return ~at;
  for (let i = at + 2; i < at + 6; i++) if (hexDigit(bytes[i]!) < 0) return ~at;
  return at + 6;
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(byte: number): number {
  const digit = byte - ZERO;
  if (digit >>> 0 <= 9) return digit;
  const letter = (byte | CASE_BIT) - 0x61;
  return letter >>> 0 <= 5 ? letter + 10 : -1;
}

/** The bytes of the UTF-8 sequence with a lead byte above 0x7f at `at`, or 0 where it is not UTF-8 (RFC 3629, section 4). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const second = bytes[at + 1]!;
  if ((second & 0xc0) !== 0x80) return 0;
  if (lead < 0xe0) return 2;
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return 0;
  if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return 0;
  if ((bytes[at + 2]! & 0xc0) !== 0x80) return 0;
  if (lead < 0xf0) return 3;
  return (bytes[at + 3]! & 0xc0) === 0x80 ? 4 : 0;
}

const isDigit = (byte: number): boolean => (byte - ZERO) >>> 0 <= 9;

function skipDigits(bytes: Uint8Array, at: number): number {
  if (!isDigit(bytes[at]!)) return ~at;
  let i = at + 1;
  while (isDigit(bytes[i]!)) i++;
  return i;
}

export function skipNumber(bytes: Uint8Array, at: number): number {
  let i = bytes[at] === MINUS ? at + 1 : at;
  i = bytes[i] === ZERO ? i + 1 : skipDigits(bytes, i);
  if (i >= 0 && bytes[i] === DOT) i = skipDigits(bytes, i + 1);
  if (i >= 0 && (bytes[i]! | CASE_BIT) === LOWER_E) {
    const sign = bytes[i + 1];
    i = skipDigits(bytes, sign === PLUS || sign === MINUS ? i + 2 : i + 1);
  }
  return i;
}

const WORDS = ["true", "false", "null"].map((word) => Uint8Array.from(word, (letter) => letter.charCodeAt(0)));

function skipWord(bytes: Uint8Array, at: number): number {
  for (const word of WORDS) {
    if (bytes[at] !== word[0]) continue;
    for (let i = 1; i < word.length; i++) if (bytes[at + i] !== word[i]) return ~(at + i);
    return at + word.length;
  }
  return ~at;
}

function skipScalar(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!;
  if (byte === QUOTE) return skipString(bytes, at + 1);
  if (byte === MINUS || isDigit(byte)) return skipNumber(bytes, at);
  return skipWord(bytes, at);
}

const nesting = new Uint8Array(DEPTH_MAX); // of the value being skipped: the closing byte of each level

/** Behind the value at `at`, whatever it is. Cost O(bytes), without recursion. */
export function skipValue(bytes: Uint8Array, at: number): number {
  let depth = 0;
  let i = at;
  for (;;) {
    const byte = bytes[i]!;
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      const close = byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST;
      i = skipSpace(bytes, i + 1);
      if (bytes[i] === close) i++;
      else {
        if (depth === DEPTH_MAX) return TOO_DEEP;
        nesting[depth++] = close;
        if (close === CLOSE_OBJECT) i = skipKey(bytes, i);
        if (i < 0) return i;
        continue;
      }
    } else i = skipScalar(bytes, i);
    while (depth > 0 && i >= 0) {
      i = skipSpace(bytes, i);
      if (bytes[i] !== nesting[depth - 1]) break;
      depth--;
      i++;
    }
    if (depth === 0 || i < 0) return i;
    if (bytes[i] !== COMMA) return ~i;
    i = skipSpace(bytes, i + 1);
    if (nesting[depth - 1] === CLOSE_OBJECT) i = skipKey(bytes, i);
    if (i < 0) return i;
  }
}

/** Behind a key, its colon and spaces. */
function skipKey(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return ~at;
  let i = skipString(bytes, at + 1);
  if (i < 0) return i;
  i = skipSpace(bytes, i);
  return bytes[i] === COLON ? skipSpace(bytes, i + 1) : ~i;
}

/** Why a line is not JSON, from what a function above returned; positions count from 1 in the line. */
export function faultReason(bytes: Uint8Array, lineStart: number, fault: number): string {
  if (fault === TOO_DEEP) return `more than ${DEPTH_MAX} lists and objects inside one another`;
  const at = ~fault;
  const byte = bytes[at]!;
  const place = `at byte ${at - lineStart + 1} of the line`;
  if (byte === LF) return `not JSON: the line ends too early, ${place}`;
  if (byte < SPACE) return `not JSON: a control character (${byte}) ${place}`;
  if (byte > ASCII_MAX && sequenceLength(bytes, at) === 0) return `not UTF-8 ${place}`;
  if (byte === BACKSLASH) return `not JSON: an escape that does not exist ${place}`;
  if (byte > ASCII_MAX) return `not JSON: an unexpected character ${place}`;
  return `not JSON: an unexpected ${String.fromCharCode(byte)} ${place}`;
}

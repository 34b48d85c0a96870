import { TidemarkError } from "../errors.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // a byte order mark stays: it is part of the text

const SHORT = 24; // bytes; below this a loop over character codes beats TextDecoder's call

/** UTF-8 bytes as a string. Bytes that are not UTF-8 become U+FFFD. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT) {
    let text = "";
    let i = start;
    for (; i < end; i++) {
      const byte = bytes[i]!;
      if (byte > 0x7f) break;
      text += String.fromCharCode(byte);
    }
    if (i === end) return text;
  }
  return decoder.decode(bytes.subarray(start, end));
}

/** A string as UTF-8; a lone surrogate becomes U+FFFD. */
export const encodeText = (text: string): Uint8Array => encoder.encode(text);

const HALF_PAIR = /\p{Surrogate}/u; // a whole pair is one code point here, and none of these
const SHOWN_MAX = 60; // characters of a text in a message

/** @throws type.invalid where UTF-8 cannot hold the text */
export function checkText(text: string): void {
  if (!HALF_PAIR.test(text)) return;
  const shown = text.length > SHOWN_MAX ? `${JSON.stringify(text.slice(0, SHOWN_MAX))}...` : JSON.stringify(text);
  throw new TidemarkError("type.invalid", `the text ${shown} holds half of a surrogate pair`, {
    hint: "it was cut within a character: cut it between characters, or replace the half with text.toWellFormed()",
  });
}

/**
 * Writes `text` as UTF-8 at `at`, where there must be 3 bytes for each UTF-16 unit; the number of bytes written.
 * @throws type.invalid for half of a surrogate pair, before anything is written
 */
export function encodeTextInto(text: string, target: Uint8Array, at: number): number {
  if (text.length <= SHORT) {
    let i = 0;
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) break;
      target[at + i] = code;
    }
    if (i === text.length) return i;
  }
  checkText(text);
  return encoder.encodeInto(text, target.subarray(at)).written;
}

/** Compares byte ranges as unsigned bytes, which for UTF-8 is code point order: negative, 0 or positive. */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const shared = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < shared; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!;
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}

/** Whether two byte ranges hold the same bytes. */
export function equalBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = aStart, j = bStart; i < aEnd; i++, j++) if (a[i] !== b[j]) return false;
  return true;
}

const TEXT_BYTES_MAX = 2 ** 31 - 1; // offsets are 32-bit

/** The number of bytes itself. @throws type.overflow where offsets of one column cannot reach so far */
export function checkedTextBytes(bytes: number): number {
  if (bytes <= TEXT_BYTES_MAX) return bytes;
  throw new TidemarkError("type.overflow", `${bytes} bytes of text do not fit one column`, {
    hint: "use smaller batches: a column holds at most 2 GiB of text",
  });
}

/** Compares strings by code point, which UTF-16 order does not do where there are surrogates. */
export function compareText(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    // Surrogates stand for code points above all others, though their units are below U+E000 to U+FFFF.
    const [xHigh, yHigh] = [isSurrogate(x), isSurrogate(y)];
    return xHigh === yHigh ? x - y : Number(xHigh) - Number(yHigh);
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

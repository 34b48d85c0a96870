import { TidemarkError } from "../errors.ts";

const simple: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
]);

const ASCII_LAST = 0x7f;
const CODE_POINT_LAST = 0x10ffff;

/**
 * Reads the backslash escape of an `e'...'` string at `start`: `\n \t \r \b \f`, `\xHH` and `\OOO` (ASCII only: they are
 * bytes in DuckDB), `\uHHHH`, `\UHHHHHHHH`; any other character stands for itself.
 */
export function readEscape(
  text: string,
  start: number,
  stop: number,
): { readonly value: string; readonly end: number } {
  const letter = text.charAt(start + 1);
  const plain = simple.get(letter);
  if (plain !== undefined) return { value: plain, end: start + 2 };
  if (letter === "x") return readCode(text, start, digitsAt(text, start + 2, stop, 2, HEX), 16, ASCII_LAST);
  if (letter === "u")
    return readCode(text, start, exactly(digitsAt(text, start + 2, stop, 4, HEX), 4), 16, CODE_POINT_LAST);
  if (letter === "U")
    return readCode(text, start, exactly(digitsAt(text, start + 2, stop, 8, HEX), 8), 16, CODE_POINT_LAST);
  if (OCTAL.test(letter)) return readCode(text, start, digitsAt(text, start + 1, stop, 3, OCTAL), 8, ASCII_LAST);
  return { value: letter, end: start + 2 };
}

const HEX = /[0-9a-fA-F]/;
const OCTAL = /[0-7]/;

interface Digits {
  readonly digits: string;
  readonly end: number;
}

function digitsAt(text: string, from: number, stop: number, most: number, digit: RegExp): Digits {
  let end = from;
  while (end < stop && end - from < most && digit.test(text.charAt(end))) end += 1;
  return { digits: text.slice(from, end), end };
}

function exactly({ digits, end }: Digits, count: number): Digits {
  return { digits: digits.length === count ? digits : "", end };
}

function readCode(
  text: string,
  start: number,
  { digits, end }: Digits,
  radix: number,
  last: number,
): { value: string; end: number } {
  const code = Number.parseInt(digits, radix);
  if (code <= last) return { value: String.fromCodePoint(code), end };
  const hint = "known are \\n \\t \\r \\b \\f \\\\ \\' \\xHH (below 80), \\uHHHH and \\UHHHHHHHH";
  throw new TidemarkError("sql.syntax", "the escape stands for no character", { span: { start, end }, text, hint });
}

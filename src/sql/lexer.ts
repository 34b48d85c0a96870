import { type Span, TidemarkError } from "../errors.ts";
import { readEscape } from "./escape.ts";
import { symbols, type Token } from "./token.ts";

/**
 * Cuts `text` into tokens; the last one is the `end` token.
 *
 * `holes` are the places, in order, where values were put into the text. Each becomes one `hole` token exactly there;
 * the characters inside it are never read, and no other token reaches into it. So text cannot pass for a hole and the
 * content of a hole cannot pass for text.
 *
 * Errors: `sql.syntax` for characters that start no token and for what is not closed; `sql.parameter` for a hole
 * inside a string, a comment or a quoted name. Cost: linear in the text.
 *
 * @example
 * lex("a = $", [{ start: 4, end: 5 }]).map((token) => token.kind); // ['word', 'symbol', 'hole', 'end']
 */
export function lex(text: string, holes: readonly Span[] = []): Token[] {
  checkHoles(text, holes);
  const tokens: Token[] = [];
  let position = 0;
  for (let index = 0; index <= holes.length; index++) {
    const hole = holes[index];
    const source: Source = { text, stop: hole?.start ?? text.length, hole };
    position = skipBlank(source, position);
    while (position < source.stop) {
      const token = readToken(source, position);
      tokens.push(token);
      position = skipBlank(source, token.span.end);
    }
    if (hole !== undefined) {
      tokens.push({ kind: "hole", index, span: { start: hole.start, end: hole.end } });
      position = hole.end;
    }
  }
  tokens.push({ kind: "end", span: { start: text.length, end: text.length } });
  return tokens;
}

/** The text up to the next hole; nothing at or behind `stop` is read. */
interface Source {
  readonly text: string;
  readonly stop: number;
  readonly hole: Span | undefined;
}

function checkHoles(text: string, holes: readonly Span[]): void {
  let free = 0;
  for (const hole of holes) {
    if (!(hole.start >= free && hole.end >= hole.start && hole.end <= text.length)) {
      throw new TidemarkError("sql.parameter", "the holes of the text overlap or are out of order", {
        span: hole,
        text,
      });
    }
    free = hole.end;
  }
}

/** The first position at or after `position` that is neither white space nor comment. */
function skipBlank(source: Source, position: number): number {
  const { text, stop } = source;
  for (let at = position; ; ) {
    if (at >= stop) return stop;
    if (isSpace(text.charCodeAt(at))) {
      at += 1;
    } else if (startsWith(source, "--", at)) {
      const lineBreak = text.indexOf("\n", at);
      at = lineBreak === -1 ? text.length : lineBreak;
      if (source.hole !== undefined && at >= stop) throw holeInside(source, source.hole, "a comment");
    } else if (startsWith(source, "/*", at)) {
      at = closing(source, at, at + "/*".length, "*/", "comment") + "*/".length;
    } else {
      return at;
    }
  }
}

function readToken(source: Source, start: number): Token {
  const { text, stop } = source;
  const code = text.charCodeAt(start);
  const next = start + 1 < stop ? text.charCodeAt(start + 1) : 0;
  if (code === QUOTE) return readString(source, start);
  if (code === DOUBLE_QUOTE) return readQuoted(source, start);
  if (isDigit(code) || (code === POINT && isDigit(next))) return readNumber(source, start);
  if ((code | LOWER_BIT) === LOWER_E && next === QUOTE) return readEscaped(source, start);
  if (isNameStart(code)) {
    const end = skipWhile(source, start + 1, isNamePart);
    const written = text.slice(start, end);
    return { kind: "word", text: written, word: written.toLowerCase(), span: { start, end } };
  }
  for (let length = LONGEST_SYMBOL; length > 0; length--) {
    const end = start + length;
    const symbol = text.slice(start, end);
    if (end <= stop && symbolSet.has(symbol)) return { kind: "symbol", symbol, span: { start, end } };
  }
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const span = { start, end: Math.min(stop, start + character.length) };
  const hint = CURLY_QUOTES.test(character)
    ? "use straight quotes: '...' around a text, \"...\" around a name"
    : character === "`"
      ? 'put a name in double quotes: "..."'
      : undefined;
  throw new TidemarkError("sql.syntax", `unexpected character ${JSON.stringify(character)}`, { span, text, hint });
}

const symbolSet: ReadonlySet<string> = new Set(symbols);
const LONGEST_SYMBOL = Math.max(...symbols.map((symbol) => symbol.length));

/** `'...'`, where `''` is one quote. */
function readString(source: Source, start: number): Token {
  const end = quotedEnd(source, start, "'", "string");
  const value = source.text.slice(start + 1, end - 1).replaceAll("''", "'");
  return { kind: "string", value, span: { start, end } };
}

/** `"..."`, where `""` is one quote. */
function readQuoted(source: Source, start: number): Token {
  const { text } = source;
  const span = { start, end: quotedEnd(source, start, '"', "quoted name") };
  const name = text.slice(start + 1, span.end - 1).replaceAll('""', '"');
  if (name === "") {
    throw new TidemarkError("sql.syntax", "a quoted name is empty", { span, text, hint: "an empty text is ''" });
  }
  return { kind: "quoted", name, span };
}

/** The position behind the quote that closes the one at `start`. */
function quotedEnd(source: Source, start: number, quote: string, what: string): number {
  for (let from = start + 1; ; ) {
    const close = closing(source, start, from, quote, what);
    if (!startsWith(source, quote, close + 1)) return close + 1;
    from = close + 2; // a doubled quote
  }
}

/** `e'...'` with backslashes. */
function readEscaped(source: Source, start: number): Token {
  const { text } = source;
  const parts: string[] = [];
  let from = start + 2; // behind e'
  for (let at = from; ; ) {
    if (at >= source.stop) throw unclosed(source, start, "string");
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) {
      if (at + 1 >= source.stop) throw unclosed(source, start, "string");
      const escape = readEscape(text, at, source.stop);
      parts.push(text.slice(from, at), escape.value);
      from = at = escape.end;
    } else if (code !== QUOTE) {
      at += 1;
    } else if (startsWith(source, "'", at + 1)) {
      parts.push(text.slice(from, at + 1));
      from = at = at + 2; // a doubled quote
    } else {
      parts.push(text.slice(from, at));
      return { kind: "string", value: parts.join(""), span: { start, end: at + 1 } };
    }
  }
}

/** Digits, which may have `_` between them, with point and exponent. */
function readNumber(source: Source, start: number): Token {
  const { text, stop } = source;
  let end = skipDigits(source, start);
  const whole = end;
  if (startsWith(source, ".", end)) end = skipDigits(source, end + 1);
  if (end < stop && (text.charCodeAt(end) | LOWER_BIT) === LOWER_E) {
    const sign = startsWith(source, "+", end + 1) || startsWith(source, "-", end + 1) ? 1 : 0;
    const digits = end + 1 + sign;
    const exponentEnd = skipDigits(source, digits);
    if (exponentEnd > digits) end = exponentEnd;
  }
  if (end < stop && isNamePart(text.charCodeAt(end))) {
    const span = { start, end: skipWhile(source, end, isNamePart) };
    const summary = `a number runs into letters: ${text.slice(start, Math.min(span.end, start + SHOWN_MAX))}`;
    const hint = "part them with a blank, or put a name that starts with a digit in double quotes";
    throw new TidemarkError("sql.syntax", summary, { span, text, hint });
  }
  return {
    kind: "number",
    text: text.slice(start, end).replaceAll("_", ""),
    integer: end === whole,
    span: { start, end },
  };
}

const SHOWN_MAX = 40; // characters of a broken number in its message

function skipDigits(source: Source, from: number): number {
  let at = skipWhile(source, from, isDigit);
  while (at > from && startsWith(source, "_", at) && at + 1 < source.stop && isDigit(source.text.charCodeAt(at + 1))) {
    at = skipWhile(source, at + 1, isDigit);
  }
  return at;
}

function skipWhile({ text, stop }: Source, from: number, test: (code: number) => boolean): number {
  let at = from;
  while (at < stop && test(text.charCodeAt(at))) at += 1;
  return at;
}

function startsWith({ text, stop }: Source, wanted: string, at: number): boolean {
  return at + wanted.length <= stop && text.startsWith(wanted, at);
}

/** Where `closer` stands at or after `from`; an error where that is not before the next hole or the end. */
function closing(source: Source, start: number, from: number, closer: string, what: string): number {
  const at = source.text.indexOf(closer, from);
  if (at === -1 || at + closer.length > source.stop) throw unclosed(source, start, what);
  return at;
}

function unclosed(source: Source, start: number, what: string): TidemarkError {
  const { text, hole } = source;
  if (hole !== undefined) return holeInside(source, hole, `a ${what}`);
  const hint =
    { string: "a string ends with '", comment: "a comment ends with */" }[what] ?? 'a quoted name ends with "';
  return new TidemarkError("sql.syntax", `the ${what} is not closed`, {
    span: { start, end: text.length },
    text,
    hint,
  });
}

function holeInside({ text }: Source, span: Span, what: string): TidemarkError {
  const hint = what === "a comment" ? "take ${...} out of the comment" : "put ${...} outside the quotes";
  return new TidemarkError("sql.parameter", `a value is put inside ${what}`, { span, text, hint });
}

const QUOTE = 39; // '
const DOUBLE_QUOTE = 34; // "
const POINT = 46; // .
const BACKSLASH = 92;
const UNDERSCORE = 95;
const DOLLAR = 36;
const LOWER_E = 101; // e
const LOWER_BIT = 32; // what a lower-case ASCII letter has more than its upper-case one
const ASCII_END = 128;
const SPACE = 32;
const CURLY_QUOTES = /[\u2018-\u201f]/;
const OTHER_SPACE = /\s/;

/** White space, and the other control characters of ASCII that JavaScript counts to it. */
function isSpace(code: number): boolean {
  if (code < ASCII_END) return code === SPACE || (code >= 9 && code <= 13); // tab to carriage return
  return OTHER_SPACE.test(String.fromCharCode(code));
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57; // 0 to 9
}

/** A letter, `_`, or as in DuckDB anything outside ASCII that is no space; curly quotes are left out, being mistakes. */
function isNameStart(code: number): boolean {
  const lower = code | LOWER_BIT;
  if (lower >= 97 && lower <= 122) return true; // a to z
  if (code < ASCII_END) return code === UNDERSCORE;
  return !OTHER_SPACE.test(String.fromCharCode(code)) && !CURLY_QUOTES.test(String.fromCharCode(code));
}

function isNamePart(code: number): boolean {
  return isNameStart(code) || isDigit(code) || code === DOLLAR;
}

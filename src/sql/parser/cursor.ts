import { type Span, TidemarkError } from "../../errors.ts";
import { keywords } from "../keywords.ts";
import type { Identifier } from "../syntax.ts";
import type { SymbolToken, Token, WordToken } from "../token.ts";
import { nameMistake, unexpected } from "./mistakes.ts";

/** A place in the tokens of a text; the parser's functions move it forward and never back. */
export interface Cursor {
  readonly text: string;
  /** Ends with an `end` token. */
  readonly tokens: readonly Token[];
  position: number;
  /** How many expressions and queries enclose the place. */
  nesting: number;
}

/** The token `ahead` places on; the `end` token behind the last. */
export function peek(cursor: Cursor, ahead = 0): Token {
  const { tokens, position } = cursor;
  const token = tokens[Math.min(position + ahead, tokens.length - 1)];
  if (token === undefined) throw new RangeError("no tokens");
  return token;
}

export function advance(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.position += 1;
  return token;
}

/** From the first token of something to the last token read. */
export function spanFrom(cursor: Cursor, start: number): Span {
  return { start, end: cursor.tokens[cursor.position - 1]?.span.end ?? start };
}

/** The bare word at `ahead` in lower case; undefined for every other token. */
export function wordAt(cursor: Cursor, ahead = 0): string | undefined {
  const token = peek(cursor, ahead);
  return token.kind === "word" ? token.word : undefined;
}

export function symbolAt(cursor: Cursor, ahead = 0): string | undefined {
  const token = peek(cursor, ahead);
  return token.kind === "symbol" ? token.symbol : undefined;
}

/** Do these words follow, one after the other? */
export function atWords(cursor: Cursor, ...words: readonly string[]): boolean {
  return words.every((word, ahead) => wordAt(cursor, ahead) === word);
}

/** Reads the words if all of them follow. */
export function acceptWords(cursor: Cursor, ...words: readonly string[]): boolean {
  if (!atWords(cursor, ...words)) return false;
  cursor.position += words.length;
  return true;
}

export function acceptSymbol(cursor: Cursor, symbol: string): boolean {
  if (symbolAt(cursor) !== symbol) return false;
  cursor.position += 1;
  return true;
}

export function expectWord(cursor: Cursor, word: string): WordToken {
  const token = peek(cursor);
  if (token.kind !== "word" || token.word !== word) throw unexpected(cursor, `"${word}"`, { words: [word] });
  cursor.position += 1;
  return token;
}

export function expectSymbol(cursor: Cursor, symbol: string): SymbolToken {
  const token = peek(cursor);
  if (token.kind !== "symbol" || token.symbol !== symbol) throw unexpected(cursor, `"${symbol}"`);
  cursor.position += 1;
  return token;
}

const closers: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
]);

/** Reads the bracket that closes `open`. */
export function expectClose(cursor: Cursor, open: SymbolToken): void {
  const closer = closers.get(open.symbol) ?? open.symbol;
  if (!acceptSymbol(cursor, closer)) throw unexpected(cursor, `"${closer}"`, { open });
}

/** Where a name stands; it says which keywords can be the name without quotes. */
export type NamePlace = "column" | "label" | "bare label" | "table label";

/** May the token be a name at this place? */
export function isName(token: Token, place: NamePlace): boolean {
  if (token.kind === "quoted") return true;
  if (token.kind !== "word") return false;
  const keywordClass = keywords.get(token.word);
  if (place === "label" || keywordClass === undefined) return true;
  if (place === "bare label") return false;
  return keywordClass === "unreserved" || keywordClass === "column";
}

/** Reads a name; `what` says in the error which name is missing. */
export function expectName(cursor: Cursor, place: NamePlace, what: string): Identifier {
  const token = peek(cursor);
  if (!isName(token, place)) throw nameMistake(cursor, what);
  cursor.position += 1;
  return identifier(token);
}

/** The name that a word, a quoted name or a string is. */
export function identifier(token: Token): Identifier {
  switch (token.kind) {
    case "word":
      return { kind: "identifier", name: token.text, quoted: false, span: token.span };
    case "quoted":
      return { kind: "identifier", name: token.name, quoted: true, span: token.span };
    case "string":
      return { kind: "identifier", name: token.value, quoted: true, span: token.span };
    default:
      throw new RangeError(`a ${token.kind} token is no name`);
  }
}

/** How deep brackets, calls, `not`, signs and subqueries may stand in each other. */
export const NESTING_MAX = 500;

/** Counts one level more; `leave` takes it back. Errors end the whole parse and need not leave. */
export function enter(cursor: Cursor): void {
  cursor.nesting += 1;
  if (cursor.nesting <= NESTING_MAX) return;
  const { span } = peek(cursor);
  throw new TidemarkError("sql.unsupported", `nested deeper than ${NESTING_MAX} levels`, { span, text: cursor.text });
}

export function leave(cursor: Cursor): void {
  cursor.nesting -= 1;
}

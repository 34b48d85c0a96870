import { closest, type Span, TidemarkError } from "../../errors.ts";
import { keywords } from "../keywords.ts";
import type { SymbolToken, Token } from "../token.ts";

/** What the parser's errors look at. */
interface Place {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly position: number;
}

interface Expectation {
  /** Keywords that could stand here, for `did you mean`. */
  readonly words?: readonly string[];
  /** Where something ends: the bracket that is open there, or none. */
  readonly open?: SymbolToken | "none";
}

/** The clauses of a query in the order they are written in. */
export const clauseOrder: readonly string[] = [
  "select",
  "from",
  "where",
  "group",
  "having",
  "order",
  "limit",
  "offset",
];

/** An error that says what was expected at the next token and what stands there, with a hint for usual mistakes. */
export function unexpected(place: Place, expected: string, expectation: Expectation = {}): TidemarkError {
  const { text, tokens, position } = place;
  const found = tokens[position] ?? tokens[tokens.length - 1];
  const before = tokens[position - 1];
  const hint =
    misspelling(before, found, expectation.words ?? []) ??
    operatorHint(before, found) ??
    (expectation.open === undefined ? undefined : endHint(place, expectation.open));
  const span = found?.span ?? { start: text.length, end: text.length };
  return new TidemarkError("sql.syntax", `expected ${expected} but found ${describe(found)}`, { span, text, hint });
}

/** An error for a token that cannot be the name that is expected. */
export function nameMistake(place: Place, what: string): TidemarkError {
  const found = place.tokens[place.position];
  const { text } = place;
  if (found?.kind === "hole") {
    const summary = `expected ${what} but found \${...}, which stands for a value`;
    return new TidemarkError("sql.parameter", summary, {
      span: found.span,
      text,
      hint: "write the name into the text",
    });
  }
  if (found?.kind !== "word") return unexpected(place, what);
  const summary = `expected ${what} but found the keyword ${show(found.text)}`;
  return new TidemarkError("sql.syntax", summary, { span: found.span, text, hint: quoteHint(found.text) });
}

/** An error for a token that starts no expression. */
export function expressionMistake(place: Place): TidemarkError {
  const { text, tokens, position } = place;
  const found = tokens[position];
  if (found?.kind !== "word") return unexpected(place, "an expression");
  const summary = `expected an expression but found the keyword ${show(found.text)}`;
  const next = tokens[position + 1];
  const clause = isClauseStart(found.word, next?.kind === "word" ? next.word : undefined);
  const hint = clause ? undefined : quoteHint(found.text);
  return new TidemarkError("sql.syntax", summary, { span: found.span, text, hint });
}

/** An error for something this dialect knows but does not run. */
export function unsupported(place: Place, what: string, span: Span, hint?: string): TidemarkError {
  return new TidemarkError("sql.unsupported", `not supported: ${what}`, { span, text: place.text, hint });
}

/** Does the word, with the one behind it, start a clause that may follow here? */
function isClauseStart(word: string, next: string | undefined): boolean {
  if (word === "group" || word === "order") return next === "by";
  return clauseOrder.includes(word) || word === "union" || word === "then" || word === "when" || word === "end";
}

function quoteHint(written: string): string {
  return `to use it as a name, put it in double quotes: "${written}"`;
}

/**
 * A misspelt keyword is often taken for a name, so that the next token is the one that does not fit: in `select a form t`
 * `form` is an alias and `t` is unexpected. So the token before is looked at too.
 */
function misspelling(
  before: Token | undefined,
  found: Token | undefined,
  words: readonly string[],
): string | undefined {
  for (const token of [found, before]) {
    if (token?.kind !== "word" || keywords.get(token.word) === "reserved" || token.word.length < NEAR_MIN) continue;
    const near = words.find((word) => isSwapped(word, token.word)) ?? closest(token.word, words);
    if (near !== undefined && near !== token.word) return `did you mean "${near}"?`;
  }
  return undefined;
}

const NEAR_MIN = 3; // characters of a word that can be a misspelling

/** Do the words differ in two neighbours that changed places, as `form` and `from`? */
function isSwapped(a: string, b: string): boolean {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return a.length === b.length && a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

const otherOperators: ReadonlyMap<string, string> = new Map([
  ["=>", '"greater or equal" is written >='],
  ["=<", '"less or equal" is written <='],
  ["&&", "write and"],
  ["!", "write not"],
]);

function operatorHint(before: Token | undefined, found: Token | undefined): string | undefined {
  for (const token of [found, before]) {
    const hint = token?.kind === "symbol" ? otherOperators.get(token.symbol) : undefined;
    if (hint !== undefined) return hint;
  }
  return undefined;
}

/** What may be wrong where an expression has ended and neither a comma nor the end of the query or bracket follows. */
function endHint({ text, tokens, position }: Place, open: SymbolToken | "none"): string | undefined {
  const [asWord, before] = [tokens[position - 2], tokens[position - 1]];
  const found = tokens[position];
  if (found?.kind === "word" && keywords.get(found.word) === "unreserved") {
    return `"${found.text}" is a keyword: to name a column so, write as ${found.text}`;
  }
  if (asWord?.kind === "word" && asWord.word === "as" && before?.kind === "word" && keywords.has(before.word)) {
    return `"${before.text}" was taken as the name behind "as"`;
  }
  if (endsValue(before) && startsValue(found)) return "a comma or an operator may be missing before it";
  if (open !== "none") return `the "${open.symbol}" ${lineAndColumn(text, open.span.start)} is not closed`;
  const isCloser = found?.kind === "symbol" && (found.symbol === ")" || found.symbol === "]");
  return isCloser ? "no bracket is open here" : undefined;
}

function endsValue(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return token.kind === "symbol" ? token.symbol === ")" || token.symbol === "]" : startsValue(token);
}

function startsValue(token: Token | undefined): boolean {
  if (token === undefined || token.kind === "end") return false;
  if (token.kind === "symbol") return token.symbol === "(";
  return token.kind !== "word" || keywords.get(token.word) !== "reserved";
}

function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `in line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

const SHOWN_MAX = 40; // characters of a token in a message

function describe(token: Token | undefined): string {
  switch (token?.kind) {
    case undefined:
    case "end":
      return "the end of the text";
    case "hole":
      return "${...}";
    case "word":
      return show(token.text);
    case "quoted":
      return `the name ${show(token.name)}`;
    case "number":
      return `the number ${shorten(token.text)}`;
    case "string":
      return `the string '${shorten(token.value)}'`;
    case "symbol":
      return show(token.symbol);
  }
}

function show(text: string): string {
  return `"${shorten(text)}"`;
}

function shorten(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text;
}

import { keywords } from "../keywords.ts";
import type { Expression, Hole, Identifier } from "../syntax.ts";
import type { SymbolToken, Token } from "../token.ts";
import { parseCall } from "./call.ts";
import { parseCase, parseCast } from "./conditional.ts";
import {
  acceptSymbol,
  acceptWords,
  advance,
  type Cursor,
  expectClose,
  expectName,
  expectSymbol,
  identifier,
  isName,
  NESTING_MAX,
  peek,
  spanFrom,
  symbolAt,
  wordAt,
} from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { atInterval, atTypedString, parseInterval, parseTypedString } from "./literal.ts";
import { expressionMistake, unsupported } from "./mistakes.ts";
import { parseType } from "./types.ts";

/** Reads a literal, a hole, a name, a call, `case`, `cast` or brackets, with the casts, subscripts and fields behind it. */
export function parseOperand(cursor: Cursor): Expression {
  const start = peek(cursor).span.start;
  let operand = parseHead(cursor);
  for (;;) {
    if (acceptSymbol(cursor, "::")) {
      const type = parseType(cursor);
      operand = { kind: "cast", operand, type, try: false, span: spanFrom(cursor, start) };
    } else if (symbolAt(cursor) === "[") {
      const index = parseSubscript(cursor);
      operand = { kind: "subscript", operand, index, span: spanFrom(cursor, start) };
    } else if (symbolAt(cursor) === ".") {
      const name = parseField(cursor, start);
      operand = { kind: "field", operand, name, span: spanFrom(cursor, start) };
    } else {
      return operand;
    }
  }
}

function parseHead(cursor: Cursor): Expression {
  const token = peek(cursor);
  switch (token.kind) {
    case "number":
      advance(cursor);
      return { kind: "number", text: token.text, integer: token.integer, span: token.span };
    case "string":
      advance(cursor);
      return { kind: "string", value: token.value, span: token.span };
    case "hole":
      return parseHole(cursor);
    case "quoted":
      return parseName(cursor);
    case "word":
      return parseWord(cursor, token.word);
    case "symbol":
      return parseBracket(cursor, token);
    case "end":
      throw expressionMistake(cursor);
  }
}

/** Reads the hole that stands here. */
export function parseHole(cursor: Cursor): Hole {
  const token = advance(cursor);
  if (token.kind !== "hole") throw new RangeError("no hole stands here");
  return { kind: "hole", index: token.index, span: token.span };
}

/** Words with a grammar of their own that are only named, and another way where there is one. */
const otherWords: ReadonlyMap<string, string | undefined> = new Map([
  ["exists", "run the inner query first and put its result in as ${...}"],
  ["array", undefined],
  ["row", undefined],
  ["map", undefined],
  ["struct", undefined],
  ["columns", "write the columns one by one"],
  ["unpack", undefined],
  ["any", "write in (...)"],
  ["some", "write in (...)"],
  ["all", undefined],
  ["lambda", undefined],
]);

function parseWord(cursor: Cursor, word: string): Expression {
  const { span } = peek(cursor);
  if (word === "true" || word === "false") {
    advance(cursor);
    return { kind: "boolean", value: word === "true", span };
  }
  if (acceptWords(cursor, "null")) return { kind: "null", span };
  if (word === "case") return parseCase(cursor);
  const next = symbolAt(cursor, 1);
  if ((word === "cast" || word === "try_cast") && next === "(") return parseCast(cursor);
  if (otherWords.has(word) && (next === "(" || next === "[" || next === "{")) {
    throw unsupported(cursor, word, span, otherWords.get(word));
  }
  if (atInterval(cursor)) return parseInterval(cursor);
  if (atTypedString(cursor)) return parseTypedString(cursor);
  return parseName(cursor);
}

/** `name(...)`, or `a.b.c`. */
function parseName(cursor: Cursor): Expression {
  const token = peek(cursor);
  if (symbolAt(cursor, 1) === "(" && isFunctionName(token)) return parseCall(cursor, identifier(advance(cursor)));
  if (!isName(token, "column")) throw expressionMistake(cursor);
  const path: [Identifier, ...Identifier[]] = [identifier(advance(cursor))];
  while (symbolAt(cursor) === ".") path.push(parseField(cursor, token.span.start));
  return { kind: "column", path, span: spanFrom(cursor, token.span.start) };
}

function isFunctionName(token: Token): boolean {
  return token.kind === "quoted" || (token.kind === "word" && keywords.get(token.word) !== "reserved");
}

/** `.name`. */
function parseField(cursor: Cursor, start: number): Identifier {
  expectSymbol(cursor, ".");
  if (symbolAt(cursor) === "*") throw unsupported(cursor, ".* inside an expression", peek(cursor).span);
  const name = expectName(cursor, "label", "a name");
  if (symbolAt(cursor) === "(") {
    const hint = `write ${name.name}(x), not x.${name.name}()`;
    throw unsupported(cursor, "a call behind a point", spanFrom(cursor, start), hint);
  }
  return name;
}

/** `[index]`. */
function parseSubscript(cursor: Cursor): Expression {
  const open = expectSymbol(cursor, "[");
  if (symbolAt(cursor) === ":") throw unsupported(cursor, "a slice", peek(cursor).span);
  const index = parseExpression(cursor);
  if (symbolAt(cursor) === ":") throw unsupported(cursor, "a slice", peek(cursor).span);
  expectClose(cursor, open);
  return index;
}

/** What other symbols start in DuckDB. */
const otherSymbols: ReadonlyMap<string, readonly [what: string, hint: string | undefined]> = new Map([
  ["[", ["a list written with [...]", undefined]],
  ["{", ["a struct written with {...}", undefined]],
  ["?", ["a parameter written with ?", "put the value in as ${...}"]],
  ["$", ["a parameter written with $", "put the value in as ${...}"]],
  ["$$", ["a string written with $$", "write '...'"]],
  ["#", ["a column given by its position", "write its name"]],
  ["@", ["the operator @", "write abs(x)"]],
]);

function parseBracket(cursor: Cursor, token: SymbolToken): Expression {
  const other = otherSymbols.get(token.symbol);
  if (other !== undefined) throw unsupported(cursor, other[0], token.span, other[1]);
  if (token.symbol !== "(") throw expressionMistake(cursor);
  if (atSubquery(cursor)) {
    const hint = "run the inner query first and put its value in as ${...}";
    throw unsupported(cursor, "a query as a value", token.span, hint);
  }
  advance(cursor);
  const inner = parseExpression(cursor);
  if (symbolAt(cursor) === ",")
    throw unsupported(cursor, "a row of values in brackets", spanFrom(cursor, token.span.start));
  expectClose(cursor, token);
  return { ...inner, span: spanFrom(cursor, token.span.start) };
}

const queryStarts: ReadonlySet<string> = new Set(["select", "with", "values", "from", "table"]);

/** Does a bracket with a query inside stand here? */
export function atSubquery(cursor: Cursor): boolean {
  let ahead = 0;
  while (symbolAt(cursor, ahead) === "(" && ahead <= NESTING_MAX) ahead += 1;
  const word = wordAt(cursor, ahead);
  if (ahead === 0 || word === undefined || !queryStarts.has(word)) return false;
  return word !== "values" || symbolAt(cursor, ahead + 1) === "(";
}

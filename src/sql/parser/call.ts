import type { Call, Expression, Identifier, OrderItem } from "../syntax.ts";
import type { Token } from "../token.ts";
import {
  acceptSymbol,
  acceptWords,
  advance,
  atWords,
  type Cursor,
  expectClose,
  expectSymbol,
  expectWord,
  peek,
  spanFrom,
  symbolAt,
  wordAt,
} from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { unitOf } from "./literal.ts";
import { unexpected, unsupported } from "./mistakes.ts";
import { parseOrderItems } from "./order.ts";

/** Reads a call from its bracket on; the name has been read. */
export function parseCall(cursor: Cursor, name: Identifier): Call {
  const { start } = name.span;
  const open = expectSymbol(cursor, "(");
  if (name.name.toLowerCase() === "extract" && !name.quoted) return parseExtract(cursor, name, open.span.start);
  const distinct = acceptWords(cursor, "distinct");
  if (!distinct) acceptWords(cursor, "all");
  const star = !distinct && acceptSymbol(cursor, "*");
  const args = star || symbolAt(cursor) === ")" ? [] : parseArguments(cursor, name);
  if (distinct && args.length === 0) throw unexpected(cursor, "an argument");
  const orderBy: readonly OrderItem[] = acceptWords(cursor, "order", "by") ? parseOrderItems(cursor) : [];
  if (atWords(cursor, "ignore") || atWords(cursor, "respect"))
    throw unsupported(cursor, "ignore nulls", peek(cursor).span);
  expectClose(cursor, open);
  const filter = parseFilter(cursor, start);
  return { kind: "call", name, distinct, star, arguments: args, orderBy, filter, span: spanFrom(cursor, start) };
}

/** What DuckDB also takes between the brackets of these functions, and how to write it with commas. */
const commaForms: ReadonlyMap<string, string> = new Map([
  ["substring", "write substring(text, start, length)"],
  ["overlay", "join the parts with ||"],
  ["trim", "write trim(text, characters), ltrim or rtrim"],
]);

function parseArguments(cursor: Cursor, name: Identifier): Expression[] {
  const { span } = peek(cursor);
  const commaForm = commaForms.get(name.name.toLowerCase());
  if (commaForm !== undefined && ["both", "leading", "trailing"].includes(wordAt(cursor) ?? "")) {
    throw unsupported(cursor, `${wordAt(cursor)} inside ${name.name}`, span, commaForm);
  }
  const args: Expression[] = [];
  do {
    const next = symbolAt(cursor, 1);
    if (next === ":=" || (next === "=>" && peek(cursor).kind === "word")) {
      throw unsupported(cursor, "an argument with a name", peek(cursor).span, "give the arguments in their order");
    }
    if (args.length > 0 && symbolAt(cursor) === ")") throw unexpected(cursor, "an argument after the comma");
    args.push(parseExpression(cursor));
  } while (acceptSymbol(cursor, ","));
  if (commaForm !== undefined && (atWords(cursor, "from") || atWords(cursor, "for") || atWords(cursor, "placing"))) {
    throw unsupported(cursor, `${wordAt(cursor)} inside ${name.name}`, peek(cursor).span, commaForm);
  }
  return args;
}

/** `filter (where condition)`, where DuckDB lets `where` be left out. */
function parseFilter(cursor: Cursor, start: number): Expression | undefined {
  if (atWords(cursor, "within", "group")) throw unsupported(cursor, "within group", spanFrom(cursor, start));
  let filter: Expression | undefined;
  if (atWords(cursor, "filter") && symbolAt(cursor, 1) === "(") {
    advance(cursor);
    const open = expectSymbol(cursor, "(");
    acceptWords(cursor, "where");
    filter = parseExpression(cursor);
    expectClose(cursor, open);
  }
  if (atWords(cursor, "over")) {
    advance(cursor);
    throw unsupported(cursor, "window functions (over)", spanFrom(cursor, start));
  }
  return filter;
}

function partText(token: Token): string | undefined {
  if (token.kind === "word") return token.word;
  if (token.kind === "quoted") return token.name;
  return token.kind === "string" ? token.value : undefined;
}

/** `extract(part from x)`: the part, a word or a string, becomes the first argument. */
function parseExtract(cursor: Cursor, name: Identifier, openAt: number): Call {
  const token = peek(cursor);
  const part = partText(token);
  if (part === undefined) throw unexpected(cursor, "a part of a date such as year");
  advance(cursor);
  expectWord(cursor, "from");
  const value = unitOf(part.toLowerCase()) ?? part.toLowerCase();
  const operand = parseExpression(cursor);
  expectClose(cursor, { kind: "symbol", symbol: "(", span: { start: openAt, end: openAt + 1 } });
  return {
    kind: "call",
    name,
    distinct: false,
    star: false,
    arguments: [{ kind: "string", value, span: token.span }, operand],
    orderBy: [],
    filter: undefined,
    span: spanFrom(cursor, name.span.start),
  };
}

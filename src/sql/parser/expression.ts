import { TidemarkError } from "../../errors.ts";
import type { BinaryOperator, ComparisonOperator, Conjunction, Expression, UnaryOperator } from "../syntax.ts";
import {
  acceptWords,
  advance,
  atWords,
  type Cursor,
  enter,
  expectClose,
  expectSymbol,
  expectWord,
  leave,
  peek,
  spanFrom,
  symbolAt,
  wordAt,
} from "./cursor.ts";
import { unexpected, unsupported } from "./mistakes.ts";
import { atSubquery, parseHole, parseOperand } from "./operand.ts";

/**
 * How tightly operators bind, from loose to tight, as in DuckDB's grammar. Casts, subscripts and fields, which stand
 * behind their operand, bind tighter still (operand.ts).
 *
 * `~a + b` is `~(a + b)` while `-a + b` is `(-a) + b`: DuckDB reads `~` like any operator without a level of its own.
 */
const level = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  range: 6,
  other: 7,
  sum: 8,
  product: 9,
  power: 10,
  sign: 11,
};

/** At these levels `a op b op c` without brackets is an error, not a chain. */
const unchained: ReadonlySet<number> = new Set([level.is, level.comparison, level.range]);

const binaryLevels: ReadonlyMap<string, number> = new Map<BinaryOperator, number>([
  ["||", level.other],
  ["&", level.other],
  ["|", level.other],
  ["<<", level.other],
  [">>", level.other],
  ["+", level.sum],
  ["-", level.sum],
  ["*", level.product],
  ["/", level.product],
  ["//", level.product],
  ["%", level.product],
  ["^", level.power],
  ["**", level.power],
]);

const comparisons: ReadonlyMap<string, ComparisonOperator> = new Map<string, ComparisonOperator>([
  ["=", "="],
  ["==", "="],
  ["<>", "<>"],
  ["!=", "<>"],
  ["<", "<"],
  ["<=", "<="],
  [">", ">"],
  [">=", ">="],
]);

/** Operators of DuckDB that have no counterpart here, and another way where there is one. */
const otherOperators: ReadonlyMap<string, string | undefined> = new Map([
  ["~", "write regexp_full_match(text, pattern)"],
  ["!~", "write not regexp_full_match(text, pattern)"],
  ["~*", undefined],
  ["!~*", undefined],
  ["~~", "write like"],
  ["~~*", "write ilike"],
  ["!~~", "write not like"],
  ["!~~*", "write not ilike"],
  ["->", undefined],
  ["->>", undefined],
  ["@>", undefined],
  ["<@", undefined],
  ["^@", "write starts_with(text, start)"],
]);

/** Reads one expression. Chains are read by a loop, so that only nesting costs stack. */
export function parseExpression(cursor: Cursor): Expression {
  return parseLevel(cursor, level.or);
}

/** Reads an expression whose operators outside brackets all bind at `loosest` or tighter. */
function parseLevel(cursor: Cursor, loosest: number): Expression {
  enter(cursor);
  const start = peek(cursor).span.start;
  let left = parsePrefix(cursor);
  let last = 0; // the level of the operator whose right side was read last
  for (;;) {
    const next = operatorLevel(cursor);
    if (next === undefined || next < loosest) break;
    if (next === last && unchained.has(next)) throw chained(cursor);
    left = next <= level.and ? parseConjunction(cursor, left, start, next) : parseOperator(cursor, left, start, next);
    last = endsOpen(left) ? next : 0;
  }
  leave(cursor);
  return left;
}

/** Did the operator just read end with a right side? `is null` and `in (...)` do not, and may be followed by any other. */
function endsOpen({ kind }: Expression): boolean {
  return kind === "comparison" || kind === "distinct-from" || kind === "between" || kind === "like";
}

function chained(cursor: Cursor): TidemarkError {
  const token = peek(cursor);
  const hint = "put brackets around one of them, or join two comparisons with and";
  const summary = "these operators do not chain: a < b < c has no meaning";
  return new TidemarkError("sql.syntax", summary, { span: token.span, text: cursor.text, hint });
}

const unaryOperators: ReadonlyMap<string, UnaryOperator> = new Map<string, UnaryOperator>([
  ["-", "-"],
  ["+", "+"],
  ["~", "~"],
]);

function parsePrefix(cursor: Cursor): Expression {
  const start = peek(cursor).span.start;
  if (acceptWords(cursor, "not")) {
    const operand = parseLevel(cursor, level.not);
    return { kind: "not", operand, span: spanFrom(cursor, start) };
  }
  const operator = unaryOperators.get(symbolAt(cursor) ?? "");
  if (operator === undefined) return parseOperand(cursor);
  advance(cursor);
  const operand = parseLevel(cursor, operator === "~" ? level.other + 1 : level.sign);
  return { kind: "unary", operator, operand, span: spanFrom(cursor, start) };
}

/** The level of the operator that stands here; undefined where there is none. */
function operatorLevel(cursor: Cursor): number | undefined {
  const token = peek(cursor);
  if (token.kind === "symbol") {
    if (comparisons.has(token.symbol)) return level.comparison;
    return binaryLevels.get(token.symbol) ?? (otherOperators.has(token.symbol) ? level.other : undefined);
  }
  if (token.kind !== "word") return undefined;
  switch (token.word) {
    case "or":
      return level.or;
    case "and":
      return level.and;
    case "is":
    case "isnull":
    case "notnull":
      return level.is;
    case "in":
    case "between":
    case "like":
    case "ilike":
    case "similar":
    case "glob":
      return level.range;
    case "not":
      return wordAt(cursor, 1) === "null" ? level.not : level.range;
    case "at":
      return wordAt(cursor, 1) === "time" ? level.power : undefined;
    case "collate":
      return level.power;
    default:
      return undefined;
  }
}

/** `a and b and c` as one node; brackets around a part make no difference. */
function parseConjunction(cursor: Cursor, left: Expression, start: number, own: number): Conjunction {
  const kind = own === level.and ? "and" : "or";
  const operands: Expression[] = [];
  addOperand(operands, kind, left);
  while (acceptWords(cursor, kind)) addOperand(operands, kind, parseLevel(cursor, own + 1));
  return { kind, operands, span: spanFrom(cursor, start) };
}

function addOperand(operands: Expression[], kind: "and" | "or", operand: Expression): void {
  if (operand.kind !== kind) operands.push(operand);
  else for (const inner of operand.operands) operands.push(inner);
}

/** Reads the operator and what stands right of it. */
function parseOperator(cursor: Cursor, left: Expression, start: number, own: number): Expression {
  const token = peek(cursor);
  if (token.kind === "word")
    return own <= level.is ? parseIs(cursor, left, start) : parseWordOperator(cursor, left, start);
  advance(cursor);
  const symbol = token.kind === "symbol" ? token.symbol : "";
  if (otherOperators.has(symbol)) {
    throw unsupported(cursor, `the operator ${symbol}`, token.span, otherOperators.get(symbol));
  }
  const right = parseLevel(cursor, own + 1);
  const span = spanFrom(cursor, start);
  const comparison = comparisons.get(symbol);
  if (comparison !== undefined) return { kind: "comparison", operator: comparison, left, right, span };
  return { kind: "binary", operator: symbol as BinaryOperator, left, right, span };
}

/** `is [not] null | true | false | unknown | distinct from right`, `isnull`, `notnull`, `not null`. */
function parseIs(cursor: Cursor, operand: Expression, start: number): Expression {
  if (acceptWords(cursor, "isnull")) {
    return { kind: "is", operand, test: "null", negated: false, span: spanFrom(cursor, start) };
  }
  if (acceptWords(cursor, "notnull") || acceptWords(cursor, "not", "null")) {
    return { kind: "is", operand, test: "null", negated: true, span: spanFrom(cursor, start) };
  }
  expectWord(cursor, "is");
  const negated = acceptWords(cursor, "not");
  if (acceptWords(cursor, "distinct")) {
    expectWord(cursor, "from");
    const right = parseLevel(cursor, level.is + 1);
    return { kind: "distinct-from", left: operand, right, negated, span: spanFrom(cursor, start) };
  }
  for (const test of ["null", "true", "false"] as const) {
    if (acceptWords(cursor, test)) return { kind: "is", operand, test, negated, span: spanFrom(cursor, start) };
  }
  if (acceptWords(cursor, "unknown")) {
    return { kind: "is", operand, test: "null", negated, span: spanFrom(cursor, start) };
  }
  const words = ["null", "true", "false", "distinct", "not"];
  throw unexpected(cursor, '"null", "true", "false" or "distinct from"', { words });
}

/** `[not] in`, `[not] between`, `[not] like`, `[not] ilike`, and those that are only named. */
function parseWordOperator(cursor: Cursor, operand: Expression, start: number): Expression {
  const negated = acceptWords(cursor, "not");
  const token = peek(cursor);
  if (acceptWords(cursor, "in")) {
    const list = parseInList(cursor);
    return { kind: "in", operand, list, negated, span: spanFrom(cursor, start) };
  }
  if (acceptWords(cursor, "between")) {
    if (atWords(cursor, "symmetric")) throw unsupported(cursor, "between symmetric", peek(cursor).span);
    const low = parseLevel(cursor, level.comparison); // `and` ends it, so comparisons may stand in it
    expectWord(cursor, "and");
    const high = parseLevel(cursor, level.range + 1);
    return { kind: "between", operand, low, high, negated, span: spanFrom(cursor, start) };
  }
  const ignoreCase = acceptWords(cursor, "ilike");
  if (ignoreCase || acceptWords(cursor, "like")) {
    const pattern = parseLevel(cursor, level.range + 1);
    const escape = acceptWords(cursor, "escape") ? parseLevel(cursor, level.range + 1) : undefined;
    return { kind: "like", operand, pattern, escape, ignoreCase, negated, span: spanFrom(cursor, start) };
  }
  switch (wordAt(cursor)) {
    case "similar":
      throw unsupported(cursor, "similar to", token.span, "write regexp_full_match(text, pattern)");
    case "glob":
      throw unsupported(cursor, "glob", token.span, "write like with % and _");
    case "at":
      throw unsupported(cursor, "at time zone", token.span);
    case "collate":
      throw unsupported(cursor, "collate", token.span, "to ignore case, write ilike in place of = or like");
    default:
      throw unexpected(cursor, '"in", "between", "like" or "ilike" after "not"', {
        words: ["in", "between", "like", "ilike"],
      });
  }
}

/** The brackets behind `in`, or one hole, whose value is a list. */
function parseInList(cursor: Cursor): Expression[] {
  if (peek(cursor).kind === "hole") return [parseHole(cursor)];
  if (symbolAt(cursor) !== "(") {
    throw unsupported(cursor, "in without brackets", peek(cursor).span, "write the values in brackets: in (a, b)");
  }
  if (atSubquery(cursor)) {
    const hint = "run the inner query first and put its values in as ${...}";
    throw unsupported(cursor, "in (select ...)", peek(cursor).span, hint);
  }
  const open = expectSymbol(cursor, "(");
  const list = [parseExpression(cursor)];
  while (symbolAt(cursor) === ",") {
    advance(cursor);
    if (symbolAt(cursor) === ")") break;
    list.push(parseExpression(cursor));
  }
  expectClose(cursor, open);
  return list;
}

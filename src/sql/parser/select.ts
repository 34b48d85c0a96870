import { TidemarkError } from "../../errors.ts";
import type { Expression, GroupBy, Identifier, Select, SelectItem, TableReference } from "../syntax.ts";
import {
  acceptSymbol,
  acceptWords,
  advance,
  type Cursor,
  expectName,
  expectWord,
  identifier,
  isName,
  peek,
  spanFrom,
  symbolAt,
  wordAt,
} from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseFrom } from "./from.ts";
import { unexpected, unsupported } from "./mistakes.ts";
import { atClauseEnd } from "./query.ts";

/** `select [distinct] items [from ...] [where ...] [group by ...] [having ...]`. */
export function parseSelect(cursor: Cursor): Select {
  const { start } = peek(cursor).span;
  expectWord(cursor, "select");
  const distinct = acceptWords(cursor, "distinct");
  if (distinct && wordAt(cursor) === "on") {
    throw unsupported(
      cursor,
      "distinct on",
      peek(cursor).span,
      "group by the columns and take first(...) of the others",
    );
  }
  if (!distinct) acceptWords(cursor, "all");
  const items = parseItems(cursor);
  const from: TableReference | undefined = acceptWords(cursor, "from") ? parseFrom(cursor) : undefined;
  const where: Expression | undefined = acceptWords(cursor, "where") ? parseExpression(cursor) : undefined;
  const groupBy = parseGroupBy(cursor);
  const having: Expression | undefined = acceptWords(cursor, "having") ? parseExpression(cursor) : undefined;
  return { kind: "select", distinct, items, from, where, groupBy, having, span: spanFrom(cursor, start) };
}

/** At least one item; a comma may trail. */
function parseItems(cursor: Cursor): SelectItem[] {
  if (atClauseEnd(cursor)) {
    const details = { span: peek(cursor).span, text: cursor.text, hint: "write * for all columns" };
    throw new TidemarkError("sql.syntax", 'nothing is named behind "select"', details);
  }
  const items = [parseItem(cursor)];
  while (acceptSymbol(cursor, ",") && !atClauseEnd(cursor)) items.push(parseItem(cursor));
  return items;
}

function parseItem(cursor: Cursor): SelectItem {
  const { start } = peek(cursor).span;
  if (acceptSymbol(cursor, "*")) return endStar(cursor, undefined, start);
  if (symbolAt(cursor, 1) === "." && symbolAt(cursor, 2) === "*") {
    const table = expectName(cursor, "column", "the name of a table");
    cursor.position += 2; // the point and the star
    return endStar(cursor, table, start);
  }
  if (symbolAt(cursor, 1) === ":" && isName(peek(cursor), "column")) {
    throw unsupported(
      cursor,
      "a name before its expression",
      peek(cursor).span,
      "write the expression, as, and the name",
    );
  }
  const expression = parseExpression(cursor);
  const alias = parseAlias(cursor);
  return { kind: "item", expression, alias, span: spanFrom(cursor, start) };
}

const starChanges: ReadonlySet<string> = new Set(["exclude", "replace", "rename", "except", "like", "ilike", "glob"]);

function endStar(cursor: Cursor, table: Identifier | undefined, start: number): SelectItem {
  const word = wordAt(cursor) ?? "";
  if (starChanges.has(word)) {
    throw unsupported(cursor, `* ${word}`, peek(cursor).span, "write the columns one by one");
  }
  return { kind: "star", table, span: spanFrom(cursor, start) };
}

/** `as` and any word or a string, or without `as` a word that is no keyword. */
function parseAlias(cursor: Cursor): Identifier | undefined {
  if (acceptWords(cursor, "as")) {
    if (peek(cursor).kind === "string") return identifier(advance(cursor));
    return expectName(cursor, "label", "a name for the column");
  }
  return isName(peek(cursor), "bare label") ? identifier(advance(cursor)) : undefined;
}

const groupingSets: ReadonlySet<string> = new Set(["cube", "rollup", "grouping"]);

/** `group by all`, or expressions; a comma may trail. */
function parseGroupBy(cursor: Cursor): GroupBy | undefined {
  const { start } = peek(cursor).span;
  if (!acceptWords(cursor, "group")) return undefined;
  expectWord(cursor, "by");
  if (acceptWords(cursor, "all") || acceptSymbol(cursor, "*"))
    return { kind: "group-all", span: spanFrom(cursor, start) };
  const expressions: Expression[] = [];
  do {
    if (expressions.length > 0 && atClauseEnd(cursor)) break;
    expressions.push(parseGroupItem(cursor));
  } while (acceptSymbol(cursor, ","));
  return { kind: "group-list", expressions, span: spanFrom(cursor, start) };
}

function parseGroupItem(cursor: Cursor): Expression {
  const word = wordAt(cursor) ?? "";
  const next = peek(cursor, 1);
  if (groupingSets.has(word) && (symbolAt(cursor, 1) === "(" || (next.kind === "word" && next.word === "sets"))) {
    throw unsupported(cursor, word === "grouping" ? "grouping sets" : word, peek(cursor).span);
  }
  if (symbolAt(cursor) === "(" && symbolAt(cursor, 1) === ")") {
    throw unsupported(cursor, "group by ()", peek(cursor).span, "leave group by out for one group of all rows");
  }
  if (atClauseEnd(cursor)) throw unexpected(cursor, 'an expression or "all"');
  return parseExpression(cursor);
}

import { TidemarkError } from "../../errors.ts";
import type { Expression, OrderBy, Query } from "../syntax.ts";
import type { SymbolToken } from "../token.ts";
import {
  acceptWords,
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
import { parseExpression } from "./expression.ts";
import { clauseOrder, unexpected, unsupported } from "./mistakes.ts";
import { atSubquery } from "./operand.ts";
import { parseOrderBy } from "./order.ts";
import { parseSelect } from "./select.ts";

/** Reads a query up to where it ends: before the bracket that closes `open`, or at the end of the statement. */
export function parseQuery(cursor: Cursor, open?: SymbolToken): Query {
  enter(cursor);
  const { start } = peek(cursor).span;
  refuseOtherStatement(cursor);
  const query = symbolAt(cursor) === "(" && atSubquery(cursor) ? parseBracketed(cursor) : parsePlain(cursor);
  endQuery(cursor, query, open);
  leave(cursor);
  return { ...query, span: spanFrom(cursor, start) };
}

/** What may begin a statement in DuckDB, apart from `select`. */
const otherStatements: ReadonlySet<string> = new Set(
  `alter analyze attach call checkpoint comment copy create deallocate delete describe detach drop execute explain export
   import insert install load merge pivot pragma prepare reset set show summarize table transaction truncate unpivot update use
   vacuum values`.split(/\s+/),
);

function refuseOtherStatement(cursor: Cursor): void {
  const { span } = peek(cursor);
  const word = wordAt(cursor) ?? "";
  if (word === "with") {
    throw unsupported(cursor, "with", span, "write the inner query in its place: from (select ...) as name");
  }
  if (word === "from") throw unsupported(cursor, "a query that starts with from", span, "write select * from ...");
  if (word === "values")
    throw unsupported(cursor, "values", span, "make a frame of the rows and put it in as ${frame}");
  if (otherStatements.has(word)) throw unsupported(cursor, `the statement ${word}`, span, "write a select");
}

/** `(select ...)`. */
function parseBracketed(cursor: Cursor): Query {
  const open = expectSymbol(cursor, "(");
  const query = parseQuery(cursor, open);
  expectClose(cursor, open);
  const word = wordAt(cursor);
  if (word === "order" || word === "limit" || word === "offset") {
    const hint = "write it inside the brackets, or select * from the query in brackets";
    throw unsupported(cursor, `${word} behind a query in brackets`, peek(cursor).span, hint);
  }
  return query;
}

/** `select ... [order by ...] [limit n] [offset m]`; limit and offset may stand in either order. */
function parsePlain(cursor: Cursor): Query {
  const { start } = peek(cursor).span;
  if (wordAt(cursor) !== "select") throw unexpected(cursor, '"select"', { words: ["select", "with", "values"] });
  const body = parseSelect(cursor);
  const orderBy = parseOrder(cursor);
  const before = parseOffset(cursor);
  const limit = parseLimit(cursor);
  const offset = before ?? parseOffset(cursor);
  return { kind: "query", body, orderBy, limit, offset, span: spanFrom(cursor, start) };
}

function parseOrder(cursor: Cursor): OrderBy | undefined {
  const { start } = peek(cursor).span;
  if (!acceptWords(cursor, "order")) return undefined;
  expectWord(cursor, "by");
  return parseOrderBy(cursor, start);
}

/** `limit all` is no limit. */
function parseLimit(cursor: Cursor): Expression | undefined {
  return acceptWords(cursor, "limit") && !acceptWords(cursor, "all") ? parseExpression(cursor) : undefined;
}

function parseOffset(cursor: Cursor): Expression | undefined {
  return acceptWords(cursor, "offset") ? parseExpression(cursor) : undefined;
}

/** Clauses of DuckDB that may follow and are only named, and another way where there is one. */
const otherClauses: ReadonlyMap<string, string | undefined> = new Map([
  ["union", undefined],
  ["intersect", undefined],
  ["except", undefined],
  ["qualify", "select from a subquery and filter it with where"],
  ["window", undefined],
  ["using", undefined],
  ["fetch", "write limit n"],
  ["into", undefined],
  ["for", undefined],
]);

/** Does a list of items end here? */
export function atClauseEnd(cursor: Cursor): boolean {
  const token = peek(cursor);
  if (token.kind === "symbol") return token.symbol === ")" || token.symbol === ";";
  if (token.kind !== "word") return token.kind === "end";
  if (token.word === "group" || token.word === "order") return wordAt(cursor, 1) === "by";
  return (token.word !== "select" && clauseOrder.includes(token.word)) || otherClauses.has(token.word);
}

/** An error unless the query can end here. */
function endQuery(cursor: Cursor, query: Query, open: SymbolToken | undefined): void {
  const token = peek(cursor);
  if (token.kind === "end" && open === undefined) return;
  const symbol = symbolAt(cursor);
  if (open === undefined ? symbol === ";" : symbol === ")") return;
  const word = wordAt(cursor) ?? "";
  if (otherClauses.has(word)) throw unsupported(cursor, word, token.span, otherClauses.get(word));
  const written = clausesOf(query);
  if (clauseOrder.includes(word)) throw outOfPlace(cursor, word, written);
  const next = clauseOrder.slice(clauseOrder.indexOf(written.at(-1) ?? "select") + 1).map(clauseName);
  const end = open === undefined ? "the end of the query" : '")"';
  const expected = written.length === 1 ? 'a comma, "from"' : next.map((clause) => `"${clause}"`).join(", ");
  const words = [...clauseOrder, "as", "desc", "asc", "nulls", "join", "union", "between"];
  throw unexpected(cursor, expected === "" ? end : `${expected} or ${end}`, { words, open: open ?? "none" });
}

function clausesOf({ body, orderBy, limit, offset }: Query): string[] {
  const written: readonly (readonly [string, unknown])[] = [
    ["select", body],
    ["from", body.from],
    ["where", body.where],
    ["group", body.groupBy],
    ["having", body.having],
    ["order", orderBy],
    ["limit", limit],
    ["offset", offset],
  ];
  return written.filter(([, clause]) => clause !== undefined).map(([name]) => name);
}

function clauseName(word: string): string {
  return word === "group" || word === "order" ? `${word} by` : word;
}

function outOfPlace(cursor: Cursor, word: string, written: readonly string[]): TidemarkError {
  const details = { span: peek(cursor).span, text: cursor.text };
  const name = clauseName(word);
  if (word === "select") {
    const hint = "put a query inside a query in brackets: from (select ...)";
    return new TidemarkError("sql.syntax", 'a second "select"', { ...details, hint });
  }
  if (written.includes(word)) {
    const hint = word === "where" || word === "having" ? "join the conditions with and" : undefined;
    return new TidemarkError("sql.syntax", `a second "${name}"`, { ...details, hint });
  }
  const later = written.find((clause) => clauseOrder.indexOf(clause) > clauseOrder.indexOf(word)) ?? "the end";
  const hint = `write "${name}" before "${clauseName(later)}"`;
  return new TidemarkError("sql.syntax", `"${name}" is out of place`, { ...details, hint });
}

import { type Span, TidemarkError } from "../errors.ts";
import { lex } from "./lexer.ts";
import { type Cursor, peek, symbolAt } from "./parser/cursor.ts";
import { checkDepth } from "./parser/depth.ts";
import { parseQuery } from "./parser/query.ts";
import type { Query } from "./syntax.ts";

/**
 * The syntax tree of one query in DuckDB's dialect. `holes` are the places where values were put into the text, in
 * order; see `lex`. No name is looked up here.
 *
 * Errors, all with a span, the text and mostly a hint: `sql.syntax`; `sql.unsupported` for what DuckDB knows and this
 * does not, and for nesting beyond `NESTING_MAX` or `TREE_DEPTH_MAX`; `sql.parameter` for a hole that stands where no
 * value can. Cost: linear in the text.
 *
 * @example
 * parse("select a + 1 as b from t where a > 2").body.items.length; // 1
 */
export function parse(text: string, holes: readonly Span[] = []): Query {
  const cursor: Cursor = { text, tokens: lex(text, holes), position: 0, nesting: 0 };
  skipSemicolons(cursor);
  const query = parseQuery(cursor);
  skipSemicolons(cursor);
  const { kind, span } = peek(cursor);
  if (kind !== "end") {
    const hint = "run the statements one by one";
    throw new TidemarkError("sql.syntax", "there is more than one statement", { span, text, hint });
  }
  checkDepth(query, text);
  return query;
}

function skipSemicolons(cursor: Cursor): void {
  while (symbolAt(cursor) === ";") cursor.position += 1;
}

import type { Identifier, TableReference } from "../syntax.ts";
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
  peek,
  spanFrom,
  symbolAt,
  wordAt,
} from "./cursor.ts";
import { unsupported } from "./mistakes.ts";
import { atSubquery, parseHole } from "./operand.ts";
import { atClauseEnd, parseQuery } from "./query.ts";

/** Words that begin a join or change a table. */
const otherWords: ReadonlyMap<string, string> = new Map([
  ...["join", "inner", "left", "right", "full", "cross", "natural", "positional", "asof", "semi", "anti"].map(
    (word): [string, string] => [word, "joins"],
  ),
  ["tablesample", "tablesample"],
  ["pivot", "pivot"],
  ["unpivot", "unpivot"],
]);

/** What stands behind `from`: one table. A comma may trail. */
export function parseFrom(cursor: Cursor): TableReference {
  const table = parseTable(cursor);
  const other = otherWords.get(wordAt(cursor) ?? "");
  if (other !== undefined) throw unsupported(cursor, other, peek(cursor).span);
  const { span } = peek(cursor);
  if (acceptSymbol(cursor, ",") && !atClauseEnd(cursor)) throw unsupported(cursor, "several tables after from", span);
  return table;
}

function parseTable(cursor: Cursor): TableReference {
  const token = peek(cursor);
  const { start } = token.span;
  if (token.kind === "hole") {
    const { index } = parseHole(cursor);
    const alias = parseAlias(cursor);
    return { kind: "table-hole", index, alias, span: spanFrom(cursor, start) };
  }
  if (token.kind === "string") {
    const hint = "read the file into a frame and put it in as ${frame}";
    throw unsupported(cursor, "a file as a table", token.span, hint);
  }
  if (symbolAt(cursor) === "(") {
    const isQuery = atSubquery(cursor);
    const open = expectSymbol(cursor, "(");
    if (!isQuery && isName(peek(cursor), "column")) throw unsupported(cursor, "brackets around tables", open.span);
    const query = parseQuery(cursor, open);
    expectClose(cursor, open);
    const alias = parseAlias(cursor);
    return { kind: "subquery", query, alias, span: spanFrom(cursor, start) };
  }
  if (symbolAt(cursor, 1) === "(" && token.kind === "word")
    throw unsupported(cursor, "a function as a table", token.span);
  const name = expectName(cursor, "column", "the name of a table");
  if (symbolAt(cursor) === ".") {
    advance(cursor);
    throw unsupported(cursor, "a table name with a schema", spanFrom(cursor, start), "write the last name alone");
  }
  const alias = parseAlias(cursor);
  return { kind: "table", name, alias, span: spanFrom(cursor, start) };
}

function parseAlias(cursor: Cursor): Identifier | undefined {
  let alias: Identifier | undefined;
  if (acceptWords(cursor, "as")) {
    alias =
      peek(cursor).kind === "string"
        ? identifier(advance(cursor))
        : expectName(cursor, "column", "a name for the table");
  } else if (isName(peek(cursor), "table label")) {
    alias = identifier(advance(cursor));
  }
  if (alias !== undefined && symbolAt(cursor) === "(") {
    throw unsupported(cursor, "names for the columns of a table", peek(cursor).span, "name them in a subquery with as");
  }
  return alias;
}

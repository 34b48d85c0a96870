import type { OrderBy, Ordering, OrderItem } from "../syntax.ts";
import { acceptSymbol, acceptWords, type Cursor, peek, spanFrom, symbolAt } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { unexpected } from "./mistakes.ts";

/** What stands behind `order by`, which has been read and began at `start`. */
export function parseOrderBy(cursor: Cursor, start: number): OrderBy {
  if (acceptWords(cursor, "all")) {
    const ordering = parseOrdering(cursor);
    return { kind: "order-all", ...ordering, span: spanFrom(cursor, start) };
  }
  const items = parseOrderItems(cursor);
  return { kind: "order-list", items, span: spanFrom(cursor, start) };
}

export function parseOrderItems(cursor: Cursor): OrderItem[] {
  const items: OrderItem[] = [];
  do {
    if (symbolAt(cursor) === "*") throw unexpected(cursor, 'an expression or "all"');
    const start = peek(cursor).span.start;
    const expression = parseExpression(cursor);
    const ordering = parseOrdering(cursor);
    items.push({ kind: "order-item", expression, ...ordering, span: spanFrom(cursor, start) });
  } while (acceptSymbol(cursor, ","));
  return items;
}

/** `[asc | desc] [nulls first | nulls last]`. */
function parseOrdering(cursor: Cursor): Ordering {
  const direction = acceptWords(cursor, "asc") ? "asc" : acceptWords(cursor, "desc") ? "desc" : undefined;
  if (!acceptWords(cursor, "nulls")) return { direction, nulls: undefined };
  if (acceptWords(cursor, "first")) return { direction, nulls: "first" };
  if (acceptWords(cursor, "last")) return { direction, nulls: "last" };
  throw unexpected(cursor, '"first" or "last"', { words: ["first", "last"] });
}

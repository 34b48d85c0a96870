import { type Span, TidemarkError, withText } from "../errors.ts";
import type { Plan } from "../plan/nodes.ts";
import { bindQuery } from "./binder/query.ts";
import type { Surroundings } from "./binder/scope.ts";
import { parse } from "./parser.ts";

/**
 * The plan of one query. `spans` are the places of the holes in the text.
 * @throws sql.* with the text and a caret
 */
export function compileSql(text: string, spans: readonly Span[], around: Surroundings): Plan {
  const query = parse(text, spans);
  try {
    return bindQuery(query, around);
  } catch (error) {
    throw error instanceof TidemarkError ? withText(error, text) : error;
  }
}

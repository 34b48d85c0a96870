import type { Case, CaseBranch, Cast } from "../syntax.ts";
import {
  acceptWords,
  advance,
  atWords,
  type Cursor,
  expectClose,
  expectSymbol,
  expectWord,
  peek,
  spanFrom,
} from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { unexpected } from "./mistakes.ts";
import { parseType } from "./types.ts";

/** `case [operand] when a then b ... [else c] end`. */
export function parseCase(cursor: Cursor): Case {
  const { start } = expectWord(cursor, "case").span;
  const operand = atWords(cursor, "when") ? undefined : parseExpression(cursor);
  const branches: CaseBranch[] = [];
  while (atWords(cursor, "when")) branches.push(parseBranch(cursor));
  if (branches.length === 0) throw unexpected(cursor, '"when"', { words: ["when"] });
  const otherwise = acceptWords(cursor, "else") ? parseExpression(cursor) : undefined;
  if (!acceptWords(cursor, "end")) {
    const expected = otherwise === undefined ? '"when", "else" or "end"' : '"end"';
    throw unexpected(cursor, expected, { words: ["when", "else", "end"] });
  }
  return { kind: "case", operand, branches, otherwise, span: spanFrom(cursor, start) };
}

function parseBranch(cursor: Cursor): CaseBranch {
  const { start } = expectWord(cursor, "when").span;
  const when = parseExpression(cursor);
  expectWord(cursor, "then");
  const then = parseExpression(cursor);
  return { kind: "when", when, then, span: spanFrom(cursor, start) };
}

/** `cast(x as T)` and `try_cast(x as T)`. */
export function parseCast(cursor: Cursor): Cast {
  const { start } = peek(cursor).span;
  const isTry = atWords(cursor, "try_cast");
  advance(cursor);
  const open = expectSymbol(cursor, "(");
  const operand = parseExpression(cursor);
  expectWord(cursor, "as");
  const type = parseType(cursor);
  expectClose(cursor, open);
  return { kind: "cast", operand, type, try: isTry, span: spanFrom(cursor, start) };
}

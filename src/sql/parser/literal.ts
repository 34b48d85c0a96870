import type { Cast, Expression, IntervalLiteral, IntervalUnit } from "../syntax.ts";
import {
  advance,
  atWords,
  type Cursor,
  expectClose,
  expectSymbol,
  peek,
  spanFrom,
  symbolAt,
  wordAt,
} from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { unexpected, unsupported } from "./mistakes.ts";
import { parseHole } from "./operand.ts";
import { parseType } from "./types.ts";

/** Types that may stand before a string. DuckDB takes any name there, which hides a missing comma. */
const literalTypes: ReadonlySet<string> = new Set(
  `date time timestamp timestamptz timetz datetime timestamp_s timestamp_ms timestamp_us timestamp_ns
   int integer bigint smallint tinyint hugeint double float real decimal numeric boolean bool varchar text string uuid blob
   json`.split(/\s+/),
);

/** Does `date '...'`, `timestamp with time zone '...'` or the like stand here? */
export function atTypedString(cursor: Cursor): boolean {
  const word = wordAt(cursor);
  if (word === undefined || !literalTypes.has(word)) return false;
  if (peek(cursor, 1).kind === "string") return true;
  if (word === "double") return wordAt(cursor, 1) === "precision" && peek(cursor, 2).kind === "string";
  const zone = wordAt(cursor, 1);
  return (zone === "with" || zone === "without") && wordAt(cursor, 2) === "time";
}

/** `date '2024-01-31'`: a cast of the string. */
export function parseTypedString(cursor: Cursor): Cast {
  const start = peek(cursor).span.start;
  const type = parseType(cursor);
  const token = peek(cursor);
  if (token.kind !== "string") throw unexpected(cursor, "a string");
  advance(cursor);
  const operand: Expression = { kind: "string", value: token.value, span: token.span };
  return { kind: "cast", operand, type, try: false, span: spanFrom(cursor, start) };
}

const units: readonly IntervalUnit[] = [
  ...(["microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter"] as const),
  ...(["year", "decade", "century", "millennium"] as const),
];

const irregular: ReadonlyMap<IntervalUnit, string> = new Map([
  ["century", "centuries"],
  ["millennium", "millennia"],
]);

/** Units by their words: `day` and `days`. */
const unitWords: ReadonlyMap<string, IntervalUnit> = new Map(
  units.flatMap((unit): [string, IntervalUnit][] => [
    [unit, unit],
    [irregular.get(unit) ?? `${unit}s`, unit],
  ]),
);

/** The unit that a word in lower case names, in the singular. */
export function unitOf(word: string): IntervalUnit | undefined {
  return unitWords.get(word);
}

/** `interval` may be a column too: it is a literal where an amount follows. */
export function atInterval(cursor: Cursor): boolean {
  if (!atWords(cursor, "interval")) return false;
  const next = peek(cursor, 1);
  return next.kind === "string" || next.kind === "number" || next.kind === "hole" || symbolAt(cursor, 1) === "(";
}

/** `interval '10 minutes'`, `interval 10 minute`, `interval (a + b) day`. */
export function parseInterval(cursor: Cursor): IntervalLiteral {
  const start = advance(cursor).span.start;
  const amount = parseAmount(cursor);
  const unit = unitWords.get(wordAt(cursor) ?? "");
  if (unit === undefined) {
    // a string or a hole may hold its own units
    if (amount.kind === "string" || amount.kind === "hole") {
      return { kind: "interval", amount, unit: undefined, span: spanFrom(cursor, start) };
    }
    throw unexpected(cursor, "a unit such as minute", { words: [...unitWords.keys()] });
  }
  advance(cursor);
  if (wordAt(cursor) === "to") {
    throw unsupported(
      cursor,
      "an interval from one unit to another",
      spanFrom(cursor, start),
      "write interval '2 hours 30 minutes'",
    );
  }
  return { kind: "interval", amount, unit, span: spanFrom(cursor, start) };
}

function parseAmount(cursor: Cursor): Expression {
  const token = peek(cursor);
  if (token.kind === "hole") return parseHole(cursor);
  if (token.kind === "string") {
    advance(cursor);
    return { kind: "string", value: token.value, span: token.span };
  }
  if (token.kind === "number") {
    if (!token.integer) throw unexpected(cursor, "a whole number, or brackets");
    advance(cursor);
    return { kind: "number", text: token.text, integer: true, span: token.span };
  }
  const open = expectSymbol(cursor, "(");
  const inner = parseExpression(cursor);
  expectClose(cursor, open);
  return { ...inner, span: spanFrom(cursor, open.span.start) };
}

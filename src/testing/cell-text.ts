import { shown } from "../column/builder.ts";
import type { Span } from "../errors.ts";
import { featureSetModel } from "../features/features.ts";
import { type DataType, float, timestamp, utf8 } from "../types/data-type.ts";
import { dateUs, type EpochUs, formatTimestamp, parseTimestamp } from "../types/time.ts";
import type { Cell, Raw } from "./cell.ts";
import { clockTextUs, isClockText } from "./day.ts";
import type { Invalid } from "./frame-tag.ts";
import type { TextCell } from "./table-text.ts";

/** A cell of a table in a test, and where it stands. */
export interface ReadCell extends Cell {
  readonly line: number;
  readonly span: Span;
}

const INTEGER = /^[+-]?(?:0|[1-9]\d*)$/;
const DECIMAL = /^[+-]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?$/;
const NOT_FINITE: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
]);
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** The value that a text without quotes stands for, with its type; undefined for an integer beyond 64 bits or no time of a day. */
export function valueOfText(text: string, dayUs: number): { readonly type: DataType; readonly raw: Raw } | undefined {
  if (text === "" || text === "null") return { type: utf8, raw: null };
  if (text === "true" || text === "false") return { type: { kind: "bool" }, raw: text === "true" };
  if (INTEGER.test(text)) return integerOf(BigInt(text.replace("+", "")));
  const number = NOT_FINITE.get(text) ?? (DECIMAL.test(text) ? Number(text) : undefined);
  if (number !== undefined) return { type: float, raw: number };
  if (isClockText(text)) {
    const us = clockTextUs(text);
    return us === undefined ? undefined : { type: timestamp, raw: dayUs + us };
  }
  const us = parseTimestamp(text);
  return us === undefined ? { type: utf8, raw: text } : { type: timestamp, raw: us };
}

function integerOf(value: bigint): { readonly type: DataType; readonly raw: Raw } | undefined {
  if (value < INT64_MIN || value > INT64_MAX) return undefined;
  const small = Number(value);
  return Number.isSafeInteger(small)
    ? { type: { kind: "int" }, raw: small === 0 ? 0 : small }
    : { type: { kind: "bigint" }, raw: value };
}

/** @throws test.invalid */
export function readCell({ text, hole, line, span }: TextCell, dayUs: number, invalid: Invalid): ReadCell {
  const at = { line, span };
  if (hole !== undefined) return { ...at, ...cellOfValue(hole.value, at, invalid) };
  if (text.startsWith('"')) {
    const quoted = unquoted(text, at, invalid);
    return { ...at, type: utf8, raw: quoted, text: quoted };
  }
  const plain = withoutEscapes(text);
  const value = valueOfText(plain, dayUs);
  if (value === undefined)
    throw invalid(`${plain} is beyond the range of its type`, at, `write "${plain}" where it is text`);
  return { ...at, ...value, text: plain };
}

function cellOfValue(value: unknown, at: { readonly line: number; readonly span: Span }, invalid: Invalid): Cell {
  if (value === null || value === undefined) return { type: utf8, raw: null, text: "" };
  if (typeof value === "string") return { type: utf8, raw: value, text: value };
  if (typeof value === "boolean") return { type: { kind: "bool" }, raw: value, text: String(value) };
  if (typeof value === "bigint") {
    const integer = integerOf(value);
    if (integer !== undefined) return { ...integer, type: { kind: "bigint" }, text: String(value) };
  }
  if (typeof value === "number") {
    const whole = Number.isSafeInteger(value) && !Object.is(value, -0);
    return { type: whole ? { kind: "int" } : float, raw: value, text: String(value) };
  }
  const us = Object.prototype.toString.call(value) === "[object Date]" ? dateUs(value as Date) : undefined;
  if (us !== undefined) return timeCell(us);
  if (featureSetModel(value) !== undefined && typeof value === "object") {
    const { kind, fqn } = value as { readonly kind: string; readonly fqn: string };
    if (kind === "feature") return { type: utf8, raw: fqn, text: fqn };
    throw invalid(`${fqn} has several windows`, at, 'name one: ${User.numFailedLogins["10m"]}');
  }
  throw invalid(
    `${shown(value)} cannot be a cell`,
    at,
    "a cell holds a boolean, a number, a bigint, text, a Date, null, or a feature for its full name",
  );
}

const timeCell = (us: EpochUs): Cell => ({ type: timestamp, raw: us, text: formatTimestamp(us) });

/** The name in a cell of the header, and the type behind a colon. @throws test.invalid */
export function columnNameOf(
  { text, hole, line, span }: TextCell,
  invalid: Invalid,
): { readonly name: string; readonly type: string | undefined } {
  const at = { line, span };
  if (hole !== undefined) {
    const { raw } = cellOfValue(hole.value, at, invalid);
    if (typeof raw === "string") return { name: raw, type: undefined };
    throw invalid(`${shown(hole.value)} is no name of a column`, at);
  }
  const [, quoted, plain, type] = /^(?:("(?:[^"\\]|\\.)*")|([^":]+?))\s*(?::\s*(\w+))?$/.exec(text) ?? [];
  if (quoted !== undefined) return { name: unquoted(quoted, at, invalid), type };
  if (plain !== undefined) return { name: withoutEscapes(plain), type };
  throw invalid(
    text === "" ? "a column has no name" : `${text} is no name of a column`,
    at,
    'write amount, amount:float, or "quotes" around an unusual name',
  );
}

/** @throws test.invalid */
function unquoted(text: string, at: { readonly line: number; readonly span: Span }, invalid: Invalid): string {
  try {
    const value: unknown = JSON.parse(withoutEscapes(text));
    if (typeof value === "string") return value;
  } catch {
    // said below
  }
  throw invalid(
    `${text} is no quoted text`,
    at,
    'quotes end the cell, and within them \\" and \\\\ stand for " and \\',
  );
}

/** `\|` is a bar; a template literal also needs a backslash before its own signs. All other escapes stay. */
const withoutEscapes = (text: string): string =>
  text.replace(/\\([\s\S])/g, (pair, sign: string) => ("|`$".includes(sign) ? sign : pair));

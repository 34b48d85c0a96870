import { type Span, TidemarkError } from "../errors.ts";

/** A part of a template: its text as written, or a value put into it. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "hole"; readonly value: unknown; readonly number: number };

/** A row of a table, as text. */
export interface TextRow {
  /** From 1, in the template. */
  readonly line: number;
  readonly span: Span;
  readonly cells: readonly TextCell[];
  /** Whether it is all dashes, as below a header. */
  readonly isSeparator: boolean;
}

export interface TextCell {
  readonly line: number;
  readonly span: Span;
  /** Without the spaces around it. */
  readonly text: string;
  /** The value put into it, where it is nothing else. */
  readonly hole: { readonly value: unknown } | undefined;
}

/**
 * Parts a template into lines and cells.
 * @throws test.invalid where a line is no row
 */
export function rowsOfText(pieces: readonly Piece[]): { readonly rows: TextRow[]; readonly text: string } {
  let text = "";
  const holes = new Map<number, { readonly end: number; readonly value: unknown }>(); // by where they start
  for (const piece of pieces) {
    const start = text.length;
    text += piece.kind === "text" ? piece.text : `\${${piece.number}}`;
    if (piece.kind === "hole") holes.set(start, { end: text.length, value: piece.value });
  }
  const rows: TextRow[] = [];
  let start = 0;
  text.split("\n").forEach((line, i) => {
    const from = start + line.length - line.trimStart().length;
    const span = { start: from, end: from + line.trim().length };
    if (line.trim() !== "") rows.push(rowOf(text, span, i + 1, holes));
    start += line.length + 1;
  });
  return { rows, text };
}

type Holes = ReadonlyMap<number, { readonly end: number; readonly value: unknown }>;

function rowOf(text: string, span: Span, line: number, holes: Holes): TextRow {
  const bars = barsOf(text, span, holes);
  if (bars[0] !== span.start || bars.at(-1) !== span.end - 1 || bars.length < 2) {
    throw new TidemarkError("test.invalid", `line ${line} of the table: a row starts and ends with |`, {
      text,
      span,
      hint: "write | u1 | 3 |",
    });
  }
  const cells = bars.slice(1).map((bar, c) => cellOf(text, (bars[c] ?? 0) + 1, bar, line, holes));
  return { line, span, cells, isSeparator: cells.every((cell) => /^:?-+:?$/.test(cell.text)) };
}

/** Where the bars between cells are: not behind a backslash, nor within quotes that a cell starts with. */
function barsOf(text: string, { start, end }: Span, holes: Holes): number[] {
  const bars: number[] = [];
  let fresh = false; // nothing but spaces since the last bar
  let quoted = false;
  for (let at = start; at < end; at++) {
    const hole = holes.get(at);
    const character = text[at];
    if (hole !== undefined) at = hole.end - 1;
    else if (character === "\\") at++;
    else if (quoted) quoted = character !== '"';
    else if (character === '"' && fresh) quoted = true;
    else if (character === "|") bars.push(at);
    fresh = !quoted && (character === "|" || (fresh && character === " "));
  }
  return bars;
}

function cellOf(text: string, from: number, to: number, line: number, holes: Holes): TextCell {
  const inner = text.slice(from, to);
  const trimmed = inner.trim();
  const start = trimmed === "" ? from : from + inner.length - inner.trimStart().length;
  const span = { start, end: trimmed === "" ? to : start + trimmed.length };
  const hole = holes.get(start);
  for (const at of holes.keys()) {
    if (at < from || at >= to || (hole !== undefined && hole.end === span.end)) continue;
    throw new TidemarkError("test.invalid", `line ${line} of the table: a value fills a cell by itself`, {
      text,
      span,
      hint: "put the text together before: ${`user-${i}`}",
    });
  }
  return { line, span, text: trimmed, hole };
}

import { numRows, sliceBatch, type Table } from "../column/batch.ts";
import { rawAt } from "../column/value.ts";
import { textOf } from "../kernels/cast.ts";
import { type DataType, isNumeric, typeName } from "../types/data-type.ts";

export interface ShowOptions {
  /** Rows that are shown at most (default 20). */
  readonly rows?: number;
  /** Characters of a line at most (default 120); wider tables lose columns at the right. */
  readonly width?: number;
}

const CELL_MAX = 40; // characters of a cell
const ROWS_DEFAULT = 20;
const WIDTH_DEFAULT = 120;

/** A table as text for a terminal or an assertion's diff: numbers to the right, nulls as `null`. */
export function showTable(table: Table, { rows = ROWS_DEFAULT, width = WIDTH_DEFAULT }: ShowOptions = {}): string {
  const total = numRows(table);
  const cells = shownCells(table, rows);
  const { fields } = table.schema;
  const shown = fields.map((field, f) => ({ field, cells: cells.map((row) => row[f] ?? "") }));
  const columns = shown.map(({ field, cells: texts }) => ({
    right: isNumeric(field.type),
    lines: [shorten(field.name), typeName(field.type).toLowerCase(), ...texts],
  }));
  const widths = columns.map(({ lines }) => lines.reduce((widest, text) => Math.max(widest, displayWidth(text)), 0));
  const fitting = fittingColumns(widths, width);
  const line = (i: number): string =>
    `| ${columns
      .slice(0, fitting)
      .map(({ lines, right }, c) => padded(lines[i] ?? "", widths[c] ?? 0, right))
      .join(" | ")} |`;
  const rule = `|${columns
    .slice(0, fitting)
    .map(({ right }, c) => `${"-".repeat((widths[c] ?? 0) + 1)}${right ? ":" : "-"}`)
    .join("|")}|`;
  const body = cells.map((_, i) => line(i + 2));
  const notes = [
    ...(total > cells.length ? [`${total - cells.length} more rows`] : []),
    ...(fitting < fields.length
      ? [
          `${fields.length - fitting} more columns: ${fields
            .slice(fitting)
            .map(({ name }) => name)
            .join(", ")}`,
        ]
      : []),
  ];
  return [
    line(0),
    line(1),
    rule,
    ...body,
    `${total} ${total === 1 ? "row" : "rows"}${notes.map((note) => `, ${note}`).join("")}`,
  ].join("\n");
}

function shownCells({ schema, batches }: Table, most: number): string[][] {
  const out: string[][] = [];
  for (const batch of batches) {
    const part = sliceBatch(batch, 0, Math.min(batch.length, most - out.length));
    for (let i = 0; i < part.length; i++) {
      out.push(schema.fields.map(({ type }, f) => cellText(rawAt(part.columns[f]!, i), type)));
    }
    if (out.length >= most) break;
  }
  return out;
}

/** A cell as text: what a cast to text gives, on one line. */
function cellText(value: ReturnType<typeof rawAt>, type: DataType): string {
  return value === null ? "null" : shorten(textOf(value, type));
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** One line, no control characters (a terminal would obey them), cut where it is long. */
function shorten(text: string): string {
  const clean = text.replace(CONTROL, "\u00b7");
  const points = [...clean];
  return points.length > CELL_MAX ? `${points.slice(0, CELL_MAX - 1).join("")}\u2026` : clean;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Terminal cells that a text takes: East Asian wide characters and emoji take two. */
function displayWidth(text: string): number {
  let width = 0;
  for (const point of text) width += WIDE.test(point) ? 2 : 1;
  return width;
}

function padded(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)));
  return right ? space + text : text + space;
}

const SEPARATOR_WIDTH = 3; // " | "

function fittingColumns(widths: readonly number[], width: number): number {
  let used = 1;
  const over = widths.findIndex((each) => (used += each + SEPARATOR_WIDTH) > width);
  return over === -1 ? widths.length : Math.max(1, over);
}

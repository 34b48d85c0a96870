import type { Column } from "../column/column.ts";
import { columnBuilder } from "../column/builder.ts";
import { type Span, suggest, TidemarkError } from "../errors.ts";
import { type DataFrame, frameOf } from "../frame/data-frame.ts";
import type { AnyRow } from "../frame/rows.ts";
import { t } from "../types/column-type.ts";
import type { DataType } from "../types/data-type.ts";
import { type Cell, collect, inputFor } from "./cell.ts";
import { columnNameOf, type ReadCell, readCell } from "./cell-text.ts";
import { type Piece, rowsOfText, type TextRow } from "./table-text.ts";

/** Reads a table in Markdown. */
export type FrameTag = <Row = AnyRow>(strings: TemplateStringsArray, ...values: unknown[]) => DataFrame<Row>;

/**
 * A table in Markdown as a frame, for the expectations of tests.
 *
 * - The first row names the columns; `amount:float` also gives a type (`bool int bigint int32 float utf8 timestamp`).
 *   A separator row may follow.
 * - A column without a type is of integers, floats, `true` and `false`, times (ISO 8601, or `HH:MM[:SS[.ffffff]]` on
 *   1970-01-01), else of text as it is written. Integers with leading zeros are text.
 * - An empty cell and `null` are null; `"quoted"` is text whatever it holds, with the escapes of JSON; `\|` is a bar.
 * - `${value}` fills a cell by itself with a boolean, number, bigint, text, `Date`, null, or the full name of a feature.
 *
 * @throws test.invalid with the line and a caret
 * @example
 * frame`
 *   | entity | window_end | value |
 *   |--------|------------|-------|
 *   | u1     | 12:10      | 1     |
 * `.toRows(); // [{ entity: "u1", window_end: 1970-01-01T12:10:00.000Z, value: 1 }]
 */
export const frame: FrameTag = frameTagOn(0);

/** The tag with times of day on the day that starts here. */
export function frameTagOn(dayUs: number): FrameTag {
  return (strings, ...values) => {
    const pieces: Piece[] = (strings.raw ?? strings).flatMap((text, i) => [
      { kind: "text", text },
      ...(i < values.length ? [{ kind: "hole", value: values[i], number: i + 1 } as const] : []),
    ]);
    const { rows, text } = rowsOfText(pieces);
    const invalid: Invalid = (summary, { line, span }, hint) =>
      new TidemarkError("test.invalid", `line ${line} of the table: ${summary}`, { text, span, hint });
    return frameOfRows(rows, dayUs, invalid);
  };
}

/** Makes the error for a place in the table. */
export type Invalid = (
  summary: string,
  at: { readonly line: number; readonly span: Span },
  hint?: string,
) => TidemarkError;

function frameOfRows<Row>([header, ...rows]: readonly TextRow[], dayUs: number, invalid: Invalid): DataFrame<Row> {
  if (header === undefined) {
    throw new TidemarkError("test.invalid", "the table has no header", {
      hint: "write a row with the names of the columns: | entity | value |",
    });
  }
  const names = header.cells.map((cell) => columnNameOf(cell, invalid));
  const types = names.map(({ type }, c) => (type === undefined ? undefined : typeNamed(type, header, c, invalid)));
  names.forEach(({ name }, c) => {
    if (names.findIndex((other) => other.name === name) < c)
      throw invalid(`two columns are called "${name}"`, {
        line: header.line,
        span: header.cells[c]?.span ?? header.span,
      });
  });
  const body = rows[0]?.isSeparator === true ? rows.slice(1) : rows;
  for (const row of rows) {
    if (row.cells.length === names.length) continue;
    throw invalid(
      `the row has ${row.cells.length} cells and the header ${names.length}`,
      row,
      'write a bar within a cell as \\| or in "quotes"',
    );
  }
  const columns = names.map(({ name }, c) => {
    const cells = body.flatMap(({ cells: all }) => {
      const cell = all[c];
      return cell === undefined ? [] : [readCell(cell, dayUs, invalid)];
    });
    const type = types[c];
    const made = type === undefined ? collect(cells) : { type, column: columnOfType(cells, type, name, invalid) };
    const nullable = cells.some(({ raw }) => raw === null);
    return { field: { name, type: made.type, nullable }, column: made.column };
  });
  return frameOf<Row>({
    schema: { fields: columns.map(({ field }) => field) },
    batches: [{ length: body.length, columns: columns.map(({ column }) => column) }],
  });
}

function typeNamed(name: string, { line, span, cells }: TextRow, c: number, invalid: Invalid): DataType {
  const make = Object.hasOwn(t, name) ? t[name as keyof typeof t] : undefined;
  if (make !== undefined) return make().type;
  throw invalid(`no type "${name}"`, { line, span: cells[c]?.span ?? span }, suggest(name, Object.keys(t)));
}

function columnOfType(cells: readonly ReadCell[], type: DataType, name: string, invalid: Invalid): Column {
  const builder = columnBuilder(type);
  for (const cell of cells) {
    if (!fits(cell, type)) throw invalid(`column "${name}": ${cell.text} is no ${type.kind}`, cell);
    try {
      builder.append(inputFor(cell, type));
    } catch (error) {
      if (!(error instanceof TidemarkError)) throw error;
      throw invalid(`column "${name}": ${error.summary}`, cell, error.hint);
    }
  }
  return builder.finish();
}

/** Whether a cell may stand in a column of a declared type: an integer may stand for a float, anything for text. */
function fits({ raw, type: own }: Cell, type: DataType): boolean {
  if (raw === null || type.kind === "utf8" || own.kind === type.kind) return true;
  const integer = own.kind === "int" || own.kind === "bigint";
  if (type.kind === "float") return own.kind === "int" && typeof raw === "number";
  return integer && (type.kind === "int" || type.kind === "bigint" || type.kind === "int32");
}

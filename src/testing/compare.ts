import { suggest, TidemarkError } from "../errors.ts";
import { DataFrame, isDataFrame } from "../frame/data-frame.ts";
import { shown } from "../column/builder.ts";
import { type Cell, cellsOfColumn, classOf } from "./cell.ts";
import { cellMarkdown, markdownPart } from "./markdown.ts";
import { type CellsEqual, matchRows } from "./match-rows.ts";

/** A frame, or rows as plain objects. */
export type ComparableFrame = DataFrame<never> | DataFrame<unknown> | readonly object[];

export interface FrameOptions {
  /** Whether rows must stand in the same order (the default) or may stand in any. */
  readonly order?: "same" | "any";
  /** How far two numbers may be apart. By default integers must be equal, and floats to 1e-12 of the larger. */
  readonly tolerance?: number;
  /** Whether columns that the expected frame does not name are a difference. Default false. */
  readonly strictColumns?: boolean;
}

const FLOAT_TOLERANCE = 1e-12; // of the larger magnitude: some thousand units in the last place of a double

/**
 * Says where two frames differ: the first difference, then both tables. Undefined where they are equal. Only the columns
 * that the expected frame names are compared; numbers are compared by value, whatever their types.
 * @throws test.invalid where something is no frame or no option
 */
export function frameDifference(received: unknown, expected: unknown, options: FrameOptions = {}): string | undefined {
  checkOptions(options);
  const [actual, wanted] = [frameFrom(received, "received"), frameFrom(expected, "expected")];
  const names = wanted.columns;
  const columnProblem = columnDifference(actual.columns, names, options.strictColumns ?? false);
  if (columnProblem !== undefined) return withTables(columnProblem, 0, actual, wanted, actual.columns);
  const equal: CellsEqual = (a, b) => equalCells(a, b, options.tolerance);
  const [left, right] = [rowsOf(actual, names), rowsOf(wanted, names)];
  const found =
    options.order === "any"
      ? differenceInAnyOrder(left, right, names, equal)
      : differenceInOrder(left, right, names, equal);
  return found === undefined ? undefined : withTables(found.summary, found.row, actual, wanted, names);
}

/** The rows of some columns, as cells. */
type Rows = readonly (readonly Cell[])[];

interface Difference {
  readonly summary: string;
  /** Around which row the tables are shown; from 0. */
  readonly row: number;
}

function checkOptions(options: FrameOptions): void {
  const { order = "same", tolerance = 0 } = options;
  const known = ["order", "tolerance", "strictColumns"];
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new TidemarkError("test.invalid", `no option "${unknown}"`, { hint: suggest(unknown, known) });
  if (order !== "same" && order !== "any")
    throw new TidemarkError("test.invalid", `order is ${shown(order)}`, { hint: 'there is "same" and "any"' });
  if (typeof tolerance !== "number" || !(tolerance >= 0))
    throw new TidemarkError("test.invalid", `${shown(tolerance)} is no tolerance`, {
      hint: "give a number such as 0.01",
    });
}

function frameFrom(value: unknown, role: string): DataFrame<unknown> {
  if (isDataFrame(value)) return value;
  if (Array.isArray(value)) return DataFrame.fromRows(value as readonly object[]);
  throw new TidemarkError("test.invalid", `the ${role} value is ${shown(value)}, not a frame`, {
    hint: role === "received" ? "expect(h.emitted()).toEqualFrame(...)" : "write frame`| entity | value |`",
  });
}

function columnDifference(
  received: readonly string[],
  expected: readonly string[],
  strictColumns: boolean,
): string | undefined {
  const missing = expected.find((name) => !received.includes(name));
  if (missing !== undefined)
    return `the received frame has no column "${missing}": ${suggest(missing, received) ?? "it has none"}`;
  const extra = received.filter((name) => !expected.includes(name));
  return strictColumns && extra.length > 0
    ? `the received frame has columns that were not expected: ${extra.join(", ")}`
    : undefined;
}

function rowsOf(frame: DataFrame<unknown>, names: readonly string[]): Rows {
  const table = frame.table("toEqualFrame()");
  const all = table.schema.fields.map(({ name }) => name);
  const columns = names.map((name) => cellsOfColumn(table, all.indexOf(name)));
  return Array.from({ length: frame.numRows }, (_, row) => columns.flatMap((cells) => cells[row] ?? []));
}

function differenceInOrder(
  received: Rows,
  expected: Rows,
  names: readonly string[],
  equal: CellsEqual,
): Difference | undefined {
  const counts = countDifference(received, expected);
  for (let row = 0; row < Math.min(received.length, expected.length); row++) {
    const [got, want] = [received[row] ?? [], expected[row] ?? []];
    const column = names.findIndex((_, c) => !equalAt(got, want, c, equal));
    if (column === -1) continue;
    const reordered =
      counts === undefined &&
      received.length <= REORDERED_MAX &&
      differenceInAnyOrder(received, expected, names, equal) === undefined;
    const hint = reordered ? ANY_ORDER : undefined;
    const summary = `row ${row + 1}, column "${names[column]}": ${pairText(got[column], want[column])}`;
    return { summary: [summary, counts, hint].filter((part) => part !== undefined).join("\n"), row };
  }
  if (counts === undefined) return undefined;
  const row = Math.min(received.length, expected.length);
  const which = received.length > expected.length ? "the first that was not expected" : "the first that is missing";
  return { summary: `${counts}; ${which} is row ${row + 1}`, row };
}

const REORDERED_MAX = 1_000; // rows up to which another order is looked for, which takes the square of their number
const ANY_ORDER = 'the same rows stand in another order, which { order: "any" } allows';

function differenceInAnyOrder(
  received: Rows,
  expected: Rows,
  names: readonly string[],
  equal: CellsEqual,
): Difference | undefined {
  const { missing, surplus } = matchRows(received, expected, equal);
  const [wanted, extra] = [missing[0], surplus[0]];
  if (wanted === undefined && extra === undefined) return undefined;
  const counts = countDifference(received, expected);
  const parts = [
    wanted === undefined
      ? undefined
      : `no received row equals expected row ${wanted + 1}: ${rowText(expected[wanted], names)}`,
    extra === undefined ? undefined : `received row ${extra + 1} was not expected: ${rowText(received[extra], names)}`,
    counts,
  ];
  return { summary: parts.filter((part) => part !== undefined).join("\n"), row: 0 };
}

const countDifference = (received: Rows, expected: Rows): string | undefined =>
  received.length === expected.length
    ? undefined
    : `received ${received.length} ${received.length === 1 ? "row" : "rows"}, expected ${expected.length}`;

function equalAt(got: readonly Cell[], want: readonly Cell[], c: number, equal: CellsEqual): boolean {
  const [a, b] = [got[c], want[c]];
  return a !== undefined && b !== undefined && equal(a, b);
}

/** Numbers by value, whatever their types; NaN equals itself; null equals null. */
function equalCells(a: Cell, b: Cell, tolerance: number | undefined): boolean {
  if (a.raw === null || b.raw === null) return a.raw === b.raw;
  if (classOf(a) !== classOf(b)) return false;
  const [x, y] = [a.raw, b.raw];
  if (typeof x === "string" || typeof y === "string" || classOf(a) !== "number") return sameValue(x, y);
  if (sameValue(x, y) || (Number.isNaN(x) && Number.isNaN(y))) return true;
  if (tolerance === undefined && a.type.kind !== "float" && b.type.kind !== "float") return false;
  const [p, q] = [Number(x), Number(y)];
  const allowed = tolerance ?? FLOAT_TOLERANCE * Math.max(Math.abs(p), Math.abs(q));
  return Number.isFinite(p) && Number.isFinite(q) && Math.abs(p - q) <= allowed;
}

/** Exact also where one is a bigint. */
const sameValue = (x: unknown, y: unknown): boolean =>
  typeof x === typeof y
    ? x === y
    : (x as number | bigint) <= (y as number | bigint) && (x as number | bigint) >= (y as number | bigint);

function pairText(got: Cell | undefined, want: Cell | undefined): string {
  if (got === undefined || want === undefined) return "nothing to compare";
  const mixed = got.raw !== null && want.raw !== null && classOf(got) !== classOf(want);
  const show = (cell: Cell): string => `${mixed ? `the ${classOf(cell)} ` : ""}${cellMarkdown(cell, cell.type)}`;
  return `received ${show(got)}, expected ${show(want)}`;
}

const rowText = (row: readonly Cell[] | undefined, names: readonly string[]): string =>
  `{ ${(row ?? []).map((cell, c) => `${names[c]}: ${cellMarkdown(cell, cell.type)}`).join(", ")} }`;

const ROWS_SHOWN = 20; // of each table in a message
const ROWS_BEFORE = 3; // shown before the first difference, where the table is long

function withTables(
  summary: string,
  row: number,
  received: DataFrame<unknown>,
  expected: DataFrame<unknown>,
  columns: readonly string[],
): string {
  const firstRow = row < ROWS_SHOWN ? 0 : row - ROWS_BEFORE;
  const table = (role: string, frame: DataFrame<unknown>, names: readonly string[]): string => {
    const total = frame.numRows;
    const last = Math.min(total, firstRow + ROWS_SHOWN);
    const part = firstRow === 0 && last === total ? "" : `, rows ${firstRow + 1} to ${last} of ${total}`;
    return `${role}${part}:\n${markdownPart(frame, { columns: names, firstRow, rows: ROWS_SHOWN })}`;
  };
  return `${summary}\n\n${table("received", received, columns)}\n\n${table("expected", expected, expected.columns)}`;
}

import { tableFromArrow } from "../arrow/from-arrow.ts";
import { tableFromIPC, tableToIPC } from "../arrow/ipc.ts";
import type { ArrowClasses } from "../arrow/classes.ts";
import type { ArrowTableLike } from "../arrow/foreign.ts";
import { type ArrowTable, tableToArrow } from "../arrow/to-arrow.ts";
import { type Batch, numRows, type Table } from "../column/batch.ts";
import type { Value } from "../column/value.ts";
import { TidemarkError } from "../errors.ts";
import { tablesOf } from "../exec/scan.ts";
import { run } from "../exec/run.ts";
import { count, Expression, expressionNode, isExpression } from "../expr/expression.ts";
import type { Expr, NamedExpr } from "../expr/nodes.ts";
import { printExpr } from "../expr/print.ts";
import { filter, limit, project, scan, sort, type SortExpr } from "../plan/build.ts";
import { explain } from "../plan/explain.ts";
import type { FrameKeys } from "../plan/keyed.ts";
import { type Plan, planSchema } from "../plan/nodes.ts";
import type { Columns, InputRowOf, RowOf } from "../types/column-type.ts";
import type { Schema } from "../types/data-type.ts";
import { requireField } from "../types/schema.ts";
import { aggregated, GroupBy } from "./group-by.ts";
import { type AnyRow, rowAt, rowsOfTable } from "./rows.ts";
import { type ShowOptions, showTable } from "./show.ts";
import { type RowLike, tableOfColumns, tableOfRows } from "./table-input.ts";

/** What a frame needs beside its plan in order to run, or to say why it cannot. */
export interface FrameContext {
  readonly tables: ReadonlyMap<string, Table>;
  /** Set while a resolver is being defined: there are no rows yet, and this is told which call asked for them. */
  readonly onRead?: ((call: string) => never) | undefined;
  readonly keys?: FrameKeys | undefined;
}

/** The values that named expressions give. */
export type ValuesOf<E extends Readonly<Record<string, Expression<unknown>>>> = {
  [Name in keyof E]: E[Name] extends Expression<infer V> ? V : never;
};

/** A column to select: a name, an expression (named by `as`), or expressions by name. */
export type Selection<Row> = (keyof Row & string) | Expression<unknown> | Readonly<Record<string, Expression<unknown>>>;

const BRAND = Symbol.for("tidemark.frame");

/**
 * A table of typed columns: immutable and lazy. Each call makes a plan; `rows()`, `toRows()`, `toArrow()`, `toIPC()`,
 * `numRows`, `show()`, `collect()` and the scalars (`sum`, `max`, ...) run it. `Row` is the TypeScript type of its rows.
 *
 * @example
 * const df = DataFrame.fromRows([{ user: "u1", amount: 3 }], { user: t.utf8(), amount: t.float() });
 * df.filter(col("amount").gt(2)).groupBy("user").agg({ total: col("amount").sum() }).toRows();
 * // [{ user: "u1", total: 3 }]
 */
export class DataFrame<Row = AnyRow> implements Iterable<Row> {
  /** The plan behind the frame: plain records. */
  readonly plan: Plan;
  /** What the plan runs on; internal. */
  readonly context: FrameContext;
  private result: Table | undefined;

  constructor(plan: Plan, context: FrameContext) {
    this.plan = plan;
    this.context = context;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** A frame from plain objects; without columns the types are inferred. @throws type.invalid naming row and column */
  static fromRows<C extends Columns>(rows: Iterable<InputRowOf<C>>, columns: C): DataFrame<RowOf<C>>;
  static fromRows<R extends object>(rows: Iterable<R>): DataFrame<R>;
  static fromRows(rows: Iterable<object>, columns?: Columns): DataFrame<unknown> {
    return frameOf(tableOfRows(rows as Iterable<RowLike>, columns));
  }

  /** A frame from one array a column. Typed arrays in the column's layout are shared, not copied: do not change them. */
  static fromColumns<C extends Columns>(
    arrays: { readonly [Name in keyof C]: ArrayLike<unknown> },
    columns: C,
  ): DataFrame<RowOf<C>>;
  static fromColumns(arrays: Readonly<Record<string, ArrayLike<unknown>>>): DataFrame;
  static fromColumns(arrays: Readonly<Record<string, ArrayLike<unknown>>>, columns?: Columns): DataFrame<unknown> {
    return frameOf(tableOfColumns(arrays, columns));
  }

  /** A frame over an Arrow table, of any copy of apache-arrow; memory is shared where layouts agree. */
  static fromArrow<R = AnyRow>(table: ArrowTableLike): DataFrame<R> {
    return frameOf(tableFromArrow(table));
  }

  /** A frame over Arrow IPC bytes, file or stream format. @throws arrow.invalid */
  static fromIPC<R = AnyRow>(bytes: Uint8Array): DataFrame<R> {
    return frameOf(tableFromIPC(bytes));
  }

  /** Names, types and nullability of the columns. Runs nothing. */
  get schema(): Schema {
    return planSchema(this.plan);
  }

  /** The names of the columns. */
  get columns(): string[] {
    return this.schema.fields.map(({ name }) => name);
  }

  /** A column of this frame as an expression. @throws schema.unknown-column with the nearest name */
  col<Name extends keyof Row & string>(name: Name): Expression<Row[Name]> {
    requireField(this.schema, name);
    return new Expression<Row[Name]>({ kind: "column", name, origin: this });
  }

  /** The rows where the condition is true; null counts as not true. */
  filter(condition: Expression<unknown>): DataFrame<Row> {
    return this.over(filter(this.plan, expressionNode(condition, "the condition of filter()")));
  }

  /** Some columns, or new ones from expressions. */
  select<Name extends keyof Row & string>(...names: Name[]): DataFrame<Pick<Row, Name>>;
  select<E extends Readonly<Record<string, Expression<unknown>>>>(columns: E): DataFrame<ValuesOf<E>>;
  select(...columns: Selection<Row>[]): DataFrame;
  select(...columns: Selection<Row>[]): DataFrame<never> {
    return this.over(project(this.plan, columns.flatMap(namedOf)));
  }

  /** The frame with more columns, or with others of the same name. */
  withColumns<E extends Readonly<Record<string, Expression<unknown>>>>(
    columns: E,
  ): DataFrame<Omit<Row, keyof E> & ValuesOf<E>> {
    const given = new Map(namedOf(columns).map((named) => [named.name, named]));
    const own = new Set(this.columns);
    const kept = [...own].map((name): NamedExpr => given.get(name) ?? { name, expr: { kind: "column", name } });
    const added = [...given.values()].filter(({ name }) => !own.has(name));
    return this.over(project(this.plan, [...kept, ...added]));
  }

  /** Groups by columns or expressions; `agg` says what to make of each group. */
  groupBy<Name extends keyof Row & string>(...keys: Name[]): GroupBy<Pick<Row, Name>>;
  groupBy(...keys: Selection<Row>[]): GroupBy<AnyRow>;
  groupBy(...keys: Selection<Row>[]): GroupBy<never> {
    return new GroupBy(this, keys.flatMap(namedOf));
  }

  /** One row of aggregates over all rows. */
  agg<E extends Readonly<Record<string, Expression<unknown>>>>(aggregates: E): DataFrame<ValuesOf<E>> {
    return aggregated(this as DataFrame<unknown>, [], aggregates, true);
  }

  /** The rows in order of one column, or of several: `sort("a", ["b", "desc"])`. Nulls come last; equal rows keep their order. */
  sort(key: SortBy<Row>, direction: "asc" | "desc"): DataFrame<Row>;
  sort(...keys: (SortBy<Row> | readonly [SortBy<Row>, "asc" | "desc"])[]): DataFrame<Row>;
  sort(...keys: unknown[]): DataFrame<Row> {
    const single = keys.length === 2 && (keys[1] === "asc" || keys[1] === "desc") && !this.columns.includes(keys[1]);
    const list = single
      ? [[keys[0], keys[1]]]
      : keys.map((key) => (Array.isArray(key) ? (key as readonly unknown[]) : [key, "asc"]));
    return this.over(sort(this.plan, list.map(sortExprOf)));
  }

  /** At most `rows` rows, after the first `offset`. */
  limit(rows: number, offset = 0): DataFrame<Row> {
    return this.over(limit(this.plan, rows, offset));
  }

  /** The sum of a column as a scalar; 0 for no values. */
  sum(column: keyof Row & string): number | bigint {
    return this.scalar(`sum("${column}")`, this.col(column).sum());
  }
  /** The greatest value of a column; null for no values. */
  max<Name extends keyof Row & string>(column: Name): Row[Name] | null {
    return this.scalar(`max("${column}")`, this.col(column).max());
  }
  /** The least value of a column; null for no values. */
  min<Name extends keyof Row & string>(column: Name): Row[Name] | null {
    return this.scalar(`min("${column}")`, this.col(column).min());
  }
  /** The arithmetic mean of a column; null for no values. */
  mean(column: keyof Row & string): number | null {
    return this.scalar(`mean("${column}")`, this.col(column).mean());
  }
  /** The number of rows. */
  count(): number {
    return this.scalar("count()", count());
  }
  /** The approximate number of distinct values of a column (HyperLogLog; exact up to 256). */
  approxCountDistinct(column: keyof Row & string): number {
    return this.scalar(`approxCountDistinct("${column}")`, this.col(column).approxCountDistinct());
  }

  /** The frame with its rows computed, so that further calls start from them. */
  collect(): DataFrame<Row> {
    return frameOf(this.table("collect()"));
  }
  /** The rows as plain objects. @throws type.overflow where an int is beyond 2^53 - 1 */
  toRows(): Row[] {
    return rowsOfTable(this.table("toRows()")) as Row[];
  }
  /** The rows as plain objects; the same as `toRows()`. */
  rows(): Row[] {
    return rowsOfTable(this.table("rows()")) as Row[];
  }
  /** Row `i` as a plain object. @throws frame.shape where there is none */
  row(i: number): Row {
    const table = this.table("row()");
    let rest = i;
    for (const batch of table.batches) {
      if (Number.isSafeInteger(rest) && rest >= 0 && rest < batch.length)
        return rowAt(table.schema, batch, rest) as Row;
      rest -= batch.length;
    }
    throw new TidemarkError("frame.shape", `there is no row ${i}`, { hint: `the frame has ${numRows(table)} rows` });
  }
  [Symbol.iterator](): Iterator<Row> {
    return this.rows()[Symbol.iterator]();
  }
  /**
   * The rows as an Arrow table; memory is shared where layouts agree. apache-arrow writes tables of its own classes
   * only, so hand in your copy of it where the table goes on to its `tableToIPC`.
   * @example df.toArrow(await import("apache-arrow"))
   */
  toArrow(arrow?: ArrowClasses): ArrowTable {
    return tableToArrow(this.table("toArrow()"), arrow);
  }
  /** The rows as Arrow IPC bytes, in the file format or as a stream. */
  toIPC(format: "file" | "stream" = "file"): Uint8Array {
    return tableToIPC(this.table("toIPC()"), format);
  }
  /** The number of rows. */
  get numRows(): number {
    return numRows(this.table("numRows"));
  }
  /** The first rows as a table in text. */
  show(options: ShowOptions = {}): string {
    return showTable(this.table("show()"), options);
  }
  /** As `show()`; a frame of a resolver that is being defined shows its plan. */
  toString(): string {
    return this.context.onRead === undefined ? this.show() : this.explain();
  }
  /** What will be computed, as an indented tree. Runs nothing. */
  explain(): string {
    return explain(this.plan);
  }
  /** The computed batches and their schema; runs the plan once. `call` is named where there are no rows to read. */
  table(call = "table()"): Table {
    if (this.context.onRead !== undefined) return this.context.onRead(call);
    this.result ??= run(this.plan, tablesOf(this.context.tables));
    return this.result;
  }

  private over<Other>(plan: Plan): DataFrame<Other> {
    return new DataFrame<Other>(plan, this.context);
  }

  private scalar<T>(call: string, aggregate: Expression<unknown>): T {
    if (this.context.onRead !== undefined) return this.context.onRead(call);
    const [row] = this.agg({ value: aggregate }).rows();
    return row!.value as T;
  }
}

/** A column name or an expression to sort by. */
export type SortBy<Row> = (keyof Row & string) | Expression<unknown>;

// Counted for all copies of the package, so that their frames can meet in one query.
const TABLES = Symbol.for("tidemark.tables");
const counted = globalThis as { [TABLES]?: number };

/** A frame over a table in memory. */
export function frameOf<Row>(table: Table, keys?: FrameKeys): DataFrame<Row> {
  counted[TABLES] = (counted[TABLES] ?? 0) + 1;
  const name = `t${counted[TABLES]}`;
  return new DataFrame<Row>(scan(name, table.schema), { tables: new Map([[name, table]]), keys });
}

/** A frame over batches of a schema. */
export const frameOfBatches = <Row = Record<string, Value>>(
  schema: Schema,
  batches: readonly Batch[],
): DataFrame<Row> => frameOf<Row>({ schema, batches });

/** Whether a value is a frame, also one of another copy of this package. */
export const isDataFrame = (value: unknown): value is DataFrame<unknown> =>
  typeof value === "object" && value !== null && BRAND in value;

function sortExprOf([key, direction]: readonly unknown[]): SortExpr {
  if (direction !== "asc" && direction !== "desc") {
    throw new TidemarkError("frame.invalid", "a direction of sort() is neither asc nor desc", {
      hint: 'write sort("a", "desc") or sort("a", ["b", "desc"])',
    });
  }
  const expr: Expr =
    typeof key === "string" ? { kind: "column", name: key } : expressionNode(key, "a key of sort() that is no name");
  return { expr, descending: direction === "desc", nullsFirst: false };
}

function namedOf(selection: unknown): NamedExpr[] {
  if (typeof selection === "string") return [{ name: selection, expr: { kind: "column", name: selection } }];
  if (isExpression(selection)) return [{ name: selection.alias ?? nameOf(selection), expr: selection.node }];
  if (typeof selection !== "object" || selection === null) {
    throw new TidemarkError("expression.invalid", "a column is neither a name nor an expression", {
      hint: 'write select("a", col("b").as("c")) or select({ c: col("b") })',
    });
  }
  return Object.entries(selection).map(([name, value]) => ({ name, expr: expressionNode(value, `"${name}"`) }));
}

const nameOf = ({ node }: Expression<unknown>): string => (node.kind === "column" ? node.name : printExpr(node));

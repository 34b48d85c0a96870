import { type Span, TidemarkError } from "../errors.ts";
import { isExpression, literalOf, NO_VALUE } from "../expr/expression.ts";
import type { Table } from "../column/batch.ts";
import type { Plan } from "../plan/nodes.ts";
import { ONE_ROW } from "../sql/binder/from.ts";
import type { HoleValue } from "../sql/binder/scope.ts";
import { compileSql } from "../sql/compile.ts";
import { DataFrame, type FrameContext, isDataFrame } from "./data-frame.ts";
import type { AnyRow } from "./rows.ts";

const oneRow: Table = { schema: { fields: [] }, batches: [{ length: 1, columns: [] }] };

/**
 * SQL over frames, in DuckDB's dialect. `${frame}` is a table, `${expression}` stands for itself, any other `${value}`
 * is a parameter with its type, never text. The result is a lazy frame; names and types are checked at once.
 *
 * @throws sql.* with the text and a caret
 * @example sql`select user_id, sum(amount) as total from ${df} where amount > ${10} group by all`
 */
export function sql<Row = AnyRow>(strings: TemplateStringsArray, ...values: unknown[]): DataFrame<Row> {
  let text = strings[0] ?? "";
  const spans: Span[] = values.map((_, i) => {
    const start = text.length;
    text += `\${${i + 1}}`;
    const span = { start, end: text.length };
    text += strings[i + 1] ?? "";
    return span;
  });
  return frameOfSql<Row>(text, spans, values, {});
}

/** SQL text against named frames. Parameters are put in by `$1`, `$2`, ... being absent: use the tag for values. */
export interface Session {
  /** @throws sql.* with the text and a caret */
  sql<Row = AnyRow>(text: string): DataFrame<Row>;
}

/**
 * Names for frames, to be asked in plain text.
 * @example session({ logins: df }).sql("select count(*) as n from logins").toRows(); // [{ n: 3 }]
 */
export function session(frames: Readonly<Record<string, DataFrame<never> | DataFrame<unknown>>>): Session {
  return { sql: (text) => frameOfSql(text, [], [], frames as Readonly<Record<string, DataFrame<unknown>>>) };
}

function frameOfSql<Row>(
  text: string,
  spans: readonly Span[],
  values: readonly unknown[],
  frames: Readonly<Record<string, DataFrame<unknown>>>,
): DataFrame<Row> {
  if (typeof text !== "string") throw new TidemarkError("sql.syntax", "a query is text");
  const holes = values.map((value, i) => holeOf(value, text, spans[i]));
  const named = Object.entries(frames);
  const tables = new Map<string, Plan>(named.map(([name, frame]) => [name, checkedFrame(name, frame).plan]));
  const plan = compileSql(text, spans, { holes, tables });
  return new DataFrame<Row>(plan, mergedContext([...values.filter(isDataFrame), ...named.map(([, frame]) => frame)]));
}

function holeOf(value: unknown, text: string, span: Span | undefined): HoleValue {
  if (isDataFrame(value)) return { kind: "table", plan: value.plan, keys: value.context.keys };
  if (isExpression(value)) return { kind: "expression", expr: value.node, alias: value.alias };
  if (value === undefined)
    throw new TidemarkError("sql.parameter", "the value is undefined", { span, text, hint: NO_VALUE });
  try {
    return { kind: "value", ...literalOf(value) };
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    throw new TidemarkError("sql.parameter", error.summary, { span, text, hint: error.hint });
  }
}

function checkedFrame(name: string, frame: unknown): DataFrame<unknown> {
  if (isDataFrame(frame)) return frame;
  throw new TidemarkError("sql.unknown-table", `"${name}" is not a DataFrame`, {
    hint: "make one with DataFrame.fromRows(rows)",
  });
}

function mergedContext(frames: readonly DataFrame<unknown>[]): FrameContext {
  const tables = new Map<string, Table>([[ONE_ROW, oneRow]]);
  for (const frame of frames) for (const [name, table] of frame.context.tables) tables.set(name, table);
  const onRead = frames.find((frame) => frame.context.onRead !== undefined)?.context.onRead;
  return { tables, onRead };
}

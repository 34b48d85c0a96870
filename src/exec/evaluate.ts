import { bitPositions } from "../column/bitmap.ts";
import { pickInt32 } from "../column/pick.ts";
import type { Batch } from "../column/batch.ts";
import type { BoolColumn, Column } from "../column/column.ts";
import { type Bound, type BoundCall, type BoundCase, type BoundLiteral, columnsRead } from "../expr/bound.ts";
import { findScalarFunction } from "../expr/functions.ts";
import { not, trueBits } from "../kernels/boolean.ts";
import { cast } from "../kernels/cast.ts";
import { concat } from "../kernels/concat.ts";
import { constant, emptyColumn, spread } from "../kernels/constant.ts";
import { take } from "../kernels/take.ts";

/** The values of an expression for the rows of a batch: a column of the batch's length, or of length 1 for a constant. */
export function evaluate(expr: Bound, batch: Batch): Column {
  switch (expr.kind) {
    case "column":
      return batch.columns[expr.index]!;
    case "literal":
      return literalColumn(expr);
    case "cast":
      if (batch.length === 0) return emptyColumn(expr.type);
      return cast(evaluate(expr.input, batch), expr.input.type, expr.type, expr.onFailure);
    case "call":
      return evaluateCall(expr, batch);
    case "case":
      return evaluateCase(expr, batch);
  }
}

/** As `evaluate`, with a constant spelled out for every row. */
export const evaluateColumn = (expr: Bound, batch: Batch): Column => spread(evaluate(expr, batch), batch.length);

/** The rows where a condition is true, in order. */
export function rowsWhere(condition: Bound, batch: Batch): Int32Array {
  const column = evaluateColumn(condition, batch) as BoolColumn;
  return bitPositions(trueBits(column, batch.length), batch.length);
}

const literals = new WeakMap<BoundLiteral, Column>();

function literalColumn(expr: BoundLiteral): Column {
  const known = literals.get(expr);
  if (known !== undefined) return known;
  const column = constant(expr.value, expr.type);
  literals.set(expr, column);
  return column;
}

function evaluateCall(expr: BoundCall, batch: Batch): Column {
  if (batch.length === 0) return emptyColumn(expr.type); // constants must not fail where no row asks for them
  const fn = findScalarFunction(expr.name)!;
  const args = expr.args.map((arg) => evaluate(arg, batch));
  const length = args.length > 0 && args.every((arg) => arg.length === 1) ? 1 : batch.length;
  return fn.evaluate(args, length, { args: expr.args.map(({ type }) => type), type: expr.type });
}

/** Each branch sees only the rows that reach it, so that it cannot fail on others. */
function evaluateCase(expr: BoundCase, batch: Batch): Column {
  let rest: Int32Array = Int32Array.from({ length: batch.length }, (_, i) => i);
  const parts: Column[] = [];
  const order = new Int32Array(batch.length);
  let at = 0;
  const place = (rows: Int32Array, value: Bound, part: Batch): void => {
    if (rows.length === 0) return;
    parts.push(evaluateColumn(value, part));
    for (const row of rows) order[row] = at++;
  };
  for (const { when, value } of expr.branches) {
    const reached = takeRead(batch, rest, [when, value]);
    const truths = trueBits(evaluateColumn(when, reached) as BoolColumn, reached.length);
    const hits = bitPositions(truths, reached.length);
    const misses = bitPositions(
      not({ kind: "bool", length: reached.length, validity: null, bits: truths }).bits,
      reached.length,
    );
    place(pickInt32(rest, hits), value, takeRead(reached, hits, [value]));
    rest = pickInt32(rest, misses);
  }
  place(rest, expr.otherwise, takeRead(batch, rest, [expr.otherwise]));
  return take(concat(parts, expr.type), order);
}

/** Some rows of a batch, for these expressions alone: columns that they do not read are left as they are. */
export function takeRead(batch: Batch, rows: Int32Array, exprs: readonly Bound[]): Batch {
  if (rows.length === batch.length) return batch; // rows are ascending, so these are all of them
  const read = new Set<number>();
  for (const expr of exprs) columnsRead(expr, read);
  const columns = [...batch.columns];
  for (const index of read) columns[index] = take(columns[index]!, rows);
  return { length: rows.length, columns };
}

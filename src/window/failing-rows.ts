import type { Batch } from "../column/batch.ts";
import { evaluate, rowsWhere, takeRead } from "../exec/evaluate.ts";
import type { Bound } from "../expr/bound.ts";
import { takeBatch } from "../kernels/take.ts";
import type { IncrementalProgram } from "./program.ts";

/** The rows of a batch on which a program's expressions fail, each with its error. */
export type FailingRows = (batch: Batch) => ReadonlyMap<number, unknown>;

/** Functions that have a result for all arguments. */
const TOTAL: ReadonlySet<string> = new Set([
  "=",
  "<>",
  "<",
  "<=",
  ">",
  ">=",
  "and",
  "or",
  "not",
  "is_null",
  "is_distinct_from",
  "in",
  "/",
  "coalesce",
  "like",
  "ilike",
]);

/** A function that finds such rows; undefined where no row can fail, as with comparisons of plain columns. */
export function failingRowsOf(program: IncrementalProgram): FailingRows | undefined {
  const { predicate, keys, calls } = program;
  const exprs = [...keys, ...calls.flatMap(({ args, filter }) => [...args, ...(filter === undefined ? [] : [filter])])];
  if (predicate !== null) exprs.push(predicate);
  if (exprs.every(isTotal)) return undefined;
  return (batch) => {
    const failing = new Map<number, unknown>();
    search(program, batch, 0, failing);
    return failing;
  };
}

function isTotal(expr: Bound): boolean {
  switch (expr.kind) {
    case "column":
    case "literal":
      return true;
    case "cast":
      return (expr.onFailure === "null" || widens(expr)) && isTotal(expr.input);
    case "call":
      return TOTAL.has(expr.name) && expr.args.every(isTotal);
    case "case":
      return expr.branches.every(({ when, value }) => isTotal(when) && isTotal(value)) && isTotal(expr.otherwise);
  }
}

const widens = ({ input, type }: Extract<Bound, { kind: "cast" }>): boolean =>
  input.type.kind === type.kind ||
  (input.type.kind === "bool" && type.kind !== "timestamp") ||
  (input.type.kind === "int32" && (type.kind === "int" || type.kind === "bigint" || type.kind === "float")) ||
  (input.type.kind === "int" && (type.kind === "bigint" || type.kind === "float"));

/** Halves a batch that fails until single rows are left. */
function search(program: IncrementalProgram, batch: Batch, first: number, failing: Map<number, unknown>): void {
  try {
    attempt(program, batch);
  } catch (error) {
    if (batch.length === 1) return void failing.set(first, error);
    const middle = batch.length >> 1;
    search(program, part(batch, 0, middle), first, failing);
    search(program, part(batch, middle, batch.length), first + middle, failing);
  }
}

/** Evaluates all that the program evaluates for these rows, and forgets the results. */
function attempt({ predicate, keys, calls, implicit }: IncrementalProgram, batch: Batch): void {
  const args = calls.flatMap((call) => [...call.args, ...(call.filter === undefined ? [] : [call.filter])]);
  const kept = predicate === null ? batch : takeRead(batch, rowsWhere(predicate, batch), [...keys, ...args]);
  for (const key of keys) evaluate(key, implicit ? batch : kept);
  for (const call of calls) {
    const rows = call.filter === undefined ? kept : takeRead(kept, rowsWhere(call.filter, kept), call.args);
    for (const arg of call.args) evaluate(arg, rows);
  }
}

function part(batch: Batch, from: number, to: number): Batch {
  const rows = new Int32Array(to - from);
  for (let i = 0; i < rows.length; i++) rows[i] = from + i;
  return takeBatch(batch, rows);
}

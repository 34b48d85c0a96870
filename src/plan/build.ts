import { TidemarkError } from "../errors.ts";
import { bind, bindCondition } from "../expr/bind.ts";
import type { Bound } from "../expr/bound.ts";
import type { Expr, NamedExpr } from "../expr/nodes.ts";
import { int32, type Schema } from "../types/data-type.ts";
import { schemaOfFields } from "../types/schema.ts";
import type { BoundSortKey, Filter, Limit, NamedBound, Plan, Project, Scan, Sort } from "./nodes.ts";
import { planSchema } from "./nodes.ts";

/** An order as it was written. */
export interface SortExpr {
  readonly expr: Expr;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export const scan = (table: string, schema: Schema): Scan => ({ kind: "scan", table, schema });

/** @throws type.mismatch where the predicate is no condition */
export const filter = (input: Plan, predicate: Expr): Filter =>
  checked({ kind: "filter", input, predicate: bindCondition(predicate, planSchema(input), "a filter") });

/** @throws schema.duplicate-column where two columns get one name */
export function project(input: Plan, columns: readonly NamedExpr[]): Project {
  const schema = planSchema(input);
  const bound = columns.map(({ name, expr }) => ({ name, expr: settled(bind(expr, schema)) }));
  schemaOfFields(planSchema({ kind: "project", input, columns: bound }).fields);
  return checked({ kind: "project", input, columns: bound });
}

/** A column of nothing but untyped nulls is INTEGER, as in DuckDB. */
export const settled = (expr: Bound): Bound =>
  expr.type.kind === "null" ? { kind: "literal", value: null, type: int32, nullable: true } : expr;

export function sort(input: Plan, keys: readonly SortExpr[]): Sort {
  const schema = planSchema(input);
  const bound: BoundSortKey[] = keys.map(({ expr, ...order }) => ({ expr: settled(bind(expr, schema)), ...order }));
  return checked({ kind: "sort", input, keys: bound });
}

/** @throws frame.invalid where a number is negative or no whole number */
export function limit(input: Plan, count: number, offset = 0): Limit {
  for (const rows of [count, offset]) {
    if (rows >= 0 && (Number.isSafeInteger(rows) || rows === Number.POSITIVE_INFINITY)) continue;
    throw new TidemarkError("frame.invalid", `${rows} is not a number of rows`, { hint: "give a whole number from 0" });
  }
  return checked({ kind: "limit", input, count, offset });
}

/** How many steps a plan may have: what code that walks it by recursion can bear. */
const STEPS_MAX = 500;

const steps = new WeakMap<Plan, number>();

/** The plan itself. @throws frame.invalid where it has too many steps */
function checked<P extends Plan>(plan: P): P {
  let count = 0;
  let at: Plan | undefined = plan;
  for (; at !== undefined && !steps.has(at); count++) at = at.kind === "scan" ? undefined : at.input;
  if (at !== undefined) count += steps.get(at) ?? 0;
  steps.set(plan, count);
  if (count <= STEPS_MAX) return plan;
  throw new TidemarkError("frame.invalid", `a frame of more than ${STEPS_MAX} steps after each other`, {
    hint: "call collect() on the way, which computes the rows so far",
  });
}

/** A plan with only these columns, or the plan itself where it has just them. */
export function narrow(input: Plan, names: readonly string[]): Plan {
  const { fields } = planSchema(input);
  if (fields.length === names.length && fields.every(({ name }, i) => name === names[i])) return input;
  const columns: NamedBound[] = names.map((name) => {
    const index = fields.findIndex((field) => field.name === name);
    const field = fields[index]!;
    return { name, expr: { kind: "column", index, name, type: field.type, nullable: field.nullable } };
  });
  return { kind: "project", input, columns };
}

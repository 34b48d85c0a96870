import type { Table } from "../column/batch.ts";
import { TidemarkError } from "../errors.ts";
import { type Expression, nodeOf } from "../expr/expression.ts";
import { childrenOf, type Expr, type NamedExpr } from "../expr/nodes.ts";
import type { AnyFeature } from "../features/feature.ts";
import { type FeatureValues, isFeatureValues } from "../features/features.ts";
import { DataFrame, type FrameContext, isDataFrame } from "../frame/data-frame.ts";
import { project, scan } from "../plan/build.ts";
import { groupBy } from "../plan/group-by.ts";
import type { FrameKeys } from "../plan/keyed.ts";
import type { Plan } from "../plan/nodes.ts";
import type { Schema } from "../types/data-type.ts";
import { checkSynchronous } from "./output.ts";

/** The table that a resolver's frame scans. */
export const EVENTS = "#events";

/** What calling the function with a symbolic frame has shown. */
export type Trace =
  /** It only built expressions or SQL. */
  | { readonly kind: "plan"; readonly plan: Plan }
  /** It read values; `call` is the first call that did. */
  | { readonly kind: "opaque"; readonly call: string };

/** Thrown through the user's function to stop it at the first read. */
class ValueRead extends Error {
  constructor(call: string) {
    super(`${call} reads values`);
  }
}

/**
 * Calls a windowed resolver's function once with a frame that has columns but no rows.
 * @throws resolver.invalid for a function that gives a promise, resolver.output
 */
export function trace(
  resolver: string,
  fn: (events: DataFrame<never>) => unknown,
  schema: Schema,
  keys: FrameKeys,
  output: AnyFeature,
): Trace {
  // A read counts even where the function catches what is thrown: what it makes of that is no plan for real rows.
  const reads: string[] = [];
  const context: FrameContext = {
    tables: new Map<string, Table>(),
    keys,
    onRead: (call) => {
      reads.push(call);
      throw new ValueRead(call);
    },
  };
  const unlessRead = <T>(make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      if (reads.length === 0) throw error;
      return undefined;
    }
  };
  const events = new DataFrame<never>(scan(EVENTS, schema), context);
  const result = unlessRead(() => fn(events));
  checkSynchronous(resolver, result);
  const made = reads.length > 0 ? undefined : unlessRead(() => planOfResult(result, events, keys, output));
  const [call = "the function"] = reads;
  return made === undefined ? { kind: "opaque", call } : { kind: "plan", plan: made.plan };
}

/** @throws resolver.output for values of another feature set */
export function checkSet(result: FeatureValues<string, unknown>, output: AnyFeature | undefined): void {
  if (output === undefined || result.set === output.set) return;
  throw new TidemarkError(
    "resolver.output",
    `the resolver gave back values of "${result.set}", not of "${output.set}", as its outputs say`,
  );
}

/** A plan, and the tables that it reads beside the events. */
interface PlanOfResult {
  readonly plan: Plan;
  readonly tables: ReadonlyMap<string, Table>;
}

/** The plan of what a function gave back: a frame, or feature values made of expressions. */
export function planOfResult(
  result: unknown,
  events: DataFrame<never>,
  keys: FrameKeys,
  output?: AnyFeature,
): PlanOfResult {
  if (isDataFrame(result)) return { plan: result.plan, tables: result.context.tables };
  if (isFeatureValues(result)) {
    checkSet(result, output);
    return planOfValues(result.values, events, keys);
  }
  if (Array.isArray(result)) {
    throw new TidemarkError("resolver.output", "a list of results must be made from the rows of the frame", {
      hint: "read the frame first, as in events.toRows(), or group it: events.groupBy(...).agg(...)",
    });
  }
  throw new TidemarkError("resolver.output", "the resolver gave back neither feature values nor a frame", {
    hint: "return User({ ... }), a DataFrame, or sql`...`",
  });
}

/** One row a key: the aggregates of the feature values over their frame. */
function planOfValues(
  values: Readonly<Record<string, unknown>>,
  events: DataFrame<never>,
  keys: FrameKeys,
): PlanOfResult {
  const columns: NamedExpr[] = Object.entries(values).map(([name, value]) => ({
    name,
    expr: nodeOf(value as Expression<unknown>),
  }));
  const input: DataFrame<unknown> | DataFrame<never> = originOf(columns.map(({ expr }) => expr)) ?? events;
  const constants = [...keys.constants.values()].filter((expr) => expr.kind === "column");
  const names =
    keys.constants.size > 0 ? constants.map(({ name }) => name) : keys.fallback === undefined ? [] : [keys.fallback];
  const replaced = columns.map(({ name, expr }) => ({ name, expr: withConstants(expr, keys) }));
  if (names.length === 0 && keys.constants.size === 0) {
    throw new TidemarkError("resolver.key", "nothing says which key a row belongs to", {
      hint: 'give the source a key, or the resolver keys: { user_id: User.id }, or group: events.groupBy("user_id").agg(...)',
    });
  }
  const keyExprs = names.map((name): NamedExpr => ({ name, expr: { kind: "column", name } }));
  const grouped = groupBy(
    input.plan,
    keyExprs,
    replaced.map(({ expr }) => expr),
    { implicit: true },
  );
  const plan = project(
    grouped.plan,
    replaced.map(({ name }, i) => ({ name, expr: grouped.exprs[i]! })),
  );
  return { plan, tables: input.context.tables };
}

/** The frame that the columns were taken from, where all were taken from one. */
function originOf(exprs: readonly Expr[]): DataFrame<unknown> | undefined {
  const origins = new Set<object>();
  const visit = (expr: Expr): void => {
    if (expr.kind === "column" && expr.origin !== undefined) origins.add(expr.origin);
    childrenOf(expr).forEach(visit);
  };
  exprs.forEach(visit);
  if (origins.size > 1) {
    throw new TidemarkError("resolver.output", "the values come from different frames, which one plan cannot hold", {
      hint: 'filter inside the aggregate instead: events.col("amount").sum().where(condition)',
    });
  }
  const [origin] = origins;
  return isDataFrame(origin) ? origin : undefined;
}

/** In a frame of one key, its key columns are constants. */
function withConstants(expr: Expr, keys: FrameKeys): Expr {
  if (expr.kind !== "column") return expr;
  return keys.constants.get(expr.name) ?? expr;
}

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
  readonly call: string;
  constructor(call: string) {
    super(`${call} reads values`);
    this.call = call;
  }
}

/** Calls a windowed resolver's function once with a frame that has columns but no rows. */
export function trace(
  fn: (events: DataFrame<never>) => unknown,
  schema: Schema,
  keys: FrameKeys,
  output: AnyFeature,
): Trace {
  const context: FrameContext = {
    tables: new Map<string, Table>(),
    keys,
    onRead: (call) => {
      throw new ValueRead(call);
    },
  };
  const events = new DataFrame<never>(scan(EVENTS, schema), context);
  try {
    return { kind: "plan", plan: planOfResult(fn(events), events.plan, keys, output) };
  } catch (error) {
    if (error instanceof ValueRead) return { kind: "opaque", call: error.call };
    throw error;
  }
}

/** @throws resolver.output for values of another feature set */
export function checkSet(result: FeatureValues<string, unknown>, output: AnyFeature | undefined): void {
  if (output === undefined || result.set === output.set) return;
  throw new TidemarkError(
    "resolver.output",
    `the resolver gave back values of "${result.set}", not of "${output.set}", as its outputs say`,
  );
}

/** The plan of what a function gave back: a frame, or feature values made of expressions. */
export function planOfResult(result: unknown, events: Plan, keys: FrameKeys, output?: AnyFeature): Plan {
  if (isDataFrame(result)) return result.plan;
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
function planOfValues(values: Readonly<Record<string, unknown>>, events: Plan, keys: FrameKeys): Plan {
  const columns: NamedExpr[] = Object.entries(values).map(([name, value]) => ({
    name,
    expr: nodeOf(value as Expression<unknown>),
  }));
  const input = originOf(columns.map(({ expr }) => expr)) ?? events;
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
    input,
    keyExprs,
    replaced.map(({ expr }) => expr),
    { implicit: true },
  );
  return project(
    grouped.plan,
    replaced.map(({ name }, i) => ({ name, expr: grouped.exprs[i]! })),
  );
}

/** The frame that the columns were taken from, where all were taken from one. */
function originOf(exprs: readonly Expr[]): Plan | undefined {
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
  return origin as Plan | undefined;
}

/** In a frame of one key, its key columns are constants. */
function withConstants(expr: Expr, keys: FrameKeys): Expr {
  if (expr.kind !== "column") return expr;
  return keys.constants.get(expr.name) ?? expr;
}

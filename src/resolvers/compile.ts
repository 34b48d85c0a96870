import { TidemarkError } from "../errors.ts";
import type { Bound, BoundAggregate } from "../expr/bound.ts";
import { replaceColumns } from "../expr/bound.ts";
import type { AnyFeature } from "../features/feature.ts";
import { inline } from "../plan/inline.ts";
import { type Aggregate, type NamedBound, type Plan, planSchema } from "../plan/nodes.ts";
import { optimize } from "../plan/optimizer/rules.ts";
import type { Schema } from "../types/data-type.ts";
import { groupsSchema } from "../window/incremental-state.ts";
import { GROUPS, type IncrementalProgram } from "../window/program.ts";
import { checkType, matchColumns } from "./output.ts";
import { EVENTS } from "./trace.ts";

/** What the compiler needs to know of the resolver. */
export interface CompileContext {
  readonly resolver: string;
  /** The primary key first, then the outputs. */
  readonly wanted: readonly AnyFeature[];
  /** Message fields and the features that they give. */
  readonly keyFields: ReadonlyMap<string, string>;
}

/**
 * Turns a plan over a window's messages into an incremental program: filters and projections below one grouping become
 * its predicate and arguments, what stands above it runs on the groups. Undefined where the plan has another shape.
 * @throws resolver.output where the result does not fit the declared output
 */
export function compileIncremental(plan: Plan, context: CompileContext): IncrementalProgram | undefined {
  const local = inline(plan, { dropSort: true });
  const aggregate = local.base.kind === "aggregate" ? local.base : singleAggregate(plan);
  if (aggregate === undefined) return undefined;
  const below = inline(aggregate.input);
  if (below.base.kind !== "scan" || below.base.table !== EVENTS) return undefined;
  if (!coversKeys(aggregate, below.columns, context)) return undefined;

  const over = (expr: Bound): Bound => replaceColumns(expr, ({ index }) => below.columns[index]!.expr);
  const keys = aggregate.keys.map(({ expr }) => over(expr));
  const all = aggregate.aggregates.map(({ call }) => ({
    ...call,
    args: call.args.map(over),
    filter: call.filter && over(call.filter),
  }));
  const { groups, calls } = groupsOf(keys, all, below.predicate === null || !aggregate.implicit);
  const isLocal = local.base === aggregate;
  // A limit above one frame a key is a limit for each key, which one plan over all groups cannot say.
  if (!isLocal && (context.keyFields.size > 0 || aggregate.implicit)) return undefined;
  const above: Plan = isLocal
    ? projected(groups, local.predicate, local.columns)
    : replaceBase(plan, aggregate, groups);
  const { finish, entity } = canonical(above, keys, isLocal, context);
  return {
    kind: "incremental",
    predicate: below.predicate,
    keys,
    calls,
    implicit: aggregate.implicit,
    finish: optimize(finish),
    schema: planSchema(finish),
    local: isLocal,
    entityKey: isLocal ? entityKeyOf(entity, { keys, calls: all }) : -1,
  };
}

/**
 * The groups as the plan above wants them: keys, then aggregates. The greatest or least value of a key in its own group
 * is the key, so nothing is kept for it, where every group has a row.
 */
function groupsOf(
  keys: readonly Bound[],
  all: readonly BoundAggregate[],
  hasRows: boolean,
): { groups: Plan; calls: readonly BoundAggregate[] } {
  const keyOf = all.map((call) => (hasRows ? keyOfExtreme(call, keys) : -1));
  const calls = all.filter((_, a) => keyOf[a] === -1);
  const groups: Plan = { kind: "scan", table: GROUPS, schema: groupsSchema({ keys, calls }) };
  if (calls.length === all.length) return { groups, calls };
  const kept = groups.schema.fields.map(({ name, type, nullable }, index): NamedBound => {
    return { name, expr: { kind: "column", index, name, type, nullable } };
  });
  let next = keys.length;
  const columns = keyOf.map((key): NamedBound => kept[key === -1 ? next++ : key]!);
  return { groups: { kind: "project", input: groups, columns: [...kept.slice(0, keys.length), ...columns] }, calls };
}

/** The key whose greatest or least value an aggregate is, or -1. */
function keyOfExtreme({ name, args: [arg], filter }: BoundAggregate, keys: readonly Bound[]): number {
  if ((name !== "max" && name !== "min") || filter !== undefined || arg?.kind !== "column") return -1;
  return keys.findIndex((key) => key.kind === "column" && key.index === arg.index);
}

/** The one aggregate below sorts and limits; a second one means another shape. */
function singleAggregate(plan: Plan): Aggregate | undefined {
  if (plan.kind === "aggregate") return plan;
  return plan.kind === "scan" ? undefined : singleAggregate(plan.input);
}

/** With `keys`, a frame holds one key: a grouping must part those keys at least. */
function coversKeys({ keys }: Aggregate, columns: readonly NamedBound[], { keyFields }: CompileContext): boolean {
  const grouped = new Set(
    keys
      .map(({ expr }) => (expr.kind === "column" ? columns[expr.index]?.expr : undefined))
      .map((expr) => (expr?.kind === "column" ? expr.name : "")),
  );
  return [...keyFields.keys()].every((field) => grouped.has(field));
}

function projected(input: Plan, predicate: Bound | null, columns: readonly NamedBound[]): Plan {
  const filtered: Plan = predicate === null ? input : { kind: "filter", input, predicate };
  return { kind: "project", input: filtered, columns };
}

function replaceBase(plan: Plan, base: Plan, by: Plan): Plan {
  if (plan === base) return by;
  if (plan.kind === "scan") return plan;
  return { ...plan, input: replaceBase(plan.input, base, by) };
}

/** The plan with the primary key first and then the outputs, each in its feature's type. */
function canonical(
  plan: Plan,
  keys: readonly Bound[],
  isLocal: boolean,
  context: CompileContext,
): { finish: Plan; entity: Bound } {
  const { resolver, wanted, keyFields } = context;
  const { fields } = planSchema(plan);
  const optional = new Set(isLocal ? keyFields.values() : []);
  const positions = matchColumns(resolver, fields, wanted, optional);
  const columns = wanted.map((feature, w): NamedBound => {
    const at = positions[w] ?? -1;
    const field = fields[at];
    const expr: Bound =
      field === undefined ? keyColumn(feature, keys, keyFields) : { kind: "column", index: at, ...field };
    checkType(resolver, expr.type, feature);
    return { name: feature.name, expr: toType(expr, feature) };
  });
  // A key that the result leaves out is read from the groups, below the projection that drops it.
  if (plan.kind === "project" && positions.some((at) => at === -1)) {
    const input = plan;
    const all = columns.map(({ name, expr }, w) => ({
      name,
      expr: positions[w] === -1 ? expr : replaceColumns(expr, ({ index }) => input.columns[index]!.expr),
    }));
    return { finish: { kind: "project", input: input.input, columns: all }, entity: all[0]!.expr };
  }
  const entity = columns[0]!.expr;
  const made = plan.kind === "project" && entity.kind === "column" ? plan.columns[entity.index]!.expr : entity;
  return { finish: { kind: "project", input: plan, columns }, entity: made };
}

function keyColumn(feature: AnyFeature, keys: readonly Bound[], keyFields: ReadonlyMap<string, string>): Bound {
  const index = keys.findIndex((key) => key.kind === "column" && keyFields.get(key.name) === feature.name);
  const key = keys[index];
  if (key === undefined)
    throw new TidemarkError("resolver.key", `no key gives "${feature.name}"`, {
      hint: "name the field in keys: { user_id: User.id }",
    });
  return { kind: "column", index, name: feature.name, type: key.type, nullable: key.nullable };
}

const toType = (expr: Bound, { type }: AnyFeature): Bound =>
  expr.type.kind === type.kind
    ? expr
    : { kind: "cast", input: expr, type, onFailure: "error", nullable: expr.nullable };

/** Which key column the primary key is: the key itself, or the greatest or least value of a key, which is the key. */
function entityKeyOf(
  entity: Bound,
  { keys, calls }: { readonly keys: readonly Bound[]; readonly calls: readonly BoundAggregate[] },
): number {
  if (keys.length !== 1) return -1;
  const column = entity.kind === "cast" ? entity.input : entity;
  if (column.kind !== "column") return -1;
  if (column.index < keys.length) return column.index;
  const call = calls[column.index - keys.length];
  const [arg] = call?.args ?? [];
  const [key] = keys;
  // Where a filter leaves none of the key's rows, the extreme is null, and a null is no entity.
  const extreme = call?.name === "max" || call?.name === "min";
  return extreme && arg?.kind === "column" && key?.kind === "column" && arg.index === key.index ? 0 : -1;
}

/** The schema of a result: the primary key, then the outputs. */
export const resultSchema = (wanted: readonly AnyFeature[]): Schema => ({
  fields: wanted.map(({ name, type }, w) => ({ name, type, nullable: w > 0 })),
});

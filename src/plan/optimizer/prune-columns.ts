import { type Bound, columnsRead, moveColumns } from "../../expr/bound.ts";
import type { Scan } from "../nodes.ts";
import { type Aggregate, planSchema, type Plan } from "../nodes.ts";

/** Drops columns that nobody reads right above the scan, so that filters do not copy them. */
export function pruneColumns(plan: Plan): Plan {
  const all = planSchema(plan).fields.map((_, i) => i);
  return prune(plan, new Set(all)).plan;
}

/** A plan with at least the needed columns, and where each of the old ones went (-1: dropped). */
interface Pruned {
  readonly plan: Plan;
  readonly to: readonly number[];
}

function prune(plan: Plan, needed: ReadonlySet<number>): Pruned {
  switch (plan.kind) {
    case "scan":
      return pruneScan(plan, needed);
    case "filter": {
      const { plan: input, to } = prune(plan.input, withReads(needed, [plan.predicate]));
      return { plan: { ...plan, input, predicate: moved(plan.predicate, to) }, to };
    }
    case "sort": {
      const { plan: input, to } = prune(
        plan.input,
        withReads(
          needed,
          plan.keys.map(({ expr }) => expr),
        ),
      );
      return { plan: { ...plan, input, keys: plan.keys.map((key) => ({ ...key, expr: moved(key.expr, to) })) }, to };
    }
    case "limit": {
      const { plan: input, to } = prune(plan.input, needed);
      return { plan: { ...plan, input }, to };
    }
    case "project": {
      const kept = plan.columns.filter((_, i) => needed.has(i));
      const { plan: input, to } = prune(
        plan.input,
        withReads(
          new Set(),
          kept.map(({ expr }) => expr),
        ),
      );
      const columns = kept.map(({ name, expr }) => ({ name, expr: moved(expr, to) }));
      return { plan: { ...plan, input, columns }, to: positions(plan.columns.length, needed) };
    }
    case "aggregate":
      return pruneAggregate(plan);
  }
}

function pruneScan(plan: Scan, needed: ReadonlySet<number>): Pruned {
  const { fields } = plan.schema;
  const to = positions(fields.length, needed);
  if (needed.size === fields.length) return { plan, to };
  const columns = fields.flatMap(({ name, type, nullable }, index) =>
    needed.has(index) ? [{ name, expr: { kind: "column", index, name, type, nullable } as const }] : [],
  );
  return { plan: { kind: "project", input: plan, columns }, to };
}

function pruneAggregate(plan: Aggregate): Pruned {
  const exprs = [
    ...plan.keys.map(({ expr }) => expr),
    ...plan.aggregates.flatMap(({ call }) => (call.filter === undefined ? call.args : [...call.args, call.filter])),
  ];
  const { plan: input, to } = prune(plan.input, withReads(new Set(), exprs));
  const keys = plan.keys.map(({ name, expr }) => ({ name, expr: moved(expr, to) }));
  const aggregates = plan.aggregates.map(({ name, call }) => ({
    name,
    call: { ...call, args: call.args.map((arg) => moved(arg, to)), filter: call.filter && moved(call.filter, to) },
  }));
  return { plan: { ...plan, input, keys, aggregates }, to: [...keys, ...aggregates].map((_, i) => i) };
}

function withReads(needed: ReadonlySet<number>, exprs: readonly Bound[]): Set<number> {
  const all = new Set(needed);
  for (const expr of exprs) columnsRead(expr, all);
  return all;
}

const moved = (expr: Bound, to: readonly number[]): Bound => moveColumns(expr, (index) => to[index] ?? -1);

function positions(count: number, needed: ReadonlySet<number>): number[] {
  let next = 0;
  return Array.from({ length: count }, (_, i) => (needed.has(i) ? next++ : -1));
}

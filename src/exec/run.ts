import type { Batch, Table } from "../column/batch.ts";
import { type Plan, planSchema } from "../plan/nodes.ts";
import { optimize } from "../plan/optimizer/rules.ts";
import { runAggregate } from "./aggregate.ts";
import { runFilter } from "./filter.ts";
import { runLimit } from "./limit.ts";
import { runProject } from "./project.ts";
import { runScan, type Tables } from "./scan.ts";
import { runSort } from "./sort.ts";

/** Runs a plan to its end. */
export function run(plan: Plan, tables: Tables): Table {
  return { schema: planSchema(plan), batches: [...batchesOf(optimize(plan), tables)] };
}

/** Runs a plan batch by batch, as it is written. */
export function batchesOf(plan: Plan, tables: Tables): Iterable<Batch> {
  switch (plan.kind) {
    case "scan":
      return runScan(plan.table, tables);
    case "filter":
      return runFilter(plan, batchesOf(plan.input, tables));
    case "project":
      return runProject(plan, batchesOf(plan.input, tables));
    case "aggregate":
      return runAggregate(plan, batchesOf(plan.input, tables));
    case "sort":
      return runSort(plan, batchesOf(plan.input, tables));
    case "limit":
      return runLimit(plan, batchesOf(plan.input, tables));
  }
}

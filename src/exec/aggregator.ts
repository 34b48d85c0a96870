import { distinctAccumulator } from "../aggregates/distinct.ts";
import { findAggregate } from "../aggregates/functions.ts";
import type { Accumulator } from "../aggregates/accumulator.ts";
import type { Batch } from "../column/batch.ts";
import type { Column } from "../column/column.ts";
import type { BoundAggregate } from "../expr/bound.ts";
import { evaluateColumn, rowsWhere, takeRead } from "./evaluate.ts";

/** The accumulators of several aggregates over the same groups. Batch GROUP BY and windows both use it. */
export interface Aggregator {
  /** Row `i` of the batch belongs to `groups[i]` (all to group 0 where null). */
  update(batch: Batch, groups: Int32Array | null, groupCount: number): void;
  /** A column for each aggregate, a row for each of these groups. */
  finish(groups: Int32Array): Column[];
  clear(group: number): void;
  bytes(): number;
}

export function createAggregator(calls: readonly BoundAggregate[]): Aggregator {
  const accumulators = calls.map(accumulatorOf);
  return {
    update: (batch, groups, groupCount) => {
      calls.forEach((call, i) => updateOne(call, accumulators[i]!, batch, groups, groupCount));
    },
    finish: (groups) => accumulators.map((accumulator) => accumulator.finish(groups)),
    clear: (group) => {
      for (const accumulator of accumulators) accumulator.clear(group);
    },
    bytes: () => accumulators.reduce((sum, accumulator) => sum + accumulator.bytes(), 0),
  };
}

function accumulatorOf({ name, args, type, nullable, distinct }: BoundAggregate): Accumulator {
  const accumulator = findAggregate(name)!.create({ args: args.map((arg) => arg.type), type, nullable });
  return distinct && args.length > 0 ? distinctAccumulator(accumulator) : accumulator;
}

function updateOne(
  call: BoundAggregate,
  accumulator: Accumulator,
  batch: Batch,
  groups: Int32Array | null,
  groupCount: number,
): void {
  const argsOf = (rows: Batch): Column[] => call.args.map((arg) => evaluateColumn(arg, rows));
  if (call.filter === undefined) return accumulator.update(argsOf(batch), groups, batch.length, groupCount);
  // The filter comes first, so that an argument cannot fail on a row that it leaves out.
  const rows = rowsWhere(call.filter, batch);
  const kept = takeRead(batch, rows, call.args);
  const keptGroups = groups === null ? null : Int32Array.from(rows, (row) => groups[row]!);
  accumulator.update(argsOf(kept), keptGroups, kept.length, groupCount);
}

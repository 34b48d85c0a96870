import type { Batch } from "../column/batch.ts";
import { physicalKind } from "../column/column.ts";
import { createGroupTable } from "../kernels/group.ts";
import type { Aggregate } from "../plan/nodes.ts";
import { createAggregator } from "./aggregator.ts";
import { evaluateColumn } from "./evaluate.ts";

/** Hash aggregation: one pass, then one batch of all groups in the order of first sight. */
export function* runAggregate({ keys, aggregates }: Aggregate, input: Iterable<Batch>): Iterable<Batch> {
  const table = createGroupTable(keys.map(({ expr }) => physicalKind(expr.type)));
  const aggregator = createAggregator(aggregates.map(({ call }) => call));
  const grouped = keys.length > 0;
  for (const batch of input) {
    const groups = grouped
      ? table.assign(
          keys.map(({ expr }) => evaluateColumn(expr, batch)),
          batch.length,
        )
      : null;
    aggregator.update(batch, groups, table.size());
  }
  const all = Int32Array.from({ length: grouped ? table.size() : 1 }, (_, group) => group);
  yield { length: all.length, columns: [...table.keys(all), ...aggregator.finish(all)] };
}

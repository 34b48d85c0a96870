import type { Batch } from "../column/batch.ts";
import { singleBatch } from "../kernels/concat.ts";
import { sortedRows } from "../kernels/sort.ts";
import { takeBatch } from "../kernels/take.ts";
import { planSchema, type Sort } from "../plan/nodes.ts";
import { evaluateColumn } from "./evaluate.ts";

export function* runSort({ keys, input: plan }: Sort, input: Iterable<Batch>): Iterable<Batch> {
  const batch = singleBatch({ schema: planSchema(plan), batches: [...input] });
  const columns = keys.map(({ expr, ...order }) => ({ column: evaluateColumn(expr, batch), ...order }));
  yield takeBatch(batch, sortedRows(columns, batch.length));
}

import type { Batch } from "../column/batch.ts";
import { takeBatch } from "../kernels/take.ts";
import type { Filter } from "../plan/nodes.ts";
import { rowsWhere } from "./evaluate.ts";

export function* runFilter({ predicate }: Filter, input: Iterable<Batch>): Iterable<Batch> {
  for (const batch of input) yield filterBatch(batch, rowsWhere(predicate, batch));
}

const filterBatch = (batch: Batch, rows: Int32Array): Batch =>
  rows.length === batch.length ? batch : takeBatch(batch, rows);

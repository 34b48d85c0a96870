import { type Batch, sliceBatch } from "../column/batch.ts";
import type { Limit } from "../plan/nodes.ts";

export function* runLimit({ count, offset }: Limit, input: Iterable<Batch>): Iterable<Batch> {
  let skip = offset;
  let left = count;
  if (left === 0) return;
  for (const batch of input) {
    const start = Math.min(skip, batch.length);
    const end = Math.min(start + left, batch.length);
    skip -= start;
    left -= end - start;
    if (end > start) yield sliceBatch(batch, start, end);
    if (left === 0) return;
  }
}

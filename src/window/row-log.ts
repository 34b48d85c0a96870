import { type Batch, BATCH_ROWS } from "../column/batch.ts";
import { type Column, columnBytes } from "../column/column.ts";
import { concat } from "../kernels/concat.ts";
import { take } from "../kernels/take.ts";
import type { Schema } from "../types/data-type.ts";

/** Rows that are kept, numbered 0, 1, 2, ... in order of arrival. */
export interface RowLog {
  append(batch: Batch): void;
  length(): number;
  /** These rows, given in ascending order. */
  rows(numbers: Int32Array): Batch;
  bytes(): number;
}

/**
 * An empty log. Small batches are merged with their neighbours of like size, so a row is copied O(log n) times and
 * there are O(log n) small batches at most.
 */
export function createRowLog(schema: Schema): RowLog {
  const batches: Batch[] = [];
  const starts: number[] = [];
  let length = 0;

  const mergeLast = (): void => {
    const [before, last] = [batches[batches.length - 2]!, batches[batches.length - 1]!];
    batches.length -= 2;
    starts.length -= 1;
    batches.push({
      length: before.length + last.length,
      columns: schema.fields.map(({ type }, f) => concat([before.columns[f]!, last.columns[f]!], type)),
    });
  };

  return {
    append: (batch) => {
      if (batch.length === 0) return;
      batches.push(batch);
      starts.push(length);
      length += batch.length;
      while (
        batches.length > 1 &&
        batches[batches.length - 1]!.length < BATCH_ROWS &&
        batches[batches.length - 2]!.length <= batches[batches.length - 1]!.length * 2
      ) {
        mergeLast();
      }
    },
    length: () => length,
    rows: (numbers) => {
      const parts: Column[][] = schema.fields.map(() => []);
      for (let from = 0, b = 0; from < numbers.length; ) {
        const first = numbers[from]!;
        while (b + 1 < starts.length && starts[b + 1]! <= first) b++;
        const end = starts[b]! + batches[b]!.length;
        let to = from;
        while (to < numbers.length && numbers[to]! < end) to++;
        const local = numbers.slice(from, to);
        for (let i = 0; i < local.length; i++) local[i]! -= starts[b]!;
        batches[b]!.columns.forEach((column, c) => parts[c]!.push(take(column, local)));
        from = to;
      }
      return { length: numbers.length, columns: schema.fields.map(({ type }, f) => concat(parts[f]!, type)) };
    },
    bytes: () =>
      batches.reduce((sum, batch) => sum + batch.columns.reduce((all, column) => all + ownBytes(column), 0), 0),
  };
}

/** A dictionary is shared with the source that made it, so it is not counted here. */
const ownBytes = (column: Column): number =>
  column.kind === "dictionary" ? column.codes.byteLength + (column.validity?.byteLength ?? 0) : columnBytes(column);

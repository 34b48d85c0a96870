import type { Schema } from "../types/data-type.ts";
import { type Column, columnBytes, sliceColumn } from "./column.ts";

/** Columns of equal length. Which field a column belongs to follows from its position in the schema beside it. */
export interface Batch {
  readonly length: number;
  readonly columns: readonly Column[];
}

/** A schema and its rows, in batches. */
export interface Table {
  readonly schema: Schema;
  readonly batches: readonly Batch[];
}

export const BATCH_ROWS = 32_768; // rows of a batch where we choose; 8 k to 64 k keep columns in the second-level cache

export const numRows = (table: Table): number => table.batches.reduce((sum, batch) => sum + batch.length, 0);

export const tableBytes = (table: Table): number =>
  table.batches.reduce((sum, batch) => sum + batch.columns.reduce((all, column) => all + columnBytes(column), 0), 0);

/** Rows `start` to `end` of a batch. */
export const sliceBatch = (batch: Batch, start: number, end: number): Batch =>
  start === 0 && end === batch.length
    ? batch
    : { length: end - start, columns: batch.columns.map((column) => sliceColumn(column, start, end)) };

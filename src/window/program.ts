import type { Table } from "../column/batch.ts";
import type { Bound, BoundAggregate } from "../expr/bound.ts";
import type { Plan } from "../plan/nodes.ts";
import type { Schema } from "../types/data-type.ts";

/**
 * What a windowed resolver computes, over the columns of its messages. Results have the primary key as column 0, then a
 * column for each output feature.
 */
export type WindowProgram = IncrementalProgram | FrameProgram;

/** A grouping whose partial results are kept by group; rows are forgotten at once. */
export interface IncrementalProgram {
  readonly kind: "incremental";
  /** The rows that are aggregated; null for all. */
  readonly predicate: Bound | null;
  readonly keys: readonly Bound[];
  readonly calls: readonly BoundAggregate[];
  /** Whether a key has a row even where the predicate removed all of its rows. */
  readonly implicit: boolean;
  /** From the groups (keys, then aggregates; a scan of `GROUPS`) to the result; optimized. */
  readonly finish: Plan;
  /** The columns of the result. */
  readonly schema: Schema;
  /** Whether the result of a group depends on that group alone. */
  readonly local: boolean;
  /** The key column that is the primary key, or -1 where only the result tells. */
  readonly entityKey: number;
}

/** The table that `IncrementalProgram.finish` scans. */
export const GROUPS = "#groups";

/** A computation over the rows of a window, which are kept. */
export interface FrameProgram {
  readonly kind: "frame";
  /** The columns by which rows are parted into frames; empty for one frame a window. */
  readonly keys: readonly Bound[];
  /** The columns of the result. */
  readonly schema: Schema;
  /** The result of one frame. @throws what the resolver throws */
  run(rows: Table): Table;
  /** The key column that is the primary key, or -1 where only the result tells. */
  readonly entityKey: number;
}

import type { Expr } from "../expr/nodes.ts";

/**
 * The key of a resolver, as a frame of its events carries it. With `constants` the frame holds the rows of one key, so
 * that a bare key column is a constant.
 */
export interface FrameKeys {
  /** Columns that are constants, and what they stand for: the column itself while a resolver is being defined. */
  readonly constants: ReadonlyMap<string, Expr>;
  /** Output names of the primary key: without `constants`, the bare column selected under one of them is the key. */
  readonly primaryKey: readonly string[];
  /** The key column where neither says. */
  readonly fallback: string | undefined;
}

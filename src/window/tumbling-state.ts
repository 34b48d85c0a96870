import type { Batch, Table } from "../column/batch.ts";

/**
 * The state of one resolver's windows of one length. The engine decides when windows close and are dropped; the state
 * knows what is in them.
 */
export interface TumblingState {
  /** Puts rows into their windows. `keys` are key numbers, all from 0. */
  add(rows: KeyedRows): void;
  /** Whether the window has any messages. */
  has(startUs: number): boolean;
  /** The starts of all windows that have messages, in order. */
  starts(): number[];
  /** The result of a window, of all keys or of one. @throws what the resolver throws */
  result(startUs: number, key?: number): Table;
  /** The keys in a window, in the order of their first message. */
  keys(startUs: number): Int32Array;
  drop(startUs: number): void;
  bytes(): number;
}

/** Messages of one resolver, ready to be put into windows. */
export interface KeyedRows {
  readonly batch: Batch;
  readonly times: Float64Array;
  readonly keys: Int32Array;
}

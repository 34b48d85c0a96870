import type { Batch, Table } from "../column/batch.ts";
import { pickFloat64, pickInt32 } from "../column/pick.ts";
import { takeBatch } from "../kernels/take.ts";

/**
 * The state of one resolver's windows of one length. The engine decides when windows close and are dropped; the state
 * knows what is in them.
 */
export interface TumblingState {
  /** Puts rows into their windows. `keys` are key numbers, all from 0. */
  add(rows: KeyedRows): void;
  /** Whether the window has any messages. */
  has(startUs: number): boolean;
  /** The starts of all windows that have messages, in order; valid until the next change. */
  starts(): readonly number[];
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

/** Some of the rows, in this order. */
export const takeRows = ({ batch, times, keys }: KeyedRows, rows: Int32Array): KeyedRows => ({
  batch: takeBatch(batch, rows),
  times: pickFloat64(times, rows),
  keys: pickInt32(keys, rows),
});

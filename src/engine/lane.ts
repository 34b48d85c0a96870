import type { Batch } from "../column/batch.ts";
import type { Column } from "../column/column.ts";
import type { Value } from "../column/value.ts";
import type { Feature } from "../features/feature.ts";
import type { Resolver } from "../resolvers/resolver.ts";
import type { Caused } from "./emission.ts";

/** Messages of one source as a resolver gets them, in order of arrival. */
export interface Arrivals {
  readonly batch: Batch;
  /** Event times in microseconds; NaN where a message has none. */
  readonly times: Float64Array;
  /** The watermark of the source after each message. */
  readonly watermarks: Float64Array;
  /** The engine's clock after each message. */
  readonly clocks: Float64Array;
  /** Messages that no resolver gets: `LATE_ARRIVAL`, `UNUSABLE`; 0 for all others. */
  readonly late: Uint8Array;
  /** Where each row stood, for dead letters. */
  readonly lines: Float64Array;
}

/** A message that is later than the source's deadline allows. */
export const LATE_ARRIVAL = 1;
/** A message whose time no engine can work with. */
export const UNUSABLE = 2;

/** What a resolver made of arrivals. */
export interface LaneResult {
  /** One code for each message. */
  readonly dispositions: Uint8Array;
  readonly caused: readonly Caused[];
  /** Why messages were not taken, by row. */
  readonly reasons: ReadonlyMap<number, string>;
}

/** A window that is waiting to be closed. */
export interface PendingWindow {
  readonly startUs: number;
  readonly endUs: number;
  readonly label: string;
  readonly keys: readonly (string | number | bigint | boolean | null)[];
}

/** A resolver at work in an engine. */
export interface Lane {
  readonly resolver: Resolver;
  readonly features: readonly Feature[];
  take(arrivals: Arrivals): LaneResult;
  /** Closes what ends at or before the watermark. */
  close(watermarkUs: number, clockUs: number): readonly Caused[];
  /** Closes everything. */
  finish(clockUs: number): readonly Caused[];
  /** The value of one of the features for an entity (a column of one row) at a time. */
  query(feature: number, entity: Column, atUs: number): Value;
  /** Forgets what can neither change nor be asked for any more. */
  expire(watermarkUs: number, clockUs: number): void;
  pending(): PendingWindow[];
  /** Every entity that is kept, each once. */
  entities(): Column;
  bytes(): number;
}

/** A window (and key) whose resolver threw. */
export interface Failure {
  readonly resolver: string;
  readonly key: string | number | bigint | boolean | null;
  readonly window: { readonly start: Date; readonly end: Date } | null;
  readonly error: unknown;
}

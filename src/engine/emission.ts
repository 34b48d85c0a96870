import type { Column } from "../column/column.ts";
import { rawAt, type Value, valueAt } from "../column/value.ts";
import type { Feature } from "../features/feature.ts";
import type { DataType } from "../types/data-type.ts";
import { dateOfUs } from "../types/time.ts";

/** One value that an engine has given out. */
export interface Emission {
  readonly resolver: string;
  /** The full name: `user.num_failed_logins__600__`. */
  readonly feature: string;
  /** The primary key. */
  readonly entity: string | number | bigint;
  /** Null for a mapping. A window without bounds has the earliest and the latest `Date` there is. */
  readonly window: { readonly start: Date; readonly end: Date } | null;
  readonly value: Value;
  /** 0 first, then one more for each late correction. */
  readonly revision: number;
  readonly observedAt: Date;
  /** A correction removed the row: the value is null. */
  readonly retracted: boolean;
  /** 0, 1, 2, ... over the engine's life. */
  readonly seq: number;
}

/** Emissions as columns: each entity has a value for each feature. */
export interface Chunk {
  readonly resolver: string;
  readonly features: readonly Feature[];
  readonly entities: Column;
  readonly entityType: DataType;
  /** A column for each feature. */
  readonly values: readonly Column[];
  readonly window: WindowBounds | null;
  /** One time for all, or one for each row. */
  readonly observedAtUs: number | Float64Array;
  /** For a correction: which values it gives out, and their revisions; a retraction has no values. */
  readonly correction?: Correction | undefined;
}

export interface WindowBounds {
  readonly startUs: number;
  readonly endUs: number;
}

export interface Correction {
  /** For each feature its next revision, or -1 where its value stayed. */
  readonly revisions: readonly number[];
  readonly retracted: boolean;
}

/** A row of a chunk gives out this many emissions. */
export const emissionsPerRow = ({ features, correction }: Chunk): number =>
  correction === undefined ? features.length : correction.revisions.filter((revision) => revision !== -1).length;

/** The emissions of row `i` of a chunk, the first with this `seq`. */
export function* emissionsOfRow(chunk: Chunk, i: number, firstSeq: number): Iterable<Emission> {
  const { resolver, features, entities, entityType, values, window, observedAtUs, correction } = chunk;
  const entity = valueAt(entities, entityType, i) as Emission["entity"];
  const observedAt = dateOfBound(typeof observedAtUs === "number" ? observedAtUs : observedAtUs[i]!);
  const shownWindow = window === null ? null : { start: dateOfBound(window.startUs), end: dateOfBound(window.endUs) };
  let seq = firstSeq;
  for (let f = 0; f < features.length; f++) {
    const revision = correction?.revisions[f] ?? 0;
    if (revision === -1) continue;
    const { fqn, type } = features[f]!;
    const retracted = correction?.retracted ?? false;
    const value = retracted ? null : valueAt(values[f]!, type, i);
    yield { resolver, feature: fqn, entity, window: shownWindow, value, revision, observedAt, retracted, seq: seq++ };
  }
}

const DATE_MAX_MS = 8_640_000_000_000_000; // ECMA-262, "Time Values and Time Range"

/** A `Date`; an infinite time is the earliest or latest that a `Date` can be. */
export function dateOfBound(us: number): Date {
  if (Number.isFinite(us)) return dateOfUs(us);
  return new Date(us > 0 ? DATE_MAX_MS : -DATE_MAX_MS);
}

/** The entity of a row without conversion, for ordering. */
export const entityAt = (chunk: Chunk, i: number): ReturnType<typeof rawAt> => rawAt(chunk.entities, i);

/** A chunk and where its rows stand among the messages that caused them. */
export interface Caused {
  readonly chunk: Chunk;
  /** The position of the message that caused each row, or all. */
  readonly cause: number | Int32Array;
  /** At one message: first mappings, then corrections, then windows that close. */
  readonly phase: "mapping" | "correction" | "closing";
  /** The resolver's place in the engine. */
  readonly order: number;
}

import type { DeadLetter } from "../engine/dead-letter.ts";
import type { Ledger } from "../engine/disposition.ts";
import type { Emissions } from "../engine/emission-log.ts";
import type { AnySet, Engine } from "../engine/interface.ts";
import type { Failure } from "../engine/lane.ts";
import type { AnyFeature } from "../features/feature.ts";
import type { DataFrame } from "../frame/data-frame.ts";

/** An entity at a point in time. */
export interface SpineRow {
  readonly entity: string | number | bigint;
  readonly at: Date | string;
}

/** Entities and times to ask for: rows, or a frame with a column for the primary key and one called `at`. */
export type Spine = DataFrame<never> | readonly SpineRow[];

/** What a replay has made. */
export interface Run {
  /** All emissions, in order. */
  readonly emissions: Emissions;
  /** Every message accounted for, by source and disposition; those in `outside` were not pushed. */
  readonly ledger: Ledger;
  /** The messages that were not taken, with file and line; 10,000 at most. */
  readonly deadLetters: readonly DeadLetter[];
  /** Windows whose resolver threw. */
  readonly failures: readonly Failure[];
  /** The engine after the last message; it may be asked and, unless finished, pushed to. */
  readonly engine: Engine;
  /** Messages read: those pushed, taken or not, and those in `outside`. */
  readonly rows: number;
  /** What the replay took. */
  readonly seconds: number;
  /** Messages left out by `from` and `until`. */
  readonly outside: number;
  /**
   * One row for each entity, in the order of the primary key: the primary key, and a column for the full name of each
   * feature that some resolver makes. Of a mapping the value observed last (of equal times the one that arrived later);
   * of tumbling windows the last revision of the window that ended last, null where it was retracted, the default where
   * none was emitted; of continuous windows the value at the engine's clock. Cost: O(emissions).
   * @throws feature.invalid
   */
  frame(set: AnySet): DataFrame;
  /**
   * A row for each row of the spine: its columns (of plain rows the primary key and `at`) and a column for the full name
   * of each feature, by default of all that some resolver makes: what `engine.query` answers at that time, so no value
   * comes from a later message.
   * @throws feature.invalid, query.unknown-feature, query.expired, replay.invalid where the spine lacks a column or value
   * @example run.asOf(User, [{ entity: "u1", at: "2026-01-01T12:15:00Z" }]).toRows();
   */
  asOf(set: AnySet, spine: Spine, features?: readonly AnyFeature[]): DataFrame;
}

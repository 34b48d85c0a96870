import type { Resolver } from "../resolvers/resolver.ts";
import type { Duration } from "../types/duration.ts";

/** What to replay, through which resolvers. */
export interface ReplayOptions {
  readonly resolvers: readonly Resolver[];
  /**
   * The recordings by source name: a path, or several that follow each other. NDJSON or payload lines (plain or gzip),
   * Parquet, Arrow IPC (file or stream); told apart by content. A source without one gets no messages.
   */
  readonly inputs: Readonly<Record<string, string | readonly string[]>>;
  /** Messages with an earlier event time are left out and counted in `Run.outside`. */
  readonly from?: Date | string;
  /** Messages at this event time or later are left out and counted in `Run.outside`. */
  readonly until?: Date | string;
  /** Whether to close all windows at the end of the input; default false, as the end of input closes nothing. */
  readonly finish?: boolean;
  /** Whether the first message that is not taken stops the replay. Default false. */
  readonly strict?: boolean;
  /** What the engine's clock shows before the first event; by default the Unix epoch. */
  readonly startAt?: Date | string;
  /** How far before the clock `asOf` and `query` may ask; default `"all"`. */
  readonly history?: Duration;
  /** Called at most every 100 ms or so, and once at the end. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How far a replay has come. */
export interface Progress {
  /** Bytes of the files, as they are on disk. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
  /** Messages read, those outside `from` and `until` included. */
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** Null where there is nothing to judge by yet. */
  readonly secondsLeft: number | null;
  /** The latest event time read; null before the first. */
  readonly eventTime: Date | null;
  /** True in the last call. */
  readonly done: boolean;
}

import type { DataFrame } from "../frame/data-frame.ts";
import type { SkippedField } from "../sources/decode/infer.ts";
import type { Columns } from "../types/column-type.ts";

export interface ReadTableOptions {
  /** The types of the columns to read; others are left out. By default all, with types by the file or its first lines. */
  readonly columns?: Columns;
}

/** A file as a frame. */
export interface TableRead {
  readonly frame: DataFrame;
  /** Fields of the file that no column can hold, and why. */
  readonly skipped: readonly SkippedField[];
}

/**
 * Reads a whole file into a frame: NDJSON (plain or gzip), Parquet, Arrow IPC. The types of NDJSON are inferred from the
 * first 20,480 lines.
 *
 * @throws recording.missing, recording.format; recording.invalid where the file is broken or, naming line and field,
 * where a row does not fit the types
 * @example const { frame } = await readTable("events.parquet");
 */
export function readTable(path: string, options: ReadTableOptions = {}): Promise<TableRead> {
  throw new Error(`not yet ${path} ${Object.keys(options).length}`);
}

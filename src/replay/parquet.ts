import { type FileMetaData, parquetMetadataAsync } from "hyparquet";
import { type Batch, BATCH_ROWS } from "../column/batch.ts";
import { TidemarkError } from "../errors.ts";
import type { SkippedField } from "../sources/decode/infer.ts";
import type { Schema } from "../types/data-type.ts";
import { broken, located } from "./broken.ts";
import { type Moved, openFile, type RandomAccess } from "./bytes.ts";
import { chunkReader, sharedTexts } from "./parquet-chunk.ts";
import { type ParquetColumn, parquetColumns } from "./parquet-schema.ts";

/** A Parquet file whose footer has been read. */
export interface ParquetFile {
  readonly schema: Schema;
  readonly skipped: readonly SkippedField[];
  /** The rows in batches; in memory is a page of each column. To be called once; it closes the file. */
  batches(moved: Moved): AsyncGenerator<Batch>;
}

/**
 * Opens a Parquet file for the columns that are named, or for all. Pages are decoded straight into columns: dictionaries of
 * text stay dictionaries, and no object is made per row. Cost: O(bytes) of these columns.
 * @throws recording.missing, recording.invalid
 */
export async function openParquet(path: string, wanted?: readonly string[]): Promise<ParquetFile> {
  const file = await openFile(path);
  try {
    const metadata = await metadataOf(path, file);
    const { columns, skipped } = parquetColumns(metadata, wanted);
    // Rows are counted by their pages, so one column is read even where none is wanted.
    if (columns.length === 0) columns.push(...parquetColumns(metadata).columns.slice(0, 1));
    if (columns.length === 0) throw broken(path, "no column of the file can be read", skipped[0]?.reason);
    return {
      schema: { fields: columns },
      skipped,
      batches: (moved) => batchesOf(path, file, metadata, columns, moved),
    };
  } catch (error) {
    await file.close();
    throw located(path, error, "Parquet file");
  }
}

async function metadataOf(path: string, file: RandomAccess): Promise<FileMetaData> {
  const slice = async (start: number, end: number = file.size): Promise<ArrayBuffer> =>
    (await file.read(start, end)).buffer as ArrayBuffer;
  const tail = new TextDecoder("latin1").decode(await file.read(Math.max(0, file.size - 4), file.size));
  if (tail === "PARE")
    throw new TidemarkError("recording.format", `${path} is encrypted`, { hint: "write it without encryption" });
  if (tail !== "PAR1" || file.size < FILE_BYTES_MIN)
    throw broken(path, "the Parquet file has no end", "the file was cut off, or its writer was not closed");
  return parquetMetadataAsync({ byteLength: file.size, slice }, { geoparquet: false });
}

const FILE_BYTES_MIN = 12; // "PAR1", length of the footer, "PAR1"

async function* batchesOf(
  path: string,
  file: RandomAccess,
  { row_groups: groups }: FileMetaData,
  columns: readonly ParquetColumn[],
  moved: Moved,
): AsyncGenerator<Batch> {
  try {
    const texts = columns.map(sharedTexts);
    const total = groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    let done = 0;
    for (const group of groups) {
      const rows = Number(group.num_rows);
      if (!Number.isSafeInteger(rows) || rows < 0) throw new RangeError(`a row group cannot have ${rows} rows`);
      if (rows === 0) continue;
      const readers = columns.map((column, c) => {
        const chunk = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === column.name);
        if (chunk?.meta_data === undefined) throw new RangeError(`column "${column.name}" is missing in a row group`);
        if (chunk.file_path !== undefined) throw new RangeError(`column "${column.name}" is in another file`);
        return chunkReader(file, chunk.meta_data, column, texts[c] ?? sharedTexts());
      });
      for (let row = 0; row < rows; ) {
        const length = Math.min(BATCH_ROWS, rows - row);
        const batch: Batch["columns"][number][] = [];
        for (const reader of readers) batch.push(await reader.take(length));
        row += length;
        done += length;
        moved(Math.floor((file.size * done) / total));
        yield { length, columns: batch };
      }
    }
    moved(file.size);
  } catch (error) {
    throw located(path, error, "Parquet file");
  } finally {
    await file.close();
  }
}

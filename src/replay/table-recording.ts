import { readFile } from "node:fs/promises";
import { tableFromIPC } from "../arrow/ipc.ts";
import { ipcReader } from "../arrow/ipc-reader.ts";
import type { Batch } from "../column/batch.ts";
import { sliceBatch } from "../column/batch.ts";
import { TidemarkError } from "../errors.ts";
import type { SkippedField } from "../sources/decode/infer.ts";
import type { Schema } from "../types/data-type.ts";
import { located } from "./broken.ts";
import { type Moved, opened, piecesOf } from "./bytes.ts";
import { openParquet } from "./parquet.ts";
import type { Recording } from "./recording.ts";

/** Rows of a table file with the schema that the file gives them. */
export interface TablePart {
  readonly schema: Schema;
  readonly batch: Batch;
}

/** Whether a recording holds a table and not lines of text. */
export const isTable = ({ format }: Recording): boolean =>
  format === "parquet" || format === "arrow-file" || format === "arrow-stream";

const PART_ROWS = 65_536; // rows handed on at once, so that one large batch of a file does not hold up everything

/** A table file as parts. @throws recording.missing, recording.invalid, type.unsupported */
export async function* partsOf(
  recording: Recording,
  moved: Moved,
  { wanted, skipped }: { readonly wanted?: readonly string[] | undefined; readonly skipped?: SkippedField[] } = {},
): AsyncGenerator<TablePart> {
  if (recording.format === "parquet") {
    const file = await openParquet(recording.path, wanted);
    skipped?.push(...file.skipped);
    yield { schema: file.schema, batch: { length: 0, columns: [] } };
    for await (const batch of file.batches(moved)) yield { schema: file.schema, batch };
    return;
  }
  try {
    const tables = recording.format === "arrow-file" ? arrowFile(recording, moved) : arrowStream(recording, moved);
    for await (const { schema, batch } of tables) {
      if (batch.length === 0) yield { schema, batch };
      for (let start = 0; start < batch.length; start += PART_ROWS) {
        yield { schema, batch: sliceBatch(batch, start, Math.min(start + PART_ROWS, batch.length)) };
      }
    }
  } catch (error) {
    throw located(recording.path, error, "Arrow data");
  }
}

const FILE_BYTES_MAX = 2 ** 31 - 1; // what one array of Node's file system calls holds

async function* arrowFile({ path, size }: Recording, moved: Moved): AsyncGenerator<TablePart> {
  if (size > FILE_BYTES_MAX) {
    throw new TidemarkError("recording.format", `${path} is too large for an Arrow file`, {
      hint: "write it in the stream format, which is read piece by piece",
    });
  }
  const file = await opened(path);
  await file.close();
  const { schema, batches } = tableFromIPC(await readFile(path));
  yield { schema, batch: { length: 0, columns: [] } };
  let done = 0;
  for (const batch of batches) {
    done++;
    moved(Math.floor((size * done) / batches.length));
    yield { schema, batch };
  }
  moved(size);
}

async function* arrowStream({ path, isGzip }: Recording, moved: Moved): AsyncGenerator<TablePart> {
  const reader = ipcReader();
  for await (const piece of piecesOf(path, isGzip, moved)) {
    const batches = reader.push(piece);
    const schema = reader.schema();
    if (schema !== undefined) for (const batch of batches) yield { schema, batch };
  }
  reader.finish();
  const schema = reader.schema();
  if (schema !== undefined) yield { schema, batch: { length: 0, columns: [] } };
}

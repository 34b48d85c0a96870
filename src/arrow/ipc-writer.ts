import {
  AsyncByteQueue,
  type RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  type RecordBatchWriter,
  type Schema as ArrowSchema,
} from "apache-arrow";
import { TidemarkError } from "../errors.ts";
import type { Batch } from "../column/batch.ts";
import type { Schema } from "../types/data-type.ts";
import { ownClasses } from "./classes.ts";
import { dataOf, nullCountOf } from "./column-to-arrow.ts";
import { fieldToArrow, typeToArrow } from "./type-to-arrow.ts";

/** A `stream` can be read while it is written; a `file` (Feather version 2) has an index at its end. */
export type IpcFormat = "file" | "stream";

/** Writes Arrow IPC bytes batch by batch. */
export interface IpcWriter {
  /** The bytes up to the end of this batch. @throws schema.invalid where the batch does not fit the schema */
  write(batch: Batch): Uint8Array;
  /** The bytes that end the stream or file; to be called once. */
  finish(): Uint8Array;
}

/**
 * An incremental writer, whose memory is that of one batch. Text is written plain (Utf8), as a stream cannot know the
 * dictionary of batches to come and few readers take dictionaries that grow; other types are as in `tableToArrow`.
 */
export function ipcWriter(schema: Schema, format: IpcFormat = "stream"): IpcWriter {
  const arrow = ownClasses;
  const types = schema.fields.map(({ type }) => typeToArrow(type, arrow));
  const fields = schema.fields.map((field, f) => fieldToArrow(field, types[f]!, arrow));
  const arrowSchema = new arrow.Schema(fields);
  const { writer, take } = arrowWriter(arrowSchema, format);
  return {
    write: (batch) => {
      checkBatch(batch, schema);
      const children = batch.columns.map((column, f) => dataOf(column, types[f]!, arrow));
      const data = new arrow.Data(new arrow.Struct(fields), 0, batch.length, 0, undefined, children);
      writer.write(new arrow.RecordBatch(arrowSchema, data));
      return take();
    },
    finish: () => {
      writer.finish();
      return take();
    },
  };
}

/** The bytes of Arrow batches, piece by piece: one for each batch, and the end. */
export function* writeBatches(
  schema: ArrowSchema,
  batches: readonly RecordBatch[],
  format: IpcFormat,
): Iterable<Uint8Array> {
  const { writer, take } = arrowWriter(schema, format);
  for (const batch of batches) {
    writer.write(batch);
    yield take();
  }
  writer.finish();
  yield take();
}

/** A writer of apache-arrow, and the bytes that it has written since they were last taken. */
function arrowWriter(schema: ArrowSchema, format: IpcFormat): { writer: RecordBatchWriter; take(): Uint8Array } {
  let pieces: Uint8Array[] = [];
  const sink = Object.assign(new AsyncByteQueue(), { write: (piece: Uint8Array) => void pieces.push(piece) });
  const writer = format === "file" ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
  writer.reset(sink, schema);
  return {
    writer,
    take: () => {
      const bytes = joinedBytes(pieces);
      pieces = [];
      return bytes;
    },
  };
}

/** Pieces as one. */
export function joinedBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}

function checkBatch({ columns, length }: Batch, { fields }: Schema): void {
  if (columns.length !== fields.length) {
    throw new TidemarkError("schema.invalid", `a batch has ${columns.length} columns for ${fields.length} fields`);
  }
  fields.forEach(({ name, nullable }, f) => {
    const column = columns[f]!;
    if (column.length !== length) {
      throw new TidemarkError("schema.invalid", `column "${name}" differs in length from its batch`);
    }
    if (!nullable && nullCountOf(column) > 0) {
      throw new TidemarkError("schema.invalid", `column "${name}" holds a null, which its field excludes`, {
        hint: "declare the column as nullable",
      });
    }
  });
}

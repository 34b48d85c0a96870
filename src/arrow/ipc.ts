import type { Table } from "../column/batch.ts";
import type { Schema } from "../types/data-type.ts";
import { broken } from "./foreign.ts";
import { isArrowFile, readFile } from "./ipc-file.ts";
import { ipcStream, NOT_ARROW } from "./ipc-reader.ts";
import { withActualNulls } from "./from-arrow.ts";
import { type IpcFormat, joinedBytes, writeBatches } from "./ipc-writer.ts";
import { tableToArrow } from "./to-arrow.ts";

/**
 * The table of Arrow IPC bytes, in the file or the stream format (told apart by the bytes). Types and shared memory are
 * as in `tableFromArrow`; buffers of 64-bit values that do not stand on a multiple of 8 bytes in memory are copied.
 *
 * The bytes need not be trusted: every count and offset is checked before use, and the memory taken is bounded by their
 * length. A stream must have its end marker, so that one that was cut off is never taken for a short one.
 *
 * @throws arrow.invalid where the bytes are no Arrow data, are damaged, cut off or compressed; type.unsupported,
 * type.overflow and schema.duplicate-column as `tableFromArrow`
 * @example tableFromIPC(tableToIPC(table)); // the same rows
 */
export function tableFromIPC(bytes: Uint8Array): Table {
  const type: unknown = bytes;
  if (!ArrayBuffer.isView(type)) throw broken("this is not a Uint8Array", NOT_ARROW);
  const own = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (own.length === 0) throw broken("there are no bytes", NOT_ARROW);
  if (isArrowFile(own)) return readFile(own);
  const stream = ipcStream();
  const batches = stream.push(own);
  stream.finish();
  return withActualNulls(stream.schema() as Schema, batches);
}

/**
 * The table as Arrow IPC bytes, as a stream or as a file (Feather version 2). Types are as in `tableToArrow`. The bytes
 * follow from the table alone.
 *
 * @example tableFromIPC(tableToIPC(table, "file")); // the same rows
 */
export function tableToIPC(table: Table, format: IpcFormat = "stream"): Uint8Array {
  return joinedBytes([...tableToIPCPieces(table, format)]);
}

/** As `tableToIPC`, piece by piece, for a file that is never whole in memory. */
export function tableToIPCPieces(table: Table, format: IpcFormat): Iterable<Uint8Array> {
  const { schema, batches } = tableToArrow(table);
  return writeBatches(schema, batches, format);
}

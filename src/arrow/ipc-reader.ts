import type { Batch } from "../column/batch.ts";
import type { Schema } from "../types/data-type.ts";
import { broken } from "./foreign.ts";
import { type IpcLoader, ipcLoader } from "./ipc-load.ts";
import { type Message, readMessage } from "./ipc-metadata.ts";

/*
 * The stream format: messages, each
 *   FF FF FF FF (absent before Arrow 0.15), length of the metadata (int32), metadata, body
 * and at the end FF FF FF FF 00 00 00 00. The first message is the schema. All little-endian.
 * https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
 */
const CONTINUATION = -1;
const LENGTH_BYTES = 4;

/** Reads an Arrow stream piece by piece; holds no more than the message that is still coming, and the dictionaries. */
export interface IpcReader {
  /** The batches that the bytes complete; they may share the memory of `bytes`. @throws arrow.invalid */
  push(bytes: Uint8Array): Batch[];
  /** The schema, once it has come. */
  schema(): Schema | undefined;
  /** Says that there are no more bytes. @throws arrow.invalid where the stream has not reached its end */
  finish(): void;
}

/**
 * An incremental reader of the Arrow stream format. Nullability is as the schema says; the rest is as in `tableFromIPC`.
 * @throws arrow.invalid, type.unsupported, type.overflow, schema.duplicate-column, by `push`
 */
export function ipcReader(): IpcReader {
  const stream = ipcStream();
  return {
    ...stream,
    push: (bytes) => {
      const batches = stream.push(bytes);
      for (const { columns } of batches) {
        stream.schema()?.fields.forEach(({ name, nullable }, f) => {
          if (!nullable && columns[f]?.validity !== null) {
            throw broken(`column "${name}" holds a null, which its field excludes`, "declare the field as nullable");
          }
        });
      }
      return batches;
    },
  };
}

/** The reader without the check that columns keep to the nullability of the schema. */
export function ipcStream(): IpcReader {
  const queue = byteQueue();
  let needed = LENGTH_BYTES;
  let message: Message | undefined;
  let loader: IpcLoader | undefined;
  let isAtEnd = false;

  /** Takes the next part of a message from the queue; a batch where it is complete. */
  const take = (): Batch | undefined => {
    if (message === undefined) {
      const head = lengthOf(queue.peek(needed));
      if (head.size > needed) {
        needed = head.size;
        return undefined;
      }
      if (head.length === 0) {
        queue.take(head.prefix);
        isAtEnd = true;
        return undefined;
      }
      message = readMessage(queue.take(needed).subarray(head.prefix));
      needed = message.bodyLength;
      return undefined;
    }
    const complete = message;
    const body = queue.take(needed);
    message = undefined;
    needed = LENGTH_BYTES;
    if (complete.kind === "schema") {
      if (loader !== undefined) throw broken("the stream has two schemas", "read each stream on its own");
      loader = ipcLoader(complete.fields);
      return undefined;
    }
    if (loader === undefined) throw broken("the stream does not begin with a schema", NOT_ARROW);
    if (complete.kind === "batch") return loader.batch(complete.batch, body);
    loader.dictionary(complete.id, complete.isDelta, complete.batch, body);
    return undefined;
  };

  return {
    schema: () => loader?.schema,
    push: (bytes) => {
      queue.add(bytes);
      const batches: Batch[] = [];
      while (queue.size() >= needed) {
        if (isAtEnd) break;
        const batch = take();
        if (batch !== undefined) batches.push(batch);
      }
      if (isAtEnd && queue.size() > 0)
        throw broken("bytes follow the end of the stream", "read each stream on its own");
      return batches;
    },
    finish: () => {
      if (isAtEnd && loader !== undefined) return;
      throw broken(
        loader === undefined ? "the bytes end before there is an Arrow schema" : "the Arrow stream has no end",
        loader === undefined ? NOT_ARROW : "the bytes were cut off, or the writer was not closed",
      );
    },
  };
}

export const NOT_ARROW = "give the bytes of an Arrow IPC file (Feather version 2) or stream";

/** The length of the metadata, and how many bytes (`size`) one must see: to know it, or to have the metadata. */
function lengthOf(bytes: Uint8Array): { prefix: number; length: number; size: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getInt32(0, true);
  const prefix = first === CONTINUATION ? 2 * LENGTH_BYTES : LENGTH_BYTES;
  if (bytes.length < prefix) return { prefix, length: 0, size: prefix };
  const length = view.getInt32(prefix - LENGTH_BYTES, true);
  if (length < 0) throw broken("a message has a negative length", NOT_ARROW);
  return { prefix, length, size: prefix + length };
}

interface ByteQueue {
  size(): number;
  add(bytes: Uint8Array): void;
  /** The first `count` bytes, which must be there. */
  peek(count: number): Uint8Array;
  take(count: number): Uint8Array;
}

/** Bytes that came in pieces; copied only where what is asked for lies across pieces. */
function byteQueue(): ByteQueue {
  let pieces: Uint8Array[] = [];
  let at = 0; // in the first piece
  let size = 0;
  const peek = (count: number): Uint8Array => {
    const first = pieces[0];
    if (first === undefined) return new Uint8Array(0);
    if (first.length - at >= count) return first.subarray(at, at + count);
    const joined = new Uint8Array(size);
    let end = 0;
    for (const piece of pieces) {
      const rest = end === 0 ? piece.subarray(at) : piece;
      joined.set(rest, end);
      end += rest.length;
    }
    pieces = [joined];
    at = 0;
    return joined.subarray(0, count);
  };
  return {
    size: () => size,
    add: (bytes) => {
      if (bytes.length === 0) return;
      if (size === 0) {
        pieces = [];
        at = 0;
      }
      pieces.push(bytes);
      size += bytes.length;
    },
    peek,
    take: (count) => {
      const bytes = peek(count);
      at += count;
      size -= count;
      return bytes;
    },
  };
}

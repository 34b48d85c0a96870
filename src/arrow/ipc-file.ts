import type { Batch, Table } from "../column/batch.ts";
import { broken } from "./foreign.ts";
import { ipcLoader } from "./ipc-load.ts";
import { type Block, type Message, readFooter, readMessage } from "./ipc-metadata.ts";
import { withActualNulls } from "./from-arrow.ts";

/*
 * The file format: "ARROW1" 00 00, messages as in a stream, footer, length of the footer (int32), "ARROW1".
 * https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format
 */
const MAGIC = [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31];
const HEAD_BYTES = 8;
const TAIL_BYTES = 4 + MAGIC.length;

/** Whether bytes begin as an Arrow file does. */
export const isArrowFile = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/** The table of an Arrow file. @throws arrow.invalid, type.unsupported, type.overflow, schema.duplicate-column */
export function readFile(bytes: Uint8Array): Table {
  const end = footerStart(bytes);
  const footer = readFooter(bytes.subarray(end, bytes.length - TAIL_BYTES));
  const loader = ipcLoader(footer.fields);
  checkBlocks([...footer.dictionaries, ...footer.batches], end);
  for (const block of footer.dictionaries) {
    const { message, body } = messageAt(bytes, block);
    if (message.kind !== "dictionary") throw broken("the file's footer points at something that is no dictionary");
    if (!message.isDelta && loader.knows(message.id)) throw broken("the file replaces a dictionary");
    loader.dictionary(message.id, message.isDelta, message.batch, body);
  }
  const batches = footer.batches.map((block): Batch => {
    const { message, body } = messageAt(bytes, block);
    if (message.kind !== "batch") throw broken("the file's footer points at something that is no batch");
    return loader.batch(message.batch, body);
  });
  return withActualNulls(loader.schema, batches);
}

function footerStart(bytes: Uint8Array): number {
  const tail = bytes.length - TAIL_BYTES;
  if (tail < HEAD_BYTES || !isArrowFile(bytes.subarray(bytes.length - MAGIC.length))) {
    throw broken("the Arrow file has no end", "the bytes were cut off, or the writer was not closed");
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset + tail, 4).getInt32(0, true);
  if (length <= 0 || length > tail - HEAD_BYTES) throw broken("the footer of the Arrow file is damaged");
  return tail - length;
}

/** Blocks lie between head and footer and do not overlap, so that they cannot hold more than the file does. */
function checkBlocks(blocks: readonly Block[], end: number): void {
  let total = 0;
  for (const { offset, metadataLength, bodyLength } of blocks) {
    const size = metadataLength + bodyLength;
    total += size;
    if (metadataLength < HEAD_BYTES || offset < HEAD_BYTES || offset + size > end || total > end) {
      throw broken("the footer of the Arrow file points outside its messages");
    }
  }
}

function messageAt(
  bytes: Uint8Array,
  { offset, metadataLength, bodyLength }: Block,
): { message: Message; body: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, metadataLength);
  const prefix = view.getInt32(0, true) === -1 ? 8 : 4; // before Arrow 0.15 there was no FF FF FF FF
  const length = view.getInt32(prefix - 4, true);
  if (length <= 0 || prefix + length > metadataLength) throw broken("a message of the Arrow file is damaged");
  const message = readMessage(bytes.subarray(offset + prefix, offset + prefix + length));
  if (message.bodyLength > bodyLength) throw broken("a message of the Arrow file leaves its block");
  const start = offset + metadataLength;
  return { message, body: bytes.subarray(start, start + message.bodyLength) };
}

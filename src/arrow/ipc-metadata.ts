import { TidemarkError } from "../errors.ts";
import {
  byteSlot,
  countAt,
  countSlot,
  type Flatbuffer,
  FlatbufferError,
  type FlatTable,
  flagSlot,
  idSlot,
  intSlot,
  rootTable,
  shortSlot,
  tableSlot,
  tablesSlot,
  textSlot,
  vectorSlot,
} from "./flatbuffer.ts";
import { type ArrowFieldLike, type ArrowType, broken, TYPE } from "./foreign.ts";
import { TYPE_KEY } from "./type-from-arrow.ts";

/*
 * Arrow's metadata: https://github.com/apache/arrow/tree/main/format, Message.fbs, Schema.fbs and File.fbs. The slots
 * of a table are numbered in the order of those files; a union takes two (its type, then its value).
 */

export interface IpcField extends ArrowFieldLike {
  readonly type: ArrowType;
}

export interface BatchHeader {
  readonly length: number;
  /** Length and null count of each column, in turn. */
  readonly nodes: readonly number[];
  /** Offset and length of each buffer in the body, in turn. */
  readonly buffers: readonly number[];
}

export type Message =
  | { readonly kind: "schema"; readonly fields: readonly IpcField[]; readonly bodyLength: number }
  | { readonly kind: "batch"; readonly batch: BatchHeader; readonly bodyLength: number }
  | {
      readonly kind: "dictionary";
      readonly id: bigint;
      readonly isDelta: boolean;
      readonly batch: BatchHeader;
      readonly bodyLength: number;
    };

/** Where a message of a file is, in bytes. */
export interface Block {
  readonly offset: number;
  readonly metadataLength: number;
  readonly bodyLength: number;
}

export interface Footer {
  readonly fields: readonly IpcField[];
  readonly dictionaries: readonly Block[];
  readonly batches: readonly Block[];
}

const VERSION_4 = 3; // Schema.fbs, enum MetadataVersion: V4 is of Arrow 0.8, V5 of 1.0
const VERSION_5 = 4;

/** The metadata of one message. @throws arrow.invalid */
export const readMessage = (bytes: Uint8Array): Message =>
  guarded(() => {
    const message = rootTable(bytes);
    checkVersion(shortSlot(message, 0));
    const header = tableSlot(message, 2);
    const bodyLength = countSlot(message, 3);
    if (header === undefined) throw new FlatbufferError("a message has no header");
    switch (byteSlot(message, 1)) {
      case 1:
        return { kind: "schema", fields: fieldsOf(header), bodyLength };
      case 2: {
        const data = tableSlot(header, 1);
        if (data === undefined) throw new FlatbufferError("a dictionary has no values");
        return {
          kind: "dictionary",
          id: idSlot(header, 0),
          isDelta: flagSlot(header, 2),
          batch: batchOf(data),
          bodyLength,
        };
      }
      case 3:
        return { kind: "batch", batch: batchOf(header), bodyLength };
      default:
        throw new FlatbufferError("a message is neither a schema, a dictionary nor a batch");
    }
  });

/** The metadata at the end of a file. @throws arrow.invalid */
export const readFooter = (bytes: Uint8Array): Footer =>
  guarded(() => {
    const footer = rootTable(bytes);
    checkVersion(shortSlot(footer, 0));
    const schema = tableSlot(footer, 1);
    if (schema === undefined) throw new FlatbufferError("the file has no schema");
    return { fields: fieldsOf(schema), dictionaries: blocksOf(footer, 2), batches: blocksOf(footer, 3) };
  });

function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof TidemarkError) throw error;
    const reason = error instanceof FlatbufferError ? error.message : "a reference leaves the metadata";
    throw broken(`the Arrow metadata are damaged: ${reason}`, undefined, error);
  }
}

function checkVersion(version: number): void {
  if (version !== VERSION_4 && version !== VERSION_5) {
    throw broken(`the Arrow metadata are of version ${version + 1}`, "write it with Arrow 1.0 or later");
  }
}

function fieldsOf(schema: FlatTable): IpcField[] {
  if (shortSlot(schema, 0) !== 0) throw broken("the data are big-endian", "write them little-endian");
  return tablesSlot(schema, 1).map(fieldOf);
}

function fieldOf(field: FlatTable): IpcField {
  const value = typeOf(byteSlot(field, 2), tableSlot(field, 3));
  const encoding = tableSlot(field, 4);
  const mark = tablesSlot(field, 6).find((entry) => textSlot(entry, 0) === TYPE_KEY);
  return {
    name: textSlot(field, 0),
    nullable: flagSlot(field, 1),
    type: encoding === undefined ? value : dictionaryOf(value, encoding),
    metadata: mark === undefined ? undefined : new Map([[TYPE_KEY, textSlot(mark, 1)]]),
  };
}

const DEFAULT_INDEX: ArrowType = { typeId: TYPE.INT, bitWidth: 32, isSigned: true };

function dictionaryOf(dictionary: ArrowType, encoding: FlatTable): ArrowType {
  const indices = tableSlot(encoding, 1);
  return {
    typeId: TYPE.DICTIONARY,
    id: idSlot(encoding, 0),
    dictionary,
    indices: indices === undefined ? DEFAULT_INDEX : typeOf(TYPE.INT, indices),
  };
}

function typeOf(typeId: number, type: FlatTable | undefined): ArrowType {
  switch (typeId) {
    case TYPE.INT:
      return type === undefined ? { typeId } : { typeId, bitWidth: intSlot(type, 0), isSigned: flagSlot(type, 1) };
    case TYPE.FLOAT:
      return { typeId, precision: type === undefined ? 0 : shortSlot(type, 0) };
    case TYPE.DATE:
      return { typeId, unit: type === undefined ? 1 : shortSlot(type, 0, 1) };
    case TYPE.TIMESTAMP:
      return { typeId, unit: type === undefined ? 0 : shortSlot(type, 0) };
    default:
      return { typeId };
  }
}

function batchOf(batch: FlatTable): BatchHeader {
  if (tableSlot(batch, 3) !== undefined)
    throw broken("the Arrow data are compressed", "write them without compression");
  return { length: countSlot(batch, 0), nodes: pairsOf(batch, 1), buffers: pairsOf(batch, 2) };
}

function pairsOf(table: FlatTable, slot: number): number[] {
  const { at, length } = vectorSlot(table, slot, PAIR_BYTES);
  const pairs: number[] = [];
  for (let i = 0; i < 2 * length; i++) pairs.push(countAt(table.buffer, at + 8 * i));
  return pairs;
}

const PAIR_BYTES = 16; // struct FieldNode and struct Buffer: two 64-bit numbers
const BLOCK_BYTES = 24; // struct Block: offset (8), metaDataLength (4), padding (4), bodyLength (8)

function blocksOf(footer: FlatTable, slot: number): Block[] {
  const { at, length } = vectorSlot(footer, slot, BLOCK_BYTES);
  const buffer: Flatbuffer = footer.buffer;
  return Array.from({ length }, (_, i) => {
    const block = at + BLOCK_BYTES * i;
    return {
      offset: countAt(buffer, block),
      metadataLength: buffer.view.getInt32(block + 8, true),
      bodyLength: countAt(buffer, block + 16),
    };
  });
}

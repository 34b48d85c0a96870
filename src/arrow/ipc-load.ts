import type { Batch } from "../column/batch.ts";
import type { Schema } from "../types/data-type.ts";
import { columnReader } from "./column-from-arrow.ts";
import { type ArrowData, type ArrowType, broken, TYPE } from "./foreign.ts";
import type { BatchHeader, IpcField } from "./ipc-metadata.ts";
import { schemaFromArrow } from "./from-arrow.ts";

/** Turns the messages behind a schema into batches; remembers dictionaries. */
export interface IpcLoader {
  readonly schema: Schema;
  /** Takes a dictionary, which grows (`isDelta`) or replaces the one of its id. */
  dictionary(id: bigint, isDelta: boolean, header: BatchHeader, body: Uint8Array): void;
  /** Whether a dictionary of this id has come. */
  knows(id: bigint): boolean;
  batch(header: BatchHeader, body: Uint8Array): Batch;
}

export function ipcLoader(fields: readonly IpcField[]): IpcLoader {
  const schema = schemaFromArrow(fields);
  const reader = columnReader();
  const dictionaries = new Map<number | bigint, ArrowData[]>();
  const entryTypes = new Map<number | bigint, IpcField>();
  for (const { name, nullable, type } of fields) {
    if (type.id === undefined || type.dictionary === undefined || entryTypes.has(type.id)) continue;
    entryTypes.set(type.id, { name, nullable, type: type.dictionary });
  }

  return {
    schema,
    knows: (id) => dictionaries.has(id),
    dictionary: (id, isDelta, header, body) => {
      const entries = entryTypes.get(id);
      if (entries === undefined) throw broken(`no column has the dictionary ${id}`);
      const [chunk] = load([entries], header, body, dictionaries);
      const known = dictionaries.get(id);
      if (chunk === undefined) throw broken(`the dictionary ${id} has no values`);
      if (isDelta && known !== undefined) known.push(chunk);
      else dictionaries.set(id, [chunk]);
    },
    batch: (header, body) => ({
      length: header.length,
      columns: load(fields, header, body, dictionaries).map((data, f) => reader.read(data, fields[f]!.name)),
    }),
  };
}

const ROWS_MAX = 2 ** 31 - 1; // rows of a batch, as in `columnReader`; checked here too for batches without columns

function load(
  fields: readonly IpcField[],
  { length, nodes, buffers }: BatchHeader,
  body: Uint8Array,
  dictionaries: ReadonlyMap<number | bigint, ArrowData[]>,
): ArrowData[] {
  if (length > ROWS_MAX) throw broken(`a batch claims ${length} rows`);
  let buffer = 0;
  let taken = 0;
  const next = (): Uint8Array => {
    const offset = buffers[buffer++];
    const size = buffers[buffer++];
    if (offset === undefined || size === undefined) throw broken("a batch has too few buffers for its columns");
    if (offset + size > body.length) throw broken("a buffer leaves the body of its batch");
    taken += size;
    if (taken > body.length) throw broken("the buffers of a batch overlap");
    return body.subarray(offset, offset + size);
  };
  return fields.map(({ name, type }, f): ArrowData => {
    const nullCount = nodes[2 * f + 1];
    if (nodes[2 * f] !== length || nullCount === undefined) {
      throw broken(`column "${name}" differs in length from its batch`);
    }
    if (type.typeId === TYPE.NULL) return { type, length, offset: 0, nullCount };
    const bitmap = next();
    if (nullCount > 0 && bitmap.length === 0) throw broken(`column "${name}" claims nulls and does not say which`);
    return {
      type,
      length,
      offset: 0,
      nullCount,
      nullBitmap: nullCount > 0 ? bitmap : undefined,
      valueOffsets: hasOffsets(type) ? next() : undefined,
      values: next(),
      dictionary: type.id === undefined ? undefined : { data: dictionaries.get(type.id) ?? [] },
    };
  });
}

const hasOffsets = ({ typeId }: ArrowType): boolean => typeId === TYPE.UTF8 || typeId === TYPE.LARGE_UTF8;

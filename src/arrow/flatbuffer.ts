/*
 * Reads flatbuffers (https://flatbuffers.dev/internals/) of Arrow's metadata from bytes that nobody has checked. A
 * DataView checks each position; counts are checked before anything is made from them; and the work is bounded by the
 * size of the bytes, since offsets may point many parents at one child.
 */

/** Work that a reader may do for each byte: honest metadata take less than 1. */
const WORK_PER_BYTE = 16;

export class FlatbufferError extends Error {}

export interface Flatbuffer {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  spend(work: number): void;
}

/** A table inside a flatbuffer: its slots are those of the schema, in order. */
export interface FlatTable {
  readonly buffer: Flatbuffer;
  readonly at: number;
  readonly vtable: number;
  readonly vtableEnd: number;
}

export function rootTable(bytes: Uint8Array): FlatTable {
  let left = bytes.length * WORK_PER_BYTE;
  const buffer: Flatbuffer = {
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    bytes,
    spend: (work) => {
      left -= work;
      if (left < 0) throw new FlatbufferError("the metadata point at the same bytes again and again");
    },
  };
  return tableAt(buffer, buffer.view.getUint32(0, true));
}

function tableAt(buffer: Flatbuffer, at: number): FlatTable {
  buffer.spend(4);
  const vtable = at - buffer.view.getInt32(at, true);
  return { buffer, at, vtable, vtableEnd: vtable + buffer.view.getUint16(vtable, true) };
}

/** Where the value of a slot stands, or -1 where it has its default. */
function slotAt({ buffer, at, vtable, vtableEnd }: FlatTable, slot: number): number {
  const entry = vtable + 4 + 2 * slot;
  if (entry + 2 > vtableEnd) return -1;
  const offset = buffer.view.getUint16(entry, true);
  return offset === 0 ? -1 : at + offset;
}

export function flagSlot(table: FlatTable, slot: number): boolean {
  const at = slotAt(table, slot);
  return at !== -1 && table.buffer.view.getUint8(at) !== 0;
}

export function byteSlot(table: FlatTable, slot: number): number {
  const at = slotAt(table, slot);
  return at === -1 ? 0 : table.buffer.view.getUint8(at);
}

export function shortSlot(table: FlatTable, slot: number, missing = 0): number {
  const at = slotAt(table, slot);
  return at === -1 ? missing : table.buffer.view.getInt16(at, true);
}

export function intSlot(table: FlatTable, slot: number): number {
  const at = slotAt(table, slot);
  return at === -1 ? 0 : table.buffer.view.getInt32(at, true);
}

/** A 64-bit slot as a count: whole, from 0 to 2^53 - 1. */
export function countSlot(table: FlatTable, slot: number): number {
  const at = slotAt(table, slot);
  return at === -1 ? 0 : countAt(table.buffer, at);
}

/** A 64-bit slot that only names something. */
export function idSlot(table: FlatTable, slot: number): bigint {
  const at = slotAt(table, slot);
  return at === -1 ? 0n : table.buffer.view.getBigInt64(at, true);
}

export function countAt({ view }: Flatbuffer, at: number): number {
  const count = Number(view.getBigInt64(at, true));
  if (!Number.isSafeInteger(count) || count < 0) throw new FlatbufferError(`${count} is not a length`);
  return count;
}

/** Where the table, vector or string of a slot stands. */
function targetAt(table: FlatTable, slot: number): number {
  const at = slotAt(table, slot);
  return at === -1 ? -1 : at + table.buffer.view.getUint32(at, true);
}

export function tableSlot(table: FlatTable, slot: number): FlatTable | undefined {
  const at = targetAt(table, slot);
  return at === -1 ? undefined : tableAt(table.buffer, at);
}

export function textSlot(table: FlatTable, slot: number): string {
  const at = targetAt(table, slot);
  if (at === -1) return "";
  const length = table.buffer.view.getUint32(at, true);
  if (at + 4 + length > table.buffer.bytes.length) throw new FlatbufferError("a name leaves the metadata");
  table.buffer.spend(length);
  return decoder.decode(table.buffer.bytes.subarray(at + 4, at + 4 + length));
}

const decoder = new TextDecoder("utf-8", { fatal: true });

export function tablesSlot(table: FlatTable, slot: number): FlatTable[] {
  const { at, length } = vectorSlot(table, slot, 4);
  const tables: FlatTable[] = [];
  for (let i = 0; i < length; i++) {
    const item = at + 4 * i;
    tables.push(tableAt(table.buffer, item + table.buffer.view.getUint32(item, true)));
  }
  return tables;
}

/** The first item and the number of items of a vector of structs of `size` bytes. */
export function vectorSlot(table: FlatTable, slot: number, size: number): { at: number; length: number } {
  const at = targetAt(table, slot);
  if (at === -1) return { at: 0, length: 0 };
  const length = table.buffer.view.getUint32(at, true);
  if (at + 4 + length * size > table.buffer.bytes.length) throw new FlatbufferError("a list leaves the metadata");
  table.buffer.spend(length * size);
  return { at: at + 4, length };
}

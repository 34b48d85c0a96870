/**
 * One HyperLogLog sketch for each group number, packed: what an aggregate keeps. A group's hashes stand in a list while at
 * most 256 of them differ, then its registers in a page of one byte each. Estimates equal those of `HyperLogLog`, whose
 * third form, SPARSE, holds the same registers as FULL.
 *
 * Memory: 8 bytes a group, 32 for its first four hashes, then 8 to 22 for each different hash, or 2^precision for registers.
 * A hash is a pair of signed 32-bit halves (lo, hi). Group numbers are below the number given to `ensureGroups`.
 */

import { dropRepeated, isCrowded } from "./hash-list.ts";
import { EXACT_MAX, settingsOf } from "./hyperloglog.ts";
import { allocatePage, createPagePool, type PagePool, pageBytes, pageChunk, pageStart, releasePage } from "./pages.ts";
import { rankOf } from "./rank.ts";
import {
  allocateSlab,
  baseOf,
  CAPACITY_LOG2_MIN,
  chunkOf,
  createSlabPool,
  releaseSlab,
  type SlabPool,
  slabBytes,
} from "./slabs.ts";

export interface GroupState {
  readonly precision: number;
  /** Two words a group: its form, then the address of its slab or the number of its page. */
  entries: Int32Array;
  readonly slabs: SlabPool;
  readonly pages: PagePool;
}

/** Form of a group whose registers stand in a page. Another form holds a list's length and capacity; 0 is an empty group. */
export const DENSE = -1;

const COUNT_BITS = 0x3ff; // hashes in the list, repetitions included
const CAPACITY_SHIFT = 10; // above, four bits: log2 of the list's capacity
const CAPACITY_BITS = 0xf;
const SETTLED_BIT = 1 << 14; // no repetitions since the list was last read
const FIRST_FORM = (CAPACITY_LOG2_MIN << CAPACITY_SHIFT) | 1; // a new list with one hash
const GROUPS_MIN = 4; // groups that the first allocation makes room for

/** How many hashes a group's list has, repetitions included. */
export function listLengthOf(form: number): number {
  return form & COUNT_BITS;
}

function capacityLog2Of(form: number): number {
  return (form >>> CAPACITY_SHIFT) & CAPACITY_BITS;
}

/** State for no groups yet. Error `sketch.invalid` for a precision that is not a whole number from 4 to 18. */
export function createGroupState(precision: number): GroupState {
  const { log2m } = settingsOf(precision);
  return { precision: log2m, entries: new Int32Array(0), slabs: createSlabPool(), pages: createPagePool(log2m) };
}

/** Makes room for group numbers below `groups`; new groups are empty. */
export function ensureGroups(state: GroupState, groups: number): void {
  if (2 * groups <= state.entries.length) return;
  const grown = new Int32Array(2 * Math.max(groups, state.entries.length, GROUPS_MIN));
  grown.set(state.entries);
  state.entries = grown;
}

/** Adds one hash to one group. */
export function addToGroup(state: GroupState, group: number, lo: number, hi: number): void {
  const { entries, slabs, pages } = state;
  const form = entries[2 * group] as number;
  const address = entries[2 * group + 1] as number;
  if (form === DENSE) {
    raiseRegister(pageChunk(pages, address), pageStart(pages, address), state.precision, lo, hi);
  } else if (form === 0) {
    startList(state, group, lo, hi);
  } else {
    const count = form & COUNT_BITS;
    const chunk = chunkOf(slabs, address);
    const at = baseOf(address) + 2 * count;
    chunk[at] = lo;
    chunk[at + 1] = hi;
    entries[2 * group] = (form & ~SETTLED_BIT) + 1;
    if (count + 1 === 1 << capacityLog2Of(form)) settleGroup(state, group);
  }
}

/**
 * Adds `length` hashes: hash i (words 2i and 2i + 1) to group `groupIds[i]`, or all to group 0 if `groupIds` is null.
 * Row i is left out where bit i of `validity` (least significant bit first) is 0.
 */
export function addMany(
  state: GroupState,
  groupIds: Int32Array | null,
  hashes: Int32Array,
  length: number,
  validity: Uint8Array | null,
): void {
  if (groupIds === null && validity === null) {
    addManyToFirst(state, hashes, length);
    return;
  }
  for (let i = 0; i < length; i++) {
    if (validity !== null && ((validity[i >>> 3] as number) & (1 << (i & 7))) === 0) continue;
    const group = groupIds === null ? 0 : (groupIds[i] as number);
    addToGroup(state, group, hashes[2 * i] as number, hashes[2 * i + 1] as number);
  }
}

function addManyToFirst(state: GroupState, hashes: Int32Array, length: number): void {
  let i = 0;
  for (; i < length && state.entries[0] !== DENSE; i++) {
    addToGroup(state, 0, hashes[2 * i] as number, hashes[2 * i + 1] as number);
  }
  if (i === length) return;
  const { precision, pages } = state;
  const page = state.entries[1] as number;
  const registers = pageChunk(pages, page);
  const start = pageStart(pages, page);
  for (; i < length; i++) {
    raiseRegister(registers, start, precision, hashes[2 * i] as number, hashes[2 * i + 1] as number);
  }
}

function raiseRegister(registers: Uint8Array, start: number, log2m: number, lo: number, hi: number): void {
  const at = start + (lo & ((1 << log2m) - 1));
  const rank = rankOf(lo, hi, log2m);
  if (rank > (registers[at] as number)) registers[at] = rank;
}

function startList({ entries, slabs }: GroupState, group: number, lo: number, hi: number): void {
  const address = allocateSlab(slabs, CAPACITY_LOG2_MIN);
  const chunk = chunkOf(slabs, address);
  const base = baseOf(address);
  chunk[base] = lo;
  chunk[base + 1] = hi;
  entries[2 * group] = FIRST_FORM;
  entries[2 * group + 1] = address;
}

/**
 * Drops repetitions in a group's list, and turns it into registers if too many hashes are left. Answers the group's new
 * form; whether it is DENSE, and how long the list is, then depend on the set of hashes alone.
 */
export function settleGroup(state: GroupState, group: number): number {
  const form = state.entries[2 * group] ?? 0;
  if (form === DENSE || form === 0 || (form & SETTLED_BIT) !== 0) return form;
  const address = state.entries[2 * group + 1] as number;
  const capacityLog2 = capacityLog2Of(form);
  const length = form & COUNT_BITS;
  const count = dropRepeated(chunkOf(state.slabs, address), baseOf(address), length);
  if (count > EXACT_MAX) {
    denseOf(state, group);
    return DENSE;
  }
  const capacity = 1 << capacityLog2;
  const isGrowing = length === capacity && isCrowded(count, capacity);
  if (isGrowing) growList(state, group, capacityLog2, count);
  const settled = SETTLED_BIT | ((isGrowing ? capacityLog2 + 1 : capacityLog2) << CAPACITY_SHIFT) | count;
  state.entries[2 * group] = settled;
  return settled;
}

/** Moves the first `count` hashes of a list to a slab of twice the size. */
function growList({ entries, slabs }: GroupState, group: number, capacityLog2: number, count: number): void {
  const address = entries[2 * group + 1] as number;
  const larger = allocateSlab(slabs, capacityLog2 + 1);
  const from = chunkOf(slabs, address);
  const to = chunkOf(slabs, larger);
  const fromBase = baseOf(address);
  const toBase = baseOf(larger);
  for (let i = 0; i < 2 * count; i++) to[toBase + i] = from[fromBase + i] as number;
  releaseSlab(slabs, address, capacityLog2);
  entries[2 * group + 1] = larger;
}

/** Turns a group's list into registers, if it has one, and answers its page. */
export function denseOf({ entries, slabs, pages, precision }: GroupState, group: number): number {
  const form = entries[2 * group] as number;
  const address = entries[2 * group + 1] as number;
  if (form === DENSE) return address;
  const page = allocatePage(pages);
  if (form !== 0) {
    const registers = pageChunk(pages, page);
    const start = pageStart(pages, page);
    const chunk = chunkOf(slabs, address);
    const base = baseOf(address);
    for (let at = base; at < base + 2 * (form & COUNT_BITS); at += 2) {
      raiseRegister(registers, start, precision, chunk[at] as number, chunk[at + 1] as number);
    }
    releaseSlab(slabs, address, capacityLog2Of(form));
  }
  entries[2 * group] = DENSE;
  entries[2 * group + 1] = page;
  return page;
}

/** Empties a group and gives its memory to others; the number can be used again. */
export function clearGroup({ entries, slabs, pages }: GroupState, group: number): void {
  const form = entries[2 * group] ?? 0;
  const address = entries[2 * group + 1] as number;
  if (form === DENSE) releasePage(pages, address);
  else if (form !== 0) releaseSlab(slabs, address, capacityLog2Of(form));
  entries[2 * group] = 0;
  entries[2 * group + 1] = 0;
}

/** Bytes that the state occupies, with what is free for reuse. */
export function groupStateBytes({ entries, slabs, pages }: GroupState): number {
  return entries.byteLength + slabBytes(slabs) + pageBytes(pages);
}

/**
 * hll-storage-spec v1 (aggregateknowledge/hll-storage-spec, STORAGE.md 1.0.0), all numbers big-endian, bits from the top
 * of a byte down:
 *
 * | byte | bits | meaning |
 * | --- | --- | --- |
 * | 0 | vvvv tttt | version 1; type 1 EMPTY, 2 EXPLICIT, 3 SPARSE, 4 FULL (0, "undefined", is refused) |
 * | 1 | www mmmmm | register width - 1; log2 of the number of registers |
 * | 2 | 0 s cccccc | sparse allowed; explicit cutoff: 0 none, 1-31 for 2^(c - 1) hashes, 63 left to the implementation |
 * | 3.. | | EMPTY: nothing. EXPLICIT: signed 64-bit hashes, ascending. SPARSE: words of log2m bits of index and w bits of rank, indices ascending. FULL: m ranks of w bits. The last byte is filled up with zero bits. |
 *
 * The bytes depend on the sketch's content alone: SPARSE is written while it takes no more bytes than FULL.
 */

import { TidemarkError } from "../errors.ts";
import { appendHash, createHashList, type HashList, sortedHashes } from "./hash-list.ts";
import { rankMax } from "./rank.ts";
import {
  createRegisters,
  denseRegisters,
  forEachRegister,
  nonZeroRegisters,
  raise,
  type Registers,
  toDenseBytes,
} from "./registers.ts";
import { CUTOFF_AUTO, explicitMax, fullBytes, settle, type Sketch, type SketchSettings } from "./sketch.ts";

export type SketchKind = "EMPTY" | "EXPLICIT" | "SPARSE" | "FULL";

const VERSION = 1;
const KINDS: readonly (SketchKind | undefined)[] = [undefined, "EMPTY", "EXPLICIT", "SPARSE", "FULL"];
const HEADER_BYTES = 3;
const HASH_BYTES = 8;
const LOG2M_MIN = 4;
const LOG2M_BITS = 0x1f;
const CUTOFF_BITS = 0x3f;
const CUTOFF_MAX = 31; // the largest that is not "auto"
const SPARSE_BIT = 0x40;
const RANK_RANGE = 256; // a rank is below this: index and rank packed into one number

/** The form in which a sketch is written. `sparseMax`: largest number of registers for SPARSE, if not by size. */
export function kindOf(sketch: Sketch, sparseMax?: number): SketchKind {
  settle(sketch);
  if (sketch.registers === null) return sketch.hashes === null || sketch.hashes.count === 0 ? "EMPTY" : "EXPLICIT";
  const { log2m, regwidth, sparse } = sketch.settings;
  if (!sparse) return "FULL";
  const used = nonZeroRegisters(sketch.registers);
  const isSparse = sparseMax === undefined ? used * (log2m + regwidth) <= 2 ** log2m * regwidth : used <= sparseMax;
  return isSparse ? "SPARSE" : "FULL";
}

/** The bytes of a sketch. `sparseMax` as in `kindOf`. */
export function serializeSketch(sketch: Sketch, sparseMax?: number): Uint8Array {
  const kind = kindOf(sketch, sparseMax);
  const { hashes, registers, settings } = sketch;
  if (hashes !== null) return writeExplicit(kind, settings, sortedHashes(hashes));
  if (registers === null) return header(kind, settings, 0);
  return kind === "SPARSE" ? writeSparse(settings, registers) : writeFull(settings, registers);
}

function header(kind: SketchKind, { log2m, regwidth, cutoff, sparse }: SketchSettings, dataBytes: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + dataBytes);
  bytes[0] = (VERSION << 4) | KINDS.indexOf(kind);
  bytes[1] = ((regwidth - 1) << 5) | log2m;
  bytes[2] = (sparse ? SPARSE_BIT : 0) | cutoff;
  return bytes;
}

function writeExplicit(kind: SketchKind, settings: SketchSettings, sorted: Int32Array): Uint8Array {
  const bytes = header(kind, settings, 4 * sorted.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < sorted.length; i += 2) {
    view.setInt32(HEADER_BYTES + 4 * i, sorted[i + 1] as number);
    view.setInt32(HEADER_BYTES + 4 * i + 4, sorted[i] as number);
  }
  return bytes;
}

function writeSparse(settings: SketchSettings, registers: Registers): Uint8Array {
  const { log2m, regwidth } = settings;
  const entries = new Float64Array(nonZeroRegisters(registers));
  let n = 0;
  forEachRegister(registers, (index, rank) => {
    entries[n++] = index * RANK_RANGE + rank;
  });
  entries.sort();
  const bytes = header("SPARSE", settings, Math.ceil((n * (log2m + regwidth)) / 8));
  let bit = 8 * HEADER_BYTES;
  for (const entry of entries) {
    bit = writeBits(bytes, bit, log2m, Math.floor(entry / RANK_RANGE));
    bit = writeBits(bytes, bit, regwidth, entry % RANK_RANGE);
  }
  return bytes;
}

function writeFull(settings: SketchSettings, registers: Registers): Uint8Array {
  const { log2m, regwidth } = settings;
  const bytes = header("FULL", settings, fullBytes(log2m, regwidth));
  const ranks = registers.dense ?? toDenseBytes(registers);
  let at = HEADER_BYTES;
  let pending = 0; // bits not yet written; none is left at the end, since there are at least 16 registers
  let pendingBits = 0;
  for (let i = 0; i < ranks.length; i++) {
    pending = (pending << regwidth) | (ranks[i] as number);
    pendingBits += regwidth;
    if (pendingBits < 8) continue;
    pendingBits -= 8;
    bytes[at++] = pending >>> pendingBits;
    pending &= (1 << pendingBits) - 1;
  }
  return bytes;
}

/** Writes `width` bits (at most 31) of `value` from `bit` on and answers the bit after them. */
function writeBits(bytes: Uint8Array, bit: number, width: number, value: number): number {
  let left = width;
  let at = bit;
  while (left > 0) {
    const room = 8 - (at % 8);
    const taken = Math.min(room, left);
    const part = (value >>> (left - taken)) & ((1 << taken) - 1);
    const byte = Math.floor(at / 8);
    bytes[byte] = (bytes[byte] as number) | (part << (room - taken));
    at += taken;
    left -= taken;
  }
  return at;
}

/** `width` bits (at most 31) from `bit` on. */
function readBits(bytes: Uint8Array, bit: number, width: number): number {
  let value = 0;
  let left = width;
  let at = bit;
  while (left > 0) {
    const room = 8 - (at % 8);
    const taken = Math.min(room, left);
    const part = ((bytes[Math.floor(at / 8)] as number) >>> (room - taken)) & ((1 << taken) - 1);
    value = (value << taken) | part;
    at += taken;
    left -= taken;
  }
  return value;
}

/** What the three bytes of a header say. */
export interface SketchHeader {
  readonly kind: SketchKind;
  readonly settings: SketchSettings;
}

/** Reads a header. Error `sketch.invalid` for anything that the format does not allow. */
export function parseHeader(bytes: Uint8Array): SketchHeader {
  const [first = 0, second = 0, third = 0] = bytes;
  if (bytes.length < HEADER_BYTES) throw invalid(`${bytes.length} bytes are too few for a header of ${HEADER_BYTES}`);
  if (first >>> 4 !== VERSION) throw invalid(`version ${first >>> 4} is not known`);
  const kind = KINDS[first & 0xf];
  if (kind === undefined) throw invalid(`type ${first & 0xf} is not known`);
  const settings: SketchSettings = {
    log2m: second & LOG2M_BITS,
    regwidth: (second >>> 5) + 1,
    cutoff: third & CUTOFF_BITS,
    sparse: (third & SPARSE_BIT) !== 0,
  };
  const { log2m, cutoff, sparse } = settings;
  if (log2m < LOG2M_MIN) throw invalid(`2^${log2m} registers are too few`);
  if (third > (SPARSE_BIT | CUTOFF_BITS)) throw invalid("the unused bit of the header is set");
  if (cutoff > CUTOFF_MAX && cutoff !== CUTOFF_AUTO) throw invalid(`explicit cutoff ${cutoff} is not defined`);
  if (kind === "EXPLICIT" && cutoff === 0) throw invalid("EXPLICIT with an explicit cutoff of 0");
  if (kind === "SPARSE" && !sparse) throw invalid("SPARSE although its header forbids it");
  return { kind, settings };
}

/** Reads a sketch. Error `sketch.invalid` if the bytes are not exactly one; memory is bounded by their number. */
export function parseSketch(bytes: Uint8Array): Sketch {
  const { kind, settings } = parseHeader(bytes);
  switch (kind) {
    case "EMPTY":
      return readEmpty(bytes, settings);
    case "EXPLICIT":
      return { settings, hashes: readExplicit(bytes, settings), registers: null };
    case "SPARSE":
      return { settings, hashes: null, registers: readSparse(bytes, settings) };
    case "FULL":
      return { settings, hashes: null, registers: readFull(bytes, settings) };
  }
}

function readEmpty(bytes: Uint8Array, settings: SketchSettings): Sketch {
  if (bytes.length !== HEADER_BYTES) throw invalid(`EMPTY is followed by ${bytes.length - HEADER_BYTES} bytes`);
  if (settings.cutoff > 0) return { settings, hashes: createHashList(), registers: null };
  return { settings, hashes: null, registers: createRegisters(settings.log2m, settings.regwidth) };
}

function readExplicit(bytes: Uint8Array, settings: SketchSettings): HashList {
  const dataBytes = bytes.length - HEADER_BYTES;
  if (dataBytes % HASH_BYTES !== 0) throw invalid(`EXPLICIT has ${dataBytes} bytes, not a multiple of ${HASH_BYTES}`);
  const count = dataBytes / HASH_BYTES;
  // How far "auto" goes is left to each implementation: any number is taken.
  if (settings.cutoff !== CUTOFF_AUTO && count > explicitMax(settings))
    throw invalid(`${count} hashes are over the cutoff`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const hashes = createHashList(count + 1);
  let before = 0n;
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + i * HASH_BYTES;
    const hash = view.getBigInt64(at);
    if (i > 0 && hash <= before) throw invalid(`hash ${i} is not above the one before it`);
    before = hash;
    appendHash(hashes, view.getInt32(at + 4), view.getInt32(at));
  }
  return hashes;
}

function readSparse(bytes: Uint8Array, settings: SketchSettings): Registers {
  const { log2m, regwidth } = settings;
  const wordBits = log2m + regwidth;
  const end = 8 * bytes.length;
  const lastByte = end - 8;
  const top = rankMax(log2m, regwidth);
  const registers = createRegisters(log2m, regwidth);
  let bit = 8 * HEADER_BYTES;
  let before = -1;
  while (bit + wordBits <= end) {
    const index = readBits(bytes, bit, log2m);
    const rank = readBits(bytes, bit + log2m, regwidth);
    // Narrow words can fit whole into the zero bits that fill up the last byte.
    if (rank === 0 && index === 0 && bit > lastByte) break;
    if (rank === 0 || rank > top) throw invalid(`register ${index} has rank ${rank}, not 1 to ${top}`);
    if (index <= before) throw invalid(`register ${index} follows register ${before}`);
    before = index;
    raise(registers, index, rank);
    bit += wordBits;
  }
  checkFilling(bytes, bit);
  return registers;
}

function readFull(bytes: Uint8Array, settings: SketchSettings): Registers {
  const { log2m, regwidth } = settings;
  const dataBytes = bytes.length - HEADER_BYTES;
  const expected = fullBytes(log2m, regwidth);
  if (dataBytes !== expected) throw invalid(`FULL has ${dataBytes} bytes where ${expected} are needed`);
  const top = rankMax(log2m, regwidth);
  const dense = new Uint8Array(2 ** log2m);
  let at = HEADER_BYTES;
  let pending = 0; // bits read but not used yet
  let pendingBits = 0;
  for (let i = 0; i < dense.length; i++) {
    if (pendingBits < regwidth) {
      pending = (pending << 8) | (bytes[at++] as number);
      pendingBits += 8;
    }
    pendingBits -= regwidth;
    const rank = pending >>> pendingBits;
    pending &= (1 << pendingBits) - 1;
    if (rank > top) throw invalid(`register ${i} has rank ${rank}, above ${top}`);
    dense[i] = rank;
  }
  return denseRegisters(dense, log2m, regwidth);
}

function checkFilling(bytes: Uint8Array, bit: number): void {
  const left = 8 * bytes.length - bit;
  if (left >= 8) throw invalid(`${left} bits are left over`);
  if (readBits(bytes, bit, left) !== 0) throw invalid("the bits that fill up the last byte are not 0");
}

function invalid(reason: string): TidemarkError {
  return new TidemarkError("sketch.invalid", `these bytes are not an HLL sketch: ${reason}`);
}

import { grownBytes } from "../../column/growable.ts";
import { TidemarkError } from "../../errors.ts";
import { RAW_MAX, type Reject, rawLine } from "./decoded.ts";

export interface FramingOptions {
  /** The longest line in bytes, its line break not counted; default 64 MiB. Longer ones are rejected as `invalid`. */
  readonly lineBytesMax?: number;
}

/**
 * Reads whole lines: `bytes[start .. end]` ends in LF and holds no line above the limit. `firstLine` and `offset` are
 * the number and the byte offset of the line at `start`. The bytes are lent: what is kept must be copied.
 * @returns the number of lines
 */
export type ReadLines = (bytes: Uint8Array, start: number, end: number, firstLine: number, offset: number) => number;

export interface Framing {
  push(bytes: Uint8Array): void;
  finish(): void;
}

const LF = 0x0a;
const CHUNK_BYTES_MAX = 2 ** 30; // of one call: text columns have 32-bit offsets
const LINE_BYTES_MAX = 2 ** 26; // 64 MiB
const KEPT_BYTES_MAX = 2 ** 20; // a longer buffer for cut lines is given back after use

/**
 * Cuts a recording into whole lines, whatever pieces it comes in. Memory: one line of at most the limit. A BOM at the
 * start of the recording is left out.
 */
export function createFraming(
  options: FramingOptions,
  readLines: ReadLines,
  reject: (reject: Reject) => void,
): Framing {
  const limit = options.lineBytesMax ?? LINE_BYTES_MAX;
  if (!Number.isInteger(limit) || limit < 1 || limit >= CHUNK_BYTES_MAX) {
    throw new TidemarkError("source.invalid", `the limit of ${limit} bytes for a line is not usable`, {
      hint: `give a whole number from 1 to ${CHUNK_BYTES_MAX - 1}`,
    });
  }
  let line = 1;
  let offset = 0;
  let cut: Uint8Array = new Uint8Array(0); // the start of a line whose end is still to come
  let cutLength = 0; // its bytes so far; above the limit only the first RAW_MAX are kept in `cut`
  let finished = false;

  const keep = (bytes: Uint8Array, start: number, end: number): void => {
    const length = cutLength + end - start;
    const room = length > limit ? Math.min(RAW_MAX, length) : length;
    if (length > limit && cut.length > 2 * RAW_MAX) cut = cut.slice(0, RAW_MAX);
    if (cutLength < room) {
      cut = grownBytes(cut, room + 1);
      cut.set(bytes.subarray(start, start + room - cutLength), cutLength);
    }
    cutLength = length;
  };

  const read = (bytes: Uint8Array, start: number, end: number): void => {
    const bom = offset === 0 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf ? 3 : 0;
    line += readLines(bytes, start + bom, end, line, offset + bom);
    offset += end - start;
  };

  const rejectLong = (bytes: Uint8Array, start: number, length: number): void => {
    const raw = rawLine(bytes, start, start + Math.min(length, RAW_MAX));
    const reason = `the line has ${length} bytes, and the limit is ${limit}`;
    reject({ disposition: "invalid", line, offset, raw, reason });
    line++;
    offset += length + 1;
  };

  const readCut = (): void => {
    if (cutLength > limit) rejectLong(cut, 0, cutLength);
    else {
      cut = grownBytes(cut, cutLength + 1);
      cut[cutLength] = LF;
      read(cut, 0, cutLength + 1);
    }
    cutLength = 0;
    if (cut.length > KEPT_BYTES_MAX) cut = new Uint8Array(0);
  };

  return {
    push: (given) => {
      if (finished) throw new TidemarkError("source.invalid", "the recording was finished and takes no more bytes");
      if (given.length > CHUNK_BYTES_MAX) {
        throw new TidemarkError("source.invalid", `${given.length} bytes are too many for one call`, {
          hint: `give the recording in pieces of at most ${CHUNK_BYTES_MAX} bytes`,
        });
      }
      const bytes = plainBytes(given);
      const end = bytes.lastIndexOf(LF) + 1;
      let start = 0;
      if (end > 0 && cutLength > 0) {
        start = bytes.indexOf(LF) + 1;
        keep(bytes, 0, start - 1);
        readCut();
      }
      while (start < end) {
        const stop = end - start <= limit + 1 ? end : bytes.lastIndexOf(LF, start + limit) + 1;
        if (stop > start) {
          read(bytes, start, stop);
          start = stop;
        } else {
          const lineEnd = bytes.indexOf(LF, start);
          rejectLong(bytes, start, lineEnd - start);
          start = lineEnd + 1;
        }
      }
      if (end < bytes.length) keep(bytes, end, bytes.length);
    },
    finish: () => {
      if (!finished && cutLength > 0) readCut();
      finished = true;
    },
  };
}

/** The same memory as a `Uint8Array` proper: a second class, such as Node's Buffer, would make the hot loops slower. */
const plainBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);

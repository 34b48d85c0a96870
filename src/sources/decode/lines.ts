import type { Reject } from "./decoded.ts";
import { rawLine } from "./decoded.ts";
import { createFraming, type FramingOptions } from "./framing.ts";
import { skipSpace } from "./json-syntax.ts";

/** Lines of text, in order. The three lists are parallel. */
export interface Lines {
  /** Each line without its line break. */
  readonly texts: string[];
  /** Line number of each text, from 1. */
  readonly lines: Float64Array;
  /** Byte offset of each text's start in the recording. */
  readonly offsets: Float64Array;
  readonly rejects: readonly Reject[];
}

/** Turns the bytes of a recording, cut anywhere, into lines of text. */
export interface LineSplitter {
  decode(bytes: Uint8Array): Lines;
  /** The last line, where it has no line break. */
  finish(): Lines;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * Splits bytes into lines, for sources with a `parse` of their own. LF and CRLF end a line; lines of nothing but
 * spaces, tabs and CR are left out, but counted; a BOM at the start of the recording is left out. A line that is not
 * UTF-8 is rejected as `parse-failed`, one above the limit as `invalid`. Cost: O(bytes), one string per line.
 */
export function createLineSplitter(options: FramingOptions = {}): LineSplitter {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let texts: string[] = [];
  let lines: number[] = [];
  let offsets: number[] = [];
  let rejects: Reject[] = [];

  const framing = createFraming(
    options,
    (bytes, start, end, firstLine, offset) => {
      let line = firstLine;
      for (let at = start; at < end; line++) {
        const lf = bytes.indexOf(LF, at);
        const from = offset + at - start;
        if (skipSpace(bytes, at) !== lf) {
          const last = bytes[lf - 1] === CR ? lf - 1 : lf;
          try {
            texts.push(decoder.decode(bytes.subarray(at, last)));
            lines.push(line);
            offsets.push(from);
          } catch {
            const raw = rawLine(bytes, at, lf);
            rejects.push({ disposition: "parse-failed", line, offset: from, raw, reason: "the line is not UTF-8" });
          }
        }
        at = lf + 1;
      }
      return line - firstLine;
    },
    (reject) => void rejects.push(reject),
  );

  const taken = (): Lines => {
    const all = { texts, lines: Float64Array.from(lines), offsets: Float64Array.from(offsets), rejects };
    texts = [];
    lines = [];
    offsets = [];
    rejects = [];
    return all;
  };

  return {
    decode: (bytes) => {
      framing.push(bytes);
      return taken();
    },
    finish: () => {
      framing.finish();
      return taken();
    },
  };
}

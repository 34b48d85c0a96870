import type { Disposition } from "./disposition.ts";

/** A message that no resolver took, as it came in. */
export interface DeadLetter {
  readonly source: string;
  readonly disposition: Disposition;
  readonly reason: string;
  /** The payload's bytes where it came as bytes or text, else its JSON; cut where it is very long. */
  readonly raw: Uint8Array;
  readonly position: Position;
}

/** Where a message stood. */
export interface Position {
  readonly file?: string | undefined;
  /** Line or row in the recording, from 1; of a push without a recording the message's number at its source, from 1. */
  readonly line: number;
  /** Byte offset of the line; -1 where there is none. */
  readonly offset: number;
}

const KEPT_MAX = 10_000; // dead letters held until they are drained; those beyond are counted alone

/** Dead letters since the last drain. */
export interface DeadLetterBox {
  put(letter: DeadLetter): void;
  drain(): DeadLetter[];
  /** How many were not kept because nobody drained the box. */
  dropped(): number;
}

export function createDeadLetterBox(): DeadLetterBox {
  let letters: DeadLetter[] = [];
  let dropped = 0;
  return {
    put: (letter) => {
      if (letters.length < KEPT_MAX) letters.push(letter);
      else dropped++;
    },
    drain: () => {
      const taken = letters;
      letters = [];
      return taken;
    },
    dropped: () => dropped,
  };
}

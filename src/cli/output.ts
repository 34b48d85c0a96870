import { once } from "node:events";
import process from "node:process";

/** Where a command writes to. */
export interface Output {
  /** Writes to standard output; waits where the reader is slow. */
  write(part: string | Uint8Array): Promise<void>;
  /** A line on standard error, without the control characters that a terminal would obey. */
  note(line: string): void;
  /** Characters of a line. */
  readonly width: number;
  readonly isTerminal: boolean;
}

const WIDTH_DEFAULT = 120; // characters, where standard output is no terminal

/**
 * The standard streams of this process. A reader that has gone (`| head`) ends the process quietly; one that takes no
 * more (a full disk) ends it with a message.
 */
export function standardOutput(): Output {
  const { stdout, stderr } = process;
  stderr.on("error", () => process.exit());
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    stderr.write(`tidemark: cannot write to standard output: ${error.message}\n`);
    process.exit(1);
  });
  return {
    write: async (part) => {
      if (!stdout.write(part)) await once(stdout, "drain");
    },
    note: (line) => void stderr.write(`${printable(line)}\n`),
    width: stdout.columns > 0 ? stdout.columns : WIDTH_DEFAULT,
    isTerminal: stdout.isTTY,
  };
}

const CONTROL_BUT_NEWLINE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/** Text without control characters other than line breaks. */
export const printable = (text: string): string => text.replace(CONTROL_BUT_NEWLINE, "\u00b7");

/** Text on one line, without control characters. */
export const oneLine = (text: string): string => printable(text.replaceAll("\n", " "));

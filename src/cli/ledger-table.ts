import type { DeadLetter } from "../engine/dead-letter.ts";
import { type Disposition, dispositions, type Ledger } from "../engine/disposition.ts";
import type { Failure } from "../engine/lane.ts";
import { DataFrame } from "../frame/data-frame.ts";
import { type Columns, t } from "../types/column-type.ts";
import { oneLine } from "./output.ts";

/** A row for each source: what was pushed, and each disposition that some source has. */
export function ledgerFrame(ledger: Ledger): DataFrame {
  const sources = Object.entries(ledger);
  const used: Disposition[] = dispositions.filter((disposition) =>
    sources.some(([, counts]) => counts[disposition] > 0),
  );
  const rows = sources.map(([source, counts]) => ({
    source,
    pushed: counts.pushed,
    ...Object.fromEntries(used.map((disposition) => [disposition, counts[disposition]])),
  }));
  const columns: Columns = {
    source: t.utf8(),
    pushed: t.int(),
    ...Object.fromEntries(used.map((disposition) => [disposition, t.int()])),
  };
  return DataFrame.fromRows(rows as never[], columns) as DataFrame;
}

const LETTERS_SHOWN = 20;

/** A line for each of the first dead letters: `file:line: disposition: reason`. */
export function deadLetterLines(letters: readonly DeadLetter[]): string[] {
  const lines = letters.slice(0, LETTERS_SHOWN).map(({ position, source, disposition, reason }) => {
    const { file = source, line } = position;
    return oneLine(`${file}:${line}: ${disposition}: ${reason}`);
  });
  return letters.length > lines.length ? [...lines, `... and ${letters.length - lines.length} more`] : lines;
}

/** A line for each of the first windows whose resolver threw. */
export function failureLines(failures: readonly Failure[]): string[] {
  const lines = failures.slice(0, LETTERS_SHOWN).map(({ resolver, key, window, error }) => {
    const where = window === null ? "" : `, ${window.start.toISOString()} to ${window.end.toISOString()}`;
    return oneLine(`${resolver} (${String(key)}${where}): ${failureText(error)}`);
  });
  return failures.length > lines.length ? [...lines, `... and ${failures.length - lines.length} more`] : lines;
}

/** What a resolver threw, on one line. */
export const failureText = (error: unknown): string => oneLine(error instanceof Error ? error.message : String(error));

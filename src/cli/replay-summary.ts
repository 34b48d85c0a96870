import type { DataFrame } from "../frame/data-frame.ts";
import type { Run } from "../replay/index.ts";
import { deadLetterLines, failureLines, ledgerFrame } from "./ledger-table.ts";
import { grouped, plural } from "./quantity.ts";

export interface SummaryOptions {
  /** Rows of each feature set. */
  readonly limit: number | undefined;
  readonly width: number;
  /** The file that the emissions were written to. */
  readonly out: string | undefined;
}

/** What a replay has made, for a person: the ledger, what was not taken, the features, and how fast it was. */
export function summary(run: Run, frames: ReadonlyMap<string, DataFrame>, options: SummaryOptions): string {
  const { limit, width, out } = options;
  const { deadLetters, failures, emissions, outside } = run;
  const rows = limit === undefined ? {} : { rows: limit };
  const sections = [
    section("messages", [ledgerFrame(run.ledger).show({ width })]),
    section("not taken", deadLetterLines(deadLetters)),
    section("failed", failureLines(failures)),
    ...[...frames].map(([set, frame]) => section(set, [frame.show({ width, ...rows })])),
    [
      ...(outside > 0 ? [`${plural(outside, "message")} outside --from and --until`] : []),
      ...(out === undefined ? [] : [`${plural(emissions.length, "emission")} written to ${out}`]),
      throughput(run),
    ].join("\n"),
  ];
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? "" : [`${title}:`, ...lines].join("\n");

function throughput({ rows, seconds }: Run): string {
  const rate = seconds > 0 ? `, ${grouped(Math.round(rows / seconds))} rows/s` : "";
  return `${plural(rows, "row")} in ${seconds.toFixed(2)} s${rate}`;
}

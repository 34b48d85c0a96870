import type { ArrowTableLike } from "../arrow/foreign.ts";
import { tableFromArrow } from "../arrow/from-arrow.ts";
import type { Table } from "../column/batch.ts";
import { TidemarkError } from "../errors.ts";
import { isDataFrame } from "../frame/data-frame.ts";
import type { Decoded } from "../sources/decode/decoded.ts";
import { fitBatch } from "../sources/decode/fit.ts";
import { createNdjsonDecoder } from "../sources/decode/ndjson.ts";
import { createLineSplitter } from "../sources/decode/lines.ts";
import type { Source } from "../sources/source.ts";
import { type Intake, type IntakeBuilder, intakeOfEnvelopes, timesOf } from "./intake.ts";
import type { SourceState } from "./source-state.ts";

/** Messages pushed as a table; undefined where they are something else. */
export function intakesOfTablePush(state: SourceState, pushed: unknown): Intake[] | undefined {
  const table = tableOf(pushed);
  return table && intakesOfTable(state, table);
}

/** Adds one message, or several, to those that wait. */
export function addPushed(
  builder: IntakeBuilder,
  pushed: unknown,
  firstLine: number,
  optional: ReadonlySet<string>,
): void {
  if (!Array.isArray(pushed)) return builder.add(NOTHING_KNOWN, pushed, { line: firstLine, offset: -1 }, optional);
  pushed.forEach((value: unknown, i) =>
    builder.add(NOTHING_KNOWN, value, { line: firstLine + i, offset: -1 }, optional),
  );
}

const NOTHING_KNOWN = {}; // of the transport

export const NONE: ReadonlySet<string> = new Set();

function tableOf(pushed: unknown): Table | undefined {
  if (isDataFrame(pushed)) return pushed.table("push()");
  const isArrow =
    typeof pushed === "object" &&
    pushed !== null &&
    "batches" in pushed &&
    "schema" in pushed &&
    typeof pushed.schema === "object";
  return isArrow ? tableFromArrow(pushed as ArrowTableLike) : undefined;
}

function intakesOfTable(state: SourceState, { schema, batches }: Table): Intake[] {
  const { source } = state;
  if (source.parse !== undefined || source.parseBytes !== undefined) {
    throw new TidemarkError(
      "source.invalid",
      `the source "${source.name}" parses payloads, so a table cannot be pushed to it`,
      { hint: "push payload strings" },
    );
  }
  let line = state.pushed + 1;
  return batches.map((batch) => {
    const decoded = fitBatch(batch, schema, source.message.schema, line);
    line += batch.length;
    return intakeOfDecoded(source, decoded);
  });
}

/** Rows that a decoder has made. */
export const intakeOfDecoded = (source: Source, { batch, lines, rejects }: Decoded): Intake => ({
  batch,
  times: timesOf(source, batch),
  lines,
  rejects,
  skipped: 0,
});

/** Messages pushed as bytes, whole lines: NDJSON, or payload lines for a source that parses. */
export function intakesOfBytes({ source }: SourceState, bytes: Uint8Array): Intake[] {
  if (!(bytes instanceof Uint8Array)) throw new TidemarkError("message.invalid", "pushBytes takes a Uint8Array");
  if (source.parse === undefined && source.parseBytes === undefined) {
    const decoder = createNdjsonDecoder(source.message.schema);
    return [decoder.decode(bytes), decoder.finish()].map((decoded) => intakeOfDecoded(source, decoded));
  }
  const splitter = createLineSplitter();
  return [splitter.decode(bytes), splitter.finish()].map((lines) => intakeOfLines(source, lines));
}

/** Payload lines of a recording. */
export function intakeOfLines(
  source: Source,
  {
    texts,
    lines,
    offsets,
    rejects,
  }: {
    readonly texts: readonly string[];
    readonly lines: ArrayLike<number>;
    readonly offsets: ArrayLike<number>;
    readonly rejects: Intake["rejects"];
  },
): Intake {
  const intake = intakeOfEnvelopes(
    source,
    texts.map((value) => ({ value })),
    { firstLine: 1, lines, offsets, optional: NONE },
  );
  return { ...intake, rejects: [...rejects, ...intake.rejects] };
}

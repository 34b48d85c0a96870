import type { Batch } from "../column/batch.ts";
import { TidemarkError } from "../errors.ts";
import { type DataFrame, frameOf } from "../frame/data-frame.ts";
import type { Decoded } from "../sources/decode/decoded.ts";
import { fitBatch } from "../sources/decode/fit.ts";
import { createInference, type InferredSchema, type SkippedField } from "../sources/decode/infer.ts";
import { type Columns, schemaOfColumns } from "../types/column-type.ts";
import type { Schema } from "../types/data-type.ts";
import { fieldNames } from "../types/schema.ts";
import { fitted } from "./intakes.ts";
import { lookAt, type Recording } from "./recording.ts";
import { isTable, partsOf } from "./table-recording.ts";
import { decodedOf, linesOf } from "./text-recording.ts";

export interface ReadTableOptions {
  /** The types of the columns to read; others are left out. By default all, with types by the file or all of its lines. */
  readonly columns?: Columns;
}

/** A file as a frame. */
export interface TableRead {
  readonly frame: DataFrame;
  /** Fields of the file that no column can hold, and why. */
  readonly skipped: readonly SkippedField[];
}

/**
 * Reads a whole file into a frame: NDJSON (plain or gzip), Parquet, Arrow IPC. The types of NDJSON are inferred from all
 * lines, which reads the file twice; to save that, give the types. No number is rounded to an inferred type.
 *
 * @throws recording.missing, recording.format; recording.invalid where the file is broken or, naming the line and what is
 * wrong with it, where a row does not fit the types; type.unsupported for an Arrow column that no column can hold
 * @example const { frame } = await readTable("events.parquet");
 */
export async function readTable(path: string, options: ReadTableOptions = {}): Promise<TableRead> {
  const wanted = options.columns === undefined ? undefined : schemaOfColumns(options.columns);
  const recording = await lookAt(path, { isPayload: false });
  return isTable(recording) ? readColumns(recording, wanted) : readLines(recording, wanted);
}

async function readColumns(recording: Recording, wanted: Schema | undefined): Promise<TableRead> {
  const { path } = recording;
  const skipped: SkippedField[] = [];
  const names = wanted === undefined ? undefined : fieldNames(wanted);
  let schema: Schema = wanted ?? { fields: [] };
  const batches: Batch[] = [];
  let row = 1;
  for await (const part of partsOf(recording, ignore, { wanted: names, skipped })) {
    schema = wanted ?? part.schema;
    if (part.batch.length === 0) continue;
    if (wanted === undefined) batches.push(part.batch);
    else
      batches.push(
        accepted(
          path,
          fitted(path, () => fitBatch(part.batch, part.schema, wanted, row)),
        ),
      );
    row += part.batch.length;
  }
  return { frame: frameOf({ schema, batches }), skipped };
}

async function readLines(recording: Recording, wanted: Schema | undefined): Promise<TableRead> {
  const { schema, skipped } = wanted === undefined ? await inferred(recording) : { schema: wanted, skipped: [] };
  const batches: Batch[] = [];
  for await (const decoded of decodedOf(recording, schema, ignore)) {
    const batch = accepted(recording.path, decoded);
    if (batch.length > 0) batches.push(batch);
  }
  return { frame: frameOf({ schema, batches }), skipped };
}

const ignore = (): void => {};

/** The rows, of which none may be rejected. @throws recording.invalid */
function accepted(path: string, { batch, rejects }: Decoded): Batch {
  const [first] = rejects;
  if (first === undefined) return batch;
  throw new TidemarkError("recording.invalid", `${path}:${first.line}: ${first.reason}`, {
    hint: "correct the line or remove it",
  });
}

/** The schema that all lines have; a sample would miss what comes later. */
async function inferred(recording: Recording): Promise<InferredSchema> {
  const inference = createInference(recording.path);
  for await (const { texts, lines } of linesOf(recording, ignore)) {
    for (const [i, text] of texts.entries()) inference.see(text, lines[i] ?? 0);
  }
  return inference.finish();
}

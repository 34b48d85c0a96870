import { intakeOfDecoded, intakeOfLines } from "../engine/input.ts";
import type { Intake } from "../engine/intake.ts";
import { TidemarkError } from "../errors.ts";
import { fitBatch } from "../sources/decode/fit.ts";
import type { Source } from "../sources/source.ts";
import { fieldNames } from "../types/schema.ts";
import { located } from "./broken.ts";
import type { Moved } from "./bytes.ts";
import type { Recording } from "./recording.ts";
import { isTable, partsOf } from "./table-recording.ts";
import { decodedOf, linesOf } from "./text-recording.ts";

/** Whether a source makes its messages from payloads. */
export const isParsing = ({ parse, parseBytes }: Source): boolean => parse !== undefined || parseBytes !== undefined;

/**
 * The messages of a recording as an engine takes them, piece by piece.
 * @throws recording.missing, recording.format, recording.invalid; schema.unknown-column, type.mismatch and
 * type.unsupported where a table does not have the columns of the source's message
 */
export async function* intakesOf(source: Source, recording: Recording, moved: Moved): AsyncGenerator<Intake> {
  const { path } = recording;
  const { schema } = source.message;
  if (isTable(recording)) {
    if (isParsing(source)) {
      throw new TidemarkError(
        "recording.format",
        `${path} is a table, and the source "${source.name}" parses payloads`,
        {
          hint: "give it a recording of lines, or make a source without parse for the table",
        },
      );
    }
    let row = 1;
    for await (const part of partsOf(recording, moved, { wanted: fieldNames(schema) })) {
      if (part.batch.length === 0) continue;
      yield intakeOfDecoded(
        source,
        fitted(path, () => fitBatch(part.batch, part.schema, schema, row)),
      );
      row += part.batch.length;
    }
  } else if (isParsing(source)) {
    for await (const lines of linesOf(recording, moved)) yield intakeOfLines(source, lines);
  } else {
    for await (const decoded of decodedOf(recording, schema, moved)) yield intakeOfDecoded(source, decoded);
  }
}

export function fitted<T>(path: string, fit: () => T): T {
  try {
    return fit();
  } catch (error) {
    if (error instanceof TidemarkError) throw located(path, error, "table");
    throw error;
  }
}

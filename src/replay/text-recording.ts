import { TidemarkError } from "../errors.ts";
import { createNdjsonDecoder } from "../sources/decode/ndjson.ts";
import type { Decoded } from "../sources/decode/decoded.ts";
import { createLineSplitter, type Lines } from "../sources/decode/lines.ts";
import type { Schema } from "../types/data-type.ts";
import { type Moved, piecesOf } from "./bytes.ts";
import type { Recording } from "./recording.ts";

const LINES_BROKEN_MAX = 1_000; // first lines none of which is JSON: then it is another format

/**
 * The messages of an NDJSON file, some 1 MiB at a time.
 * @throws recording.missing, recording.invalid; recording.format where none of the first 1,000 lines is a JSON object
 */
export async function* decodedOf({ path, isGzip }: Recording, schema: Schema, moved: Moved): AsyncGenerator<Decoded> {
  const decoder = createNdjsonDecoder(schema);
  let broken = 0;
  let isNdjson = false;
  const checked = (decoded: Decoded): Decoded => {
    if (isNdjson) return decoded;
    broken += decoded.rejects.length;
    isNdjson = decoded.batch.length > 0 || decoded.rejects.some(({ disposition }) => disposition !== "parse-failed");
    if (isNdjson || broken < LINES_BROKEN_MAX) return decoded;
    throw new TidemarkError(
      "recording.format",
      `${path}: none of the first ${LINES_BROKEN_MAX} lines is a JSON object`,
      {
        hint: "give the source a parse function, which turns a line into a message",
      },
    );
  };
  for await (const piece of piecesOf(path, isGzip, moved)) yield checked(decoder.decode(piece));
  yield checked(decoder.finish());
}

/** The lines of a text file, some 1 MiB at a time. @throws recording.missing, recording.invalid */
export async function* linesOf({ path, isGzip }: Recording, moved: Moved): AsyncGenerator<Lines> {
  const splitter = createLineSplitter();
  for await (const piece of piecesOf(path, isGzip, moved)) yield splitter.decode(piece);
  yield splitter.finish();
}

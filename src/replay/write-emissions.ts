import { Buffer } from "node:buffer";
import { access, constants, type FileHandle, open, rename, stat, unlink } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { pid } from "node:process";
import { tableToIPCPieces } from "../arrow/ipc.ts";
import type { Emissions } from "../engine/emission-log.ts";
import { TidemarkError } from "../errors.ts";
import { emissionCells } from "./emission-cells.ts";
import { lineWriter } from "./emission-lines.ts";
import { tableOfEmissions } from "./emission-table.ts";

/**
 * Writes emissions to a file, beside which they are first written under another name, so that a file with this name is
 * always whole. The ending says how: `.ndjson` has one JSON object a line (resolver, feature, entity, window, value,
 * revision, observedAt, retracted, seq; 64-bit integers exact as JSON numbers), `.arrow` is an Arrow IPC file with the
 * columns seq, resolver, feature, entity, window_start, window_end, value, revision, observed_at and retracted. There
 * `value` is an integer where all values are, a float where all are numbers that it holds exactly, else text.
 *
 * @throws recording.format for another ending; recording.missing where the file cannot be written
 * @example await writeEmissions(run.emissions, "features.arrow");
 */
export async function writeEmissions(emissions: Emissions, path: string): Promise<void> {
  const ending = extname(path).toLowerCase();
  if (ending !== ".ndjson" && ending !== ".arrow") {
    throw new TidemarkError("recording.format", `${path}: emissions cannot be written as "${ending}"`, {
      hint: "give the file the ending .ndjson or .arrow",
    });
  }
  const temporary = `${path}.${pid}.part`;
  try {
    const file = await open(temporary, "w");
    try {
      if (ending === ".arrow")
        for (const piece of tableToIPCPieces(tableOfEmissions(emissions), "file")) await file.writeFile(piece);
      else await writeLines(emissions, file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {}); // it may not be there
    if (error instanceof TidemarkError || !(error instanceof Error && "code" in error)) throw error;
    throw unwritable(path, error);
  }
}

/** Whether a file can be made, or made anew, at the path. @throws recording.missing */
export async function checkWritable(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
  const found = await stat(path).catch(() => undefined); // there may be none
  if (found !== undefined && !found.isFile()) throw unwritable(path, { code: "EISDIR" });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "there is no such folder",
  EACCES: "there is no permission to write to its folder",
  EPERM: "there is no permission to write to its folder",
  EROFS: "there is no permission to write to its folder",
  EISDIR: "there is something else than a file",
  ENOSPC: "the disk is full",
  ENAMETOOLONG: "the name is too long",
};

/** Says why without the other name, which nobody has asked for. */
function unwritable(path: string, error: unknown): TidemarkError {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  return new TidemarkError("recording.missing", `${path} cannot be written: ${REASONS[code] ?? code}`, {
    hint: "the folder must be there, and writable",
    cause: error,
  });
}

const PIECE_BYTES = 1_048_576; // written at once
const UTF8_BYTES_MAX = 3; // of one UTF-16 unit

async function writeLines(emissions: Emissions, file: FileHandle): Promise<void> {
  const lineOf = lineWriter();
  let bytes = Buffer.allocUnsafe(PIECE_BYTES);
  let length = 0;
  const flush = async (): Promise<void> => {
    await file.writeFile(bytes.subarray(0, length)); // goes on where the last write ended
    length = 0;
  };
  for (const cell of emissionCells(emissions)) {
    const line = lineOf(cell);
    const most = line.length * UTF8_BYTES_MAX;
    if (length + most > bytes.length) await flush();
    if (most > bytes.length) bytes = Buffer.allocUnsafe(most);
    length += bytes.write(line, length);
  }
  await flush();
}

import { Buffer } from "node:buffer";
import { extname } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { TidemarkError } from "../errors.ts";
import { broken } from "./broken.ts";
import { fill, gzipError, opened, piecesOf } from "./bytes.ts";

/** A file that has been looked at. */
export interface Recording {
  readonly path: string;
  /** Bytes on disk. */
  readonly size: number;
  readonly isGzip: boolean;
  readonly format: "ndjson" | "lines" | "parquet" | "arrow-file" | "arrow-stream";
}

export interface LookOptions {
  /** Whether text is payload lines (of a source that parses), whatever it looks like. */
  readonly isPayload: boolean;
}

const HEAD_BYTES = 4_096; // looked at, to tell the format

/** Tells the format of a file by its first bytes, then by its name. @throws recording.missing, recording.format, recording.invalid */
export async function lookAt(path: string, { isPayload }: LookOptions): Promise<Recording> {
  const file = await opened(path);
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.min(size, HEAD_BYTES));
    const head = bytes.subarray(0, await fill(file, bytes, 0));
    const isGzip = startsWith(head, [0x1f, 0x8b]);
    const format = formatOf(path, isGzip ? unpackedHead(path, head) : head, isPayload);
    if (isGzip && (format === "parquet" || format === "arrow-file")) {
      throw new TidemarkError(
        "recording.format",
        `${path} is a packed ${format === "parquet" ? "Parquet" : "Arrow"} file`,
        {
          hint: "unpack it first: it is read by range",
        },
      );
    }
    return { path, size, isGzip, format };
  } finally {
    await file.close();
  }
}

/** Whether there is not a byte in it, unpacked. @throws recording.missing, recording.invalid */
export async function isEmpty({ path, size, isGzip }: Recording): Promise<boolean> {
  if (!isGzip) return size === 0;
  for await (const piece of piecesOf(path, isGzip, () => {})) if (piece.length > 0) return false;
  return true;
}

function unpackedHead(path: string, head: Uint8Array): Uint8Array {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw gzipError(path, error);
  }
}

const PARQUET_MAGIC = [...Buffer.from("PAR1")];
const ARROW_MAGIC = [...Buffer.from("ARROW1")];
const STREAM_MAGIC = [0xff, 0xff, 0xff, 0xff];
const BOM = [0xef, 0xbb, 0xbf];
const OPEN_OBJECT = 0x7b;
const OPEN_LIST = 0x5b;
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** What may stand in text beside printable characters: tab, line breaks, form feed, escape. */
const CONTROLS = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b]);

function formatOf(path: string, head: Uint8Array, isPayload: boolean): Recording["format"] {
  if (startsWith(head, PARQUET_MAGIC)) return "parquet";
  if (startsWith(head, ARROW_MAGIC)) return "arrow-file";
  if (startsWith(head, STREAM_MAGIC)) return "arrow-stream";
  if (isPayload) return "lines";
  const ending = extname(path.replace(/\.gz$/i, "")).toLowerCase();
  if (ending === ".parquet") throw notReally(path, "a Parquet file");
  if ([".arrow", ".arrows", ".feather", ".ipc"].includes(ending)) throw notReally(path, "Arrow data");
  if (head.some((byte) => byte < 0x20 && !CONTROLS.has(byte))) throw unknownFormat(path, "the bytes are no text");
  const text = startsWith(head, BOM) ? head.subarray(BOM.length) : head;
  const first = text.find((byte) => !SPACES.has(byte));
  if (first === undefined || first === OPEN_OBJECT) return "ndjson";
  // A list may also be one broken line of many, but then the ending says that the rest is NDJSON.
  if (first === OPEN_LIST && ending === ".json") throw unknownFormat(path, "it is one JSON list");
  if ([".ndjson", ".jsonl", ".json"].includes(ending)) return "ndjson";
  throw unknownFormat(path, "the text does not begin with a JSON object");
}

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);

const notReally = (path: string, what: string): TidemarkError =>
  broken(
    path,
    `the file is called ${what}, but does not begin as one`,
    "the file is empty, was cut off, or has the wrong name",
  );

const unknownFormat = (path: string, why: string): TidemarkError =>
  new TidemarkError("recording.format", `${path}: the format is not known: ${why}`, {
    hint: "give NDJSON (plain or gzip), Parquet or Arrow IPC; for lines of another kind, give the source a parse function",
  });

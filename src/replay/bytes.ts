import { type FileHandle, open, stat } from "node:fs/promises";
import { Readable, pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { TidemarkError } from "../errors.ts";
import { broken } from "./broken.ts";

const CHUNK_BYTES = 1_048_576; // 1 MiB a read: some 10,000 lines of 100 bytes

/** Told how many bytes of a file, as it is on disk, have been read so far. */
export type Moved = (bytes: number) => void;

/** An open file that is read by range. */
export interface RandomAccess {
  readonly size: number;
  /** Bytes `start` to `end`. @throws recording.invalid where the file is shorter */
  read(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** @throws recording.missing */
export async function openFile(path: string): Promise<RandomAccess> {
  const file = await opened(path);
  const { size } = await file.stat();
  return {
    size,
    read: async (start, end) => {
      const bytes = new Uint8Array(end - start);
      const read = await fill(file, bytes, start);
      if (read < bytes.length) throw broken(path, `the file ends at byte ${start + read}`, "the file was cut off");
      return bytes;
    },
    close: () => file.close(),
  };
}

/** A file that is there and can be read. @throws recording.missing */
export async function opened(path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    // Opening a pipe that nobody writes to would wait for ever without O_NONBLOCK, so the kind is asked for first.
    await checkKind(path);
    file = await open(path, "r");
  } catch (error) {
    throw missing(path, error);
  }
  return file;
}

async function checkKind(path: string): Promise<void> {
  const found = await stat(path);
  if (found.isFile()) return;
  throw new TidemarkError(
    "recording.missing",
    `${path} is ${found.isDirectory() ? "a directory" : "no regular file"}`,
    {
      hint: found.isDirectory() ? "name the files in it" : "write it to a file first",
    },
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "there is no permission to read it",
  EPERM: "there is no permission to read it",
  ELOOP: "its links go in a circle",
  ENAMETOOLONG: "the name is too long",
};

const HINTS: Readonly<Record<string, string>> = {
  EACCES: "ask for the right to read it, or name another file",
  EPERM: "ask for the right to read it, or name another file",
  ENAMETOOLONG: "give a path, not what stands in the file",
};

function missing(path: string, error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return new TidemarkError("recording.missing", `${path}: ${REASONS[code] ?? String(error)}`, {
    hint: HINTS[code] ?? "paths are relative to the working directory",
    cause: error,
  });
}

/** Reads until `bytes` is full or the file ends; the number of bytes read. */
export async function fill(file: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, position + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at;
}

/** The bytes of a file in pieces of at most 1 MiB or so, unpacked where it is gzip. @throws recording.missing, recording.invalid */
export async function* piecesOf(path: string, isGzip: boolean, moved: Moved): AsyncGenerator<Uint8Array> {
  const pieces = rawPieces(path, moved);
  if (!isGzip) {
    yield* pieces;
    return;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // What goes wrong in the pipeline ends the iteration below, so the callback has nothing to do.
  pipeline(Readable.from(pieces, { highWaterMark: 1 }), gunzip, () => {});
  try {
    for await (const piece of gunzip as AsyncIterable<Uint8Array>) yield piece;
    await checkPadding(path, gunzip.bytesWritten);
  } catch (error) {
    throw gzipError(path, error);
  }
}

/** zlib stops at the first zero behind a member and passes over what follows; only zeros, as tapes pad, may. */
async function checkPadding(path: string, position: number): Promise<void> {
  const file = await opened(path);
  try {
    const bytes = new Uint8Array(CHUNK_BYTES);
    for (let at = position; ; ) {
      const read = await fill(file, bytes, at);
      if (read === 0) return;
      at += read;
      if (bytes.subarray(0, read).some((byte) => byte !== 0)) throw new RangeError("bytes follow its end");
    }
  } finally {
    await file.close();
  }
}

async function* rawPieces(path: string, moved: Moved): AsyncGenerator<Uint8Array> {
  const file = await opened(path);
  try {
    for (let at = 0; ; ) {
      const bytes = new Uint8Array(CHUNK_BYTES);
      const read = await fill(file, bytes, at);
      if (read === 0) return;
      at += read;
      moved(at);
      yield bytes.subarray(0, read);
    }
  } finally {
    await file.close();
  }
}

/** What zlib says, in words. */
export function gzipError(path: string, error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "Z_BUF_ERROR")
    return broken(path, "the gzip data ends too early", "the file was cut off, or bytes follow its end", error);
  const reason = error instanceof Error ? error.message : String(error);
  return broken(path, `the gzip data is damaged (${reason})`, "write the file again", error);
}

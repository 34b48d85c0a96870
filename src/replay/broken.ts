import { type ErrorCode, TidemarkError } from "../errors.ts";

/** The error of a recording that is broken. */
export const broken = (path: string, what: string, hint?: string, cause?: unknown): TidemarkError =>
  new TidemarkError("recording.invalid", `${path}: ${what}`, { hint, cause });

/**
 * What a reader threw, with the path in front: damaged Arrow data is a broken recording, and so is anything that is no
 * `TidemarkError`, since only bytes that contradict their format bring it about.
 */
export function located(path: string, error: unknown, format: string): TidemarkError {
  if (error instanceof TidemarkError) {
    const code: ErrorCode = error.code === "arrow.invalid" ? "recording.invalid" : error.code;
    if (error.summary.startsWith(`${path}: `)) return error;
    return new TidemarkError(code, `${path}: ${error.summary}`, { hint: error.hint, cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return broken(path, `the ${format} is damaged (${reason})`, "the file was cut off or altered: write it again", error);
}

import process from "node:process";
import type { Progress } from "../replay/index.ts";
import { grouped, shownBytes, shownSeconds } from "./quantity.ts";

/** Shows how far a replay has come. */
export interface ProgressBar {
  readonly update: (progress: Progress) => void;
  /** Takes the bar away. */
  readonly stop: () => void;
}

const BAR_WIDTH = 10; // characters
const FRAMES_PER_SECOND = 10;

/** A bar on standard error, or nothing where that is no terminal. The cursor stays as it is, so nothing is to be undone after Ctrl-C. */
export async function progressBar(): Promise<ProgressBar | undefined> {
  if (!process.stderr.isTTY) return undefined;
  const { SingleBar } = await import("cli-progress");
  let latest: Progress | undefined;
  const bar = new SingleBar({
    stream: process.stderr,
    fps: FRAMES_PER_SECOND,
    clearOnComplete: true,
    hideCursor: false,
    linewrap: true, // leaves the terminal's setting alone, and cuts a line that is too long
    gracefulExit: false, // its listener would keep Ctrl-C from ending the process
    format: () => (latest === undefined ? "" : progressLine(latest)),
  });
  return {
    update: (progress) => {
      if (latest === undefined) bar.start(Math.max(1, progress.bytesTotal), 0);
      latest = progress;
      bar.update(progress.bytesRead);
    },
    stop: () => bar.stop(),
  };
}

/** `[####------]  42%  1.2 of 2.9 GB  1,234,567 rows  812,000 rows/s  1m 02s left`: fits 80 characters. */
export function progressLine({ bytesRead, bytesTotal, rows, rowsPerSecond, secondsLeft }: Progress): string {
  const share = bytesTotal > 0 ? Math.min(1, bytesRead / bytesTotal) : 1;
  const full = Math.floor(share * BAR_WIDTH);
  return [
    `[${"#".repeat(full)}${"-".repeat(BAR_WIDTH - full)}] ${String(Math.floor(share * 100)).padStart(3)}%`,
    shownBytes(bytesRead, bytesTotal),
    `${grouped(rows)} rows`,
    `${grouped(Math.round(rowsPerSecond))} rows/s`,
    ...(secondsLeft === null ? [] : [`${shownSeconds(secondsLeft)} left`]),
  ].join("  ");
}

import { hrtime } from "node:process";
import { setImmediate } from "node:timers/promises";
import { dateOfUs } from "../types/time.ts";
import type { Progress } from "./options.ts";

const REPORT_SECONDS = 0.1; // between two reports
const YIELD_SECONDS = 0.05; // the longest time without a turn of the event loop
const NS_PER_SECOND = 1e9;

/** Seconds since it was made. Only reports read it: no result of a replay depends on the machine's clock. */
function stopwatch(): () => number {
  const start = hrtime.bigint();
  return () => Number(hrtime.bigint() - start) / NS_PER_SECOND;
}

/** Counts what has been read and reports it. */
export interface Meter {
  /** For one file of so many bytes. */
  file(bytes: number): (read: number) => void;
  /** Counts messages with these times. */
  count(rows: number, times: Float64Array): void;
  /** Reports where it is time to, and lets others have a turn. */
  breathe(): Promise<void>;
  /** The last report. */
  finish(): { readonly rows: number; readonly seconds: number };
}

export function createMeter(onProgress: ((progress: Progress) => void) | undefined): Meter {
  const seconds = stopwatch();
  let [bytesRead, bytesTotal, rows, latestUs] = [0, 0, 0, Number.NEGATIVE_INFINITY];
  let [reportedAt, breathedAt] = [0, 0];

  const report = (now: number, done: boolean): void => {
    const share = bytesTotal === 0 ? 0 : bytesRead / bytesTotal;
    onProgress?.({
      bytesRead,
      bytesTotal,
      rows,
      rowsPerSecond: now > 0 ? rows / now : 0,
      secondsLeft: done ? 0 : share > 0 ? (now * (1 - share)) / share : null,
      eventTime: Number.isFinite(latestUs) ? dateOfUs(latestUs) : null,
      done,
    });
  };

  return {
    file: (bytes) => {
      bytesTotal += bytes;
      let before = 0;
      return (read) => {
        const now = Math.min(Math.max(read, before), bytes); // a file that grows meanwhile counts as it was
        bytesRead += now - before;
        before = now;
      };
    },
    count: (more, times) => {
      rows += more;
      for (const time of times) if (time > latestUs) latestUs = time;
    },
    breathe: async () => {
      const now = seconds();
      if (now - reportedAt >= REPORT_SECONDS) {
        reportedAt = now;
        report(now, false);
      }
      if (now - breathedAt < YIELD_SECONDS) return;
      await setImmediate();
      breathedAt = seconds();
    },
    finish: () => {
      const now = seconds();
      bytesRead = bytesTotal;
      report(now, true);
      return { rows, seconds: now };
    },
  };
}

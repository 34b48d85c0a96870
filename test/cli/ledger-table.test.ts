import { describe, expect, it } from "vitest";
import { deadLetterLines, failureLines, ledgerFrame } from "../../src/cli/ledger-table.ts";
import type { DeadLetter } from "../../src/index.ts";

const none = {
  applied: 0,
  skipped: 0,
  "parse-failed": 0,
  invalid: 0,
  "no-timestamp": 0,
  "null-key": 0,
  late: 0,
  duplicate: 0,
  failed: 0,
};

describe("ledgerFrame", () => {
  it("has a column for each disposition that occurs", () => {
    const frame = ledgerFrame({
      logins: { pushed: 5, ...none, applied: 3, invalid: 2 },
      orders: { pushed: 1, ...none, late: 1 },
    });
    expect(frame.toRows()).toEqual([
      { source: "logins", pushed: 5, applied: 3, invalid: 2, late: 0 },
      { source: "orders", pushed: 1, applied: 0, invalid: 0, late: 1 },
    ]);
  });
});

describe("deadLetterLines", () => {
  const letter = (line: number, reason: string, file?: string): DeadLetter => ({
    source: "logins",
    disposition: "invalid",
    reason,
    raw: new Uint8Array(),
    position: { file, line, offset: -1 },
  });

  it("names file, line and reason, on one line and without control characters", () => {
    expect(deadLetterLines([letter(7, "no \u001b[2J\nfield", "a.ndjson"), letter(8, "gone")])).toEqual([
      "a.ndjson:7: invalid: no \u00b7[2J field",
      "logins:8: invalid: gone",
    ]);
  });

  it("shows the first twenty", () => {
    const lines = deadLetterLines(Array.from({ length: 25 }, (_, i) => letter(i + 1, "gone", "a.ndjson")));
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe("... and 5 more");
  });
});

describe("failureLines", () => {
  it("names resolver, key and window", () => {
    const window = { start: new Date("2026-01-01T12:00:00Z"), end: new Date("2026-01-01T12:10:00Z") };
    expect(
      failureLines([
        { resolver: "r", key: "u1", window, error: new Error("boom\nline two") },
        { resolver: "m", key: null, window: null, error: "text" },
      ]),
    ).toEqual(["r (u1, 2026-01-01T12:00:00.000Z to 2026-01-01T12:10:00.000Z): boom line two", "m (null): text"]);
  });
});

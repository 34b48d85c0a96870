import { describe, expect, it } from "vitest";
import { progressLine } from "../../src/cli/progress.ts";
import { plural, shownBytes, shownSeconds } from "../../src/cli/quantity.ts";

describe("progressLine", () => {
  const progress = {
    bytesRead: 1_250_000_000,
    bytesTotal: 2_900_000_000,
    rows: 1_234_567,
    rowsPerSecond: 812_345.6,
    secondsLeft: 61.2,
    eventTime: null,
    done: false,
  };

  it("shows share, bytes, rows, rows a second and the time left", () => {
    expect(progressLine(progress)).toBe(
      "[####------]  43%  1.3 of 2.9 GB  1,234,567 rows  812,346 rows/s  1m 02s left",
    );
  });

  it("is full where there is nothing to read, and says no time that nobody knows", () => {
    const line = progressLine({
      ...progress,
      bytesRead: 0,
      bytesTotal: 0,
      rows: 0,
      rowsPerSecond: 0,
      secondsLeft: null,
    });
    expect(line).toBe("[##########] 100%  0 of 0 B  0 rows  0 rows/s");
  });
});

describe("quantities", () => {
  it.each([
    [7, 999, "7 of 999 B"],
    [7, 1_000, "0.0 of 1.0 kB"],
    [500_000, 1_500_000, "0.5 of 1.5 MB"],
    [7e15, 7e15, "7000.0 of 7000.0 TB"],
  ])("%d of %d bytes are %s", (part, whole, text) => {
    expect(shownBytes(part, whole)).toBe(text);
  });

  it.each([
    [0, "0s"],
    [8.2, "9s"],
    [60, "1m 00s"],
    [3_599, "59m 59s"],
    [11_100, "3h 05m"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(shownSeconds(seconds)).toBe(text);
  });

  it("have their noun", () => {
    expect([plural(1, "row"), plural(0, "row"), plural(12_345, "row")]).toEqual(["1 row", "0 rows", "12,345 rows"]);
  });
});

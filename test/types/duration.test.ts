import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationLabel, durationUs } from "../../src/types/duration.ts";

const SECOND = 1_000_000;

describe("durationUs", () => {
  it.each([
    ["1ms", 1_000],
    ["1s", SECOND],
    ["10m", 600 * SECOND],
    ["1h", 3_600 * SECOND],
    ["1d", 86_400 * SECOND],
    ["2w", 1_209_600 * SECOND],
    ["1h30m", 5_400 * SECOND],
    ["30m1h", 5_400 * SECOND],
    ["1w2d3h4m5s6ms", 788_645_006_000],
    ["1m1ms", 60 * SECOND + 1_000],
    [" 1h 30m ", 5_400 * SECOND],
    ["10 m", 600 * SECOND],
    ["007s", 7 * SECOND],
    ["0s", 0],
    ["all", Infinity],
    ["infinity", Infinity],
    ["9007199254s", 9_007_199_254 * SECOND],
  ])("%j is %d us", (text, expected) => {
    expect(durationUs(text)).toBe(expected);
  });

  it.each([
    "",
    " ",
    "10",
    "m",
    "10M",
    "1H",
    "1.5h",
    "-1h",
    "+1h",
    "1h1h",
    "1m2m",
    "1us",
    "1min",
    "1y",
    "1h30",
    "1h,30m",
    "1e3s",
    "ALL",
    "all 1s",
    "9007199255s",
    "99999999999999999999999999w",
    "１h",
    "1h\0",
    "∞",
  ])("%j is none", (text) => {
    expect(() => durationUs(text)).toThrow(expect.objectContaining({ code: "duration.invalid" }));
  });

  it("refuses what is not text, as from JavaScript", () => {
    for (const value of [10, null, undefined, {}, ["1h"]]) {
      expect(() => durationUs(value as string)).toThrow(expect.objectContaining({ code: "duration.invalid" }));
    }
  });

  it("points at the part that is wrong", () => {
    expect(() => durationUs("1h30x")).toThrow(/1 \| 1h30x\n {4}\| {3}\^\^\^\n/);
  });

  it("adds parts up, in any order", () => {
    const units = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
    fc.assert(
      fc.property(
        fc.shuffledSubarray(Object.entries(units), { minLength: 1 }),
        fc.array(fc.nat({ max: 999 }), { minLength: 6, maxLength: 6 }),
        (parts, counts) => {
          const text = parts.map(([unit], i) => `${counts[i]}${unit}`).join("");
          expect(durationUs(text)).toBe(parts.reduce((sum, [, ms], i) => sum + counts[i]! * ms * 1_000, 0));
        },
      ),
    );
  });

  it("answers at once whatever the text", () => {
    const started = performance.now();
    for (const part of ["1", " ", "1 ", "1h"])
      expect(() => durationUs(`${part.repeat(200_000)}x`)).toThrow("is not a duration");
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("durationLabel", () => {
  it.each([
    ["10m", "600"],
    ["500ms", "0.5"],
    ["1s1ms", "1.001"],
    ["52w", "31449600"],
    ["all", "all"],
  ])("of %s is %s", (text, label) => {
    expect(durationLabel(durationUs(text))).toBe(label);
  });
});

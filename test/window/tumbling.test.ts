import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastEndedStart, windowEnd, windowStart } from "../../src/window/tumbling.ts";
import { advanced, firstReaching, initialWatermark, observed } from "../../src/window/watermark.ts";

const US = 1_000_000; // microseconds of a second

describe("tumbling windows", () => {
  it("hold each time in exactly one, also before 1970", () => {
    const lengths = fc.integer({ min: 1, max: 1_000_000 }).map((ms) => ms * 1_000);
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), lengths, (time, length) => {
        const start = windowStart(time, length);
        expect(start <= time && time < windowEnd(start, length)).toBe(true);
        expect(Math.abs(start % length)).toBe(0);
        const ended = windowEnd(lastEndedStart(time, length), length);
        expect(ended <= time && time < ended + length).toBe(true);
      }),
    );
  });

  it("are one without bounds where the length has none", () => {
    const all = Number.POSITIVE_INFINITY;
    expect([windowStart(5, all), windowEnd(windowStart(5, all), all)]).toEqual([-all, all]);
    expect(lastEndedStart(5, all)).toBe(-all);
  });
});

describe("a watermark", () => {
  it("moves with every message inside a batch and never goes back", () => {
    const { after, watermark } = observed(initialWatermark, Float64Array.of(10, 5, Number.NaN, 30, 20), 4);
    expect([...after]).toEqual([6, 6, 6, 26, 26]);
    expect(watermark).toEqual({ atUs: 26, latestUs: 30 });
    expect(advanced(watermark, 28)).toEqual({ atUs: 28, latestUs: 30 });
    expect(advanced(watermark, 3)).toEqual(watermark);
    expect(observed(advanced(watermark, 100), Float64Array.of(50 * US), 0).watermark.atUs).toBe(50 * US);
  });

  it("reaches a time at the first position that is not below it", () => {
    const after = Float64Array.of(1, 3, 3, 7);
    expect([0, 1, 2, 3, 4, 7, 8].map((us) => firstReaching(after, us))).toEqual([0, 0, 1, 1, 3, 3, 4]);
  });
});

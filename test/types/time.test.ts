import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  civilFromDays,
  dateOfUs,
  dateUs,
  daysFromCivil,
  daysInMonth,
  formatTimestamp,
  isoTimestamp,
  isTimestampUs,
  parseTimestamp,
} from "../../src/types/time.ts";
import { failed, type Oracle, openDuckdb, sqlText } from "../kernels/duckdb.ts";

const FIRST = -9_223_372_022_400_000_000n;
const LAST = 2n ** 63n - 2n;
const us = fc.oneof(
  fc.bigInt({ min: FIRST, max: LAST }),
  fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }),
  fc.bigInt({ min: -(10n ** 7n), max: 10n ** 7n }),
  fc.bigInt({ min: -9_300_000n, max: 9_300_000n }).map((seconds) => seconds * 1_000_000n * 86_400n),
);
const edges = [
  0n,
  -1n,
  1n,
  999_999n,
  -999_999n,
  1_709_164_800_000_000n,
  951_782_400_000_000n,
  -2_203_977_600_000_000n,
  -62_135_596_800_000_000n,
  -62_135_596_800_000_001n,
  -62_167_219_200_000_001n,
  253_402_300_799_999_999n,
  253_402_300_800_000_000n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  FIRST,
  LAST,
].filter((t) => t >= FIRST);
const big = (value: number | bigint | undefined): bigint | null => (value === undefined ? null : BigInt(value));

describe("times against DuckDB", () => {
  let duckdb: Oracle;
  beforeAll(async () => {
    duckdb = await openDuckdb();
  });
  afterAll(() => duckdb.close());

  it("formats as DuckDB does, and reads back what it wrote", async () => {
    const times = [...edges, ...fc.sample(us, { numRuns: 1_500, seed: 7 })];
    const rows = await duckdb.rows(`select make_timestamp(t)::varchar from (select unnest([${times.join(",")}]) t)`);
    times.forEach((time, i) => {
      expect([time, formatTimestamp(time)]).toEqual([time, rows[i]![0]]);
      expect(big(parseTimestamp(formatTimestamp(time)))).toBe(time);
      expect(big(parseTimestamp(isoTimestamp(time)))).toBe(time);
    });
  });

  const read =
    `2024-01-01|2024-1-1|2024-02-29|2023-02-29|2000-02-29|1900-02-29|2100-02-29|0001-01-01|0000-01-01|-0001-01-01|-0043-03-15 12:00:00
0044-03-15 (BC) 12:00:00|0044-03-15 (BC)|0044-03-15 (BC) 12:00:00+01|0000-01-01 (BC)|-0001-01-01 (BC)|2024-01-01 (BC)T12:00:00|2024-01-01 (BC)12:00:00
9999-12-31 23:59:59.999999|10000-01-01|294247-01-10 04:00:54.775806+00|294247-01-10 04:00:54.775807+00|294247-01-10 04:00:54.775808+00|294248-01-01|300000-01-01
-290308-12-22 00:00:00+00|290309-12-22 (BC) 00:00:00+00|290309-12-21 (BC) 23:59:59+00|999999-01-01|-999999-01-01|2024-01-01T12:00:00Z|2024-01-01 12:00|2024-01-01 12|2024-01-01T
2024-01-01 12:00:00.|2024-01-01 12:00:00.1|2024-01-01 12:00:00.123456789|2024-01-01 12:00:00.9999999|2024-01-01 12:00:00.1234567890123|2024-01-01 24:00:00
2024-01-01 24:00:00.5|2024-01-01 24:00:01|2024-01-01 25:00:00|2024-01-01 23:59:60|2024-01-01 23:60:00|2024-01-01 1:2:3|2024-01-01 01:2:03|2024-01-01 12:00:00+01
2024-01-01 12:00:00+01:30|2024-01-01 12:00:00+0130|2024-01-01 12:00:00-01:30|2024-01-01 12:00:00+15:59|2024-01-01 12:00:00-15:59|2024-01-01 12:00:00 UTC
2024-01-01 12:00:00+1|2024-01-01t12:00:00|2024-01/01|2024-13-01|2024-01-32|2024-00-01|2024-01-00|20240101|2024-01-01Z|2024-01-01+01:00|2024-01-01  12:00:00
1969-12-31 23:59:59.999999|2024-01-01 12:00:00.5+01:00|2024-01-01 12:00:00+14|-001000-01-01|2024-01-01 12:00:00 PM|now|today|2024-001-01||x|2024|2024-01|12:00:00| 2024-01-01| 2024-01-01 12:00:00 |+10000-01-01x
2024-01-01 12:00:00Zx|2024-01-01 12:00:00+01:30x|2024-01-01 12:00:00+01:3`.split(/[|\n]/);

  it("reads what DuckDB reads as TIMESTAMPTZ in UTC, to the same microsecond", async () => {
    for (const text of read) {
      const theirs = await duckdb.value(`epoch_us(try_cast(${sqlText(text)} as timestamptz))`);
      expect([text, big(parseTimestamp(text))]).toEqual([text, theirs === failed ? null : theirs]);
    }
  });

  it("reads forms of ISO 8601 that DuckDB does not", () => {
    const noon = 1_704_110_400_000_000;
    for (const text of [
      "2024-01-01T12:00Z",
      "2024-01-01 12:00+00",
      "2024-01-01T12:00:00z",
      "2024-01-01T12:00:00,0Z",
      "2024-01-01 12:00:00 +00:00",
      " 2024-01-01T12:00:00Z\n",
    ]) {
      expect([text, parseTimestamp(text)]).toEqual([text, noon]);
    }
    expect(parseTimestamp("+010000-01-01T00:00:00Z")).toBe(253_402_300_800_000_000n);
  });

  it("does not read what is no ISO 8601, though DuckDB does", () => {
    for (const text of [
      "99-01-01",
      "2024/01/01",
      "epoch",
      "infinity",
      "2024-01-01 12:00:00+16",
      "2024-01-01 12:00:00+01:60",
      "2024-01-01 12:00:00+01:30:15",
      "2024-01-01 012:00:00",
    ]) {
      expect([text, parseTimestamp(text)]).toEqual([text, undefined]);
    }
  });
});

describe("parseTimestamp", () => {
  it("reads what Date writes", () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        expect(big(parseTimestamp(date.toISOString()))).toBe(big(dateUs(date)));
        expect(isoTimestamp(dateUs(date)!)).toBe(date.toISOString());
      }),
    );
  });

  it("answers at once whatever the text", () => {
    // Regression: two runs of spaces side by side took quadratic time.
    const started = performance.now();
    for (const part of [" ", "0", ".", "2024-01-01 ", "1:", "+", "\u00a0"]) {
      for (const head of ["", "2024-01-01", "2024-01-01 ", "2024-01-01 12:00", "2024-01-01 12:00:00."]) {
        expect(parseTimestamp(`${head}${part.repeat(200_000)}x`)).toBeUndefined();
      }
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("gives a bigint only where a number is not exact", () => {
    expect(parseTimestamp("2255-06-05 23:47:34.740991")).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseTimestamp("2255-06-05 23:47:34.740992")).toBe(2n ** 53n);
    expect(parseTimestamp("1684-07-28 00:12:25.259008")).toBe(-(2n ** 53n));
    expect(parseTimestamp("1684-07-28 00:12:25.259009")).toBe(-Number.MAX_SAFE_INTEGER);
    expect(isTimestampUs(LAST)).toBe(true);
    expect(isTimestampUs(LAST + 1n)).toBe(false);
    expect(isTimestampUs(FIRST - 1n)).toBe(false);
    expect(isTimestampUs(Number.NaN)).toBe(false);
  });
});

describe("dates", () => {
  it("days and civil dates are inverse, and agree with Date", () => {
    fc.assert(
      fc.property(fc.integer({ min: -106_000_000, max: 106_000_000 }), (days) => {
        const { year, month, day } = civilFromDays(days);
        expect(daysFromCivil(year, month, day)).toBe(days);
        expect(day).toBeLessThanOrEqual(daysInMonth(year, month));
        const date = new Date(days * 86_400_000);
        if (Number.isNaN(date.getTime())) return;
        expect([year, month, day]).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]);
      }),
    );
    expect([2023, 2024, 1900, 2000].map((year) => daysInMonth(year, 2))).toEqual([28, 29, 28, 29]);
    expect([0, 13].map((month) => daysInMonth(2024, month))).toEqual([0, 0]);
  });

  it("dateOfUs rounds down to the millisecond, numbers and bigints alike", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n }), (time) => {
        const ms = time / 1_000n - (time < 0n && time % 1_000n !== 0n ? 1n : 0n);
        expect(dateOfUs(time).getTime()).toBe(Number(ms));
        expect(dateOfUs(Number(time)).getTime()).toBe(Number(ms));
      }),
    );
    expect(dateUs(new Date(Number.NaN))).toBeUndefined();
    expect(dateUs(new Date(8.64e15))).toBe(8_640_000_000_000_000_000n);
  });
});

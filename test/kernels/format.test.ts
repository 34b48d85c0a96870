import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatDouble } from "../../src/kernels/format.ts";
import { type Oracle, openDuckdb, sqlDouble } from "./duckdb.ts";

describe("formatDouble", () => {
  let duckdb: Oracle;
  beforeAll(async () => {
    duckdb = await openDuckdb();
  });
  afterAll(() => duckdb.close());

  it("prints what DuckDB prints", async () => {
    const edges = [
      0,
      -0,
      1,
      -1,
      0.1,
      1e-4,
      9.999e-5,
      1e-5,
      123456789,
      1e15,
      9999999999999998,
      1e16,
      -1e16,
      1.5e16,
      1e17,
      1e21,
      1e22,
      1e100,
      1.25e-7,
      2 ** 53,
      Number.MAX_VALUE,
      Number.MIN_VALUE,
      Number.NaN,
      Infinity,
      -Infinity,
    ];
    const powers = Array.from({ length: 60 }, (_, i) => 1.5 * 10 ** (i - 30));
    const random = fc.sample(fc.oneof(fc.double(), fc.double({ min: -1e6, max: 1e6 }), fc.integer()), {
      numRuns: 3_000,
      seed: 1_977,
    });
    const values = [...edges, ...powers, ...random];
    const sql = `select unnest([${values.map(sqlDouble).join(",")}])::varchar`;
    expect(values.map(formatDouble)).toEqual((await duckdb.rows(sql)).map((row) => row[0]));
  });

  it("reads back equal", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(formatDouble(value))).toBe(value);
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import type { Batch } from "../../../src/column/batch.ts";
import { columnOf } from "../../../src/column/builder.ts";
import { fitBatch } from "../../../src/sources/decode/fit.ts";
import { type Columns, schemaOfColumns, t } from "../../../src/types/column-type.ts";
import type { Schema } from "../../../src/types/data-type.ts";
import { parseTimestamp } from "../../../src/types/time.ts";
import { bytesOf, rowsOf } from "./support.ts";

function table(columns: Columns, values: Record<string, unknown[]>): [Batch, Schema] {
  const schema = schemaOfColumns(columns);
  const made = schema.fields.map(({ name, type }) => columnOf(type, values[name] ?? []));
  return [{ length: made[0]?.length ?? 0, columns: made }, schema];
}

function fitOne(from: Columns[string], values: unknown[], to: Columns[string]) {
  const [batch, schema] = table({ x: from }, { x: values });
  const { batch: fitted, lines, rejects } = fitBatch(batch, schema, schemaOfColumns({ x: to }), 1);
  return {
    cells: rowsOf(fitted).map(([cell]) => cell),
    lines: [...lines],
    reasons: rejects.map(({ reason }) => reason),
  };
}

describe("fitBatch", () => {
  it("matches columns by name and passes equal layouts without a copy", () => {
    const [batch, schema] = table(
      { a: t.int(), s: t.utf8(), z: t.bool() },
      { a: [1, 2], s: ["x", "y"], z: [true, false] },
    );
    const to = schemaOfColumns({ s: t.utf8(), more: t.float().nullable(), a: t.bigint() });
    const fitted = fitBatch(batch, schema, to, 5);
    expect(fitted.batch.columns[0]).toBe(batch.columns[1]);
    expect(fitted.batch.columns[2]).toBe(batch.columns[0]);
    expect(rowsOf(fitted.batch)).toEqual([
      ["x", null, 1],
      ["y", null, 2],
    ]);
    expect([...fitted.lines]).toEqual([5, 6]);
    expect(fitted.rejects).toEqual([]);
  });

  const big = 2n ** 53n + 1n;
  it.each<[string, Columns[string], unknown[], Columns[string], unknown[]]>([
    ["int32 to int", t.int32(), [1, -2], t.int(), [1, -2]],
    ["int32 to float", t.int32(), [1, -2], t.float(), [1, -2]],
    ["int to int32", t.int(), [1, -(2 ** 31)], t.int32(), [1, -(2 ** 31)]],
    ["int to float", t.bigint(), [1, 2n ** 60n], t.float(), [1, 2 ** 60]],
    ["float to int", t.float(), [1, -0, 2 ** 40], t.int(), [1, 0, 2 ** 40]],
    ["float to int32", t.float(), [7], t.int32(), [7]],
    ["float to bigint", t.float(), [2 ** 60], t.bigint(), [2n ** 60n]],
    ["text to time", t.utf8(), ["2026-01-01"], t.timestamp(), [parseTimestamp("2026-01-01")]],
    ["int to time", t.int(), [1_500], t.timestamp({ epoch: "ms" }), [1_500_000]],
    ["float to time", t.float(), [1.5], t.timestamp({ epoch: "s" }), [1_500_000]],
    ["time to time", t.timestamp(), ["2026-01-01"], t.timestamp({ epoch: "s" }), [parseTimestamp("2026-01-01")]],
    ["nulls", t.int32().nullable(), [1, null], t.int().nullable(), [1, null]],
  ])("takes %s", (_, from, values, to, cells) => {
    expect(fitOne(from, values, to)).toMatchObject({ cells, reasons: [] });
  });

  it.each<[string, Columns[string], unknown[], Columns[string], string]>([
    ["a null", t.int().nullable(), [1, null, 3], t.int(), "is null in row 2; expected a whole number of 64 bits"],
    [
      "a null that is cast",
      t.int32().nullable(),
      [1, null, 3],
      t.int(),
      "is null in row 2; expected a whole number of 64 bits",
    ],
    [
      "an int32 too large",
      t.int(),
      [1, 2 ** 31, 3],
      t.int32(),
      "is 2147483648 in row 2; expected a whole number of 32 bits",
    ],
    ["a fraction", t.float(), [1, 1.5, 3], t.int(), "is 1.5 in row 2; expected a whole number of 64 bits"],
    ["a NaN", t.float(), [1, Number.NaN, 3], t.int32(), "is NaN in row 2; expected a whole number of 32 bits"],
    [
      "2^63",
      t.float(),
      [1, 2 ** 63, 3],
      t.bigint(),
      "is 9223372036854776000 in row 2; expected a whole number of 64 bits",
    ],
    [
      "2^53 + 1",
      t.bigint(),
      [1, big, 3],
      t.float(),
      `is ${big} in row 2; expected a number within the range of a 64-bit float`,
    ],
    [
      "no time",
      t.utf8().nullable(),
      ["2026-01-01", "soon", "2026-01-02"],
      t.timestamp().nullable(),
      'is "soon" in row 2; expected ISO 8601 text (numbers need a declared unit)',
    ],
    [
      "a time beyond 64 bits",
      t.utf8(),
      ["2026-01-01", "+999999-01-01", "2026-01-02"],
      t.timestamp(),
      'is "+999999-01-01" in row 2; expected ISO 8601 text (numbers need a declared unit)',
    ],
  ])("rejects the row with %s", (_, from, values, to, reason) => {
    const { cells, lines, reasons } = fitOne(from, values, to);
    expect(reasons).toEqual([`field "x" ${reason}`]);
    expect(cells).toHaveLength(2);
    expect(lines).toEqual([1, 3]);
  });

  it("keeps a rejected row once, as JSON", () => {
    const [batch, schema] = table(
      { a: t.bigint().nullable(), at: t.timestamp(), s: t.utf8() },
      { a: [null, 2n ** 60n], at: ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"], s: ['"', "x"] },
    );
    const to = schemaOfColumns({ a: t.int32(), s: t.utf8() });
    const { batch: fitted, rejects } = fitBatch(batch, schema, to, 10);
    expect(fitted.length).toBe(0);
    expect(rejects).toEqual([
      {
        disposition: "invalid",
        line: 10,
        offset: -1,
        raw: bytesOf('{"a":null,"at":"2026-01-01T00:00:00.000Z","s":"\\""}'),
        reason: 'field "a" is null in row 10; expected a whole number of 32 bits',
      },
      {
        disposition: "invalid",
        line: 11,
        offset: -1,
        raw: bytesOf(`{"a":${2n ** 60n},"at":"2026-01-01T00:00:00.000Z","s":"x"}`),
        reason: `field "a" is ${2n ** 60n} in row 11; expected a whole number of 32 bits`,
      },
    ]);
  });

  it("raises an error for a column that is missing or can never fit", () => {
    const [batch, schema] = table({ amount: t.utf8(), n: t.int() }, { amount: ["1"], n: [1] });
    const fit = (columns: Columns) => () => fitBatch(batch, schema, schemaOfColumns(columns), 1);
    expect(fit({ amout: t.utf8() })).toThrow(/schema.unknown-column: no column "amout".*\n.*did you mean "amount"\?/);
    expect(fit({ other: t.utf8() })).toThrow("there is amount, n");
    expect(fit({ amount: t.int() })).toThrow('type.mismatch: column "amount" is VARCHAR, and BIGINT is expected');
    expect(fit({ n: t.bool() })).toThrow("type.mismatch");
    expect(fit({ n: t.utf8() })).toThrow("type.mismatch");
    expect(fit({ n: t.timestamp() })).toThrow("declare the unit");
  });

  it("takes an empty batch", () => {
    const [batch, schema] = table({ a: t.int32() }, { a: [] });
    expect(fitBatch(batch, schema, schemaOfColumns({ a: t.float() }), 1)).toMatchObject({
      batch: { length: 0 },
      rejects: [],
    });
  });
});

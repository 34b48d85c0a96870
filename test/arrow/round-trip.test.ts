import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tableFromArrow } from "../../src/arrow/from-arrow.ts";
import { tableFromIPC, tableToIPC } from "../../src/arrow/ipc.ts";
import { ipcReader } from "../../src/arrow/ipc-reader.ts";
import { ipcWriter } from "../../src/arrow/ipc-writer.ts";
import { tableToArrow } from "../../src/arrow/to-arrow.ts";
import { type Batch, numRows, type Table } from "../../src/column/batch.ts";
import { arrowRows, rawRows, tableOf, tableParts, types } from "./tables.ts";

const RUNS = { numRuns: 150 };

function expectSame(found: Table, wanted: Table): void {
  expect(found.schema).toEqual(wanted.schema);
  expect(rawRows(found)).toEqual(rawRows(wanted));
}

describe("every type, with nulls and without, over several batches", () => {
  it("passes through a Table of apache-arrow", () => {
    fc.assert(
      fc.property(tableParts, (parts) => {
        const table = tableOf(parts);
        expectSame(tableFromArrow(tableToArrow(table)), table);
      }),
      RUNS,
    );
  });

  it("is what apache-arrow reads", () => {
    fc.assert(
      fc.property(tableParts, (parts) => {
        const table = tableOf(parts);
        expect(arrowRows(tableToArrow(table))).toEqual(rawRows(table));
      }),
      RUNS,
    );
  });

  it.each(["stream", "file"] as const)("passes through IPC bytes, as a %s", (format) => {
    fc.assert(
      fc.property(tableParts, fc.integer({ min: 0, max: 8 }), (parts, shift) => {
        const table = tableOf(parts);
        const bytes = tableToIPC(table, format);
        const moved = new Uint8Array(bytes.length + shift).subarray(shift);
        moved.set(bytes);
        expectSame(tableFromIPC(moved), table);
        expect(arrowRows(arrow.tableFromIPC(bytes))).toEqual(rawRows(table));
        expect(tableToIPC(tableOf(parts), format)).toEqual(bytes);
      }),
      RUNS,
    );
  });

  it("reads slices of Arrow tables, whose bits begin inside a byte", () => {
    fc.assert(
      fc.property(tableParts, fc.nat(30), fc.nat(30), (parts, start, length) => {
        const table = tableOf(parts);
        const slice = tableToArrow(table).slice(start, start + length);
        const wanted = rawRows(table).slice(start, start + length);
        expect(rawRows(tableFromArrow(slice))).toEqual(wanted);
        expect(rawRows(tableFromArrow(slice.slice(1)))).toEqual(wanted.slice(1));
        expect(arrowRows(slice)).toHaveLength(wanted.length);
        expect(rawRows(tableFromIPC(arrow.tableToIPC(slice)))).toEqual(wanted);
      }),
      RUNS,
    );
  });

  it.each(["stream", "file"] as const)("passes through the incremental writer, as a %s", (format) => {
    fc.assert(
      fc.property(tableParts, (parts) => {
        const table = tableOf(parts);
        const writer = ipcWriter(table.schema, format);
        const pieces = [...table.batches.map((batch) => writer.write(batch)), writer.finish()];
        const bytes = new Uint8Array(pieces.flatMap((piece) => [...piece]));
        expectSame(tableFromIPC(bytes), table);
        expect(arrowRows(arrow.tableFromIPC(bytes))).toEqual(rawRows(table));
      }),
      RUNS,
    );
  });

  it("passes through the incremental reader in pieces of any size", () => {
    fc.assert(
      fc.property(tableParts, fc.integer({ min: 1, max: 700 }), (parts, size) => {
        const table = tableOf(parts);
        const bytes = tableToIPC(table);
        const reader = ipcReader();
        const batches: Batch[] = [];
        for (let at = 0; at < bytes.length; at += size) batches.push(...reader.push(bytes.slice(at, at + size)));
        reader.finish();
        const schema = reader.schema();
        expect(schema).toEqual(table.schema);
        expect(rawRows({ schema: table.schema, batches })).toEqual(rawRows(table));
      }),
      RUNS,
    );
  });
});

describe("tables without rows, batches or columns", () => {
  const fields = types.map((type, f) => ({ name: `c${f}`, type, nullable: f % 2 === 0 }));

  it.each([
    ["no batch", { schema: { fields }, batches: [] }],
    ["an empty batch", tableOf({ fields, batches: [fields.map(() => [])], text: "own" })],
    ["no column", { schema: { fields: [] }, batches: [] }],
    ["rows but no column", { schema: { fields: [] }, batches: [{ length: 5, columns: [] }] }],
  ] satisfies [string, Table][])("passes a table with %s", (_, table) => {
    for (const found of [
      tableFromArrow(tableToArrow(table)),
      tableFromIPC(tableToIPC(table, "stream")),
      tableFromIPC(tableToIPC(table, "file")),
    ]) {
      expectSame(found, table);
      expect(numRows(found)).toBe(numRows(table));
    }
  });

  it("keeps many batches", () => {
    const batches = Array.from({ length: 300 }, (_, b) => [[`v${b % 7}`, null, "x"]]);
    const table = tableOf({ fields: [{ name: "t", type: { kind: "utf8" }, nullable: true }], batches, text: "own" });
    const found = tableFromIPC(tableToIPC(table, "file"));
    expect(found.batches.length).toBe(300);
    expectSame(found, table);
    const [first] = found.batches[0]!.columns;
    const [last] = found.batches[299]!.columns;
    expect(first?.kind === "dictionary" && last?.kind === "dictionary" && first.dictionary === last.dictionary).toBe(
      true,
    );
  });
});

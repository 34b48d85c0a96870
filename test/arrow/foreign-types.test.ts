import * as arrow from "apache-arrow";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import type { ArrowTableLike } from "../../src/arrow/foreign.ts";
import { tableFromArrow } from "../../src/arrow/from-arrow.ts";
import { tableFromIPC, tableToIPC } from "../../src/arrow/ipc.ts";
import { tableToArrow } from "../../src/arrow/to-arrow.ts";
import type { Table } from "../../src/column/batch.ts";
import { arrowRows, expectError, rawColumn, rawRows, tableOf } from "./tables.ts";

const INT64_MAX = 2n ** 63n - 1n;

/** A table with one column of these chunks. */
function arrowTable(chunks: readonly arrow.Data[], nullable = true, metadata?: Map<string, string>): arrow.Table {
  const schema = new arrow.Schema([new arrow.Field("c", chunks[0]!.type, nullable, metadata)]);
  return new arrow.Table(
    schema,
    chunks.map(
      (child) =>
        new arrow.RecordBatch(
          schema,
          arrow.makeData({
            type: new arrow.Struct(schema.fields),
            length: child.length,
            nullCount: 0,
            children: [child],
          }),
        ),
    ),
  );
}

function columnOf(type: arrow.DataType, data: ArrayBufferView, nullBitmap?: Uint8Array, length?: number): arrow.Table {
  const count = length ?? data.byteLength / (data as Uint8Array).BYTES_PER_ELEMENT;
  return arrowTable([
    new arrow.Data(type, 0, count, nullBitmap === undefined ? 0 : -1, [undefined, data, nullBitmap] as never),
  ]);
}

/** What memory and IPC bytes give, which must be the same. */
function read(table: arrow.Table): { kind: string; values: unknown[]; nullable: boolean; table: Table } {
  const found = tableFromArrow(table);
  for (const format of ["stream", "file"] as const) {
    const again = tableFromIPC(arrow.tableToIPC(table, format));
    expect(again.schema).toEqual(found.schema);
    expect(rawRows(again)).toEqual(rawRows(found));
  }
  const { type, nullable } = found.schema.fields[0]!;
  return { kind: type.kind, values: rawColumn(found, 0), nullable, table: found };
}

describe("types of other writers", () => {
  it.each([
    ["Int8", new arrow.Int8(), Int8Array.of(-128, 127), "int32", [-128, 127]],
    ["Int16", new arrow.Int16(), Int16Array.of(-32768, 32767), "int32", [-32768, 32767]],
    ["Uint8", new arrow.Uint8(), Uint8Array.of(0, 255), "int32", [0, 255]],
    ["Uint16", new arrow.Uint16(), Uint16Array.of(0, 65535), "int32", [0, 65535]],
    ["Int32", new arrow.Int32(), Int32Array.of(-(2 ** 31), 2 ** 31 - 1), "int32", [-(2 ** 31), 2 ** 31 - 1]],
    ["Uint32", new arrow.Uint32(), Uint32Array.of(0, 2 ** 32 - 1), "int", [0n, 4_294_967_295n]],
    ["Int64", new arrow.Int64(), BigInt64Array.of(-INT64_MAX - 1n, INT64_MAX), "int", [-INT64_MAX - 1n, INT64_MAX]],
    ["Uint64", new arrow.Uint64(), BigUint64Array.of(0n, 2n ** 63n - 1n), "bigint", [0n, INT64_MAX]],
    ["Float32", new arrow.Float32(), Float32Array.of(0.5, -Infinity), "float", [0.5, -Infinity]],
    ["Float64", new arrow.Float64(), Float64Array.of(0.1, -0), "float", [0.1, -0]],
    [
      "Float16", // 1, -2, 65504, the smallest subnormal, -0, infinity, NaN: IEEE 754 binary16
      new arrow.Float16(),
      Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00, 0x7e00),
      "float",
      [1, -2, 65504, 2 ** -24, -0, Infinity, NaN],
    ],
  ])("reads %s", (_, type, data, kind, values) => {
    expect(read(columnOf(type, data))).toMatchObject({ kind, values });
  });

  it("reads the metadata that tell bigint from int", () => {
    const [chunk] = columnOf(new arrow.Int64(), BigInt64Array.of(1n)).batches[0]!.data.children;
    expect(read(arrowTable([chunk!], true, new Map([["tidemark.type", "bigint"]]))).kind).toBe("bigint");
    expect(read(arrowTable([chunk!], true, new Map([["tidemark.type", "other"]]))).kind).toBe("int");
  });

  it("checks Uint64 beyond 64 signed bits, but not under a null", () => {
    const data = BigUint64Array.of(1n, 2n ** 63n);
    expect(expectError("type.overflow", () => tableFromArrow(columnOf(new arrow.Uint64(), data))).message).toContain(
      '"c"',
    );
    expect(read(columnOf(new arrow.Uint64(), data, Uint8Array.of(0b01))).values).toEqual([1n, null]);
  });

  it.each([
    ["s", new arrow.TimestampSecond(), [-1n, 1n], [-1_000_000n, 1_000_000n]],
    ["ms, zone", new arrow.TimestampMillisecond("Europe/Berlin"), [-1n, 1n], [-1_000n, 1_000n]],
    ["us", new arrow.TimestampMicrosecond(null), [-INT64_MAX, INT64_MAX], [-INT64_MAX, INT64_MAX]],
    ["ns", new arrow.TimestampNanosecond("UTC"), [-1n, -1000n, -1001n, 999n, 1000n], [-1n, -1n, -2n, 0n, 1n]],
    [
      "s beyond doubles",
      new arrow.TimestampSecond(),
      [9_223_372_036_854n, -1n],
      [9_223_372_036_854_000_000n, -1_000_000n],
    ],
    ["Date64", new arrow.DateMillisecond(), [-1n, 0n, 86_400_001n], [-86_400_000_000n, 0n, 86_400_000_000n]],
  ])("reads times: %s", (_, type, data, values) => {
    expect(read(columnOf(type, BigInt64Array.from(data)))).toMatchObject({ kind: "timestamp", values });
  });

  it("reads days, also those beyond exact doubles", () => {
    const days = Int32Array.of(-1, 0, 20_454, 106_751_991);
    const values = [-86_400_000_000n, 0n, 1_767_225_600_000_000n, 106_751_991n * 86_400_000_000n];
    expect(read(columnOf(new arrow.DateDay(), days))).toMatchObject({ kind: "timestamp", values });
    expectError("type.overflow", () => tableFromArrow(columnOf(new arrow.DateDay(), Int32Array.of(2 ** 31 - 1))));
  });

  it.each([
    ["s", new arrow.TimestampSecond(), INT64_MAX],
    ["ms", new arrow.TimestampMillisecond(), -INT64_MAX],
    ["Date64", new arrow.DateMillisecond(), INT64_MAX],
  ])("refuses times beyond 64 bits of microseconds, but not under a null: %s", (_, type, value) => {
    expectError("type.overflow", () => tableFromArrow(columnOf(type, BigInt64Array.of(value))));
    expect(read(columnOf(type, BigInt64Array.of(value, 0n), Uint8Array.of(0b10))).values).toEqual([null, 0n]);
  });

  it("reads LargeUtf8", () => {
    const bytes = new TextEncoder().encode("aZoë東京");
    const data = arrow.makeData({
      type: new arrow.LargeUtf8(),
      length: 3,
      nullCount: 1,
      nullBitmap: Uint8Array.of(0b101),
      valueOffsets: BigInt64Array.of(0n, 1n, 1n, BigInt(bytes.length)),
      data: bytes,
    });
    expect(read(arrowTable([data]))).toMatchObject({ kind: "utf8", values: ["a", null, "Zoë東京"] });
    expect(read(arrowTable([data.slice(1, 2)])).values).toEqual([null, "Zoë東京"]);
  });

  it("reads Null as text that is always null", () => {
    const found = read(arrowTable([arrow.makeData({ type: new arrow.Null(), length: 3 })], false));
    expect(found).toMatchObject({ kind: "utf8", values: [null, null, null], nullable: true });
  });

  it("takes nullability from the field, and from the values where the field is wrong", () => {
    const [plain] = columnOf(new arrow.Int32(), Int32Array.of(1)).batches[0]!.data.children;
    const [withNull] = columnOf(new arrow.Int32(), Int32Array.of(1), Uint8Array.of(0)).batches[0]!.data.children;
    expect(read(arrowTable([plain!], true)).nullable).toBe(true);
    expect(read(arrowTable([plain!], false)).nullable).toBe(false);
    expect(read(arrowTable([plain!, withNull!], false)).nullable).toBe(true);
  });

  it.each([
    ["List", new arrow.List(new arrow.Field("i", new arrow.Int32()))],
    ["Struct", new arrow.Struct([new arrow.Field("i", new arrow.Int32())])],
    ["Decimal", new arrow.Decimal(2, 10)],
    ["Binary", new arrow.Binary()],
    ["FixedSizeBinary", new arrow.FixedSizeBinary(4)],
    ["Time", new arrow.TimeMicrosecond()],
    ["Duration", new arrow.DurationSecond()],
    ["Interval", new arrow.IntervalYearMonth()],
    ["Dictionary<Int32, Int32>", new arrow.Dictionary(new arrow.Int32(), new arrow.Int32())],
  ])("names a type that has no counterpart: %s", (name, type) => {
    const table = new arrow.Table(new arrow.Schema([new arrow.Field("odd", type as arrow.DataType)]));
    const calls = [() => tableFromArrow(table), () => tableFromIPC(arrow.tableToIPC(table))];
    for (const call of calls) {
      const { message } = expectError("type.unsupported", call);
      expect(message).toContain('"odd"');
      expect(message).toContain(name);
    }
  });

  it("names a column that is there twice", () => {
    const field = new arrow.Field("twice", new arrow.Int32());
    const table = new arrow.Table(new arrow.Schema([field, field]));
    expectError("schema.duplicate-column", () => tableFromArrow(table));
    expectError("schema.duplicate-column", () => tableFromIPC(arrow.tableToIPC(table)));
  });
});

describe("dictionaries of other writers", () => {
  const entries = (...texts: (string | null)[]): arrow.Vector => arrow.vectorFromArray(texts, new arrow.Utf8());
  const chunk = (type: arrow.Dictionary, dictionary: arrow.Vector, indices: ArrayBufferView, nulls?: Uint8Array) =>
    new arrow.Data(
      type,
      0,
      (indices as Uint8Array).length,
      nulls === undefined ? 0 : -1,
      [undefined, indices, nulls] as never,
      [],
      dictionary,
    );

  it.each([
    [new arrow.Int8(), Int8Array.of(1, 0, 1)],
    [new arrow.Uint8(), Uint8Array.of(1, 0, 1)],
    [new arrow.Int16(), Int16Array.of(1, 0, 1)],
    [new arrow.Uint16(), Uint16Array.of(1, 0, 1)],
    [new arrow.Int32(), Int32Array.of(1, 0, 1)],
    [new arrow.Uint32(), Uint32Array.of(1, 0, 1)],
    [new arrow.Int64(), BigInt64Array.of(1n, 0n, 1n)],
    [new arrow.Uint64(), BigUint64Array.of(1n, 0n, 1n)],
  ])("reads indices of %s", (index, indices) => {
    const type = new arrow.Dictionary(new arrow.Utf8(), index as arrow.Int32, 7);
    expect(read(arrowTable([chunk(type, entries("a", "b"), indices)])).values).toEqual(["b", "a", "b"]);
    const table = arrowTable([chunk(type, entries("a"), indices)]);
    expect(expectError("arrow.invalid", () => tableFromArrow(table)).message).toContain("entry 1 of a dictionary of 1");
  });

  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 9);

  it("reads entries that are null or there twice, and nothing under a null", () => {
    const dictionary = entries("a", null, "b", "a");
    const table = arrowTable([
      chunk(type, dictionary, Int32Array.of(0, 1, 2, 3, 99), Uint8Array.of(0b01111)),
      chunk(type, dictionary, Int32Array.of(3, 0)),
    ]);
    expect(read(table)).toMatchObject({ values: ["a", null, "b", "a", null, "a", "a"], nullable: true });
    const column = tableFromArrow(table).batches[1]!.columns[0]!;
    expect(column.kind === "dictionary" && column.codes[0] === column.codes[1]).toBe(true);
  });

  it("follows a dictionary that grows", () => {
    const first = entries("a", "b");
    const grown = first.concat(entries("c", "a"));
    const table = arrowTable([
      chunk(type, first, Int32Array.of(1, 0)),
      chunk(type, grown, Int32Array.of(2, 1, 3)),
      chunk(type, grown, Int32Array.of(0)),
    ]);
    expect(read(table).values).toEqual(["b", "a", "c", "b", "a", "a"]);
  });

  it("follows a dictionary that is replaced, in a stream", () => {
    const table = arrowTable([
      chunk(type, entries("a", "b"), Int32Array.of(1, 0)),
      chunk(type, entries("x", "b"), Int32Array.of(0, 1)),
      chunk(type, entries("a"), Int32Array.of(0)),
    ]);
    const wanted = ["b", "a", "x", "b", "a"];
    expect(rawColumn(tableFromArrow(table), 0)).toEqual(wanted);
    expect(rawColumn(tableFromIPC(arrow.tableToIPC(table, "stream")), 0)).toEqual(wanted);
  });

  it("reads two columns of one dictionary", () => {
    const table = new arrow.Table({
      a: new arrow.Vector([chunk(type, entries("x", "y"), Int32Array.of(0, 1))]),
      b: new arrow.Vector([chunk(type, entries("x", "y"), Int32Array.of(1, 1))]),
    });
    expect(rawRows(tableFromArrow(table))).toEqual([
      ["x", "y"],
      ["y", "y"],
    ]);
  });
});

describe("memory", () => {
  const fields = [
    { name: "f", type: { kind: "float" }, nullable: true },
    { name: "i", type: { kind: "int32" }, nullable: true },
    { name: "b", type: { kind: "bool" }, nullable: true },
    { name: "l", type: { kind: "bigint" }, nullable: true },
    { name: "t", type: { kind: "timestamp" }, nullable: true },
    { name: "s", type: { kind: "utf8" }, nullable: true },
  ] as const;
  const big = 2n ** 60n;
  const row = [
    [1.5, null],
    [1, null],
    [true, null],
    [big, null],
    [big, null],
    ["a", null],
  ];
  const table = tableOf({ fields, batches: [row], text: "plain" });
  const views = (column: object): ArrayBufferView[] => Object.values(column).filter((part) => ArrayBuffer.isView(part));

  it("is shared on the way out", () => {
    const arrowTableOut = tableToArrow(table);
    table.batches[0]!.columns.forEach((column, f) => {
      const { values, valueOffsets, nullBitmap } = arrowTableOut.batches[0]!.data.children[f]!;
      const found = [values, valueOffsets, nullBitmap].filter(Boolean).map((part) => (part as Uint8Array).buffer);
      expect(found).toEqual(expect.arrayContaining(views(column).map(({ buffer }) => buffer)));
      for (const { buffer } of views(column)) expect(found.some((other) => other === buffer)).toBe(true);
    });
  });

  it("is shared on the way in", () => {
    const source = arrow.tableFromIPC(arrow.tableToIPC(tableToArrow(table)));
    const found = tableFromArrow(source);
    found.batches[0]!.columns.forEach((column, f) => {
      const { values } = source.batches[0]!.data.children[f]!;
      expect(views(column).length).toBeGreaterThan(1);
      for (const { buffer } of views(column)) expect(buffer === (values as Uint8Array).buffer).toBe(true);
    });
    const words = found.batches[0]!.columns[3]!;
    expect(words.kind === "int64" && words.values instanceof BigInt64Array).toBe(true);
  });

  it("is shared with IPC bytes that are aligned", () => {
    const bytes = tableToIPC(table, "file");
    for (const column of tableFromIPC(bytes).batches[0]!.columns) {
      for (const { buffer } of views(column)) expect(buffer === bytes.buffer).toBe(true);
    }
  });

  it("is shared for the codes of a dictionary", () => {
    const coded = tableOf({ fields: [fields[5]], batches: [[["a", "b", "a"]]], text: "shared" });
    const out = tableToArrow(coded);
    const [column] = coded.batches[0]!.columns;
    const [again] = tableFromArrow(out).batches[0]!.columns;
    expect(column?.kind === "dictionary" && out.batches[0]!.data.children[0]!.values === column.codes).toBe(true);
    expect(
      column?.kind === "dictionary" && again?.kind === "dictionary" && again.codes.buffer === column.codes.buffer,
    ).toBe(true);
  });

  it("has no bits set behind the last row", () => {
    const batch = table.batches[0]!;
    const validity = Uint8Array.of(0b11111101);
    const columns = batch.columns.map((column) => ({ ...column, validity }));
    const [out] = tableToArrow({ ...table, batches: [{ ...batch, columns }] }).batches;
    expect(out!.data.children.map(({ nullBitmap }) => nullBitmap?.[0])).toEqual(fields.map(() => 0b01));
  });
});

describe("a caller's own copy of apache-arrow", () => {
  const own = createRequire(import.meta.url)("apache-arrow") as typeof arrow;
  const fields = [
    { name: "s", type: { kind: "utf8" }, nullable: true },
    { name: "n", type: { kind: "bigint" }, nullable: false },
    { name: "d", type: { kind: "utf8" }, nullable: false },
  ] as const;
  const table = tableOf({
    fields,
    batches: [
      [
        ["a", null],
        [1n, 2n ** 60n],
        ["x", "y"],
      ],
    ],
    text: "shared",
  });

  it("is another copy", () => {
    expect(own.Table).not.toBe(arrow.Table);
  });

  it("gives tables that can be read", () => {
    const theirs: ArrowTableLike = own.tableFromIPC(tableToIPC(table));
    expect(tableFromArrow(theirs).schema).toEqual(table.schema);
    expect(rawRows(tableFromArrow(theirs))).toEqual(rawRows(table));
    const made = own.tableFromArrays({ f: Float64Array.of(1, 2), s: ["a", "b"] });
    expect(rawRows(tableFromArrow(made))).toEqual([
      [1, "a"],
      [2, "b"],
    ]);
  });

  it("takes tables that are made of its classes", () => {
    const theirs = tableToArrow(table, own);
    expect(theirs.schema.fields[0]!.type).toBeInstanceOf(own.DataType);
    expect(rawRows(tableFromIPC(own.tableToIPC(theirs)))).toEqual(rawRows(table));
    expect(new own.Table(theirs.batches).toArray().map(({ s, n, d }) => [s, n, d])).toEqual(rawRows(table));
  });

  it("reads our bytes, and the methods of our tables work without it", () => {
    const ours = tableToArrow(table);
    expect(arrowRows(own.tableFromIPC(tableToIPC(table)))).toEqual(rawRows(table));
    expect(own.isArrowTable(ours)).toBe(true);
    expect(ours.toArray().map(({ s, n, d }) => [s, n, d])).toEqual(rawRows(table));
  });

  it.each([null, undefined, 1, "text", {}, [], { schema: { fields: [{}] }, batches: [] }, { schema: null }])(
    "refuses what is no table: %j",
    (value) => {
      expectError("arrow.invalid", () => tableFromArrow(value as unknown as ArrowTableLike));
    },
  );
});

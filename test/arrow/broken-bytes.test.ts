import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tableFromArrow } from "../../src/arrow/from-arrow.ts";
import { tableFromIPC, tableToIPC } from "../../src/arrow/ipc.ts";
import { ipcReader } from "../../src/arrow/ipc-reader.ts";
import { ipcWriter } from "../../src/arrow/ipc-writer.ts";
import { type Table, tableBytes } from "../../src/column/batch.ts";
import { TidemarkError } from "../../src/errors.ts";
import { expectError, rawRows, tableOf, types } from "./tables.ts";

const values = [
  [true, null],
  [1n, null],
  [2n ** 60n, null],
  [3, null],
  [0.5, null],
  ["a", "Zoë"],
  [-1n, 1n],
] as const;
const table = tableOf({
  fields: types.map((type, f) => ({ name: `c${f}`, type, nullable: true })),
  batches: [values, values.map((column) => [...column, ...column])],
  text: "shared",
});
const formats = ["stream", "file"] as const;

/** A table or a `TidemarkError`, and the table can be read. */
function readOrRefuse(bytes: Uint8Array): Table | undefined {
  let found: Table;
  try {
    found = tableFromIPC(bytes);
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    expect(error.hint).toBeTruthy();
    return undefined;
  }
  rawRows(found);
  return found;
}

describe.each(formats)("a damaged %s", (format) => {
  const bytes = tableToIPC(table, format);

  it("is refused wherever it is cut off", () => {
    for (let length = 0; length < bytes.length; length++) {
      expectError("arrow.invalid", () => tableFromIPC(bytes.subarray(0, length)));
    }
    expect(rawRows(tableFromIPC(bytes))).toEqual(rawRows(table));
  });

  it("is refused or read, but never fails otherwise, with any byte changed", () => {
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [0xff, 0x01, 0x80]) {
        const mutated = bytes.slice();
        mutated[at]! ^= change;
        if (readOrRefuse(mutated) === undefined) refused++;
      }
    }
    expect(refused).toBeGreaterThan(bytes.length / 4);
  });

  it("takes memory within a bound of its size", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 }),
        (changes) => {
          const mutated = bytes.slice();
          for (const [at, byte] of changes) mutated[at] = byte;
          const found = readOrRefuse(mutated);
          if (found !== undefined) expect(tableBytes(found)).toBeLessThan(64 * bytes.length);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("is refused with bytes behind its end", () => {
    expectError("arrow.invalid", () => tableFromIPC(Uint8Array.of(...bytes, 0)));
    expectError("arrow.invalid", () => tableFromIPC(Uint8Array.of(...bytes, ...bytes.subarray(0, 20))));
  });
});

describe("bytes that are no Arrow data", () => {
  it("are refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expectError("arrow.invalid", () => tableFromIPC(bytes));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["nothing", ""],
    ["text", '{"user_id": "u1"}\n'],
    ["a file's first bytes", "ARROW1\0\0"],
    ["a file without messages", "ARROW1\0\0ARROW1\0\0ARROW1"],
  ])("are refused: %s", (_, text) => {
    const bytes = new TextEncoder().encode(text);
    expectError("arrow.invalid", () => tableFromIPC(bytes));
    expectError("arrow.invalid", () => {
      const reader = ipcReader();
      reader.push(bytes);
      reader.finish();
    });
  });

  it.each([undefined, null, "text", [1, 2]])("are refused where they are no bytes: %j", (value) => {
    expectError("arrow.invalid", () => tableFromIPC(value as unknown as Uint8Array));
  });

  it("are refused at once where a length is absurd", () => {
    const stream = tableToIPC(table);
    const claims = stream.slice();
    new DataView(claims.buffer).setInt32(4, 2 ** 31 - 1, true);
    expectError("arrow.invalid", () => tableFromIPC(claims));
    new DataView(claims.buffer).setInt32(4, -2, true);
    expectError("arrow.invalid", () => tableFromIPC(claims));
  });

  it("are refused where a Null column claims more rows than memory should be given for", () => {
    const rows = arrow.makeData({ type: new arrow.Null(), length: 2 ** 30 });
    const nulls = new arrow.Table({ n: new arrow.Vector([rows]) });
    expectError("arrow.invalid", () => tableFromArrow(nulls));
    expectError("arrow.invalid", () => tableFromIPC(arrow.tableToIPC(nulls)));
  });
});

describe("Arrow tables whose buffers contradict them", () => {
  const utf8 = (offsets: number[], bytes: number[], nulls?: number): arrow.Table => {
    const type = new arrow.Utf8();
    const length = offsets.length - 1;
    const buffers = [
      Int32Array.from(offsets),
      Uint8Array.from(bytes),
      nulls === undefined ? undefined : Uint8Array.of(nulls),
    ];
    const data = new arrow.Data(type, 0, length, nulls === undefined ? 0 : -1, buffers as never);
    return new arrow.Table({ s: new arrow.Vector([data]) });
  };

  it.each([
    ["offsets that fall", utf8([0, 2, 1], [97, 97])],
    ["offsets that begin below zero", utf8([-1, 1], [97])],
    ["offsets that leave the bytes", utf8([0, 2], [97])],
    ["a byte that is no UTF-8", utf8([0, 1], [0xff])],
    ["an overlong form", utf8([0, 2], [0xc0, 0x80])],
    ["a surrogate", utf8([0, 3], [0xed, 0xa0, 0x80])],
    ["a code point beyond the last", utf8([0, 4], [0xf4, 0x90, 0x80, 0x80])],
    ["a character that is cut off", utf8([0, 1], [0xc3])],
    ["a character that is split between rows", utf8([0, 1, 2], [0xc3, 0xab])],
  ])("are refused: %s", (_, broken) => {
    expect(expectError("arrow.invalid", () => tableFromArrow(broken)).message).toContain('"s"');
  });

  it("may hold anything under a null", () => {
    expect(rawRows(tableFromArrow(utf8([0, 1, 2], [0xff, 97], 0b10)))).toEqual([[null], ["a"]]);
  });

  it("are refused where a buffer is too short", () => {
    const data = new arrow.Data(new arrow.Float64(), 0, 3, 0, [undefined, Float64Array.of(1)] as never);
    expectError("arrow.invalid", () => tableFromArrow(new arrow.Table({ f: new arrow.Vector([data]) })));
  });
});

describe("the incremental reader and writer", () => {
  it("refuse a null that the schema excludes", () => {
    const [batch] = table.batches;
    const schema = { fields: table.schema.fields.map((field) => ({ ...field, nullable: false })) };
    expectError("schema.invalid", () => ipcWriter(schema).write(batch!));
    const type = new arrow.Int32();
    const field = new arrow.Field("n", type, false);
    const nulls = new arrow.Data(type, 0, 1, 1, [undefined, Int32Array.of(0), Uint8Array.of(0)] as never);
    const struct = arrow.makeData({ type: new arrow.Struct([field]), length: 1, nullCount: 0, children: [nulls] });
    const lying = new arrow.Table([new arrow.RecordBatch(new arrow.Schema([field]), struct)]);
    expectError("arrow.invalid", () => ipcReader().push(arrow.tableToIPC(lying)));
  });

  it("refuse an end that is not there, and bytes behind it", () => {
    const bytes = tableToIPC(table);
    const cut = ipcReader();
    cut.push(bytes.subarray(0, bytes.length - 8));
    expectError("arrow.invalid", () => cut.finish());
    const long = ipcReader();
    long.push(bytes);
    expectError("arrow.invalid", () => long.push(Uint8Array.of(0)));
  });

  it("give the schema before the first batch", () => {
    const writer = ipcWriter(table.schema);
    const head = writer.write({
      length: 0,
      columns: table.batches[0]!.columns.map((c) => ({ ...c, length: 0, validity: null })),
    });
    const reader = ipcReader();
    expect(reader.schema()).toBeUndefined();
    reader.push(head);
    expect(reader.schema()).toEqual(table.schema);
  });
});

import { describe, expect, it } from "vitest";
import { createDictionary } from "../../../src/column/dictionary.ts";
import { TidemarkError } from "../../../src/errors.ts";
import { createNdjsonDecoder } from "../../../src/sources/decode/ndjson.ts";
import { type AnyColumnType, schemaOfColumns, t } from "../../../src/types/column-type.ts";
import { parseTimestamp } from "../../../src/types/time.ts";
import { bytesOf, decodeAll, rowsOf } from "./support.ts";

const one = (type: AnyColumnType) => schemaOfColumns({ x: type });
const read = (type: AnyColumnType, value: string) => decodeAll(one(type), `{"x":${value}}\n`);
const value = (type: AnyColumnType, text: string) => {
  const { rows, rejects } = read(type, text);
  expect(rejects).toEqual([]);
  return rows[0]?.[0];
};
const rejection = (type: AnyColumnType, text: string) => {
  const { rows, rejects } = read(type, text);
  expect(rows).toEqual([]);
  expect(rejects).toHaveLength(1);
  return rejects[0];
};

describe("values that fit", () => {
  it.each([
    ["true", true],
    ["false", false],
  ])("reads the bool %s", (text, expected) => expect(value(t.bool(), text)).toBe(expected));

  it.each<[string, number | bigint]>([
    ["0", 0],
    ["-0", 0],
    ["-0.0e5", 0],
    ["7", 7],
    ["-12", -12],
    ["1.0", 1],
    ["1e3", 1000],
    ["1E+3", 1000],
    ["1200e-2", 12],
    ["12.500e1", 125],
    ["0e999999999999", 0],
    ["999999999999999", 999_999_999_999_999],
    ["1000000000000000", 1_000_000_000_000_000],
    ["9007199254740991", 9_007_199_254_740_991],
    ["-9007199254740991", -9_007_199_254_740_991],
    ["9007199254740992", 9_007_199_254_740_992n],
    ["-9007199254740992", -9_007_199_254_740_992n],
    ["9007199254740993", 9_007_199_254_740_993n],
    ["4294967296000000000", 4_294_967_296_000_000_000n],
    ["-4294967296000000000", -4_294_967_296_000_000_000n],
    ["9223372036854775807", 9_223_372_036_854_775_807n],
    ["-9223372036854775808", -9_223_372_036_854_775_808n],
    ["9223372036854775807.000", 9_223_372_036_854_775_807n],
    ["922337203685477580.7e1", 9_223_372_036_854_775_807n],
    [`1${"0".repeat(400)}e-400`, 1],
  ])("reads the whole number %s exactly", (text, expected) => {
    expect(value(t.int(), text)).toBe(expected);
    expect(value(t.bigint(), text)).toBe(expected);
  });

  it.each([
    ["2147483647", 2 ** 31 - 1],
    ["-2147483648", -(2 ** 31)],
    ["2.0e1", 20],
  ])("reads the int32 %s", (text, expected) => expect(value(t.int32(), text)).toBe(expected));

  it.each([
    "0",
    "-0",
    "0.1",
    "1.5",
    "-2.25",
    "0.000123",
    "123456789.123456789",
    "9007199254740993",
    "0.30000000000000004",
    "1e22",
    "1e23",
    "1.7976931348623157e308",
    "5e-324",
    "1e-400",
    "-1e-400",
    "2.2250738585072011e-308",
    "0.00000000000000000000001",
    `1${"0".repeat(300)}`,
  ])("rounds the float %s as JSON.parse does", (text) => expect(value(t.float(), text)).toBe(JSON.parse(text)));

  it.each([
    '""',
    '"plain"',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\\u0041\\u00e9\\u20AC\\ud83d\\uDE00"',
    '"é€😀"',
    '"\\u0000"',
    '"\\ufeff a text of more than twenty-four bytes"',
    '"\u2028 \u007f"',
    '"\uffff\u{10ffff}"',
  ])("reads the text %s", (text) => {
    expect(value(t.utf8(), text)).toBe(JSON.parse(text));
  });

  it.each([
    "2026-01-01T12:00:00.000Z",
    "2026-01-01T12:00:00Z",
    "2026-01-01 12:00:00",
    "2024-02-29T23:59:59.123456789+14:00",
    "2024-02-29T23:59:59.1-00:30",
    "1969-12-31T23:59:59.999999Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "2026-01-01",
    " 2026-1-1 1:02 ",
    "2026-01-01T12:00:00,5z",
    "2026-01-01T12:00:00+0530",
    "2026-01-01T12:00:00 UTC",
    "+02026-01-01T12:00:00+15:59",
    "2026-01-01T12:00:00.1234567891Z",
    "2026-02-29T12:00:00Z",
    "2026-00-01T12:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T12:60:00Z",
    "2026-01-01T12:00:60Z",
    "2026-01-01T12:00:00.Z",
    "2026-01-01T12:00:00+01:60",
    "2026-01-01T12:00:00+16:00",
    "2026-01-01T12:00:00Zz",
    "2026-01-0aT12:00:00Z",
    "today",
    "",
  ])("reads the time %j as parseTimestamp does", (text) => {
    const line = `${JSON.stringify({ x: text })}\n`;
    const expected = parseTimestamp(text);
    // once with bytes behind it, where the quick form is tried, and once at the end of the bytes
    for (const recording of [line, `${line}${" ".repeat(60)}\n`]) {
      const { rows, rejects } = decodeAll(one(t.timestamp()), recording);
      expect(rows).toEqual(expected === undefined ? [] : [[expected]]);
      expect(rejects).toHaveLength(expected === undefined ? 1 : 0);
    }
  });

  it("reads a time with escapes", () => {
    expect(value(t.timestamp(), '"2026-01-01\\u005412:00:00Z"')).toBe(parseTimestamp("2026-01-01T12:00:00Z"));
  });

  it.each<["s" | "ms" | "us", string, number | bigint]>([
    ["ms", "1767268800000", 1_767_268_800_000_000],
    ["s", "1767268800.1234567", 1_767_268_800_123_457],
    ["us", "-1.5", -1],
    ["us", "9223372036854775807", 9_223_372_036_854_775_807n],
    ["ms", "9007199254740991", 9_007_199_254_740_991_000n],
    ["s", "1.7e9", 1_700_000_000_000_000],
    ["ms", '"2026-01-01T00:00:00Z"', 1_767_225_600_000_000],
  ])("reads a time in %s from %s", (epoch, text, expected) => {
    expect(value(t.timestamp({ epoch }), text)).toBe(expected);
  });

  it("keeps doubles while they are exact, and takes 64-bit words once one is not", () => {
    const decoder = createNdjsonDecoder(one(t.int().nullable()));
    const small = decoder.decode(bytesOf('{"x":1}\n')).batch.columns[0];
    expect(small).toMatchObject({ kind: "int64", values: Float64Array.of(1) });
    const mixed = decoder.decode(bytesOf('{"x":-5}\n{"x":null}\n{"x":9223372036854775807}\n{"x":4294967296}\n')).batch;
    expect(mixed.columns[0]?.kind === "int64" && mixed.columns[0].values).toBeInstanceOf(BigInt64Array);
    expect(rowsOf(mixed)).toEqual([[-5], [null], [9_223_372_036_854_775_807n], [4_294_967_296]]);
    const again = decoder.decode(bytesOf('{"x":9223372036854775807,"x":"no"}\n{"x":2}\n')).batch.columns[0];
    expect(again).toMatchObject({ kind: "int64", values: Float64Array.of(2) });
  });
});

describe("values that do not fit", () => {
  it.each<[AnyColumnType, string, string]>([
    [t.bool(), "1", 'field "x" is 1; expected true or false'],
    [t.bool(), '"true"', 'field "x" is "true"; expected true or false'],
    [t.int(), "1.5", 'field "x" is 1.5; expected a whole number of 64 bits'],
    [t.int(), '"1"', 'field "x" is "1"; expected a whole number of 64 bits'],
    [t.int(), "true", 'field "x" is true; expected a whole number of 64 bits'],
    [t.int(), "1e-1", 'field "x" is 1e-1; expected a whole number of 64 bits'],
    [t.int(), "1e1000000000", 'field "x" is 1e1000000000; expected a whole number of 64 bits'],
    [t.int(), "9223372036854775808", 'field "x" is 9223372036854775808; expected a whole number of 64 bits'],
    [t.int(), "-9223372036854775809", 'field "x" is -9223372036854775809; expected a whole number of 64 bits'],
    [t.bigint(), "10000000000000000000", 'field "x" is 10000000000000000000; expected a whole number of 64 bits'],
    [t.int(), "1".repeat(70), `field "x" is ${"1".repeat(60)}...; expected a whole number of 64 bits`],
    [t.int32(), "2147483648", 'field "x" is 2147483648; expected a whole number of 32 bits'],
    [t.int32(), "9223372036854775807", 'field "x" is 9223372036854775807; expected a whole number of 32 bits'],
    [t.float(), "1e400", 'field "x" is 1e400; expected a number within the range of a 64-bit float'],
    [t.float(), '"1"', 'field "x" is "1"; expected a number within the range of a 64-bit float'],
    [t.utf8(), "1", 'field "x" is 1; expected a string'],
    [t.utf8(), '{"a":[1]}', 'field "x" is {"a":[1]}; expected a string'],
    [t.utf8(), '"a\\ud800"', 'field "x" is "a\\ud800", which holds half of a surrogate pair; expected a string'],
    [
      t.utf8(),
      '"\\ude00\\ud83d"',
      'field "x" is "\\ude00\\ud83d", which holds half of a surrogate pair; expected a string',
    ],
    [
      t.utf8(),
      '"\\ud83d\\u0041"',
      'field "x" is "\\ud83d\\u0041", which holds half of a surrogate pair; expected a string',
    ],
    [
      t.timestamp(),
      "1767268800000",
      'field "x" is 1767268800000; expected ISO 8601 text (numbers need a declared unit)',
    ],
    [
      t.timestamp(),
      '"+999999-01-01"',
      'field "x" is "+999999-01-01"; expected ISO 8601 text (numbers need a declared unit)',
    ],
    [t.timestamp({ epoch: "ms" }), "1e30", 'field "x" is 1e30; expected ISO 8601 text or a number of ms'],
    [t.timestamp({ epoch: "ms" }), "true", 'field "x" is true; expected ISO 8601 text or a number of ms'],
    [t.utf8(), "null", 'field "x" is null and not nullable; expected a string'],
  ])("rejects what case %# shows", (type, text, reason) => {
    expect(rejection(type, text)).toEqual({
      disposition: "invalid",
      line: 1,
      offset: 0,
      raw: bytesOf(`{"x":${text}}`),
      reason,
    });
  });

  it("says which field is missing", () => {
    const schema = schemaOfColumns({ a: t.int().nullable(), b: t.int() });
    expect(decodeAll(schema, "{}\n").rejects[0]?.reason).toBe(
      'field "b" is missing and not nullable; expected a whole number of 64 bits',
    );
  });

  it("does not change the rows around a rejected one", () => {
    const schema = schemaOfColumns({ s: t.utf8(), b: t.bool(), n: t.int().nullable(), f: t.float() });
    const good = '{"s":"a","b":true,"n":null,"f":1}\n';
    const { rows, lines, rejects } = decodeAll(
      schema,
      `${good}{"s":"longer","b":false,"n":9223372036854775807,"f":"x"}\n{"n":1}\n{"s":"c","b":false,"n":3,"f":2}\n${good}`,
    );
    expect(rows).toEqual([
      ["a", true, null, 1],
      ["c", false, 3, 2],
      ["a", true, null, 1],
    ]);
    expect(lines).toEqual([1, 4, 5]);
    expect(rejects.map(({ line }) => line)).toEqual([2, 3]);
  });
});

describe("objects", () => {
  const schema = schemaOfColumns({ a: t.int().nullable(), 'b\n"': t.utf8().nullable(), "": t.bool().nullable() });

  it.each<[string, unknown[]]>([
    ["{}", [null, null, null]],
    [' \t{ "a" : 1 , "" :\ttrue } \r', [1, null, true]],
    ['{"":false,"b\\n\\"":"x","a":2}', [2, "x", false]],
    ['{"\\u0061":3}', [3, null, null]],
    ['{"a":1,"a":2}', [2, null, null]],
    ['{"a":"no","a":2}', [2, null, null]],
    ['{"a":2,"a":null}', [null, null, null]],
    ['{"a":null,"a":2}', [2, null, null]],
    ['{"b\\n\\"":"first","b\\n\\"":"2nd"}', [null, "2nd", null]],
    ['{"zz":[1,{"a":[]},"\\ud800",{}],"a":5,"aa":{"a":1}}', [5, null, null]],
    ['{"\\ud800":1,"a":1}', [1, null, null]],
    ['{"b\\n":1,"a\\u0000":2,"é":3}', [null, null, null]],
  ])("reads %s", (text, row) => {
    expect(decodeAll(schema, `${text}\n`)).toMatchObject({ rows: [row], rejects: [] });
  });

  it("rejects a key whose last value does not fit", () => {
    expect(decodeAll(schema, '{"a":2,"a":"no"}\n').rejects[0]?.reason).toContain('field "a" is "no"');
  });

  it("keeps plain text of the last of equal keys", () => {
    const text = schemaOfColumns({ x: t.utf8().nullable(), y: t.utf8() });
    expect(decodeAll(text, '{"x":"long one","x":"b","y":"c"}\n{"x":"b","x":null,"y":"d"}\n').rows).toEqual([
      ["b", "c"],
      [null, "d"],
    ]);
  });

  it("follows fields that come in another order", () => {
    const three = schemaOfColumns({ a: t.int(), b: t.int(), c: t.int() });
    const orders = ["abc", "cab", "cba", "cab", "bca", "acb"];
    const text = orders.map((order) => `{${[...order].map((key) => `"${key}":${key.charCodeAt(0)}`).join()}}`);
    expect(decodeAll(three, text.join("\n")).rows).toEqual(orders.map(() => [97, 98, 99]));
  });

  it("knows names that begin alike, and long ones", () => {
    const long = "n".repeat(100);
    const alike = schemaOfColumns({
      [long]: t.int(),
      [`${long}n`]: t.int(),
      abc: t.int(),
      abcd: t.int(),
      abcde: t.int(),
    });
    const line = `{"abcde":5,"abcd":4,"abc":3,"${long}":1,"${long}n":2}\n`;
    expect(decodeAll(alike, line.repeat(3)).rows).toEqual([1, 2, 3].map(() => [1, 2, 3, 4, 5]));
  });

  it("has no fields to read in an empty schema, and still counts", () => {
    expect(decodeAll({ fields: [] }, '{"a":1}\n{}\n[]\n')).toMatchObject({ rows: [[], []], rejects: [{ line: 3 }] });
  });

  it("refuses a schema with one name twice", () => {
    const field = { name: "a", type: { kind: "int" }, nullable: false } as const;
    expect(() => createNdjsonDecoder({ fields: [field, field] })).toThrow("schema.duplicate-column");
  });
});

describe("fields that are not wanted", () => {
  const schema = schemaOfColumns({
    a: t.int(),
    s: t.utf8(),
    b: t.bool(),
    f: t.float(),
    i: t.int32(),
    at: t.timestamp(),
  });
  const columns = [true, false, false, false, false, false];

  it("are placeholders of the right kind", () => {
    const decoder = createNdjsonDecoder(schema, { columns });
    const { batch } = decoder.decode(bytesOf('{"a":1,"s":5,"f":[]}\n{"s":"x","a":2}\n'));
    expect(batch.columns.map(({ kind }) => kind)).toEqual(["int64", "utf8", "bool", "float64", "int32", "int64"]);
    expect(rowsOf(batch)).toEqual([
      [1, "", false, 0, 0, 0],
      [2, "", false, 0, 0, 0],
    ]);
  });

  it("must be JSON", () => {
    expect(decodeAll(schema, '{"a":1,"s":"\\x"}\n{"a":1,"f":01}\n', [], { columns }).rejects).toMatchObject([
      { disposition: "parse-failed", line: 1 },
      { disposition: "parse-failed", line: 2 },
    ]);
  });
});

describe("dictionaries", () => {
  const schema = one(t.utf8().nullable());
  const lines = (from: number, to: number) =>
    bytesOf(Array.from({ length: to - from }, (_, i) => `{"x":"value ${from + i}"}\n`).join(""));

  it("share codes over batches", () => {
    const decoder = createNdjsonDecoder(schema);
    const first = decoder.decode(bytesOf('{"x":"a"}\n{"x":"b"}\n{"x":null}\n')).batch.columns[0];
    const second = decoder.decode(bytesOf('{"x":"b"}\n{"x":"\\u0061"}\n')).batch.columns[0];
    if (first?.kind !== "dictionary" || second?.kind !== "dictionary") throw new Error("not dictionaries");
    expect(first.dictionary).toBe(second.dictionary);
    expect([...second.codes]).toEqual([1, 0]);
  });

  it("may be given", () => {
    const dictionary = createDictionary();
    dictionary.codeOfText("known");
    const decoder = createNdjsonDecoder(schema, { dictionaries: [dictionary] });
    const column = decoder.decode(bytesOf('{"x":"new"}\n{"x":"known"}\n')).batch.columns[0];
    expect(column?.kind === "dictionary" && [...column.codes]).toEqual([1, 0]);
  });

  it("are given up where nearly all values differ, also within one batch", () => {
    const decoder = createNdjsonDecoder(schema);
    const first = decoder.decode(lines(0, 140_000)).batch;
    expect(first.columns[0]?.kind).toBe("utf8");
    expect([0, 65_535, 65_536, 139_999].map((row) => rowsOf({ ...first, length: row + 1 })[row])).toEqual([
      ["value 0"],
      ["value 65535"],
      ["value 65536"],
      ["value 139999"],
    ]);
    const second = decoder.decode(bytesOf('{"x":"é"}\n{"x":null}\n{"x":"\\n"}\n')).batch;
    expect(second.columns[0]?.kind).toBe("utf8");
    expect(rowsOf(second)).toEqual([["é"], [null], ["\n"]]);
  });

  it("stay where values come again", () => {
    const decoder = createNdjsonDecoder(schema);
    for (let i = 0; i < 3; i++) {
      expect(decoder.decode(lines(0, 30_000)).batch.columns[0]?.kind).toBe("dictionary");
    }
  });
});

describe("lines", () => {
  const schema = one(t.int());

  it("count blank ones and take CRLF, a BOM and a last line without a break", () => {
    const recording = '\ufeff{"x":1}\r\n\r\n \t\n{"x":2}\n\n[1]\r\n{"x":3}';
    for (const sizes of [[], [1], [2, 3], [7]]) {
      const { rows, lines, rejects } = decodeAll(schema, recording, sizes);
      expect(rows).toEqual([[1], [2], [3]]);
      expect(lines).toEqual([1, 4, 7]);
      expect(rejects).toEqual([
        {
          disposition: "parse-failed",
          line: 6,
          offset: 26,
          raw: bytesOf("[1]"),
          reason: "the line is a list, not a JSON object",
        },
      ]);
    }
  });

  it("takes a BOM only at the start", () => {
    expect(decodeAll(schema, '{"x":1}\n\ufeff{"x":2}\n').rejects).toMatchObject([{ line: 2, offset: 8 }]);
    expect(decodeAll(schema, "\ufeff")).toEqual({ rows: [], lines: [], rejects: [] });
    expect(decodeAll(schema, "")).toEqual({ rows: [], lines: [], rejects: [] });
  });

  it("above the limit are rejected, and reading goes on", () => {
    const long = `{"x":1${" ".repeat(100)}}`;
    const recording = `{"x":0}\n${long}\n{"x":12345678901}\n{"x":1234567890}\n${long}`;
    for (const sizes of [[], [1], [5], [64], [120, 1]]) {
      const { rows, lines, rejects } = decodeAll(schema, recording, sizes, { lineBytesMax: 16 });
      expect(rows).toEqual([[0], [1_234_567_890]]);
      expect(lines).toEqual([1, 4]);
      expect(rejects.map(({ line, offset, reason }) => [line, offset, reason])).toEqual([
        [2, 8, "the line has 107 bytes, and the limit is 16"],
        [3, 116, "the line has 17 bytes, and the limit is 16"],
        [5, 151, "the line has 107 bytes, and the limit is 16"],
      ]);
      expect(rejects.map(({ disposition, raw }) => [disposition, raw.length])).toEqual([
        ["invalid", 107],
        ["invalid", 17],
        ["invalid", 107],
      ]);
    }
  });

  it("keep no more than 64 KiB of what is rejected", () => {
    const junk = "x".repeat(200_000);
    for (const options of [{}, { lineBytesMax: 100_000 }]) {
      for (const sizes of [[], [999]]) {
        const { rows, rejects } = decodeAll(schema, `${junk}\n{"x":1}\n`, sizes, options);
        expect(rows).toEqual([[1]]);
        expect(rejects.map(({ raw }) => raw)).toEqual([bytesOf(junk.slice(0, 65_536))]);
      }
    }
  });

  it("may be of 1 MiB", () => {
    const text = "é".repeat(2 ** 19);
    expect(decodeAll(one(t.utf8()), `{"x":"${text}"}`, [4_096]).rows).toEqual([[text]]);
  });

  it("are refused after the end, and with a limit that is none", () => {
    const decoder = createNdjsonDecoder(schema);
    decoder.finish();
    expect(decoder.finish().batch.length).toBe(0);
    expect(() => decoder.decode(bytesOf("{}"))).toThrow(TidemarkError);
    expect(() => createNdjsonDecoder(schema, { lineBytesMax: 0 })).toThrow("source.invalid");
  });
});

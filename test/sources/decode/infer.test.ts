import { describe, expect, it } from "vitest";
import { createInference, type InferredSchema } from "../../../src/sources/decode/infer.ts";
import { decodeAll } from "./support.ts";

function inferLines(lines: readonly string[]): InferredSchema {
  const inference = createInference("a.ndjson");
  lines.forEach((line, i) => inference.see(line, i + 1));
  return inference.finish();
}
const inferSchema = (sample: readonly unknown[]): InferredSchema =>
  inferLines(sample.map((value) => JSON.stringify(value)));

const typesOf = (sample: unknown[]) =>
  inferSchema(sample).schema.fields.map(({ name, type, nullable }) => `${name} ${type.kind}${nullable ? "?" : ""}`);

describe("createInference", () => {
  it.each<[string, unknown[], string]>([
    ["bools", [true, false], "x bool"],
    ["whole numbers", [1, -2, 0], "x int"],
    ["large whole numbers", [1, 2 ** 60], "x bigint"],
    ["whole numbers beyond 64 bits", [1, 1e30], "x float"],
    ["mixed numbers", [1, 2.5], "x float"],
    ["text", ["a", "2026-01-01T00:00:00Z"], "x utf8"],
    ["times", ["2026-01-01T00:00:00Z", "2026-01-01 10:00"], "x timestamp"],
    ["dates alone", ["2026-01-01"], "x utf8"],
    ["times that are none", ["2026-02-30T00:00:00Z"], "x utf8"],
    ["nulls", [1, null], "x int?"],
  ])("finds the type of %s", (_, values, type) => expect(typesOf(values.map((x) => ({ x })))).toEqual([type]));

  it("makes a field nullable that an object lacks", () => {
    expect(
      typesOf([
        { a: 1, b: 1 },
        { b: 2, c: "x" },
      ]),
    ).toEqual(["a int?", "b int", "c utf8?"]);
  });

  it("leaves out what no column can hold, and says so", () => {
    const sample = [
      { list: [1], object: {}, mixed: 1, none: null, ok: 1 },
      { list: 1, object: null, mixed: "a", none: null, ok: 1 },
    ];
    expect(inferSchema(sample)).toEqual({
      schema: { fields: [{ name: "ok", type: { kind: "int" }, nullable: false }] },
      skipped: [
        { name: "list", reason: "it holds a list or an object" },
        { name: "object", reason: "it holds a list or an object" },
        { name: "mixed", reason: "it holds values of several types" },
        { name: "none", reason: "it is null wherever it stands" },
      ],
    });
  });

  it("passes over what is not an object, and takes any name", () => {
    expect(typesOf([1, null, [{ a: 1 }], JSON.parse('{"__proto__":1,"constructor":"x"}')])).toEqual([
      "__proto__ int",
      "constructor utf8",
    ]);
    expect(inferSchema([])).toEqual({ schema: { fields: [] }, skipped: [] });
  });

  it("gives a schema that the sample's own lines fit", () => {
    const lines = ['{"a":1,"b":"x","c":1.5}', '{"a":9007199254740993,"c":2,"at":"2026-01-01T00:00:00Z"}'];
    const { schema } = inferLines(lines);
    expect(decodeAll(schema, lines.join("\n"))).toMatchObject({ rejects: [], lines: [1, 2] });
  });

  it("reads long whole numbers exactly", () => {
    const typeOf = (...numbers: string[]) =>
      inferLines(numbers.map((number) => `{"s":"\\"12345678901234567","n":${number}}`)).schema.fields[1]?.type.kind;
    expect(typeOf("9007199254740993")).toBe("bigint");
    expect(typeOf("9223372036854775807", "-9223372036854775808", "1")).toBe("bigint");
    expect(typeOf("9007199254740991", "-9007199254740991", "0.12345678901234567")).toBe("float");
    expect(typeOf("10000000000000000", "0.5", "1e300", "12345678901234567.5")).toBe("float");
    expect(typeOf("12345678901234567e-30", "1E-12345678901234567")).toBe("float");
  });

  it.each([
    [["1", "9223372036854775808"], 'a.ndjson:2: field "n" is 9223372036854775808, which does not fit 64 bits'],
    [["-9223372036854775809"], "does not fit 64 bits"],
    [
      ["9007199254740993", "0.5"],
      'a.ndjson:1: field "n" is 9007199254740993, which a column with fractions would round',
    ],
    [["1".repeat(400)], `field "n" is ${"1".repeat(60)}..., which does not fit 64 bits`],
  ])("refuses %j, which no column holds exactly", (numbers, message) => {
    expect(() => inferLines(numbers.map((number) => `{"n":${number}}`))).toThrow(message);
  });
});

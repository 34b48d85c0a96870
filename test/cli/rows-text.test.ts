import { describe, expect, it } from "vitest";
import { csv, jsonArray, jsonText } from "../../src/cli/rows-text.ts";
import { DataFrame, t } from "../../src/index.ts";

const frame = DataFrame.fromRows(
  [
    {
      id: 9_007_199_254_740_993n,
      name: 'a "quoted", text',
      ok: true,
      x: 1.5,
      at: new Date("2026-01-01T12:00:00.123Z"),
    },
    { id: -1n, name: "two\nlines", ok: null, x: Number.NaN, at: null },
    { id: 0n, name: "", ok: false, x: Number.POSITIVE_INFINITY, at: null },
    { id: 1n, name: null, ok: false, x: 0.1, at: null },
  ],
  {
    id: t.bigint(),
    name: t.utf8().nullable(),
    ok: t.bool().nullable(),
    x: t.float(),
    at: t.timestamp().nullable(),
  },
);

describe("jsonArray", () => {
  it("writes one row a line, integers exactly", () => {
    expect([...jsonArray(frame.table())].join("")).toBe(
      [
        "[",
        '{"id":9007199254740993,"name":"a \\"quoted\\", text","ok":true,"x":1.5,"at":"2026-01-01T12:00:00.123Z"},',
        '{"id":-1,"name":"two\\nlines","ok":null,"x":"NaN","at":null},',
        '{"id":0,"name":"","ok":false,"x":"Infinity","at":null},',
        '{"id":1,"name":null,"ok":false,"x":0.1,"at":null}',
        "]",
      ].join("\n"),
    );
  });

  it("is JSON, also without rows and with many", () => {
    expect([...jsonArray(frame.limit(0).table())].join("")).toBe("[]");
    const many = DataFrame.fromRows(Array.from({ length: 3_000 }, (_, n) => ({ n })));
    expect(JSON.parse([...jsonArray(many.table())].join(""))).toEqual(many.toRows());
  });

  it("escapes what a terminal would obey", () => {
    expect(jsonText("\u001b[2J \u009b2J \u007f \u00e4")).toBe('"\\u001b[2J \\u009b2J \\u007f \u00e4"');
  });
});

describe("csv", () => {
  it("follows RFC 4180, and tells null from an empty text", () => {
    expect([...csv(frame.table())].join("")).toBe(
      [
        "id,name,ok,x,at",
        '9007199254740993,"a ""quoted"", text",true,1.5,2026-01-01T12:00:00.123Z',
        '-1,"two\nlines",,nan,',
        '0,"",false,inf,',
        "1,,false,0.1,",
        "",
      ].join("\r\n"),
    );
  });

  it("quotes a name that needs it", () => {
    expect([...csv(DataFrame.fromRows([{ "a,b": 1 }]).table())].join("")).toBe('"a,b"\r\n1\r\n');
  });
});

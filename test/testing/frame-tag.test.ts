import fc from "fast-check";
import { DataFrame, type ErrorCode, t, TidemarkError } from "tidemark";
import { assertFrame, frame, markdown } from "tidemark/testing";
import { describe, expect, it } from "vitest";
import { User } from "./resolvers.ts";

const typesOf = (made: DataFrame): string[] => made.schema.fields.map(({ name, type }) => `${name}:${type.kind}`);

describe("frame", () => {
  it("infers the types of columns", () => {
    const made = frame`
      | n  | x   | ok    | name | at                   | clock        | nothing | mixed | id  | big                 |
      |----|:---:|-------|------|----------------------|--------------|---------|-------|-----|---------------------|
      | 1  | 1.5 | true  | ada  | 2026-01-01T12:00:00Z | 12:00        |         | 3     | 007 | 9223372036854775807 |
      | -2 | 1e3 | false |      | 2026-01-02           | 12:00:01.25  | null    | "x"   | 8   | 1                   |
      |    | 7   | null  | "3"  | null                 | 24:00        |         | 1.5   | 9   | null                |
    `;
    expect(typesOf(made)).toEqual([
      "n:int",
      "x:float",
      "ok:bool",
      "name:utf8",
      "at:timestamp",
      "clock:timestamp",
      "nothing:utf8",
      "mixed:utf8",
      "id:utf8",
      "big:bigint",
    ]);
    expect(made.toRows()).toEqual([
      {
        n: 1,
        x: 1.5,
        ok: true,
        name: "ada",
        at: new Date("2026-01-01T12:00:00Z"),
        clock: new Date("1970-01-01T12:00:00Z"),
        nothing: null,
        mixed: "3",
        id: "007",
        big: 9_223_372_036_854_775_807n,
      },
      {
        n: -2,
        x: 1000,
        ok: false,
        name: null,
        at: new Date("2026-01-02T00:00:00Z"),
        clock: new Date("1970-01-01T12:00:01.250Z"),
        nothing: null,
        mixed: "x",
        id: "8",
        big: 1n,
      },
      {
        n: null,
        x: 7,
        ok: null,
        name: "3",
        at: null,
        clock: new Date("1970-01-02T00:00:00Z"),
        nothing: null,
        mixed: "1.5",
        id: "9",
        big: null,
      },
    ]);
  });

  it("takes types from the header", () => {
    const made = frame`
      | a:float | b:utf8 | c:int32 | d:bigint | e:timestamp | "f:g":bool |
      | 1       | 3      | 4       | 5        | 12:00       | true       |
    `;
    expect(typesOf(made)).toEqual(["a:float", "b:utf8", "c:int32", "d:bigint", "e:timestamp", "f:g:bool"]);
    expect(made.row(0)).toEqual({
      a: 1,
      b: "3",
      c: 4,
      d: 5n,
      e: new Date("1970-01-01T12:00:00Z"),
      "f:g": true,
    });
  });

  it("puts values in", () => {
    const date = new Date("2026-01-01T00:00:00.123Z");
    const made = frame`
      | n    | s             | b       | d       | big   | z       | f            | ${"a | b"} |
      | ${1} | ${' "|null '} | ${true} | ${date} | ${3n} | ${null} | ${User.id}   | ${0.5}     |
    `;
    expect(made.row(0)).toEqual({
      n: 1,
      s: ' "|null ',
      b: true,
      d: date,
      big: 3n,
      z: null,
      f: "user.id",
      "a | b": 0.5,
    });
  });

  it("reads bars, quotes and escapes", () => {
    expect(
      frame`
      | a\|b | c       | d            | e      | f |
      | x\|y | "p | q" | "\"\\ \n\u0041" | a"b\c  | "" |
    `.row(0),
    ).toEqual({ "a|b": "x|y", c: "p | q", d: '"\\ \nA', e: 'a"b\\c', f: "" });
  });

  it("keeps a row of dashes that does not follow the header", () => {
    expect(
      frame`
      | a |
      |---|
      | - |
      | b |
    `.toRows(),
    ).toEqual([{ a: "-" }, { a: "b" }]);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["no header", () => frame` `, /has no header/],
    [
      "no bar at the end",
      () => frame`
      | a |
      | 1`,
      /starts and ends with/,
    ],
    [
      "a short row",
      () => frame`
      | a | b |
      | 1 |`,
      /line 3 of the table: the row has 1 cells and the header 2[\s\S]*3 \|.*\n.*\^/,
    ],
    [
      "a short separator",
      () => frame`
      | a | b |
      |---|`,
      /line 3/,
    ],
    ["two columns of one name", () => frame`| a | a |`, /line 1 of the table: two columns are called "a"/],
    ["no name", () => frame`| a | |`, /has no name/],
    ["an unknown type", () => frame`| a:flot |`, /no type "flot"[\s\S]*did you mean "float"/],
    [
      "a word for a number",
      () => frame`
      | a:int |
      | x     |`,
      /line 3 of the table: column "a": x is no int/,
    ],
    [
      "a fraction for an integer",
      () => frame`
      | a:int |
      | 1.5   |`,
      /1.5 is no int/,
    ],
    [
      "an integer too large for its type",
      () => frame`
      | a:int32    |
      | 3000000000 |`,
      /line 3.*column "a": 3000000000 is not/,
    ],
    [
      "an integer beyond 64 bits",
      () => frame`
      | a                   |
      | 9223372036854775808 |`,
      /9223372036854775808 is beyond/,
    ],
    [
      "no time of a day",
      () => frame`
      | a     |
      | 12:61 |`,
      /12:61 is beyond.*\n[\s\S]*write "12:61"/,
    ],
    [
      "quotes that do not end",
      () => frame`
      | a    |
      | "x" y |`,
      /is no quoted text/,
    ],
    [
      "a value within text",
      () => frame`
      | a        |
      | user-${1} |`,
      /line 3 of the table: a value fills a cell by itself/,
    ],
    [
      "an object",
      () => frame`
      | a     |
      | ${{}} |`,
      /an object cannot be a cell/,
    ],
    [
      "a feature of several windows",
      () => frame`
      | a                       |
      | ${User.numFailedLogins} |`,
      /user.num_failed_logins has several windows/,
    ],
    ["a number for a name", () => frame`| ${3} |`, /3 is no name/],
  ])("says so of %s", (_, run, text) => {
    const error = mistake(run);
    expect(error.code).toBe("test.invalid" satisfies ErrorCode);
    expect(error.message).toMatch(text);
  });
});

describe("markdown", () => {
  it("writes a table that can be read", () => {
    expect(
      markdown(
        DataFrame.fromRows(
          [
            { name: "ada", n: 1, at: "1970-01-01T12:00:00Z" },
            { name: "3", n: null, at: "2026-01-01T12:00:00.5Z" },
          ],
          { name: t.utf8(), n: t.int().nullable(), at: t.timestamp() },
        ),
      ),
    ).toBe(
      [
        "| name |    n | at                       |",
        "|------|------|--------------------------|",
        "| ada  |    1 | 12:00:00                 |",
        '| "3"  | null | 2026-01-01T12:00:00.500Z |',
      ].join("\n"),
    );
  });

  it("writes what frame reads back", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        "null",
        "true",
        "12:00",
        "99:99",
        "1",
        "-",
        "---",
        " a",
        "a|b",
        "`${1}`",
        "\\|",
        '"',
        "inf",
        "2026-01-01",
        "\n",
      ),
    );
    const row = fc.record({
      name: fc.option(text),
      n: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      x: fc.option(fc.double()),
      ok: fc.option(fc.boolean()),
      at: fc.option(fc.date({ noInvalidDate: true })),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), text, (rows, title) => {
        const columns = {
          name: t.utf8().nullable(),
          n: t.bigint().nullable(),
          x: t.float().nullable(),
          ok: t.bool().nullable(),
          at: t.timestamp().nullable(),
        };
        const made = DataFrame.fromRows(rows, columns).withColumns({
          [`${title}!`]: DataFrame.fromRows(rows, columns).col("n").isNull(),
        });
        const raw = markdown(made);
        const read = frame(Object.assign([raw], { raw: [raw] }));
        assertFrame(read, made, { strictColumns: true });
        assertFrame(made, read, { strictColumns: true });
      }),
    );
  });
});

function mistake(run: () => unknown): TidemarkError {
  try {
    run();
  } catch (error) {
    if (error instanceof TidemarkError) return error;
    throw error;
  }
  throw new Error("no mistake was seen");
}

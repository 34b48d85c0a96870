import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closest, type ErrorCode, errorCodes, suggest, TidemarkError, withText } from "../src/errors.ts";

const at = (text: string, start: number, end: number): string =>
  new TidemarkError("sql.syntax", "no", { text, span: { start, end } }).message;

describe("TidemarkError", () => {
  it("holds code, summary, hint and cause, and all of them in the message", () => {
    const cause = new RangeError("deep");
    const error = new TidemarkError("schema.unknown-column", 'no column "amout"', {
      hint: 'did you mean "amount"?',
      cause,
    });
    expect(error).toMatchObject({
      name: "TidemarkError",
      code: "schema.unknown-column",
      summary: 'no column "amout"',
      cause,
    });
    expect(error.message).toBe('schema.unknown-column: no column "amout"\nhint: did you mean "amount"?');
    expect(error).toBeInstanceOf(Error);
    expect(error.span).toBeUndefined();
    expect("cause" in new TidemarkError("cli.usage", "x")).toBe(false);
  });

  it("cuts long lines of the summary in the middle", () => {
    const { summary, message } = new TidemarkError("sql.unknown-column", `no column "${"x".repeat(100_000)}" here`);
    expect(summary).toMatch(/^no column "x+\.\.\.x+" here$/);
    expect([summary.length, message.length < 350]).toEqual([303, true]);
    expect(suggest("a", ["y".repeat(1_000)])).toBe(`there is ${"y".repeat(64)}...`);
  });

  it("points into a line with carets", () => {
    expect(at("select x from t", 7, 8)).toBe("sql.syntax: no\n  1 | select x from t\n    |        ^");
    expect(at("select\n  amout\nfrom t", 9, 14)).toBe("sql.syntax: no\n  2 |   amout\n    |   ^^^^^");
  });

  it("points at the end, at nothing, at tabs, and cuts a span at its line's end", () => {
    expect(at("ab", 2, 2)).toBe("sql.syntax: no\n  1 | ab\n    |   ^");
    expect(at("", 0, 0)).toBe("sql.syntax: no\n  1 | \n    | ^");
    expect(at("\ta\r\nb", 1, 5)).toBe("sql.syntax: no\n  1 |  a \n    |  ^^");
    expect(at("a\nb", 2, 3)).toBe("sql.syntax: no\n  2 | b\n    | ^");
  });

  it("points at the start of a text that begins with a line break", () => {
    // Regression: threw a RangeError, since the break at 0 was taken for the one before.
    expect(at("\nfoo", 0, 1)).toBe("sql.syntax: no\n  1 | \n    | ^");
  });

  it("shows a window of a long line, and the line's number", () => {
    const text = `${"\n".repeat(11)}${"x".repeat(500)}!${"y".repeat(500)}`;
    const [, line = "", carets = ""] = at(text, 511, 512).split("\n");
    expect(line.length).toBeLessThan(180);
    expect(line.startsWith(" 12 | ") || line.startsWith("  12 | ")).toBe(true);
    expect(line[carets.indexOf("^")]).toBe("!");
  });

  it("never fails, and puts the caret below the character", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "!", "\n", "\t", " "), maxLength: 400, size: "max" });
    fc.assert(
      fc.property(text, fc.nat(), fc.nat({ max: 30 }), (source, at0, width) => {
        const start = at0 % (source.length + 1);
        const lines = at(source, start, Math.min(source.length, start + width)).split("\n");
        expect(lines).toHaveLength(3);
        const column = lines[2]!.indexOf("^");
        const shown = source[start];
        if (shown === "a" || shown === "!") expect(lines[1]![column]).toBe(shown);
        else expect(lines[1]![column] ?? " ").toBe(" ");
      }),
    );
  });

  it("takes a text later, once", () => {
    const bare = new TidemarkError("sql.syntax", "no", { span: { start: 0, end: 1 }, hint: "h" });
    const full = withText(bare, "xyz");
    expect(full.message).toBe("sql.syntax: no\n  1 | xyz\n    | ^\nhint: h");
    expect(withText(full, "other")).toBe(full);
    const spanless = new TidemarkError("sql.syntax", "no");
    expect(withText(spanless, "xyz")).toBe(spanless);
  });

  it("has a sentence for every code, and codes of one shape", () => {
    for (const [code, sentence] of Object.entries(errorCodes)) {
      expect(code).toMatch(/^[a-z]+\.[a-z-]+$/);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(new TidemarkError(code as ErrorCode, "x").code).toBe(code);
    }
  });
});

describe("closest and suggest", () => {
  it.each([
    ["amout", ["amount", "about"], "amount"],
    ["USERID", ["user_id", "name"], "user_id"],
    ["Amount", ["amount"], "amount"],
    ["xyz", ["amount", "name"], undefined],
    ["cnt", ["count", "sum"], undefined],
    ["sun", ["count", "sum"], "sum"],
    ["naem", ["name"], "name"],
    ["timestmap", ["timestamp", "time"], "timestamp"],
    ["", ["a"], undefined],
    ["x", ["y"], undefined],
    ["X", ["y", "x"], "x"],
    ["x", [], undefined],
    ["a".repeat(1_000), ["b"], undefined],
  ])("closest(%j, %j) is %j", (name, candidates, expected) => {
    expect(closest(name, candidates)).toBe(expected);
  });

  it("suggests the nearest name, else lists what there is", () => {
    expect(suggest("amout", ["amount"])).toBe('did you mean "amount"?');
    expect(suggest("zzzzzz", ["a", "b"])).toBe("there is a, b");
    expect(suggest("zzzzzz", [])).toBeUndefined();
    const many = Array.from({ length: 30 }, (_, i) => `column_${i}`);
    expect(suggest("zzzzzz", many)).toBe(`there is ${many.slice(0, 12).join(", ")}, ...`);
  });
});

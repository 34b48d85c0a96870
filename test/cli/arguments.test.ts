import { describe, expect, it } from "vitest";
import { namedPaths, oneOf, type OptionTable, parseCommandLine, wholeNumber } from "../../src/cli/arguments.ts";

const options: OptionTable = {
  input: { type: "string", short: "i" },
  limit: { type: "string" },
  json: { type: "boolean" },
};

describe("parseCommandLine", () => {
  it("tells options from positionals, wherever they stand", () => {
    const given = parseCommandLine(["a.ts", "--json", "-i", "x=1", "b", "--input=y=2"], options);
    expect(given.positionals).toEqual(["a.ts", "b"]);
    expect(given.has("json")).toBe(true);
    expect(given.has("limit")).toBe(false);
    expect(given.texts("input")).toEqual(["x=1", "y=2"]);
    expect(given.text("limit")).toBeUndefined();
  });

  it("takes the last text of an option that is given twice", () => {
    expect(parseCommandLine(["--limit", "1", "--limit", "2"], options).text("limit")).toBe("2");
  });

  it("takes what stands behind -- as it is", () => {
    expect(parseCommandLine(["--", "--json", "-x"], options).positionals).toEqual(["--json", "-x"]);
  });

  it("takes a text that begins with a dash behind an equals sign", () => {
    expect(parseCommandLine(["--limit=-5"], options).text("limit")).toBe("-5");
  });

  it.each([
    [["--jsno"], 'there is no option --jsno\nhint: did you mean "--json"?'],
    [["--constructor"], "there is no option --constructor"],
    [["-x"], "there is no option -x"],
    [["--json=yes"], "--json takes no value"],
    [["--limit"], "--limit needs a value"],
    [["--limit", "--json"], "--limit needs a value"],
  ])("refuses %j", (args, message) => {
    expect(() => parseCommandLine(args, options)).toThrow(message);
  });
});

describe("the values of options", () => {
  it("are whole numbers", () => {
    expect(wholeNumber("--limit", "20")).toBe(20);
    expect(wholeNumber("--limit", "0")).toBe(0);
    expect(wholeNumber("--limit", undefined)).toBeUndefined();
  });

  it.each(["-1", "1.5", "many", "", "1e3", "99999999999999999999"])("are no whole numbers: %j", (text) => {
    expect(() => wholeNumber("--limit", text)).toThrow(`--limit takes a whole number, not "${text}"`);
  });

  it("are one of some words", () => {
    expect(oneOf("--format", "csv", ["json", "csv"])).toBe("csv");
    expect(() => oneOf("--format", "xml", ["table", "json", "csv"])).toThrow(
      '--format takes table, json or csv, not "xml"',
    );
  });

  it("are paths by name", () => {
    const paths = namedPaths("--input", ["a=x/1.ndjson", "b=dt=2026/2.ndjson", "a=x/3.ndjson"]);
    expect([...paths]).toEqual([
      ["a", ["x/1.ndjson", "x/3.ndjson"]],
      ["b", ["dt=2026/2.ndjson"]],
    ]);
  });

  it.each(["a", "a=", "=path", ""])("are no named path: %j", (text) => {
    expect(() => namedPaths("--input", [text])).toThrow(`--input takes name=path, not "${text}"`);
  });
});

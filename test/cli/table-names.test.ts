import { describe, expect, it } from "vitest";
import { tableName, tablePaths, withOtherNames } from "../../src/cli/table-names.ts";

describe("tableName", () => {
  it.each([
    ["events.ndjson.gz", "events"],
    ["data/monday/events.parquet", "events"],
    ["2026-01.events.jsonl", "2026-01.events"],
    ["events", "events"],
    ["events.GZ", "events"],
    ["auth.log", "auth"],
    ["events.v2", "events.v2"],
    [".ndjson", ".ndjson"],
  ])("of %s is %s", (path, name) => {
    expect(tableName(path)).toBe(name);
  });
});

describe("tablePaths", () => {
  it("names files by themselves or by --as", () => {
    const paths = tablePaths(["a/events.ndjson"], new Map([["other", ["b/events.ndjson"]]]));
    expect([...paths]).toEqual([
      ["other", "b/events.ndjson"],
      ["events", "a/events.ndjson"],
    ]);
  });

  it("refuses two of one name", () => {
    expect(() => tablePaths(["a/events.ndjson", "b/Events.parquet"], new Map())).toThrow(
      'a/events.ndjson and b/Events.parquet are both called "Events"\nhint: name one of them: --as other=b/Events.parquet',
    );
  });

  it("refuses none", () => {
    expect(() => tablePaths([], new Map())).toThrow("there is no file to ask");
  });
});

describe("withOtherNames", () => {
  const namesOf = (...names: string[]): string[] => [
    ...withOtherNames(new Map(names.map((name) => [name, name]))).keys(),
  ];

  it("gives a single file two more names", () => {
    expect([...withOtherNames(new Map([["logins", 1]]))]).toEqual([
      ["logins", 1],
      ["file", 1],
      ["events", 1],
    ]);
    expect(namesOf("Events")).toEqual(["Events", "file"]);
  });

  it("gives several files none", () => {
    expect(namesOf("a", "b")).toEqual(["a", "b"]);
  });
});

import { describe, expect, it } from "vitest";
import { loadError, resolversOf } from "../../src/cli/load-module.ts";
import { features, message, source, stream, t, TidemarkError } from "../../src/index.ts";

const User = features("user", { id: t.utf8(), color: t.utf8(), size: t.utf8(), shape: t.utf8() });
const updates = source("updates", message("Update", { id: t.utf8(), text: t.utf8() }));
const color = stream({ name: "color", source: updates, output: [User.id, User.color] }, ({ id, text }) =>
  User({ id, color: text }),
);
const size = stream({ name: "size", source: updates, output: [User.id, User.size] }, ({ id, text }) =>
  User({ id, size: text }),
);
const shape = stream({ name: "shape", source: updates, output: [User.id, User.shape] }, ({ id, text }) =>
  User({ id, shape: text }),
);

describe("resolversOf", () => {
  it("finds resolvers by name, in arrays and in a default export, each once", () => {
    expect(resolversOf({ color, other: 1, User, updates })).toEqual([color]);
    expect(resolversOf({ all: [color, "text", size] })).toEqual([color, size]);
    expect(resolversOf({ default: color })).toEqual([color]);
    expect(resolversOf({ color, default: [size, color] })).toEqual([color, size]);
    expect(resolversOf({ default: { color, more: [size, shape] } })).toEqual([color, size, shape]);
  });

  it("finds none where there is none", () => {
    expect(resolversOf({})).toEqual([]);
    expect(resolversOf({ default: null, text: "a", nested: { color } })).toEqual([]);
  });
});

describe("loadError", () => {
  const loading = { file: "/project/resolvers.ts", shown: "resolvers.ts", library: "/lib/tidemark/dist" };
  const thrown = (message: string, ...frames: string[]): Error =>
    Object.assign(new Error(message), {
      stack: [`Error: ${message}`, ...frames.map((at) => `    at ${at}`)].join("\n"),
    });

  it("names file and line of a syntax error", () => {
    const error = new Error("ParseError: Unexpected token  \n /project/resolvers.ts:2:25");
    expect(loadError(error, loading).summary).toBe("resolvers.ts:2:25: Unexpected token");
  });

  it("names the innermost line of the user's own code", () => {
    const stack = [
      "stream (file:///lib/tidemark/dist/index.js:1:2)",
      "f (/project/own.ts:4:21)",
      "/project/resolvers.ts:9:1",
    ];
    expect(loadError(thrown("boom", ...stack), loading).summary).toBe("/project/own.ts:4: boom");
    expect(loadError(thrown("boom", "async file:///project/resolvers.ts:9:1"), loading).summary).toBe(
      "resolvers.ts:9: boom",
    );
    expect(loadError(thrown("boom", "node:internal/x:1:2"), loading).summary).toBe("resolvers.ts: boom");
  });

  it("keeps the caret and the hint of a mistake that tidemark has found", () => {
    const mistake = new TidemarkError("sql.unknown-column", 'no column "b"', {
      span: { start: 7, end: 8 },
      text: "select b",
      hint: "there is a",
    });
    Object.assign(mistake, { stack: "TidemarkError: ...\n    at /project/resolvers.ts:5:1" });
    const { message } = loadError(mistake, loading);
    expect(message).toContain('resolvers.ts:5: sql.unknown-column: no column "b"\n  1 | select b\n');
    expect(message).toContain("hint: there is a");
  });

  it("says what to do about a package that is missing", () => {
    const missing = thrown(
      "Cannot find module 'left-pad'\nRequire stack:\n- /project/resolvers.ts",
      "/project/resolvers.ts:1:9",
    );
    expect(loadError(missing, loading).message).toBe(
      "cli.module: resolvers.ts:1: Cannot find module 'left-pad'\nhint: install the package beside the module",
    );
    expect(loadError(thrown("Cannot find module './own.ts'"), loading).hint).toBeUndefined();
  });

  it("takes what is no error", () => {
    expect(loadError("just a text", loading).summary).toBe("resolvers.ts: just a text");
  });
});

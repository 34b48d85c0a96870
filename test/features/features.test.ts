import { describe, expect, it } from "vitest";
import { features, t, TidemarkError, windowed } from "../../src/index.ts";
import { snakeCase } from "../../src/features/feature.ts";

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof TidemarkError) return error.code;
    throw error;
  }
  return "nothing thrown";
};

describe("features", () => {
  it("has full names in snake_case, with the window in seconds", () => {
    const User = features("user", {
      id: t.utf8(),
      numFailedLogins: windowed(t.int(), ["10m", "1h30m", "500ms", "all"]),
      userHTTPCode: t.int(),
    });
    expect(User.numFailedLogins.fqn).toBe("user.num_failed_logins");
    expect(User.numFailedLogins["10m"].fqn).toBe("user.num_failed_logins__600__");
    expect(User.numFailedLogins["1h30m"].fqn).toBe("user.num_failed_logins__5400__");
    expect(User.numFailedLogins["500ms"].fqn).toBe("user.num_failed_logins__0.5__");
    expect(User.numFailedLogins.all.fqn).toBe("user.num_failed_logins__all__");
    expect(User.userHTTPCode.fqn).toBe("user.user_http_code");
  });

  it.each([
    ["favoriteColor", "favorite_color"],
    ["HTTPServer", "http_server"],
    ["ip4Address", "ip4_address"],
    ["already_snake", "already_snake"],
    ["x", "x"],
    ["ID", "id"],
  ])("spells %s as %s", (name, snake) => {
    expect(snakeCase(name)).toBe(snake);
  });

  it("may name fields as a function's own properties, or as those of every object", () => {
    const Odd = features("odd", {
      name: t.utf8(),
      length: t.int(),
      call: t.float(),
      constructor: t.bool(),
      arguments: t.int(),
      ["__proto__"]: t.int(),
    });
    expect(Odd.name.fqn).toBe("odd.name");
    expect(Odd.length.fqn).toBe("odd.length");
    expect(Odd.call.fqn).toBe("odd.call");
    expect(Object.keys(Odd)).toEqual(["name", "length", "call", "constructor", "arguments", "__proto__"]);
    expect(Odd({ name: "x", length: 1 } as never).set).toBe("odd");
  });

  it("takes the first field as the primary key, or the marked one", () => {
    const User = features("user", { age: t.int(), id: t.utf8().primaryKey() });
    expect(User.id.fqn).toBe("user.id");
    expect(codeOf(() => features("user", { a: t.utf8().primaryKey(), b: t.utf8().primaryKey() }))).toBe(
      "feature.invalid",
    );
    expect(codeOf(() => features("user", { id: t.utf8().nullable() }))).toBe("feature.invalid");
    expect(codeOf(() => features("user", { id: t.float() }))).toBe("feature.invalid");
    expect(codeOf(() => features("user", { id: windowed(t.int(), ["1h"]) }))).toBe("feature.invalid");
  });

  it("refuses what is not well formed", () => {
    expect(codeOf(() => features("my user", { id: t.utf8() }))).toBe("feature.invalid");
    expect(codeOf(() => features("user", {}))).toBe("feature.invalid");
    expect(codeOf(() => features("user", { id: t.utf8(), fooBar: t.int(), foo_bar: t.int() }))).toBe("feature.invalid");
    expect(codeOf(() => features("user", { id: "text" } as never))).toBe("feature.invalid");
    expect(codeOf(() => windowed(t.int(), ["1h", "60m"]))).toBe("feature.invalid");
    expect(codeOf(() => windowed(t.int(), ["0s"]))).toBe("feature.invalid");
    expect(codeOf(() => windowed(t.int(), ["10"]))).toBe("duration.invalid");
    expect(codeOf(() => windowed(t.int(), [] as never))).toBe("feature.invalid");
    expect(codeOf(() => windowed("int" as never, ["1h"]))).toBe("feature.invalid");
  });

  it("refuses options and defaults that do not fit", () => {
    expect(codeOf(() => windowed(t.int(), "10m" as never))).toBe("feature.invalid");
    expect(codeOf(() => windowed(t.int(), ["10m"], { defalt: 0 } as never))).toBe("feature.invalid");
    expect(codeOf(() => windowed(t.int(), ["10m"], null as never))).toBe("feature.invalid");
    expect(codeOf(() => windowed(t.int(), ["10m"], { default: "none" as never }))).toBe("feature.invalid");
    expect(codeOf(() => windowed(t.int(), ["10m"], { default: 0.5 }))).toBe("feature.invalid");
    expect(windowed(t.int(), ["10m"], { default: null as never }).default).toBe(null);
    expect(windowed(t.bigint(), ["10m"], { default: 0 as never }).default).toBe(0n);
  });

  it("names the windows there are where another is asked for", () => {
    const User = features("user", { id: t.utf8(), n: windowed(t.int(), ["10m", "1d"]) });
    const undeclared = (label: string) => codeOf(() => (User.n as unknown as Record<string, unknown>)[label]);
    expect(["2h", "all", "infinity"].map(undeclared)).toEqual(Array(3).fill("feature.unknown-window"));
    expect(undeclared("toString")).toBe("nothing thrown");
  });

  it("checks the fields of values", () => {
    const User = features("user", { id: t.utf8(), color: t.utf8() });
    expect(codeOf(() => User({ id: "u", colour: "teal" } as never))).toBe("resolver.output");
    expect(codeOf(() => User(null as never))).toBe("resolver.output");
  });
});

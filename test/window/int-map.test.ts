import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createIntList } from "../../src/window/int-list.ts";
import { createIntMap } from "../../src/window/int-map.ts";

describe("a map of whole numbers", () => {
  it("is a Map", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2_000), fc.nat()), { maxLength: 400 }), (entries) => {
        const map = createIntMap();
        for (const [key, value] of entries) map.set(key, value);
        const oracle = new Map(entries);
        expect(map.size()).toBe(oracle.size);
        for (let key = 0; key < 2_001; key++) expect(map.get(key)).toBe(oracle.get(key) ?? -1);
      }),
      { numRuns: 30 },
    );
  });
});

describe("a list of whole numbers", () => {
  it("is an array", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat())), (entries) => {
        const [list, oracle] = [createIntList(), [] as number[]];
        for (const [at, value] of entries) {
          list.insert(at % (oracle.length + 1), value);
          oracle.splice(at % (oracle.length + 1), 0, value);
        }
        expect([...list.values()]).toEqual(oracle);
        expect(list.length()).toBe(oracle.length);
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { createWindowMap } from "../../src/window/window-map.ts";

describe("a window map", () => {
  it("keeps starts in order, whatever order they come in", () => {
    const windows = createWindowMap(() => ({ rows: 0 }));
    for (const start of [20, 0, 40, 30, 10, 20]) windows.at(start).rows++;
    expect(windows.starts()).toEqual([0, 10, 20, 30, 40]);
    expect(windows.get(20)).toEqual({ rows: 2 });
    windows.delete(30);
    windows.delete(30);
    windows.delete(0);
    expect(windows.starts()).toEqual([10, 20, 40]);
    expect(windows.get(0)).toBeUndefined();
    windows.at(Number.NEGATIVE_INFINITY);
    expect(windows.starts()[0]).toBe(Number.NEGATIVE_INFINITY);
  });
});

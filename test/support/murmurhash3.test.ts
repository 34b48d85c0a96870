import hyperloglog from "hyperloglog";
import { describe, expect, it } from "vitest";

const hex = (words: readonly number[]): string => words.map((word) => word.toString(16).padStart(8, "0")).join("");

describe("the murmurhash3 that hyperloglog gets here", () => {
  // The short ones are from the tests of the murmurhash3 package, the long ones from its C++ source.
  it.each([
    ["Hello", "2360ae465e6336c6ad45b3f4ad45b3f4"],
    ["Hello1", "8eb0cf41641b2401bc4c0dfcbc4c0dfc"],
    ["2", "9dd4f4e73df769b33df769b33df769b3"],
    ["88", "28979fa90b1b1a580b1b1a580b1b1a58"],
    ["I will not buy this tobacconist's, it is scratched.", "9b5b7ba2ef3f7866889adeaf00f3f98e"],
  ])("hashes %j as MurmurHash3_x86_128 does", (text, expected) => {
    expect(hex(hyperloglog.hash(text))).toBe(expected);
  });

  it("makes the peer count within its stated error", () => {
    const DISTINCT = 50_000;
    const counter = hyperloglog(12);
    for (let i = 0; i < DISTINCT; i++) counter.add(hyperloglog.hash(`value ${i}`));
    expect(Math.abs(counter.count() / DISTINCT - 1)).toBeLessThan(3 * counter.relative_error());
  });
});

import { describe, expect, it } from "vitest";
import { rankMax, rankOf, saturates } from "../../src/sketch/rank.ts";

describe("rankOf", () => {
  it.each([4, 5, 11, 12, 14, 18, 31])("is right for all 64 words with a single bit and %i index bits", (log2m) => {
    for (let bit = 0; bit < 64; bit++) {
      const word = 1n << BigInt(bit);
      const lo = Number(BigInt.asIntN(32, word));
      const hi = Number(BigInt.asIntN(32, word >> 32n));
      expect(rankOf(lo, hi, log2m), `bit ${bit}`).toBe(bit < log2m ? 0 : bit - log2m + 1);
      // Higher bits change nothing.
      const filled = -word;
      const filledLo = Number(BigInt.asIntN(32, filled));
      expect(rankOf(filledLo, Number(BigInt.asIntN(32, filled >> 32n)), log2m)).toBe(bit < log2m ? 1 : bit - log2m + 1);
    }
    expect(rankOf(0, 0, log2m)).toBe(0);
    expect(rankOf(-1, -1, log2m)).toBe(1);
  });

  it("is limited by the width of a register or by the hash, whichever comes first", () => {
    expect([rankMax(12, 6), saturates(12, 6)]).toEqual([52, false]);
    expect([rankMax(4, 6), saturates(4, 6)]).toEqual([60, false]);
    expect([rankMax(11, 5), saturates(11, 5)]).toEqual([31, true]);
    expect([rankMax(31, 8), saturates(31, 8)]).toEqual([33, false]);
  });
});

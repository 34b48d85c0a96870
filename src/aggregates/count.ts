import { countBits } from "../column/bitmap.ts";
import { grownFloat64 } from "../column/growable.ts";
import { int } from "../types/data-type.ts";
import type { Accumulator, AggregateFunction } from "./accumulator.ts";

/** `count(*)` counts rows, `count(x)` the rows where `x` is not null; 0 for no rows. */
export const count: AggregateFunction = {
  name: "count",
  aliases: ["count_star"],
  doc: "The number of rows, or of rows where the argument is not null; 0 for no rows.",
  resolve: (args) => (args.length <= 1 ? { args, type: int, nullable: false } : undefined),
  create: countAccumulator,
};

/** Counts rows where the argument, if there is one, is not null. */
function countAccumulator(): Accumulator {
  let counts: Float64Array = new Float64Array(1);
  return {
    update: ([arg], groups, length, groupCount) => {
      counts = grownFloat64(counts, groupCount);
      if (groups === null) {
        counts[0]! += arg === undefined || arg.validity === null ? length : countBits(arg.validity, length);
        return;
      }
      const validity = arg?.validity ?? null;
      if (validity === null) for (let i = 0; i < length; i++) counts[groups[i]!]! += 1;
      else for (let i = 0; i < length; i++) counts[groups[i]!]! += (validity[i >> 3]! >> (i & 7)) & 1;
    },
    finish: (groups) => {
      const values = new Float64Array(groups.length);
      for (let i = 0; i < groups.length; i++) values[i] = counts[groups[i]!] ?? 0;
      return { kind: "int64", length: groups.length, validity: null, values };
    },
    clear: (group) => {
      counts[group] = 0;
    },
    bytes: () => counts.byteLength,
  };
}

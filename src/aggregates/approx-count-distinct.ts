import { grownFloat64 } from "../column/growable.ts";
import { hashColumn } from "../kernels/hash.ts";
import { createGroupedHyperLogLog } from "../sketch/grouped.ts";
import { int } from "../types/data-type.ts";
import { type Accumulator, type AggregateFunction, valuesOnly } from "./accumulator.ts";

/**
 * `approx_count_distinct(x)`: HyperLogLog at p = 12, exact up to 256 distinct values, with a standard error of 1.6 %
 * above; never more than the number of values. 0 for no values.
 */
export const approxCountDistinct: AggregateFunction = {
  name: "approx_count_distinct",
  aliases: ["approximate_count_distinct", "approx_distinct"],
  doc: "The approximate number of distinct values (HyperLogLog, p = 12); exact up to 256; 0 for no values.",
  resolve: (args) => (args.length === 1 ? { args, type: int, nullable: false } : undefined),
  create: approxCountDistinctAccumulator,
};

function approxCountDistinctAccumulator(): Accumulator {
  const sketches = createGroupedHyperLogLog();
  let counts: Float64Array = new Float64Array(1);
  return {
    update: ([arg], allGroups, _length, groupCount) => {
      const { column, groups } = valuesOnly(arg!, allGroups);
      counts = grownFloat64(counts, groupCount);
      if (groups === null) counts[0]! += column.length;
      else for (let i = 0; i < groups.length; i++) counts[groups[i]!]! += 1;
      sketches.ensure(groupCount);
      sketches.addMany(groups, hashColumn(column), column.length);
    },
    finish: (groups) => {
      const values = new Float64Array(groups.length);
      for (let i = 0; i < groups.length; i++) {
        const group = groups[i]!;
        const rows = counts[group] ?? 0;
        values[i] = rows === 0 ? 0 : Math.min(Math.round(sketches.estimate(group)), rows);
      }
      return { kind: "int64", length: groups.length, validity: null, values };
    },
    clear: (group) => {
      counts[group] = 0;
      sketches.clear(group);
    },
    bytes: () => sketches.bytes() + counts.byteLength,
  };
}

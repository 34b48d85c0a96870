import type { Float64Column } from "../column/column.ts";
import { grownFloat64, grownInt32 } from "../column/growable.ts";

/**
 * Compensated sums of doubles by group (A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher
 * Summen", 1974). The n-th value of a group goes to lane n mod 4, so the result depends on the order of the group's
 * values alone: not on batches.
 */
export interface CompensatedSum {
  update(column: Float64Column, groups: Int32Array | null, groupCount: number): void;
  total(group: number): number;
  clear(group: number): void;
  bytes(): number;
}

const LANES = 4;

export function createCompensatedSum(): CompensatedSum {
  let sums: Float64Array = new Float64Array(LANES);
  let errors: Float64Array = new Float64Array(LANES);
  let positions: Int32Array = new Int32Array(1); // the lane that comes next

  const add = (lane: number, value: number): void => {
    const sum = sums[lane]!;
    const next = sum + value;
    errors[lane]! += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sums[lane] = next;
  };

  return {
    update: ({ values, length }, groups, groupCount) => {
      sums = grownFloat64(sums, groupCount * LANES);
      errors = grownFloat64(errors, groupCount * LANES);
      positions = grownInt32(positions, groupCount);
      for (let i = 0; i < length; i++) {
        const group = groups === null ? 0 : groups[i]!;
        const position = positions[group]!;
        add(group * LANES + position, values[i]!);
        positions[group] = (position + 1) & (LANES - 1);
      }
    },
    total: (group) => {
      let sum = 0;
      let error = 0;
      for (let lane = group * LANES; lane < (group + 1) * LANES; lane++) {
        const value = sums[lane] ?? 0;
        const next = sum + value;
        error += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
        error += errors[lane] ?? 0;
        sum = next;
      }
      // An infinity, a NaN or an overflow leaves no meaningful error term.
      return Number.isFinite(error) ? sum + error : sum;
    },
    clear: (group) => {
      sums.fill(0, group * LANES, (group + 1) * LANES);
      errors.fill(0, group * LANES, (group + 1) * LANES);
      positions[group] = 0;
    },
    bytes: () => sums.byteLength + errors.byteLength + positions.byteLength,
  };
}

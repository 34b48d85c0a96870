import type { Column, Int32Column, Int64Column } from "../column/column.ts";
import { grownFloat64 } from "../column/growable.ts";
import { exactDoubles } from "../column/int64.ts";

/**
 * Exact integer sums by group: `high * CARRY + low`, both whole numbers in doubles. `low` stays within ±2^53 because
 * it is carried over whenever it leaves ±CARRY, so no addition ever rounds.
 */
export interface ExactSum {
  update(column: Column, groups: Int32Array | null, groupCount: number): void;
  /** The sum of a group as a number where that is exact, else as a bigint. */
  total(group: number): number | bigint;
  clear(group: number): void;
  bytes(): number;
}

const CARRY = 2 ** 52;
const CARRY_BITS = 52n;

export function createExactSum(): ExactSum {
  let low: Float64Array = new Float64Array(1);
  let high: Float64Array = new Float64Array(1);

  const add = (group: number, value: number): void => {
    // value and low[group] are within ±2^53 and ±2^52: their sum is at most 3 * 2^52, and halves of it are added.
    let sum = low[group]!;
    if (value > CARRY || value < -CARRY) {
      const carry = value > 0 ? 1 : -1;
      high[group]! += carry;
      value -= carry * CARRY;
    }
    sum += value;
    if (sum >= CARRY || sum <= -CARRY) {
      const carry = sum > 0 ? 1 : -1;
      high[group]! += carry;
      sum -= carry * CARRY;
    }
    low[group] = sum;
  };

  const addBigint = (group: number, value: bigint): void => {
    const quotient = value >> CARRY_BITS;
    high[group]! += Number(quotient);
    add(group, Number(value - (quotient << CARRY_BITS)));
  };

  return {
    update: (column, groups, groupCount) => {
      low = grownFloat64(low, groupCount);
      high = grownFloat64(high, groupCount);
      const doubles = exactDoubles(column as Int64Column | Int32Column);
      if (doubles === null) {
        const values = column.kind === "int64" ? column.values : [];
        for (let i = 0; i < values.length; i++) addBigint(groups === null ? 0 : groups[i]!, BigInt(values[i]!));
      } else if (groups === null) {
        for (let i = 0; i < doubles.length; i++) add(0, doubles[i]!);
      } else {
        for (let i = 0; i < doubles.length; i++) add(groups[i]!, doubles[i]!);
      }
    },
    total: (group) => {
      const [upper, lower] = [high[group] ?? 0, low[group] ?? 0];
      const sum = upper * CARRY + lower;
      return Number.isSafeInteger(sum) ? sum + 0 : (BigInt(upper) << CARRY_BITS) + BigInt(lower);
    },
    clear: (group) => {
      low[group] = 0;
      high[group] = 0;
    },
    bytes: () => low.byteLength + high.byteLength,
  };
}

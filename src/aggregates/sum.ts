import { bitmapOf, setBit } from "../column/bitmap.ts";
import type { Bitmap } from "../column/bitmap.ts";
import { columnBuilder } from "../column/builder.ts";
import type { Column, Float64Column } from "../column/column.ts";
import { grownFloat64 } from "../column/growable.ts";
import { TidemarkError } from "../errors.ts";
import { bigint, type DataType, float, int } from "../types/data-type.ts";
import { type Accumulator, type AggregateFunction, valuesOnly } from "./accumulator.ts";
import { createCompensatedSum } from "./compensated-sum.ts";
import { createExactSum } from "./exact-sum.ts";

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** `sum(x)`: integers exactly, floats compensated, booleans as the number of trues; null for no values. */
export const sum: AggregateFunction = {
  name: "sum",
  aliases: [],
  doc: "The sum; exact for integers, compensated for floats, the number of trues for booleans; null for no values.",
  resolve: ([arg, ...rest]) => {
    const type = arg === undefined || rest.length > 0 ? undefined : sumType(arg);
    return type && { args: [type], type, nullable: true };
  },
  create: ({ type }) => (type.kind === "float" ? floatSum() : integerSum(type)),
};

/** `avg(x)`: the exact or compensated sum divided by the count; null for no values. */
export const mean: AggregateFunction = {
  name: "avg",
  aliases: ["mean"],
  doc: "The arithmetic mean of the values that are not null; null for no values.",
  resolve: ([arg, ...rest]) => {
    const type = arg === undefined || rest.length > 0 ? undefined : sumType(arg);
    return type && { args: [type], type: float, nullable: true };
  },
  create: ({ args: [arg] }) => (arg?.kind === "float" ? floatSum(true) : integerMean()),
};

function sumType(arg: DataType): DataType | undefined {
  switch (arg.kind) {
    case "bool":
    case "int32":
    case "int":
    case "null":
      return int;
    case "bigint":
      return bigint;
    case "float":
      return float;
    default:
      return undefined;
  }
}

/** How many values each group has had: none means null. */
function createCounts(): {
  update(groups: Int32Array | null, length: number, groupCount: number): void;
  of(group: number): number;
  clear(group: number): void;
  bytes(): number;
} {
  let counts: Float64Array = new Float64Array(1);
  return {
    update: (groups, length, groupCount) => {
      counts = grownFloat64(counts, groupCount);
      if (groups === null) counts[0]! += length;
      else for (let i = 0; i < length; i++) counts[groups[i]!]! += 1;
    },
    of: (group) => counts[group] ?? 0,
    clear: (group) => {
      counts[group] = 0;
    },
    bytes: () => counts.byteLength,
  };
}

function floatSum(divide = false): Accumulator {
  const sums = createCompensatedSum();
  const counts = createCounts();
  return {
    update: ([arg], allGroups, _length, groupCount) => {
      const { column, groups } = valuesOnly(arg!, allGroups);
      sums.update(column as Float64Column, groups, groupCount);
      counts.update(groups, column.length, groupCount);
    },
    finish: (groups) => floats(groups, counts.of, (group) => sums.total(group) / (divide ? counts.of(group) : 1)),
    clear: (group) => {
      sums.clear(group);
      counts.clear(group);
    },
    bytes: () => sums.bytes() + counts.bytes(),
  };
}

function integerParts(): { sums: ReturnType<typeof createExactSum>; counts: ReturnType<typeof createCounts> } & Omit<
  Accumulator,
  "finish"
> {
  const sums = createExactSum();
  const counts = createCounts();
  return {
    sums,
    counts,
    update: ([arg], allGroups, _length, groupCount) => {
      const { column, groups } = valuesOnly(arg!, allGroups);
      sums.update(column, groups, groupCount);
      counts.update(groups, column.length, groupCount);
    },
    clear: (group) => {
      sums.clear(group);
      counts.clear(group);
    },
    bytes: () => sums.bytes() + counts.bytes(),
  };
}

function integerSum(type: DataType): Accumulator {
  const { sums, counts, ...rest } = integerParts();
  return {
    ...rest,
    finish: (groups) => {
      const builder = columnBuilder(type);
      for (const group of groups) {
        const total = counts.of(group) === 0 ? null : sums.total(group);
        if (typeof total === "bigint" && (total < INT64_MIN || total > INT64_MAX)) {
          throw new TidemarkError("type.overflow", `the sum ${total} does not fit 64 bits`, {
            hint: "cast the argument to DOUBLE for an approximate sum",
          });
        }
        builder.append(total);
      }
      return builder.finish();
    },
  };
}

function integerMean(): Accumulator {
  const { sums, counts, ...rest } = integerParts();
  return {
    ...rest,
    finish: (groups) => floats(groups, counts.of, (group) => Number(sums.total(group)) / counts.of(group)),
  };
}

/** A float column with null where a group has no values. */
function floats(groups: Int32Array, countOf: (group: number) => number, valueOf: (group: number) => number): Column {
  const values = new Float64Array(groups.length);
  let validity: Bitmap | null = null;
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i]!;
    if (countOf(group) > 0) values[i] = valueOf(group);
    else validity ??= bitmapOf(groups.length);
  }
  if (validity !== null) for (let i = 0; i < groups.length; i++) if (countOf(groups[i]!) > 0) setBit(validity, i);
  return { kind: "float64", length: groups.length, validity, values };
}

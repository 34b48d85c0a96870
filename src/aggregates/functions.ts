import type { AggregateFunction } from "./accumulator.ts";
import { approxCountDistinct } from "./approx-count-distinct.ts";
import { count } from "./count.ts";
import { max, min } from "./extremum.ts";
import { mean, sum } from "./sum.ts";

/** Every aggregate; SQL and DataFrame both look here. */
export const aggregateFunctions: readonly AggregateFunction[] = [count, sum, mean, min, max, approxCountDistinct];

const byName = new Map(aggregateFunctions.flatMap((fn) => [fn.name, ...fn.aliases].map((name) => [name, fn] as const)));

/** The aggregate of a name, ignoring case. */
export const findAggregate = (name: string): AggregateFunction | undefined => byName.get(name.toLowerCase());

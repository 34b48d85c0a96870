import type { Bound, BoundAggregate } from "../expr/bound.ts";
import type { Schema } from "../types/data-type.ts";

/** What is to be computed, as plain records: made by DataFrame calls and by SQL alike, and serialisable. */
export type Plan = Scan | Filter | Project | Aggregate | Sort | Limit;

/** All rows of a table that is bound to `table` when the plan runs. */
export interface Scan {
  readonly kind: "scan";
  readonly table: string;
  readonly schema: Schema;
}

/** The rows where the predicate is true. */
export interface Filter {
  readonly kind: "filter";
  readonly input: Plan;
  readonly predicate: Bound;
}

/** A row for each row, with these columns. */
export interface Project {
  readonly kind: "project";
  readonly input: Plan;
  readonly columns: readonly NamedBound[];
}

/** A row for each distinct combination of keys, in the order of first sight; without keys exactly one row. */
export interface Aggregate {
  readonly kind: "aggregate";
  readonly input: Plan;
  readonly keys: readonly NamedBound[];
  readonly aggregates: readonly { readonly name: string; readonly call: BoundAggregate }[];
  /**
   * Whether nobody wrote the grouping: it follows from the key of a resolver. Each key then has a row, even where a
   * filter below has removed all of its rows.
   */
  readonly implicit: boolean;
}

/** The rows in order; equal rows keep theirs. */
export interface Sort {
  readonly kind: "sort";
  readonly input: Plan;
  readonly keys: readonly BoundSortKey[];
}

/** At most `count` rows after the first `offset`. */
export interface Limit {
  readonly kind: "limit";
  readonly input: Plan;
  readonly count: number;
  readonly offset: number;
}

export interface NamedBound {
  readonly name: string;
  readonly expr: Bound;
}

export interface BoundSortKey {
  readonly expr: Bound;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** The columns of a plan's result. */
export function planSchema(plan: Plan): Schema {
  switch (plan.kind) {
    case "scan":
      return plan.schema;
    case "project":
      return { fields: plan.columns.map(fieldOf) };
    case "aggregate":
      return {
        fields: [
          ...plan.keys.map(fieldOf),
          ...plan.aggregates.map(({ name, call }) => ({ name, type: call.type, nullable: call.nullable })),
        ],
      };
    case "filter":
    case "sort":
    case "limit":
      return planSchema(plan.input);
  }
}

const fieldOf = ({ name, expr }: NamedBound): Schema["fields"][number] => ({
  name,
  type: expr.type,
  nullable: expr.nullable,
});

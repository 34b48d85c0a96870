import { bitPositions } from "../column/bitmap.ts";
import type { Column } from "../column/column.ts";
import { take } from "../kernels/take.ts";
import type { DataType } from "../types/data-type.ts";

/** The state of one aggregate for many groups: columns indexed by group number. */
export interface Accumulator {
  /**
   * Takes rows in: row `i` belongs to `groups[i]`, all to group 0 where `groups` is null. Group numbers are below
   * `groupCount`.
   */
  update(args: readonly Column[], groups: Int32Array | null, length: number, groupCount: number): void;
  /** The results of these groups, in this order. A group that no row has reached gives the result of no rows. */
  finish(groups: Int32Array): Column;
  /** Sets a group back to no rows, so that its number can be used again. */
  clear(group: number): void;
  /** Memory held, in bytes. */
  bytes(): number;
}

/** What an aggregate makes of argument types: the types that it wants (arguments are cast to them) and its result. */
export interface AggregateSignature {
  readonly args: readonly DataType[];
  readonly type: DataType;
  /** Whether the result of no rows is null. */
  readonly nullable: boolean;
}

export interface AggregateFunction {
  readonly name: string;
  readonly aliases: readonly string[];
  /** One sentence for the reference. */
  readonly doc: string;
  /** The signature for these argument types, or undefined where it takes none such. */
  resolve(args: readonly DataType[]): AggregateSignature | undefined;
  create(signature: AggregateSignature): Accumulator;
}

/** The rows that have a value, so that loops need no null path. Nothing is copied where there are no nulls. */
export function valuesOnly(column: Column, groups: Int32Array | null): { column: Column; groups: Int32Array | null } {
  if (column.validity === null) return { column, groups };
  const rows = bitPositions(column.validity, column.length);
  if (groups === null) return { column: take({ ...column, validity: null }, rows), groups };
  const taken = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = groups[rows[i]!]!;
  return { column: take({ ...column, validity: null }, rows), groups: taken };
}

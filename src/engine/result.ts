import type { Table } from "../column/batch.ts";
import { isValid } from "../column/bitmap.ts";
import type { Column } from "../column/column.ts";
import { rowsThat } from "../column/pick.ts";
import { rawAt, valueAt } from "../column/value.ts";
import { TidemarkError } from "../errors.ts";
import type { Feature } from "../features/feature.ts";
import { concat, singleBatch } from "../kernels/concat.ts";
import { take } from "../kernels/take.ts";
import type { Resolver } from "../resolvers/resolver.ts";
import type { DataType } from "../types/data-type.ts";

/** A resolver's result for a window: entities, each once, and a column for each output. */
export interface Result {
  readonly entities: Column;
  readonly values: readonly Column[];
}

/** A cell in the one form that `===` and `Map` compare: a whole number is a bigint only where a double cannot hold it. */
export type Identity = ReturnType<typeof rawAt>;

export function identityAt(column: Column, i: number): Identity {
  const value = rawAt(column, i);
  if (typeof value !== "bigint") return value;
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/**
 * The rows of a result that have an entity. Where entities are the keys of groups, no two can be equal.
 * @throws resolver.entity-collision where two rows have one; type.overflow where a value is beyond its TypeScript type
 */
export function resultOf(
  table: Table,
  { name, set }: Resolver,
  features: readonly Feature[],
  { areKeys }: { readonly areKeys: boolean } = { areKeys: false },
): Result {
  const { columns, length } = singleBatch(table);
  const [found, ...all] = columns;
  if (found === undefined) throw new RangeError(`the result of "${name}" has no columns, not even an entity`);
  const { validity } = found;
  const rows = validity === null ? undefined : rowsThat(length, (row) => isValid(validity, row));
  const kept = (column: Column): Column => (rows === undefined || rows.length === length ? column : take(column, rows));
  const entities = kept(found);
  const values = all.map(kept);
  checkRange(entities, set.primaryKey.type);
  values.forEach((column, f) => {
    const feature = features[f];
    if (feature !== undefined) checkRange(column, feature.type);
  });
  if (!areKeys) checkDistinct(entities, name);
  return { entities, values };
}

/** Results of several keys as one. @throws resolver.entity-collision */
export function joined(results: readonly Result[], { name, set }: Resolver, features: readonly Feature[]): Result {
  const [only] = results;
  if (only !== undefined && results.length === 1) return only;
  const entities = concat(
    results.map((result) => result.entities),
    set.primaryKey.type,
  );
  checkDistinct(entities, name);
  const values = features.map(({ type }, f) =>
    concat(
      results.flatMap((result) => result.values[f] ?? []),
      type,
    ),
  );
  return { entities, values };
}

/** Only a column of 64-bit words can hold what its TypeScript value cannot. */
function checkRange(column: Column, type: DataType): void {
  if (type.kind === "bigint" || column.kind !== "int64" || !(column.values instanceof BigInt64Array)) return;
  for (let i = 0; i < column.length; i++) valueAt(column, type, i);
}

function checkDistinct(entities: Column, resolver: string): void {
  if (entities.length < 2) return;
  const seen = new Set<Identity>();
  for (let i = 0; i < entities.length; i++) {
    const entity = identityAt(entities, i);
    if (seen.has(entity)) throw collision(resolver, entity);
    seen.add(entity);
  }
}

export const collision = (resolver: string, entity: Identity): TidemarkError =>
  new TidemarkError(
    "resolver.entity-collision",
    `resolver "${resolver}" made two rows for ${String(entity)} in one window`,
    { hint: "group by the primary key alone" },
  );

/** The row of an entity, or -1. */
export function rowOfEntity({ entities }: Result, entity: Identity): number {
  for (let i = 0; i < entities.length; i++) if (identityAt(entities, i) === entity) return i;
  return -1;
}

/** The rows of all entities. */
export function rowsByEntity({ entities }: Result): Map<Identity, number> {
  const rows = new Map<Identity, number>();
  for (let i = 0; i < entities.length; i++) rows.set(identityAt(entities, i), i);
  return rows;
}

/** Whether two cells hold the same value; NaN is the same as NaN. */
export function sameCell(a: Column, i: number, b: Column, j: number): boolean {
  const [x, y] = [identityAt(a, i), identityAt(b, j)];
  return x === y || Object.is(x, y);
}

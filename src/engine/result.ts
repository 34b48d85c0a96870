import type { Table } from "../column/batch.ts";
import { isValid } from "../column/bitmap.ts";
import type { Column } from "../column/column.ts";
import { rawAt } from "../column/value.ts";
import { TidemarkError } from "../errors.ts";
import { singleBatch } from "../kernels/concat.ts";
import { take } from "../kernels/take.ts";

/** A resolver's result for a window: entities and a column for each output. */
export interface Result {
  readonly entities: Column;
  readonly values: readonly Column[];
}

/**
 * The rows of a result that have an entity.
 * @throws resolver.entity-collision where two rows have one
 */
export function resultOf(table: Table, resolver: string): Result {
  const batch = singleBatch(table);
  let columns = batch.columns;
  const entities = columns[0]!;
  if (entities.validity !== null) {
    const rows = Int32Array.from({ length: batch.length }, (_, i) => i).filter((row) =>
      isValid(entities.validity, row),
    );
    if (rows.length < batch.length) columns = columns.map((column) => take(column, rows));
  }
  const [first, ...values] = columns as [Column, ...Column[]];
  checkDistinct(first, resolver);
  return { entities: first, values };
}

function checkDistinct(entities: Column, resolver: string): void {
  if (entities.length < 2) return;
  const seen = new Set<unknown>();
  for (let i = 0; i < entities.length; i++) {
    const entity = rawAt(entities, i);
    if (seen.has(entity)) {
      throw new TidemarkError(
        "resolver.entity-collision",
        `resolver "${resolver}" made two rows for ${String(entity)} in one window`,
        {
          hint: "group by the primary key alone",
        },
      );
    }
    seen.add(entity);
  }
}

/** The row of an entity, or -1. */
export function rowOfEntity(entities: Column, entity: unknown): number {
  for (let i = 0; i < entities.length; i++) if (rawAt(entities, i) === entity) return i;
  return -1;
}

/** Whether two cells hold the same value; NaN is the same as NaN. */
export function sameCell(a: Column, i: number, b: Column, j: number): boolean {
  const [x, y] = [rawAt(a, i), rawAt(b, j)];
  if (typeof x === typeof y) return Object.is(x, y) || x === y;
  return x !== null && y !== null && typeof x !== "string" && typeof y !== "string" && BigInt(x) === BigInt(y);
}

import type { Column } from "../column/column.ts";
import { take } from "../kernels/take.ts";
import type { Correction } from "./emission.ts";
import { type Identity, type Result, rowsByEntity, sameCell } from "./result.ts";

/** What a window that has closed has given out, as far as late messages have changed it. */
export interface GivenOut {
  /** By entity: the last revision of each output; an entity that is not here has given out revision 0 at most. */
  readonly revisions: Map<Identity, Int32Array>;
  /** By key (-1 where there are no keys), where the resolver has thrown since: the last result, or undefined for none. */
  readonly beforeFailure: Map<number, Result | undefined>;
}

export const nothingGivenOut = (): GivenOut => ({ revisions: new Map(), beforeFailure: new Map() });

/** One entity that a late message changed. */
export interface Corrected {
  readonly entities: Column;
  readonly values: readonly Column[];
  readonly correction: Correction;
}

/**
 * What a late message changed in a closed window: new or changed values with their next revision, and retractions of
 * entities that are gone. Equal values give nothing.
 */
export function corrections(before: Result | undefined, after: Result, { revisions }: GivenOut): Corrected[] {
  const changed: Corrected[] = [];
  const [oldRows, newRows] = [
    before === undefined ? new Map<Identity, number>() : rowsByEntity(before),
    rowsByEntity(after),
  ];
  const next = (entity: Identity, output: number, outputs: number, wasEmitted: boolean): number => {
    let known = revisions.get(entity);
    if (known === undefined) revisions.set(entity, (known = new Int32Array(outputs).fill(wasEmitted ? 0 : -1)));
    const revision = (known[output] ?? -1) + 1;
    known[output] = revision;
    return revision;
  };
  for (const [entity, row] of newRows) {
    const old = oldRows.get(entity);
    const given = after.values.map((column, f) => {
      const oldColumn = before?.values[f];
      if (old !== undefined && oldColumn !== undefined && sameCell(column, row, oldColumn, old)) return -1;
      return next(entity, f, after.values.length, old !== undefined);
    });
    if (given.some((revision) => revision !== -1)) changed.push(corrected(after, row, given, false));
  }
  if (before === undefined) return changed;
  for (const [entity, row] of oldRows) {
    if (newRows.has(entity)) continue;
    const given = before.values.map((_, f) => next(entity, f, before.values.length, true));
    changed.push(corrected(before, row, given, true));
  }
  return changed;
}

function corrected(
  { entities, values }: Result,
  row: number,
  revisions: readonly number[],
  retracted: boolean,
): Corrected {
  const rows = Int32Array.of(row);
  return {
    entities: take(entities, rows),
    values: values.map((column) => take(column, rows)),
    correction: { revisions, retracted },
  };
}

import { rawAt } from "../column/value.ts";
import type { Column } from "../column/column.ts";
import { take } from "../kernels/take.ts";
import type { Correction } from "./emission.ts";
import { type Result, rowOfEntity, sameCell } from "./result.ts";

/** The last revision that was given out, by entity and output; an entity without one has given out revision 0 at most. */
export type Revisions = Map<string, number>;

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
export function corrections(before: Result | undefined, after: Result, revisions: Revisions): Corrected[] {
  const changed: Corrected[] = [];
  for (let row = 0; row < after.entities.length; row++) {
    const entity = rawAt(after.entities, row);
    const old = before === undefined ? -1 : rowOfEntity(before.entities, entity);
    const next = after.values.map((column, f) => {
      if (old !== -1 && before !== undefined && sameCell(column, row, before.values[f]!, old)) return -1;
      return nextRevision(revisions, entity, f, old !== -1);
    });
    if (next.some((revision) => revision !== -1)) changed.push(corrected(after, row, next, false));
  }
  for (let row = 0; row < (before?.entities.length ?? 0); row++) {
    const entity = rawAt(before!.entities, row);
    if (rowOfEntity(after.entities, entity) !== -1) continue;
    changed.push(
      corrected(
        before!,
        row,
        before!.values.map((_, f) => nextRevision(revisions, entity, f, true)),
        true,
      ),
    );
  }
  return changed;
}

function nextRevision(revisions: Revisions, entity: unknown, output: number, wasEmitted: boolean): number {
  const key = `${typeof entity} ${String(entity)} ${output}`;
  const last = revisions.get(key) ?? (wasEmitted ? 0 : -1);
  revisions.set(key, last + 1);
  return last + 1;
}

const corrected = (
  { entities, values }: Result,
  row: number,
  revisions: readonly number[],
  retracted: boolean,
): Corrected => {
  const rows = Int32Array.of(row);
  return {
    entities: take(entities, rows),
    values: values.map((column) => take(column, rows)),
    correction: { revisions, retracted },
  };
};

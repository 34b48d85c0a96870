import { TidemarkError } from "../errors.ts";
import type { Batch, Table } from "../column/batch.ts";

/** Finds the rows behind a scan's table name. */
export type Tables = (table: string) => Table;

export function* runScan(table: string, tables: Tables): Iterable<Batch> {
  yield* tables(table).batches;
}

/** Tables by name. @throws frame.invalid for a name that is not bound */
export const tablesOf =
  (tables: ReadonlyMap<string, Table>): Tables =>
  (name) => {
    const table = tables.get(name);
    if (table === undefined) throw new TidemarkError("frame.invalid", `the table ${name} is not bound`);
    return table;
  };

import type { Batch } from "../column/batch.ts";
import type { Project } from "../plan/nodes.ts";
import { evaluateColumn } from "./evaluate.ts";

export function* runProject({ columns }: Pick<Project, "columns">, input: Iterable<Batch>): Iterable<Batch> {
  for (const batch of input)
    yield { length: batch.length, columns: columns.map(({ expr }) => evaluateColumn(expr, batch)) };
}

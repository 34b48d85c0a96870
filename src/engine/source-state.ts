import type { Resolver } from "../resolvers/resolver.ts";
import type { Source } from "../sources/source.ts";
import { fieldNames } from "../types/schema.ts";
import { columnsRead } from "../expr/bound.ts";
import { initialWatermark, type Watermark } from "../window/watermark.ts";
import { type Counts, noCounts } from "./disposition.ts";
import type { Lane } from "./lane.ts";

/** What an engine knows of one source. */
export interface SourceState {
  readonly source: Source;
  /** In the engine's order. */
  readonly lanes: readonly Lane[];
  /** Fields that no resolver reads, so that a test may leave them out. */
  readonly unread: ReadonlySet<string>;
  watermark: Watermark;
  pushed: number;
  readonly counts: Counts;
  /** By resolver name. */
  readonly countsOf: Map<string, Counts>;
}

export function createSourceState(source: Source, lanes: readonly Lane[]): SourceState {
  return {
    source,
    lanes,
    unread: unreadFields(
      source,
      lanes.map(({ resolver }) => resolver),
    ),
    watermark: initialWatermark,
    pushed: 0,
    counts: noCounts(),
    countsOf: new Map(lanes.map(({ resolver }) => [resolver.name, noCounts()])),
  };
}

/** A resolver that became a plan reads the columns of the plan; any other may read all. */
function unreadFields({ message, timestamp }: Source, resolvers: readonly Resolver[]): Set<string> {
  const names = fieldNames(message.schema);
  const read = new Set<string>(timestamp === undefined ? [] : [timestamp]);
  for (const { work, parse, dedup } of resolvers) {
    if (dedup !== undefined) read.add(dedup.field);
    if (parse !== undefined || work.kind === "mapping" || work.program.kind === "frame") return new Set();
    const columns = new Set<number>();
    const { predicate, keys, calls } = work.program;
    for (const expr of [
      ...keys,
      ...calls.flatMap(({ args, filter }) => [...args, ...(filter === undefined ? [] : [filter])]),
    ])
      columnsRead(expr, columns);
    if (predicate !== null) columnsRead(predicate, columns);
    for (const index of columns) read.add(names[index]!);
  }
  return new Set(names.filter((name) => !read.has(name)));
}

import { columnOf } from "../column/builder.ts";
import type { Column } from "../column/column.ts";
import type { Value } from "../column/value.ts";
import type { Chunk, Emission } from "../engine/emission.ts";
import type { Emissions } from "../engine/emission-log.ts";
import { type DataFrame, frameOf } from "../frame/data-frame.ts";
import { bool, type DataType, int, timestamp, utf8 } from "../types/data-type.ts";
import { isoTimestamp } from "../types/time.ts";
import { type Cell, cellOf, collect } from "./cell.ts";

/** An emission as a row of a frame. */
export interface EmittedRow {
  /** The full name: `user.num_failed_logins__600__`. */
  feature: string;
  entity: Emission["entity"];
  /** Null for a mapping, and where a window has no bound. */
  window_start: Date | null;
  window_end: Date | null;
  /** Of the features' type; of text where features of several types were emitted. Null where retracted. */
  value: Value;
  revision: number;
  retracted: boolean;
  observed_at: Date | null;
  resolver: string;
}

/** Emissions as a frame, a row for each, in the order in which they were given out. */
export type EmittedFrame = DataFrame<EmittedRow>;

const NOTHING: Cell = { type: utf8, raw: null, text: "" };

/** A frame of emissions. */
export function frameOfEmissions({ runs }: Pick<Emissions, "runs">): EmittedFrame {
  const names: string[] = [];
  const entities: Cell[] = [];
  const values: Cell[] = [];
  const starts: (string | null)[] = [];
  const ends: (string | null)[] = [];
  const observed: (string | null)[] = [];
  const revisions: number[] = [];
  const retractions: boolean[] = [];
  const resolvers: string[] = [];
  const add = (chunk: Chunk, row: number): void => {
    const { features, window, correction, observedAtUs, resolver } = chunk;
    const retracted = correction?.retracted ?? false;
    features.forEach(({ fqn, type }, f) => {
      const revision = correction?.revisions[f] ?? 0;
      if (revision === -1) return;
      const column = chunk.values[f];
      names.push(fqn);
      entities.push(cellOf(chunk.entities, chunk.entityType, row));
      values.push(retracted || column === undefined ? NOTHING : cellOf(column, type, row));
      starts.push(boundText(window?.startUs));
      ends.push(boundText(window?.endUs));
      observed.push(boundText(typeof observedAtUs === "number" ? observedAtUs : observedAtUs[row]));
      revisions.push(revision);
      retractions.push(retracted);
      resolvers.push(resolver);
    });
  };
  for (const { chunks, chunkOf, rowOf } of runs) {
    rowOf.forEach((row, i) => {
      const chunk = chunks[chunkOf?.[i] ?? 0];
      if (chunk !== undefined) add(chunk, row);
    });
  }
  const [entity, value] = [collect(entities), collect(values)];
  const of = (type: DataType, cells: readonly unknown[]): [DataType, Column] => [type, columnOf(type, cells)];
  const columns: Readonly<Record<keyof EmittedRow, readonly [DataType, Column]>> = {
    feature: of(utf8, names),
    entity: [entity.type, entity.column],
    window_start: of(timestamp, starts),
    window_end: of(timestamp, ends),
    value: [value.type, value.column],
    revision: of(int, revisions),
    retracted: of(bool, retractions),
    observed_at: of(timestamp, observed),
    resolver: of(utf8, resolvers),
  };
  return frameOf<EmittedRow>({
    schema: {
      fields: Object.entries(columns).map(([name, [type]]) => ({ name, type, nullable: NULLABLE.has(name) })),
    },
    batches: [{ length: names.length, columns: Object.values(columns).map(([, column]) => column) }],
  });
}

const NULLABLE: ReadonlySet<string> = new Set(["window_start", "window_end", "value", "observed_at"]);

/** A time as a column builder takes it, to the microsecond; null where there is no bound. */
const boundText = (us: number | undefined): string | null =>
  us !== undefined && Number.isFinite(us) ? isoTimestamp(us) : null;

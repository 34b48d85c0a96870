import type { Column } from "../column/column.ts";
import { physicalKind } from "../column/column.ts";
import { rawAt } from "../column/value.ts";
import { compareEntities, type Emissions } from "../engine/emission-log.ts";
import type { AnySet, Engine } from "../engine/interface.ts";
import type { Chunk } from "../engine/emission.ts";
import type { Feature } from "../features/feature.ts";
import { snakeCase } from "../features/feature.ts";
import type { FeatureSetModel } from "../features/features.ts";
import { type DataFrame, frameOf } from "../frame/data-frame.ts";
import { columnOfLiterals } from "../kernels/cast.ts";
import type { Literal } from "../kernels/constant.ts";
import { type KeyEncoder, keyEncoder } from "../kernels/key-encoder.ts";
import { dateUs } from "../types/time.ts";
import type { Made } from "./run-of.ts";

type Key = string | number | bigint;

/** One row an entity: the last value of each feature. */
export function lastValues(
  engine: Engine,
  set: AnySet,
  { name, primaryKey }: FeatureSetModel,
  made: readonly Made[],
  emissions: Emissions,
): DataFrame {
  const keys = keyEncoder(physicalKind(primaryKey.type));
  const known = engine.entities(set);
  keys.encode(columnOfLiterals(primaryKey.type, known), new Int32Array(known.length));
  const emitted = made.filter(({ resolver }) => !isContinuous(resolver));
  const cells = new Map(emitted.map(({ feature, resolver }) => [feature.fqn, newCells(resolver.name, feature)]));
  collect(emissions, name, keys, cells);

  const all = keys.values(Int32Array.from({ length: keys.size() }, (_, i) => i));
  const order = Array.from({ length: keys.size() }, (_, i) => i);
  const entities = order.map((i) => rawAt(all, i) as Key);
  order.sort((a, b) => compareEntities(entities[a] ?? 0, entities[b] ?? 0));
  const columns = made.map(({ feature }) => {
    const last = cells.get(feature.fqn);
    if (last !== undefined)
      return columnOfLiterals(
        feature.type,
        order.map((entity) => last.values[entity] ?? otherwise(last, entity)),
      );
    const wanted = order.map((i) => entities[i] ?? 0);
    return columnOfLiterals(
      feature.type,
      wanted.map((entity) => literalOf(engine.query(set, entity, [feature])[0])),
    );
  });
  const fields = [
    { name: snakeCase(primaryKey.name), type: primaryKey.type, nullable: false },
    ...made.map(({ feature: { fqn, type } }) => ({ name: fqn, type, nullable: true })),
  ];
  const ids = columnOfLiterals(
    primaryKey.type,
    order.map((i) => entities[i] ?? null),
  );
  return frameOf({ schema: { fields }, batches: [{ length: order.length, columns: [ids, ...columns] }] });
}

const isContinuous = ({ work }: Made["resolver"]): boolean => work.kind === "windowed" && work.mode === "continuous";

/** The last values of one feature, by entity. */
interface Cells {
  readonly resolver: string;
  readonly default: Literal;
  /** Undefined where nothing has been emitted. */
  readonly values: (Literal | undefined)[];
  /** Of a window its end, else the time of observation. */
  readonly timesUs: number[];
}

const newCells = (resolver: string, feature: Feature): Cells => ({
  resolver,
  default: literalOf(feature.default),
  values: [],
  timesUs: [],
});

const otherwise = ({ values, default: given }: Cells, entity: number): Literal =>
  values[entity] === null ? null : given;

/** A value as columns hold it. */
function literalOf(value: unknown): Literal {
  if (value === undefined || value === null) return null;
  if (Object.prototype.toString.call(value) === "[object Date]") return dateUs(value as Date) ?? null;
  return value as Literal;
}

/** Goes over the emissions of a set; of two for one time the later counts, as a revision or a later arrival. */
function collect({ runs }: Emissions, set: string, keys: KeyEncoder, cells: ReadonlyMap<string, Cells>): void {
  // A chunk's rows may be spread over many runs, and its entities are numbered once.
  const numbers = new WeakMap<Column, Int32Array>();
  for (const { chunks, chunkOf, rowOf } of runs) {
    const targets = chunks.map((chunk) => targetsOf(chunk, set, cells));
    for (let i = 0; i < rowOf.length; i++) {
      const c = chunkOf?.[i] ?? 0;
      const row = rowOf[i] ?? 0;
      const chunk = chunks[c];
      const target = targets[c];
      if (chunk === undefined || target === undefined || target.length === 0) continue;
      let entityOf = numbers.get(chunk.entities);
      if (entityOf === undefined) {
        entityOf = new Int32Array(chunk.entities.length);
        keys.encode(chunk.entities, entityOf);
        numbers.set(chunk.entities, entityOf);
      }
      put(chunk, row, entityOf[row] ?? 0, target);
    }
  }
}

/** For each feature of a chunk where its values go. */
const targetsOf = (
  { resolver, features }: Chunk,
  set: string,
  cells: ReadonlyMap<string, Cells>,
): (Cells | undefined)[] =>
  features.some((feature) => feature.set === set)
    ? features.map(({ fqn }) => (cells.get(fqn)?.resolver === resolver ? cells.get(fqn) : undefined))
    : [];

function put(chunk: Chunk, row: number, entity: number, targets: readonly (Cells | undefined)[]): void {
  const { window, observedAtUs, correction, values } = chunk;
  const timeUs = window?.endUs ?? (typeof observedAtUs === "number" ? observedAtUs : (observedAtUs[row] ?? 0));
  for (let f = 0; f < targets.length; f++) {
    const target = targets[f];
    if (target === undefined || correction?.revisions[f] === -1) continue;
    if (timeUs < (target.timesUs[entity] ?? Number.NEGATIVE_INFINITY)) continue;
    target.timesUs[entity] = timeUs;
    const column = values[f];
    target.values[entity] = correction?.retracted === true || column === undefined ? null : rawAt(column, row);
  }
}

import type { Column } from "../column/column.ts";
import { grownFloat64, grownInt32 } from "../column/growable.ts";
import { type Value, valueAt } from "../column/value.ts";
import type { Feature } from "../features/feature.ts";
import { concat } from "../kernels/concat.ts";
import { keyEncoder } from "../kernels/key-encoder.ts";
import { take } from "../kernels/take.ts";
import { physicalKind } from "../column/column.ts";
import type { DataType } from "../types/data-type.ts";

/**
 * All values that a mapping has made, by entity and time. The value at a time is the one observed last at or before it;
 * of two observed at one time, the one that arrived later.
 */
export interface OnlineStore {
  add(values: Observed): void;
  /** The value of a feature at a time; undefined where there was none yet. `entity` is a column of one row. */
  at(entity: Column, feature: number, atUs: number): Value | undefined;
  /** Every entity, in the order of first sight. */
  entities(): Column;
  /** Forgets what no query from this time on can ask for, once that is at least half of what is kept. */
  expire(beforeUs: number): void;
  bytes(): number;
}

/** Values of one batch: a row for each message. */
export interface Observed {
  readonly entities: Column;
  readonly values: readonly Column[];
  readonly observedAtUs: Float64Array;
}

const EXPIRY_MIN = 1_024; // versions; below this, rebuilding is not worth the while
const LOOK_AGAIN = 1.5; // growth after which expired versions are looked for again
const VERSION_BYTES = 20; // time, part, row, link

export function createOnlineStore(entityType: DataType, features: readonly Feature[]): OnlineStore {
  let keys = keyEncoder(physicalKind(entityType));
  let parts: Observed[] = [];
  let times: Float64Array = new Float64Array(16);
  let partOf: Int32Array = new Int32Array(16);
  let rowOf: Int32Array = new Int32Array(16);
  let older: Int32Array = new Int32Array(16); // the version before, or -1
  let newest: Int32Array = new Int32Array(16); // by entity: its latest version + 1
  let versions = 0;
  let keptAfterExpiry = 0;

  const add = (observed: Observed): void => {
    const { length } = observed.entities;
    const entities = new Int32Array(length);
    keys.encode(observed.entities, entities);
    const part = parts.push(observed) - 1;
    times = grownFloat64(times, versions + length);
    partOf = grownInt32(partOf, versions + length);
    rowOf = grownInt32(rowOf, versions + length);
    older = grownInt32(older, versions + length);
    newest = grownInt32(newest, keys.size());
    for (let row = 0; row < length; row++) {
      const version = versions++;
      times[version] = observed.observedAtUs[row]!;
      partOf[version] = part;
      rowOf[version] = row;
      link(version, entities[row]!);
    }
  };

  /** Puts a version before those that are not later. */
  const link = (version: number, entity: number): void => {
    const time = times[version]!;
    let later = -1;
    let next = newest[entity]! - 1;
    while (next !== -1 && times[next]! > time) {
      later = next;
      next = older[next]!;
    }
    older[version] = next;
    if (later === -1) newest[entity] = version + 1;
    else older[later] = version;
  };

  const countUntil = (us: number): number => {
    let count = 0;
    for (let version = 0; version < versions; version++) if (times[version]! <= us) count++;
    return count;
  };

  return {
    add,
    at: (entity, feature, atUs) => {
      const number = new Int32Array(1);
      keys.encode(entity, number, { insert: false });
      if (number[0] === -1) return undefined;
      let version = newest[number[0]!]! - 1;
      while (version !== -1 && times[version]! > atUs) version = older[version]!;
      if (version === -1) return undefined;
      return valueAt(parts[partOf[version]!]!.values[feature]!, features[feature]!.type, rowOf[version]!);
    },
    entities: () => keys.values(Int32Array.from({ length: keys.size() }, (_, i) => i)),
    expire: (beforeUs) => {
      if (versions < EXPIRY_MIN || versions < keptAfterExpiry * LOOK_AGAIN) return;
      keptAfterExpiry = versions;
      if (countUntil(beforeUs) * 2 < versions) return;
      const kept: number[] = [];
      for (let entity = 0; entity < keys.size(); entity++) {
        let version = newest[entity]! - 1;
        while (version !== -1 && times[version]! > beforeUs) {
          kept.push(version);
          version = older[version]!;
        }
        if (version !== -1) kept.push(version);
      }
      kept.sort((a, b) => a - b);
      const left = gathered(parts, partOf, rowOf, times, kept, entityType, features);
      keptAfterExpiry = kept.length;
      keys = keyEncoder(physicalKind(entityType));
      parts = [];
      versions = 0;
      newest = new Int32Array(16);
      add(left);
    },
    bytes: () => versions * VERSION_BYTES + newest.byteLength,
  };
}

/** Some versions, in order of arrival, as one part. */
function gathered(
  parts: readonly Observed[],
  partOf: Int32Array,
  rowOf: Int32Array,
  times: Float64Array,
  kept: readonly number[],
  entityType: DataType,
  features: readonly Feature[],
): Observed {
  const rowsByPart = new Map<number, number[]>();
  for (const version of kept) {
    const part = partOf[version]!;
    const rows = rowsByPart.get(part);
    if (rows === undefined) rowsByPart.set(part, [rowOf[version]!]);
    else rows.push(rowOf[version]!);
  }
  const pick = (columnOf: (part: Observed) => Column, type: DataType): Column =>
    concat(
      [...rowsByPart].map(([part, rows]) => take(columnOf(parts[part]!), Int32Array.from(rows))),
      type,
    );
  return {
    entities: pick(({ entities }) => entities, entityType),
    values: features.map(({ type }, f) => pick(({ values }) => values[f]!, type)),
    observedAtUs: Float64Array.from(kept, (version) => times[version]!),
  };
}

import { type Batch, BATCH_ROWS, type Table } from "../column/batch.ts";
import { columnBuilder } from "../column/builder.ts";
import { createDictionary, type Dictionary } from "../column/dictionary.ts";
import { rawAt } from "../column/value.ts";
import type { Emissions } from "../engine/emission-log.ts";
import {
  bigint,
  bool,
  type DataType,
  type Field,
  float,
  int,
  int32,
  isInteger,
  timestamp,
  utf8,
} from "../types/data-type.ts";
import { isoTimestamp } from "../types/time.ts";
import { boundUs, type EmissionCell, emissionCells, observedUs } from "./emission-cells.ts";

/**
 * Emissions as a table: seq, resolver, feature, entity, window_start and window_end (null for a mapping), value, revision,
 * observed_at, retracted. `value` is int (or bigint) where all values are integers, float where all are numbers that a
 * double holds exactly, else text. Entities of different types are text.
 */
export function tableOfEmissions(emissions: Emissions): Table {
  const types = typesOf(emissions);
  const fields: Field[] = [
    { name: "seq", type: int, nullable: false },
    { name: "resolver", type: utf8, nullable: false },
    { name: "feature", type: utf8, nullable: false },
    { name: "entity", type: types.entity, nullable: false },
    { name: "window_start", type: timestamp, nullable: true },
    { name: "window_end", type: timestamp, nullable: true },
    { name: "value", type: types.value, nullable: true },
    { name: "revision", type: int32, nullable: false },
    { name: "observed_at", type: timestamp, nullable: false },
    { name: "retracted", type: bool, nullable: false },
  ];
  const dictionaries = new Map(["resolver", "feature"].map((name) => [name, createDictionary()]));
  const batches: Batch[] = [];
  let pending = builders(fields, dictionaries);
  let length = 0;
  const flush = (): void => {
    if (length > 0) batches.push({ length, columns: pending.map((builder) => builder.finish()) });
    pending = builders(fields, dictionaries);
    length = 0;
  };
  for (const cell of emissionCells(emissions)) {
    const { chunk, row, fqn, revision, retracted, seq } = cell;
    const window = chunk.window;
    [
      seq,
      chunk.resolver,
      fqn,
      inType(rawAt(chunk.entities, row), chunk.entityType, types.entity),
      window === null ? null : boundUs(window.startUs),
      window === null ? null : boundUs(window.endUs),
      inType(rawOf(cell), cell.type, types.value),
      revision,
      boundUs(observedUs(chunk, row)),
      retracted,
    ].forEach((value, c) => pending[c]?.append(value));
    if (++length === BATCH_ROWS) flush();
  }
  flush();
  return { schema: { fields }, batches };
}

/** Builders that take times as microseconds. */
const builders = (
  fields: readonly Field[],
  dictionaries: ReadonlyMap<string, Dictionary>,
): ReturnType<typeof columnBuilder>[] =>
  fields.map(({ name, type }) => columnBuilder(type.kind === "timestamp" ? bigint : type, dictionaries.get(name)));

type Raw = ReturnType<typeof rawAt>;

/** The value as its column holds it. */
export const rawOf = ({ values, row }: Pick<EmissionCell, "values" | "row">): Raw =>
  values === null ? null : rawAt(values, row);

/** The one type that holds all values, and the one for all entities. */
function typesOf(emissions: Emissions): { readonly value: DataType; readonly entity: DataType } {
  const kinds = new Map<DataType["kind"], DataType>();
  const entities = new Map<DataType["kind"], DataType>();
  let exact = true; // whether each integer is the same as a double
  for (const cell of emissionCells(emissions)) {
    kinds.set(cell.type.kind, cell.type);
    entities.set(cell.chunk.entityType.kind, cell.chunk.entityType);
    if (exact && isInteger(cell.type)) {
      const raw = rawOf(cell);
      if (typeof raw === "bigint") exact = BigInt(Number(raw)) === raw;
    }
  }
  const found = [...kinds.values()];
  const keys = [...entities.values()];
  return { value: valueType(found, exact), entity: keys.length === 1 ? (keys[0] ?? utf8) : utf8 };
}

function valueType(types: readonly DataType[], exact: boolean): DataType {
  if (types.length === 0) return utf8;
  if (types.every(isInteger)) return types.some(({ kind }) => kind === "bigint") ? bigint : int;
  if (types.every((type) => isInteger(type) || type.kind === "float")) return exact ? float : utf8;
  return utf8;
}

function inType(raw: Raw, from: DataType, to: DataType): Raw {
  if (raw === null) return null;
  if (to.kind === "utf8") return textOf(raw, from);
  return to.kind === "float" ? Number(raw) : raw;
}

function textOf(raw: Exclude<Raw, null>, type: DataType): string {
  if (type.kind === "timestamp" && (typeof raw === "number" || typeof raw === "bigint")) return isoTimestamp(raw);
  return String(raw);
}

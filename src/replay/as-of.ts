import type { Batch } from "../column/batch.ts";
import type { Column } from "../column/column.ts";
import { columnOf } from "../column/builder.ts";
import { rawAt } from "../column/value.ts";
import type { AnySet, Engine } from "../engine/interface.ts";
import { timeUs } from "../engine/time-of.ts";
import { TidemarkError, suggest } from "../errors.ts";
import { type AnyFeature, type Feature, snakeCase, windowsOf } from "../features/feature.ts";
import type { FeatureSetModel } from "../features/features.ts";
import { type DataFrame, frameOf, isDataFrame } from "../frame/data-frame.ts";
import { columnOfLiterals } from "../kernels/cast.ts";
import { singleBatch } from "../kernels/concat.ts";
import { type Field, timestamp } from "../types/data-type.ts";
import { fieldIndex, fieldNames, schemaOfFields } from "../types/schema.ts";
import { isoTimestamp } from "../types/time.ts";
import type { Spine } from "./run.ts";

const AT = "at";

/** The spine, and beside it what the engine answers for each of its rows. Cost: one query a row. */
export function asOf(
  engine: Engine,
  set: AnySet,
  model: FeatureSetModel,
  spine: Spine,
  wanted: readonly AnyFeature[],
): DataFrame {
  const features = wanted.flatMap((feature): Feature[] =>
    feature.kind === "windowed" ? windowsOf(feature) : [feature],
  );
  const { fields, batch, entities, times } = isDataFrame(spine) ? ofFrame(spine, model) : ofRows(spine, model);
  const answers = features.map((): unknown[] => []);
  for (let row = 0; row < batch.length; row++) {
    const values = engine.query(set, entityAt(entities, row), features, { at: timeAt(times, row) });
    values.forEach((value, f) => answers[f]?.push(value));
  }
  const added = features.map(({ fqn, type }): Field => ({ name: fqn, type, nullable: true }));
  return frameOf({
    schema: schemaOfFields([...fields, ...added]),
    batches: [
      {
        length: batch.length,
        columns: [...batch.columns, ...features.map(({ type }, f) => columnOf(type, answers[f] ?? []))],
      },
    ],
  });
}

interface SpineColumns {
  readonly fields: readonly Field[];
  readonly batch: Batch;
  readonly entities: Column;
  readonly times: Column;
}

function ofFrame(frame: DataFrame<never> | DataFrame<unknown>, { primaryKey }: FeatureSetModel): SpineColumns {
  const table = frame.table("asOf()");
  const batch = singleBatch(table);
  const find = (...names: string[]): Column => {
    for (const name of names) {
      const column = batch.columns[fieldIndex(table.schema, name)];
      if (column !== undefined) return column;
    }
    throw new TidemarkError("replay.invalid", `the spine has no column "${names[0]}"`, {
      hint: suggest(names[0] ?? "", fieldNames(table.schema)) ?? "give it the primary key and the time `at`",
    });
  };
  const at = table.schema.fields[fieldIndex(table.schema, AT)];
  const times = find(AT);
  if (at !== undefined && at.type.kind !== "timestamp" && at.type.kind !== "utf8") {
    throw new TidemarkError("replay.invalid", "the column `at` of the spine is neither a timestamp nor text", {
      hint: "cast it to TIMESTAMP",
    });
  }
  return { fields: table.schema.fields, batch, times, entities: find(snakeCase(primaryKey.name), primaryKey.name) };
}

function ofRows(rows: unknown, { primaryKey }: FeatureSetModel): SpineColumns {
  if (!Array.isArray(rows)) {
    throw new TidemarkError("replay.invalid", "a spine is a frame or a list of { entity, at }");
  }
  const list: unknown[] = rows;
  const cells = list.map((row) =>
    typeof row === "object" && row !== null ? (row as { entity?: unknown; at?: unknown }) : {},
  );
  const missing = cells.findIndex(({ entity, at }) => entity === undefined || entity === null || at === undefined);
  if (missing !== -1) {
    throw new TidemarkError("replay.invalid", `row ${missing + 1} of the spine lacks entity or at`, {
      hint: 'write [{ entity: "u1", at: "2026-01-01T12:00:00Z" }]',
    });
  }
  const entities = columnOf(
    primaryKey.type,
    cells.map(({ entity }) => entity),
  );
  const times = columnOfLiterals(
    timestamp,
    cells.map(({ at }) => timeUs(at as Date | string)),
  );
  const fields = [
    { name: snakeCase(primaryKey.name), type: primaryKey.type, nullable: false },
    { name: AT, type: timestamp, nullable: false },
  ];
  return { fields, batch: { length: cells.length, columns: [entities, times] }, entities, times };
}

function entityAt(column: Column, row: number): string | number | bigint {
  const value = rawAt(column, row);
  if (value !== null && typeof value !== "boolean") return value;
  throw new TidemarkError("replay.invalid", `row ${row + 1} of the spine has no entity`, { hint: "leave the row out" });
}

function timeAt(column: Column, row: number): string {
  const value = rawAt(column, row);
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return isoTimestamp(value);
  throw new TidemarkError("replay.invalid", `row ${row + 1} of the spine has no time`, { hint: "leave the row out" });
}

import { columnBuilder, type ColumnBuilder } from "../column/builder.ts";
import type { Column } from "../column/column.ts";
import type { Value } from "../column/value.ts";
import { TidemarkError } from "../errors.ts";
import { isFeatureValues } from "../features/features.ts";
import { rowAt } from "../frame/rows.ts";
import type { DataType } from "../types/data-type.ts";
import type { Mapping, Resolver } from "../resolvers/resolver.ts";
import { APPLIED, code } from "./disposition.ts";
import { reasonOf } from "./intake.ts";
import type { Arrivals, Lane, LaneResult } from "./lane.ts";
import { createOnlineStore } from "./online-store.ts";
import { createPrepare } from "./prepare.ts";

const FAILED = code("failed");
const NULL_KEY = code("null-key");

/** Calls the resolver's function once a message; its values are emitted at once and kept for queries. */
export function createMappingLane(resolver: Resolver, mapping: Mapping, order: number, historyUs: number): Lane {
  const { set, schema } = resolver;
  const { outputs } = mapping;
  const prepare = createPrepare(resolver);
  const entityType = set.primaryKey.type;
  const store = createOnlineStore(entityType, outputs);

  const take = (all: Arrivals): LaneResult => {
    const dispositions = new Uint8Array(all.batch.length);
    const reasons = new Map<number, string>();
    const { arrivals, positions } = prepare(all, dispositions, reasons);
    const builders: Builders = {
      entity: columnBuilder(entityType),
      values: outputs.map(({ type }) => columnBuilder(type)),
    };
    const causes: number[] = [];
    const observed: number[] = [];
    for (let i = 0; i < positions.length; i++) {
      const position = positions[i]!;
      try {
        const message = rowAt(schema, arrivals.batch, i);
        const applied = appendValues(resolver, mapping, mapping.run(message), message, builders);
        dispositions[position] = applied ? APPLIED : NULL_KEY;
        if (!applied) continue;
        causes.push(position);
        observed.push(Number.isNaN(arrivals.times[i]!) ? arrivals.clocks[i]! : arrivals.times[i]!);
      } catch (error) {
        builders.entity.truncate(causes.length);
        for (const builder of builders.values) builder.truncate(causes.length);
        dispositions[position] = FAILED;
        reasons.set(position, reasonOf(error));
      }
    }
    if (causes.length === 0) return { dispositions, reasons, caused: [] };
    const entities = builders.entity.finish();
    const values = builders.values.map((builder) => builder.finish());
    const observedAtUs = Float64Array.from(observed);
    store.add({ entities, values, observedAtUs });
    const chunk = {
      resolver: resolver.name,
      features: outputs,
      entities,
      entityType,
      values,
      window: null,
      observedAtUs,
    };
    return { dispositions, reasons, caused: [{ chunk, cause: Int32Array.from(causes), phase: "mapping", order }] };
  };

  return {
    resolver,
    features: outputs,
    take,
    close: () => [],
    finish: () => [],
    query: (feature: number, entity: Column, atUs: number): Value => store.at(entity, feature, atUs) ?? null,
    expire: (_watermarkUs, clockUs) => {
      if (historyUs !== Number.POSITIVE_INFINITY) store.expire(clockUs - historyUs);
    },
    pending: () => [],
    entities: store.entities,
    bytes: store.bytes,
  };
}

interface Builders {
  readonly entity: ColumnBuilder;
  readonly values: readonly ColumnBuilder[];
}

/** An `int` is given out as a number, so it must be one exactly. @throws type.overflow */
function checkSafe(value: unknown, { kind }: DataType): void {
  if (kind !== "int" || typeof value !== "bigint" || Number.isSafeInteger(Number(value))) return;
  throw new TidemarkError("type.overflow", `${value} is beyond ±(2^53 - 1) and would be rounded as a number`, {
    hint: "declare the feature as t.bigint()",
  });
}

/** Appends one result; false where its primary key is null. @throws resolver.output */
function appendValues(
  { name, set }: Resolver,
  { outputs, keyField }: Mapping,
  result: unknown,
  message: Readonly<Record<string, unknown>>,
  builders: Builders,
): boolean {
  if (!isFeatureValues(result)) {
    throw new TidemarkError("resolver.output", `resolver "${name}" gave back no feature values`, {
      hint: `return ${set.name}({ ... }); to drop a message, return null from parse`,
    });
  }
  if (result.set !== set.name)
    throw new TidemarkError(
      "resolver.output",
      `resolver "${name}" gave back values of "${result.set}", not of "${set.name}"`,
    );
  const { values } = result;
  const given = (field: string): unknown => (Object.hasOwn(values, field) ? values[field] : undefined);
  const entity = given(set.primaryKey.name) ?? (keyField === undefined ? undefined : message[keyField]);
  if (entity === null || entity === undefined) return false;
  checkSafe(entity, set.primaryKey.type);
  builders.entity.append(entity);
  outputs.forEach((output, f) => {
    const value = given(output.name);
    if (value === undefined || (value === null && !output.nullable)) {
      throw new TidemarkError("resolver.output", `resolver "${name}" gave no value for "${output.name}"`, {
        hint: "return it, or declare the feature as nullable and return null",
      });
    }
    try {
      checkSafe(value, output.type);
      builders.values[f]?.append(value);
    } catch (error) {
      if (!(error instanceof TidemarkError)) throw error;
      throw new TidemarkError("resolver.output", `resolver "${name}", "${output.name}": ${error.summary}`, {
        hint: error.hint,
      });
    }
  });
  for (const field of Object.keys(values)) {
    if (field === set.primaryKey.name || outputs.some((output) => output.name === field)) continue;
    throw new TidemarkError("resolver.output", `resolver "${name}": "${field}" is not among its outputs`, {
      hint: "add the feature to output, or leave it out of the result",
    });
  }
  return true;
}

import type { Batch, Table } from "../column/batch.ts";
import type { Field, Schema } from "../types/data-type.ts";
import { schemaOfFields } from "../types/schema.ts";
import { columnReader } from "./column-from-arrow.ts";
import type { ArrowData, ArrowFieldLike, ArrowTableLike, ArrowType } from "./foreign.ts";
import { broken } from "./foreign.ts";
import { TYPE_KEY, typeFromArrow } from "./type-from-arrow.ts";

/**
 * A table of any copy of apache-arrow as columns. Float64, Int32, Int64, Uint64, Timestamp(us), Bool, Utf8, dictionary
 * codes and validity share the memory of `table` (so it must not be changed afterwards); other types are converted, see
 * `typeFromArrow`. Timestamps of any unit, with a time zone or none, are UTC; nanoseconds are rounded down; dates are
 * their midnight, UTC. A column of type Null is text that is always null. A column is nullable where its field says
 * so or a value is null.
 *
 * Cost: O(rows) to check text and dictionaries, without copying where nothing is said above.
 *
 * @throws type.unsupported for other types, type.overflow where a value does not fit 64 bits, schema.duplicate-column,
 * arrow.invalid where `table` is not a table or contradicts the Arrow format
 * @example tableFromArrow(arrow.tableFromArrays({ n: Float64Array.of(1, 2) })).schema.fields[0]?.type; // { kind: "float" }
 */
export function tableFromArrow(table: ArrowTableLike): Table {
  if (!isArrowTable(table)) {
    throw broken("this is not an Arrow table", "give a Table of apache-arrow; for IPC bytes use fromIPC");
  }
  const { fields } = table.schema;
  const schema = schemaFromArrow(fields);
  const reader = columnReader();
  const batches = table.batches.map(({ data }): Batch => {
    const { length, children } = data as { readonly length: number; readonly children: readonly ArrowData[] };
    return {
      length,
      columns: fields.map(({ name }, f) => {
        const child = children[f];
        if (child?.length !== length) throw broken(`column "${name}" differs in length from its batch`);
        return reader.read(child, name);
      }),
    };
  });
  return withActualNulls(schema, batches);
}

/** The schema of Arrow fields. @throws type.unsupported, schema.duplicate-column */
export function schemaFromArrow(fields: readonly ArrowFieldLike[]): Schema {
  return schemaOfFields(
    fields.map(({ name, type, nullable, metadata }): Field => {
      const arrowType = type as ArrowType;
      return {
        name,
        type: typeFromArrow(arrowType, name, metadata?.get(TYPE_KEY)),
        nullable,
      };
    }),
  );
}

/** A table without empty batches, whose columns are nullable where they are declared so or hold a null. */
export function withActualNulls(schema: Schema, batches: readonly Batch[]): Table {
  return {
    schema: {
      fields: schema.fields.map((field, f) => ({
        ...field,
        nullable: field.nullable || batches.some((batch) => batch.columns[f]?.validity !== null),
      })),
    },
    batches: batches.filter((batch) => batch.length > 0),
  };
}

function isArrowTable(table: unknown): boolean {
  const { schema, batches } = record(table);
  const { fields } = record(schema);
  return (
    Array.isArray(fields) &&
    fields.every((field) => {
      const { name, type } = record(field);
      return typeof name === "string" && typeof record(type)["typeId"] === "number";
    }) &&
    Array.isArray(batches) &&
    batches.every((batch) => {
      const { children, length } = record(record(batch)["data"]);
      return Array.isArray(children) && typeof length === "number";
    })
  );
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

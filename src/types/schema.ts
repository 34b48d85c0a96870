import { suggest, TidemarkError } from "../errors.ts";
import type { Field, Schema } from "./data-type.ts";

/**
 * A schema from its fields.
 * @throws schema.duplicate-column where two fields have one name
 */
export function schemaOfFields(fields: readonly Field[]): Schema {
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (seen.has(name)) {
      throw new TidemarkError("schema.duplicate-column", `two columns are called "${name}"`, {
        hint: "give one of them another name with an alias",
      });
    }
    seen.add(name);
  }
  return { fields };
}

/** The position of the field with exactly this name, or -1. */
export function fieldIndex(schema: Schema, name: string): number {
  return schema.fields.findIndex((field) => field.name === name);
}

/**
 * The field with exactly this name.
 * @throws schema.unknown-column, with the nearest name as a hint
 */
export function requireField(schema: Schema, name: string): Field {
  const field = schema.fields[fieldIndex(schema, name)];
  if (field === undefined) {
    throw new TidemarkError("schema.unknown-column", `no column "${name}"`, {
      hint: suggest(name, fieldNames(schema)),
    });
  }
  return field;
}

export const fieldNames = (schema: Schema): string[] => schema.fields.map((field) => field.name);

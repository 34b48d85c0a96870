import { TidemarkError } from "../errors.ts";
import { type Columns, type InputRowOf, type RowOf, schemaOfColumns } from "../types/column-type.ts";
import type { Schema } from "../types/data-type.ts";

/** The shape of a message: its name and columns. `Row` is a message as resolvers see it, `Input` as it may be pushed. */
export interface Message<Row = unknown, Input = Row> {
  readonly kind: "message";
  /** Carry the types; never set. */
  readonly row?: Row;
  readonly input?: Input;
  readonly name: string;
  readonly schema: Schema;
}

/**
 * The shape of the messages of a stream.
 * @throws schema.invalid
 * @example const login = message("Login", { user_id: t.utf8(), failed: t.bool(), at: t.timestamp() });
 */
export function message<C extends Columns>(name: string, columns: C): Message<RowOf<C>, InputRowOf<C>> {
  const schema = schemaOfColumns(columns);
  if (schema.fields.length === 0) {
    throw new TidemarkError("schema.invalid", `the message "${name}" has no fields`, {
      hint: "give its fields: { user_id: t.utf8() }",
    });
  }
  return { kind: "message", name, schema };
}

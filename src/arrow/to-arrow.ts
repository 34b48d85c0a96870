import type { Field, Table as ArrowTable } from "apache-arrow";
import type { Batch, Table } from "../column/batch.ts";
import { columnBuilder } from "../column/builder.ts";
import type { Schema } from "../types/data-type.ts";
import { type ArrowClasses, ownClasses } from "./classes.ts";
import { columnWriter } from "./column-to-arrow.ts";
import { fieldToArrow } from "./type-to-arrow.ts";

/** A table of the apache-arrow that comes with this package. */
export type { ArrowTable };

/**
 * The table as a Table of apache-arrow. Float64, Int32, Bool, text, dictionaries and validity share memory (so neither
 * may be changed afterwards), and so do 64-bit integers that are held as words; integers held as doubles are copied.
 *
 * Text is Dictionary<Utf8, Int32> where all batches hold it by code, else Utf8; a `bigint` carries the field metadata
 * `tidemark.type` = `bigint`; a timestamp is Timestamp(us, "UTC").
 *
 * A caller who goes on with functions of another copy of apache-arrow must give that module as `arrow`; the methods of
 * the table itself work in any case.
 *
 * Cost: O(batches) where memory is shared; batches with different dictionaries are coded anew.
 *
 * @example tableToArrow(table).numRows; // tableToArrow(table, arrow) with your own import * as arrow
 */
export function tableToArrow(table: Table, arrow: ArrowClasses = ownClasses): ArrowTable {
  const { schema } = table;
  // A Table of apache-arrow without any batch fails in `slice`.
  const batches = table.batches.length > 0 ? table.batches : [emptyBatch(schema)];
  const writers = schema.fields.map((field, f) =>
    columnWriter(
      field.type,
      batches.map((batch) => batch.columns[f]!),
      f,
      arrow,
    ),
  );
  const fields = schema.fields.map((field, f): Field => {
    const writer = writers[f]!;
    return fieldToArrow({ ...field, nullable: field.nullable || writer.hasNulls }, writer.type, arrow);
  });
  const arrowSchema = new arrow.Schema(fields);
  return new arrow.Table(
    arrowSchema,
    batches.map(({ length }, b) => {
      const children = writers.map((writer) => writer.data(b));
      const data = new arrow.Data(new arrow.Struct(fields), 0, length, 0, undefined, children);
      return new arrow.RecordBatch(arrowSchema, data);
    }),
  );
}

const emptyBatch = ({ fields }: Schema): Batch => ({
  length: 0,
  columns: fields.map(({ type }) => columnBuilder(type).finish()),
});

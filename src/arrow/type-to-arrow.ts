import type { DataType as ArrowDataType, Field as ArrowField } from "apache-arrow";
import type { DataType, Field } from "../types/data-type.ts";
import type { ArrowClasses } from "./classes.ts";
import { TYPE_KEY } from "./type-from-arrow.ts";

/** The Arrow type that columns of a type have, text in the plain layout. */
export function typeToArrow(type: DataType, arrow: ArrowClasses): ArrowDataType {
  switch (type.kind) {
    case "bool":
      return new arrow.Bool();
    case "int":
    case "bigint":
      return new arrow.Int64();
    case "int32":
      return new arrow.Int32();
    case "float":
      return new arrow.Float64();
    case "utf8":
      return new arrow.Utf8();
    case "timestamp":
      return new arrow.TimestampMicrosecond("UTC");
    case "null":
      return new arrow.Null();
  }
}

/** The Arrow field of a column that is written as `type`. */
export const fieldToArrow = (field: Field, type: ArrowDataType, arrow: ArrowClasses): ArrowField =>
  new arrow.Field(
    field.name,
    type,
    field.nullable,
    field.type.kind === "bigint" ? new Map([[TYPE_KEY, field.type.kind]]) : null,
  );

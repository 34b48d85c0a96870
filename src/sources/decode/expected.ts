import { type Field, typeName } from "../../types/data-type.ts";

/** What a field takes, for the reason of a rejection. */
export function expected({ type }: Field): string {
  switch (type.kind) {
    case "bool":
      return "true or false";
    case "int":
    case "bigint":
      return "a whole number of 64 bits";
    case "int32":
      return "a whole number of 32 bits";
    case "float":
      return "a number within the range of a 64-bit float";
    case "utf8":
      return "a string";
    case "timestamp":
      if (type.epoch === undefined) return "ISO 8601 text (numbers need a declared unit)";
      return `ISO 8601 text or a number of ${type.epoch}`;
    case "null":
      return typeName(type);
  }
}

import { suggest, TidemarkError } from "../../errors.ts";
import { bool, type DataType, float, int, int32, timestamp, utf8 } from "../../types/data-type.ts";
import type { TypeName } from "../syntax.ts";

const TYPES: Readonly<Record<string, DataType>> = {
  bool,
  boolean: bool,
  logical: bool,
  int: int32,
  integer: int32,
  int4: int32,
  int32,
  signed: int32,
  bigint: int,
  int8: int,
  int64: int,
  long: int,
  double: float,
  "double precision": float,
  float8: float,
  varchar: utf8,
  text: utf8,
  string: utf8,
  char: utf8,
  bpchar: utf8,
  timestamp,
  datetime: timestamp,
  timestamptz: timestamp,
  "timestamp with time zone": timestamp,
  "timestamp without time zone": timestamp,
};

/** The type of a name in SQL. @throws sql.unsupported with the nearest name */
export function typeOfName({ name, lists, parameters, span }: TypeName): DataType {
  const known = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  const type = parameters.length > 0 && known?.kind !== "utf8" ? undefined : known; // a length of text means nothing
  if (type !== undefined && lists === 0) return type;
  throw new TidemarkError(
    "sql.unsupported",
    `no type ${name.toUpperCase()}${parameters.length > 0 ? `(${parameters.join(", ")})` : ""}${"[]".repeat(lists)}`,
    {
      span,
      hint: suggest(name, Object.keys(TYPES)),
    },
  );
}

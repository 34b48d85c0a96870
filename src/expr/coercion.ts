import { bigint, type DataType, float, int, int32, isNumeric } from "../types/data-type.ts";

/**
 * The type that values of two types are compared or combined in, as in DuckDB: integers widen, integers beside floats
 * become floats, booleans beside numbers become 0 and 1; an untyped null takes the other's type. Text and times meet
 * nothing else without a cast (a text literal is cast by the caller).
 */
export function commonType(a: DataType, b: DataType): DataType | undefined {
  if (a.kind === b.kind || b.kind === "null") return a;
  if (a.kind === "null") return b;
  if (a.kind === "bool") return isNumeric(b) ? b : undefined;
  if (b.kind === "bool") return isNumeric(a) ? a : undefined;
  if (!isNumeric(a) || !isNumeric(b)) return undefined;
  for (const wider of [float, bigint, int]) if (a.kind === wider.kind || b.kind === wider.kind) return wider;
  return int32;
}

/** The type that all of these meet in. */
export function commonTypeOf(types: readonly DataType[]): DataType | undefined {
  return types.reduce<DataType | undefined>((common, type) => common && commonType(common, type), types[0]);
}

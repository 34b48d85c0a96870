/** What a column holds, apart from nullability. Plain records, so that schemas and plans can be serialised. */
export type DataType =
  | { readonly kind: "bool" }
  | { readonly kind: "int" }
  | { readonly kind: "bigint" }
  | { readonly kind: "int32" }
  | { readonly kind: "float" }
  | { readonly kind: "utf8" }
  | { readonly kind: "timestamp"; readonly epoch?: EpochUnit }
  /** Only an untyped `null` literal has this type; no column does. */
  | { readonly kind: "null" };

export type Kind = DataType["kind"];

/** The unit of a bare number that stands for a time. */
export type EpochUnit = "s" | "ms" | "us";

export const bool: DataType = { kind: "bool" };
export const int: DataType = { kind: "int" };
export const bigint: DataType = { kind: "bigint" };
export const int32: DataType = { kind: "int32" };
export const float: DataType = { kind: "float" };
export const utf8: DataType = { kind: "utf8" };
export const timestamp: DataType = { kind: "timestamp" };
export const nullType: DataType = { kind: "null" };

export interface Field {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

export interface Schema {
  readonly fields: readonly Field[];
}

const SQL_NAMES: Record<Kind, string> = {
  bool: "BOOLEAN",
  int: "BIGINT",
  bigint: "BIGINT",
  int32: "INTEGER",
  float: "DOUBLE",
  utf8: "VARCHAR",
  timestamp: "TIMESTAMP",
  null: "NULL",
};

/** The SQL name of a type, for messages and explain. */
export const typeName = (type: DataType): string => SQL_NAMES[type.kind];

/** Whether values of the type are whole numbers. */
export const isInteger = (type: DataType): boolean =>
  type.kind === "int" || type.kind === "bigint" || type.kind === "int32";

export const isNumeric = (type: DataType): boolean => isInteger(type) || type.kind === "float";

/** Whether two types have the same values and the same memory. The reading unit of a timestamp does not count. */
export const sameType = (a: DataType, b: DataType): boolean => a.kind === b.kind;

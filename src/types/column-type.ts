import { TidemarkError } from "../errors.ts";
import type { DataType, EpochUnit, Schema } from "./data-type.ts";

declare const valueOf: unique symbol;
declare const inputOf: unique symbol;

/**
 * The type of a column as people declare it. `Value` is what rows give, `Input` what rows may hold when they come in.
 * Non-null unless `.nullable()` was called.
 */
export interface ColumnType<Value, Input = Value> {
  readonly [valueOf]?: Value;
  readonly [inputOf]?: Input;
  readonly type: DataType;
  readonly isNullable: boolean;
  readonly isPrimaryKey: boolean;
  /** The same type with nulls allowed. */
  nullable(): ColumnType<Value | null, Input | null | undefined>;
  /** Marks the primary key of a feature set (else it is the first field). */
  primaryKey(): ColumnType<Value, Input>;
}

/** Any declared column type. */
export type AnyColumnType = ColumnType<unknown, unknown>;

/** Columns by name, as in `{ user_id: t.utf8(), amount: t.float() }`. */
export type Columns = Readonly<Record<string, AnyColumnType>>;

/** The TypeScript value of a declared column type. */
export type ValueOf<C> = C extends { readonly [valueOf]?: infer Value } ? Exclude<Value, undefined> : never;

/** What may be given for a declared column type. */
export type InputOf<C> = C extends { readonly [inputOf]?: infer Input } ? Input : never;

/** The row that a set of columns gives. */
export type RowOf<C extends Columns> = { [Name in keyof C]: ValueOf<C[Name]> };

type OptionalNames<C extends Columns> = {
  [Name in keyof C]: null extends ValueOf<C[Name]> ? Name : never;
}[keyof C];

/** The row that may be given for a set of columns: nullable columns may be left out. */
export type InputRowOf<C extends Columns> = { [Name in Exclude<keyof C, OptionalNames<C>>]: InputOf<C[Name]> } & {
  [Name in OptionalNames<C>]?: InputOf<C[Name]>;
};

function columnType<Value, Input>(type: DataType, isNullable = false, isPrimaryKey = false): ColumnType<Value, Input> {
  return {
    type,
    isNullable,
    isPrimaryKey,
    nullable: () => columnType<Value | null, Input | null | undefined>(type, true, isPrimaryKey),
    primaryKey: () => columnType<Value, Input>(type, isNullable, true),
  };
}

/**
 * The column types. Each is non-null unless `.nullable()` is called on it.
 *
 * @example
 * const schema = { user_id: t.utf8(), amount: t.float().nullable(), at: t.timestamp() };
 */
export const t: {
  /** `boolean`; compares and casts with integers as 0 and 1. */
  bool(): ColumnType<boolean>;
  /** 64-bit integer as a `number`: exact, or an error beyond ±(2^53 - 1). */
  int(): ColumnType<number, number | bigint>;
  /** 64-bit integer as a `bigint`, full range. */
  bigint(): ColumnType<bigint, number | bigint>;
  /** 32-bit integer. */
  int32(): ColumnType<number>;
  /** 64-bit IEEE float. */
  float(): ColumnType<number>;
  /** Unicode text. */
  utf8(): ColumnType<string>;
  /**
   * A point in time in microseconds, UTC. Read from a `Date` or ISO 8601 text; from a number only where its unit is
   * declared: `t.timestamp({ epoch: "ms" })`.
   */
  timestamp(options?: { readonly epoch?: EpochUnit }): ColumnType<Date, Date | string | number>;
} = {
  bool: () => columnType({ kind: "bool" }),
  int: () => columnType({ kind: "int" }),
  bigint: () => columnType({ kind: "bigint" }),
  int32: () => columnType({ kind: "int32" }),
  float: () => columnType({ kind: "float" }),
  utf8: () => columnType({ kind: "utf8" }),
  timestamp: (options = {}) =>
    columnType({ kind: "timestamp", ...(options.epoch === undefined ? {} : { epoch: options.epoch }) }),
};

/**
 * The schema of declared columns, in the order of declaration.
 * @throws schema.invalid where something is not a column type
 */
export function schemaOfColumns(columns: Columns): Schema {
  return {
    fields: Object.entries(columns).map(([name, column]) => {
      if (!isColumnType(column)) {
        throw new TidemarkError("schema.invalid", `column "${name}" has no type`, {
          hint: "use one of t.bool(), t.int(), t.bigint(), t.int32(), t.float(), t.utf8(), t.timestamp()",
        });
      }
      return { name, type: column.type, nullable: column.isNullable };
    }),
  };
}

/** Whether a value is a declared column type. */
export function isColumnType(value: unknown): value is AnyColumnType {
  return typeof value === "object" && value !== null && "type" in value && "isNullable" in value;
}

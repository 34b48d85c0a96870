import {
  Bool,
  Data,
  Dictionary,
  Field,
  Float64,
  Int32,
  Int64,
  Null,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  Utf8,
  Vector,
} from "apache-arrow";

/**
 * The classes that Arrow tables are made of: those of this package's apache-arrow, or a caller's own copy. The functions
 * of one copy take the other's tables without complaint, but do not know their types and silently write nothing.
 */
export interface ArrowClasses {
  readonly Bool: typeof Bool;
  readonly Data: typeof Data;
  readonly Dictionary: typeof Dictionary;
  readonly Field: typeof Field;
  readonly Float64: typeof Float64;
  readonly Int32: typeof Int32;
  readonly Int64: typeof Int64;
  readonly Null: typeof Null;
  readonly RecordBatch: typeof RecordBatch;
  readonly Schema: typeof Schema;
  readonly Struct: typeof Struct;
  readonly Table: typeof Table;
  readonly TimestampMicrosecond: typeof TimestampMicrosecond;
  readonly Utf8: typeof Utf8;
  readonly Vector: typeof Vector;
}

export const ownClasses: ArrowClasses = {
  Bool,
  Data,
  Dictionary,
  Field,
  Float64,
  Int32,
  Int64,
  Null,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  Utf8,
  Vector,
};

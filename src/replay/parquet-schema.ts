import type { FileMetaData, ParquetType, SchemaElement } from "hyparquet";
import type { SkippedField } from "../sources/decode/infer.ts";
import { bigint, bool, type DataType, float, int, int32, timestamp, utf8 } from "../types/data-type.ts";

/** What is done to the values as they stand in the file. */
export type Conversion = "none" | "ms" | "us" | "ns" | "int96" | "days" | "unsigned";

/** A column of a Parquet file that a column of ours can hold. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: DataType;
  /** Whether there may be nulls, so that pages carry definition levels. */
  readonly nullable: boolean;
  readonly physical: Exclude<ParquetType, "FIXED_LEN_BYTE_ARRAY">;
  readonly conversion: Conversion;
}

/**
 * The columns of a file: `wanted` ones, or all. Integers up to 32 bits are int32, unsigned ones of 32 bits and 64-bit
 * integers int, unsigned ones of 64 bits bigint; FLOAT and DOUBLE float; text, enums and JSON utf8 (bytes that nobody
 * declared as text only where they are wanted); timestamps of any unit, INT96 and dates timestamp, UTC.
 * All others are left out, and named with the reason.
 */
export function parquetColumns(
  { schema }: FileMetaData,
  wanted?: readonly string[],
): { readonly columns: ParquetColumn[]; readonly skipped: SkippedField[] } {
  const columns: ParquetColumn[] = [];
  const skipped: SkippedField[] = [];
  for (const element of childrenOfRoot(schema)) {
    const { name, repetition_type: repetition } = element;
    const isWanted = wanted?.includes(name) ?? false;
    if (wanted !== undefined && !isWanted) continue;
    const read = readingOf(element, isWanted);
    if (typeof read === "string") skipped.push({ name, reason: read });
    else columns.push({ name, nullable: repetition !== "REQUIRED", ...read });
  }
  return { columns, skipped };
}

/** The schema is a tree in pre-order. */
function childrenOfRoot(schema: readonly SchemaElement[]): SchemaElement[] {
  const children: SchemaElement[] = [];
  let below = 0; // elements left that are below a child
  for (const element of schema.slice(1)) {
    if (below === 0) children.push(element);
    else below--;
    below += element.num_children ?? 0;
  }
  return children;
}

type Reading = Pick<ParquetColumn, "type" | "physical" | "conversion">;

/** How a column is read, or why it is not. */
function readingOf(element: SchemaElement, isWanted: boolean): Reading | string {
  const { type: physical, converted_type: converted, logical_type: logical, num_children: below } = element;
  if ((below ?? 0) > 0 || physical === undefined || element.repetition_type === "REPEATED")
    return "it holds a list or an object";
  if (converted === "DECIMAL" || logical?.type === "DECIMAL") return "it is a decimal: cast it to DOUBLE or BIGINT";
  if (converted === "TIME_MILLIS" || converted === "TIME_MICROS" || logical?.type === "TIME")
    return "it is a time of day: cast it to BIGINT";
  switch (physical) {
    case "BOOLEAN":
      return { type: bool, physical, conversion: "none" };
    case "FLOAT":
    case "DOUBLE":
      return { type: float, physical, conversion: "none" };
    case "INT96":
      return { type: timestamp, physical, conversion: "int96" };
    case "INT32":
      if (converted === "DATE" || logical?.type === "DATE") return { type: timestamp, physical, conversion: "days" };
      if (isUnsigned(element, 32)) return { type: int, physical, conversion: "unsigned" };
      return { type: int32, physical, conversion: "none" };
    case "INT64":
      if (converted === "TIMESTAMP_MILLIS") return { type: timestamp, physical, conversion: "ms" };
      if (converted === "TIMESTAMP_MICROS") return { type: timestamp, physical, conversion: "us" };
      if (logical?.type === "TIMESTAMP") return { type: timestamp, physical, conversion: UNITS[logical.unit] };
      if (isUnsigned(element, 64)) return { type: bigint, physical, conversion: "unsigned" };
      return { type: int, physical, conversion: "none" };
    case "BYTE_ARRAY": {
      const isText = ["UTF8", "ENUM", "JSON"].includes(converted ?? logical?.type.replace("STRING", "UTF8") ?? "");
      if (isText || (isWanted && converted === undefined && logical === undefined))
        return { type: utf8, physical, conversion: "none" };
      return "it holds bytes: cast it to VARCHAR";
    }
    case "FIXED_LEN_BYTE_ARRAY":
      return "it holds bytes of a fixed length: cast it to VARCHAR";
  }
}

const UNITS = { MILLIS: "ms", MICROS: "us", NANOS: "ns" } as const;

const isUnsigned = ({ converted_type: converted, logical_type: logical }: SchemaElement, bits: number): boolean =>
  converted === `UINT_${bits}` || (logical?.type === "INTEGER" && !logical.isSigned && logical.bitWidth === bits);

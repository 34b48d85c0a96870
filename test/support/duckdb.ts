import type { DuckDBConnection } from "@duckdb/node-api";
import { DuckDBInstance, DuckDBTimestampValue, type DuckDBValue } from "@duckdb/node-api";
import { rawAt } from "../../src/column/value.ts";
import type { DataFrame } from "../../src/frame/data-frame.ts";
import type { Kind } from "../../src/types/data-type.ts";

/** A cell that both engines spell alike: whole numbers and times (microseconds) as bigint, floats as number. */
export type Cell = boolean | bigint | number | string | null;

/** The oracle: DuckDB in memory, on one thread so that groups and rows keep a fixed order where it has one. */
export interface Oracle {
  /** Puts the rows of a frame into a new table of this name. */
  load(name: string, frame: DataFrame<never> | DataFrame<unknown>): Promise<void>;
  /** The rows of a query. */
  query(text: string): Promise<Cell[][]>;
  close(): void;
}

const SQL_TYPES: Record<Kind, string> = {
  bool: "BOOLEAN",
  int: "BIGINT",
  bigint: "BIGINT",
  int32: "INTEGER",
  float: "DOUBLE",
  utf8: "VARCHAR",
  timestamp: "TIMESTAMP",
  null: "INTEGER",
};

export async function openOracle(): Promise<Oracle> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  return {
    load: (name, frame) => load(connection, name, frame as DataFrame<unknown>),
    query: async (text) => {
      const reader = await connection.runAndReadAll(text);
      return reader.getRows().map((row) => row.map(cellOf));
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function load(connection: DuckDBConnection, name: string, frame: DataFrame<unknown>): Promise<void> {
  const { schema, batches } = frame.table();
  const columns = schema.fields.map((field) => `${quoted(field.name)} ${SQL_TYPES[field.type.kind]}`);
  await connection.run(`create or replace table ${quoted(name)} (${columns.join(", ")})`);
  const appender = await connection.createAppender(name);
  for (const batch of batches) {
    for (let i = 0; i < batch.length; i++) {
      schema.fields.forEach(({ type }, f) => {
        const value = rawAt(batch.columns[f]!, i);
        if (value === null) appender.appendNull();
        else if (typeof value === "boolean") appender.appendBoolean(value);
        else if (typeof value === "string") appender.appendVarchar(value);
        else if (type.kind === "float") appender.appendDouble(Number(value));
        else if (type.kind === "int32") appender.appendInteger(Number(value));
        else if (type.kind === "timestamp") appender.appendTimestamp(new DuckDBTimestampValue(BigInt(value)));
        else appender.appendBigInt(BigInt(value));
      });
      appender.endRow();
    }
  }
  appender.closeSync();
}

function cellOf(value: DuckDBValue): Cell {
  switch (typeof value) {
    case "boolean":
    case "bigint":
    case "string":
      return value;
    case "number":
      return value;
    default:
      if (value === null) return null;
      if (value instanceof DuckDBTimestampValue) return value.micros;
      throw new TypeError(`the oracle gave a ${String(value)}, which no test expects`);
  }
}

/** The rows of a frame, spelled as the oracle spells them; INTEGER stays a number, as DuckDB's client gives it. */
export function cellsOf(frame: DataFrame<never> | DataFrame<unknown>): Cell[][] {
  const { schema, batches } = (frame as DataFrame<unknown>).table();
  return batches.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, i) =>
      schema.fields.map(({ type }, f) => {
        const value = rawAt(batch.columns[f]!, i);
        const wide = type.kind === "int" || type.kind === "bigint" || type.kind === "timestamp";
        return wide && typeof value === "number" ? BigInt(value) : value;
      }),
    ),
  );
}

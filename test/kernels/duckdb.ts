import { DuckDBInstance, DuckDBTimestampTZValue, DuckDBTimestampValue } from "@duckdb/node-api";
import type { Cell } from "../column/columns.ts";

export interface Oracle {
  /** The rows of a query; times are microseconds. */
  rows(sql: string): Promise<Cell[][]>;
  /** The one value of `select <expression>`, or the symbol `failed` where DuckDB raises an error. */
  value(expression: string): Promise<Cell | typeof failed>;
  close(): void;
}

export const failed: unique symbol = Symbol("failed");

/** DuckDB in memory, with UTC as its time zone. */
export async function openDuckdb(): Promise<Oracle> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run("set timezone = 'UTC'");
  const rows = async (sql: string): Promise<Cell[][]> => {
    const result = await connection.runAndReadAll(sql);
    return result.getRows().map((row) => row.map(cellOf));
  };
  return {
    rows,
    value: async (expression) => {
      try {
        return (await rows(`select ${expression}`))[0]![0]!;
      } catch {
        return failed;
      }
    },
    close: () => connection.closeSync(),
  };
}

function cellOf(value: unknown): Cell {
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return value.micros;
  if (value === null || ["boolean", "number", "bigint", "string"].includes(typeof value)) return value as Cell;
  throw new RangeError(`no oracle for a ${typeof value}`);
}

/** A text as a SQL literal. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A double as a SQL expression that gives exactly it. */
export const sqlDouble = (value: number): string =>
  `'${Object.is(value, -0) ? "-0.0" : String(value).toLowerCase().replace("infinity", "inf")}'::double`;

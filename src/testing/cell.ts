import type { Table } from "../column/batch.ts";
import { columnOf } from "../column/builder.ts";
import type { Column } from "../column/column.ts";
import { rawAt } from "../column/value.ts";
import { textOf } from "../kernels/cast.ts";
import type { DataType, Kind } from "../types/data-type.ts";
import { isoTimestamp } from "../types/time.ts";

/** A value without conversion to people's types: an integer or time as number or bigint. */
export type Raw = ReturnType<typeof rawAt>;

/** One value of a table in a test, with the type that it has by itself. */
export interface Cell {
  readonly type: DataType;
  readonly raw: Raw;
  /** What stands for it in a column of text. */
  readonly text: string;
}

/** A column that holds cells of several types as well as it can. */
export interface Collected {
  readonly type: DataType;
  readonly column: Column;
}

/** A column of cells: of their type where they share one, of the wider where they are numbers, else of text. */
export function collect(cells: readonly Cell[]): Collected {
  const type = sharedType(cells.filter(({ raw }) => raw !== null));
  return {
    type,
    column: columnOf(
      type,
      cells.map((cell) => inputFor(cell, type)),
    ),
  };
}

/** A cell as a column builder takes it. */
export function inputFor({ type: own, raw, text }: Cell, type: DataType): unknown {
  if (raw === null) return null;
  if (type.kind === "utf8") return text;
  if (own.kind === "timestamp") return isoTimestamp(raw as number | bigint);
  return type.kind === "float" && (own.kind === "int" || own.kind === "int32") ? Number(raw) : raw;
}

function sharedType(cells: readonly Cell[]): DataType {
  const kinds = new Set<Kind>(cells.map(({ type }) => type.kind));
  const [only] = kinds;
  if (only === undefined) return { kind: "utf8" };
  if (kinds.size === 1) return { kind: only };
  if ([...kinds].every((kind) => INTEGERS.has(kind))) return { kind: kinds.has("bigint") ? "bigint" : "int" };
  const exact = cells.every(({ raw }) => typeof raw === "number");
  return { kind: exact && [...kinds].every((kind) => kind === "float" || INTEGERS.has(kind)) ? "float" : "utf8" };
}

const INTEGERS: ReadonlySet<Kind> = new Set<Kind>(["int", "int32", "bigint"]);

/** A cell from a column. */
export function cellOf(column: Column, type: DataType, row: number): Cell {
  const raw = rawAt(column, row);
  return { type, raw, text: raw === null ? "" : textOf(raw, type) };
}

/** The cells of one column of a table. */
export function cellsOfColumn({ schema, batches }: Table, index: number): Cell[] {
  const type = schema.fields[index]?.type ?? { kind: "utf8" };
  return batches.flatMap(({ length, columns }) => {
    const column = columns[index];
    return column === undefined ? [] : Array.from({ length }, (_, row) => cellOf(column, type, row));
  });
}

/** Only values of one class can be equal. */
export function classOf({ type }: Cell): "number" | "bool" | "text" | "time" {
  switch (type.kind) {
    case "bool":
      return "bool";
    case "timestamp":
      return "time";
    case "utf8":
    case "null":
      return "text";
    case "int":
    case "bigint":
    case "int32":
    case "float":
      return "number";
  }
}

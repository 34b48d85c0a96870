import type { Table as ArrowTable } from "apache-arrow";
import fc from "fast-check";
import { expect } from "vitest";
import { type Batch, numRows, type Table } from "../../src/column/batch.ts";
import { columnBuilder } from "../../src/column/builder.ts";
import { createDictionary } from "../../src/column/dictionary.ts";
import { rawAt } from "../../src/column/value.ts";
import { type ErrorCode, TidemarkError } from "../../src/errors.ts";
import {
  bigint,
  bool,
  type DataType,
  type Field,
  float,
  int,
  int32,
  timestamp,
  utf8,
} from "../../src/types/data-type.ts";

export const types: readonly DataType[] = [bool, int, bigint, int32, float, utf8, timestamp];

export type Raw = boolean | number | bigint | string | null;

/** All values of a column, over all batches, as they stand in memory; whole numbers as bigint. */
export const rawColumn = ({ schema, batches }: Table, f: number): Raw[] =>
  batches.flatMap(({ length, columns }) =>
    Array.from({ length }, (_, i) => {
      const raw = rawAt(columns[f]!, i);
      return isWords(schema.fields[f]!.type) && raw !== null ? BigInt(raw) : raw;
    }),
  );

export const rawRows = (table: Table): Raw[][] => {
  const columns = table.schema.fields.map((_, f) => rawColumn(table, f));
  return Array.from({ length: numRows(table) }, (_, i) => columns.map((column) => column[i]!));
};

const isWords = ({ kind }: DataType): boolean => kind === "int" || kind === "bigint" || kind === "timestamp";

export interface TableParts {
  readonly fields: readonly Field[];
  /** By batch, field and row. */
  readonly batches: readonly (readonly (readonly Raw[])[])[];
  readonly text: "plain" | "shared" | "own" | "mixed";
}

/** A table from raw values; text plain, by one dictionary per column, by one per batch, or by turns. */
export function tableOf({ fields, batches, text }: TableParts): Table {
  const shared = fields.map(() => createDictionary());
  return {
    schema: { fields },
    batches: batches.map((columns, b): Batch => {
      const made = columns.map((values, f) => {
        const { type } = fields[f]!;
        const coded = text === "shared" || text === "own" || (text === "mixed" && b % 2 === 0);
        const dictionary = text === "shared" ? shared[f]! : createDictionary();
        const builder = columnBuilder(type.kind === "timestamp" ? bigint : type, coded ? dictionary : undefined);
        for (const value of values) builder.append(value);
        return builder.finish();
      });
      return { length: columns[0]?.length ?? 0, columns: made };
    }),
  };
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const words = fc.oneof(
  fc.bigInt({ min: INT64_MIN, max: INT64_MAX }),
  fc.bigInt({ min: -1000n, max: 1000n }),
  fc.constantFrom(INT64_MIN, INT64_MAX, 0n, -1n, 2n ** 53n, -(2n ** 53n) - 1n),
);

function valueOf({ kind }: DataType): fc.Arbitrary<Raw> {
  switch (kind) {
    case "bool":
      return fc.boolean();
    case "int":
    case "bigint":
    case "timestamp":
      return words;
    case "int32":
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case "float":
      return fc.double();
    default:
      return fc.oneof(fc.string({ unit: "binary", maxLength: 12 }), fc.constantFrom("", "a", "Zoë", "東京", "👩‍🚀"));
  }
}

/** Tables over all types, with and without nulls, of several batches. */
export const tableParts: fc.Arbitrary<TableParts> = fc
  .tuple(
    fc.array(fc.record({ type: fc.constantFrom(...types), nullable: fc.boolean() }), { minLength: 1, maxLength: 6 }),
    fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 4 }),
    fc.constantFrom("plain" as const, "shared" as const, "own" as const, "mixed" as const),
  )
  .chain(([columns, lengths, text]) =>
    fc.record({
      fields: fc.constant(columns.map(({ type, nullable }, f) => ({ name: `c${f}`, type, nullable }))),
      batches: fc.tuple(
        ...lengths.map((length) =>
          fc.tuple(
            ...columns.map(({ type, nullable }) =>
              fc.array(nullable ? fc.option(valueOf(type), { nil: null }) : valueOf(type), {
                minLength: length,
                maxLength: length,
              }),
            ),
          ),
        ),
      ),
      text: fc.constant(text),
    }),
  );

/** What apache-arrow itself reads from its table, whole numbers as bigint; times are read from memory. */
export function arrowRows(table: ArrowTable): unknown[][] {
  const columns = table.schema.fields.map((_, f) =>
    table.batches.flatMap((batch) => {
      const vector = batch.getChildAt(f)!;
      const data = batch.data.children[f]!;
      return Array.from({ length: batch.numRows }, (_, i) => {
        if (!data.getValid(i)) return null;
        return data.values instanceof BigInt64Array ? data.values[i] : (vector.get(i) as unknown);
      });
    }),
  );
  return Array.from({ length: table.numRows }, (_, i) => columns.map((column) => column[i]));
}

/** The error that a call raises, which must be a `TidemarkError` of this code, with a hint. */
export function expectError(code: ErrorCode, call: () => unknown): TidemarkError {
  let error: unknown;
  try {
    call();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(TidemarkError);
  expect((error as TidemarkError).code).toBe(code);
  expect((error as TidemarkError).hint).toBeTruthy();
  return error as TidemarkError;
}

import { describe, expect, it } from "vitest";
import { type Columns, isColumnType, schemaOfColumns, t } from "../../src/types/column-type.ts";
import {
  bigint,
  bool,
  float,
  int,
  int32,
  isInteger,
  isNumeric,
  nullType,
  sameType,
  timestamp,
  typeName,
  utf8,
} from "../../src/types/data-type.ts";
import { fieldIndex, fieldNames, requireField, schemaOfFields } from "../../src/types/schema.ts";

describe("t", () => {
  it("declares types that are non-null until told otherwise", () => {
    const columns = {
      a: t.bool(),
      b: t.int(),
      c: t.bigint(),
      d: t.int32(),
      e: t.float(),
      f: t.utf8(),
      g: t.timestamp(),
    };
    const { fields } = schemaOfColumns(columns);
    expect(fields.map((field) => field.type.kind)).toEqual([
      "bool",
      "int",
      "bigint",
      "int32",
      "float",
      "utf8",
      "timestamp",
    ]);
    expect(fields.every((field) => !field.nullable)).toBe(true);
    expect(schemaOfColumns({ a: t.int().nullable() }).fields).toEqual([{ name: "a", type: int, nullable: true }]);
  });

  it("keeps primary key and nullability through one another", () => {
    expect(t.utf8().primaryKey()).toMatchObject({ isPrimaryKey: true, isNullable: false });
    expect(t.utf8().nullable().primaryKey()).toMatchObject({ isPrimaryKey: true, isNullable: true });
    expect(t.utf8().primaryKey().nullable()).toMatchObject({ isPrimaryKey: true, isNullable: true });
  });

  it("keeps the unit of a timestamp only where there is one", () => {
    expect(t.timestamp().type).toEqual({ kind: "timestamp" });
    expect(t.timestamp({ epoch: "ms" }).nullable().type).toEqual({ kind: "timestamp", epoch: "ms" });
  });

  it("is told apart from anything else", () => {
    for (const value of [null, undefined, 1, "int", {}, { type: int }, t.int]) expect(isColumnType(value)).toBe(false);
    expect(isColumnType(t.int())).toBe(true);
    expect(() => schemaOfColumns({ a: t.int(), b: "int" } as unknown as Columns)).toThrow(
      'schema.invalid: column "b" has no type',
    );
  });

  it("takes any name for a column", () => {
    const columns = Object.fromEntries(["__proto__", "constructor", "length", ""].map((name) => [name, t.int()]));
    expect(fieldNames(schemaOfColumns(columns))).toEqual(["__proto__", "constructor", "length", ""]);
  });
});

describe("schemas", () => {
  const schema = schemaOfFields([
    { name: "user_id", type: utf8, nullable: false },
    { name: "amount", type: float, nullable: true },
  ]);

  it("finds fields by exact name", () => {
    expect(fieldIndex(schema, "amount")).toBe(1);
    expect(fieldIndex(schema, "Amount")).toBe(-1);
    expect(requireField(schema, "user_id").type).toBe(utf8);
    expect(() => requireField(schema, "amout")).toThrow(
      'schema.unknown-column: no column "amout"\nhint: did you mean "amount"?',
    );
    expect(() => requireField({ fields: [] }, "x")).toThrow(/^schema\.unknown-column: no column "x"$/);
  });

  it("refuses two fields of one name", () => {
    expect(() => schemaOfFields([...schema.fields, ...schema.fields])).toThrow('two columns are called "user_id"');
  });
});

describe("data types", () => {
  it("know their SQL name and family", () => {
    const types = [bool, int, bigint, int32, float, utf8, timestamp, nullType];
    expect(types.map(typeName)).toEqual([
      "BOOLEAN",
      "BIGINT",
      "BIGINT",
      "INTEGER",
      "DOUBLE",
      "VARCHAR",
      "TIMESTAMP",
      "NULL",
    ]);
    expect(types.filter(isInteger)).toEqual([int, bigint, int32]);
    expect(types.filter(isNumeric)).toEqual([int, bigint, int32, float]);
    expect(sameType(timestamp, { kind: "timestamp", epoch: "s" })).toBe(true);
    expect(sameType(int, bigint)).toBe(false);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Batch } from "../../src/column/batch.ts";
import { columnOf } from "../../src/column/builder.ts";
import { rawAt } from "../../src/column/value.ts";
import { createAggregator } from "../../src/exec/aggregator.ts";
import { evaluate, evaluateColumn, rowsWhere, takeRead } from "../../src/exec/evaluate.ts";
import { bind, bindAggregate } from "../../src/expr/bind.ts";
import { col, count, type Expression, lit } from "../../src/expr/expression.ts";
import { when } from "../../src/expr/when.ts";
import { frameOfBatches } from "../../src/frame/data-frame.ts";
import { t } from "../../src/types/column-type.ts";
import type { Schema } from "../../src/types/data-type.ts";

const schema: Schema = {
  fields: [
    { name: "x", type: { kind: "int" }, nullable: true },
    { name: "s", type: { kind: "utf8" }, nullable: true },
  ],
};
const batchOf = (rows: readonly (readonly [number | null, string | null])[]): Batch => ({
  length: rows.length,
  columns: [
    columnOf(
      { kind: "int" },
      rows.map(([x]) => x),
    ),
    columnOf(
      { kind: "utf8" },
      rows.map(([, s]) => s),
    ),
  ],
});
const valuesOf = (expression: Expression<unknown>, batch: Batch): unknown[] => {
  const column = evaluateColumn(bind(expression.node, schema), batch);
  return Array.from({ length: column.length }, (_, i) => rawAt(column, i));
};

describe("evaluate", () => {
  const batch = batchOf([
    [1, "1"],
    [null, "x"],
    [3, null],
  ]);

  test("a constant stays one value until it is spelled out", () => {
    const bound = bind(lit(1).add(2).node, schema);
    expect(evaluate(bound, batch).length).toBe(1);
    expect(valuesOf(lit(1).add(2), batch)).toEqual([3, 3, 3]);
    expect(valuesOf(lit(null), batch)).toEqual([null, null, null]);
    for (const length of [0, 1])
      expect(valuesOf(lit(1).add(2), batchOf(Array.from({ length }, () => [7, "7"])))).toHaveLength(length);
  });

  test("constants are not computed where there is no row", () => {
    expect(valuesOf(lit(2 ** 31 - 1).add(1), batchOf([]))).toEqual([]);
    expect(() => valuesOf(lit(2 ** 31 - 1).add(1), batch)).toThrow("type.overflow");
  });

  test("a branch sees only the rows that reach it", () => {
    const guarded = when(col("x").isNull()).then(-1).when(col("s").isNull()).then(-2).otherwise(col("s").cast(t.int()));
    expect(valuesOf(guarded, batch)).toEqual([1, -1, -2]);
    expect(valuesOf(when(lit(null).cast(t.bool())).then(1), batch)).toEqual([null, null, null]);
  });

  test("conditions keep rows that are true", () => {
    expect([...rowsWhere(bind(col("x").gt(1).node, schema), batch)]).toEqual([2]);
    expect([...rowsWhere(bind(lit(true).node, schema), batch)]).toEqual([0, 1, 2]);
  });

  test("takeRead takes what is read and leaves the rest", () => {
    const taken = takeRead(batch, Int32Array.of(2), [bind(col("x").node, schema)]);
    expect([taken.length, taken.columns[0]?.length, taken.columns[1]]).toEqual([1, 1, batch.columns[1]]);
  });

  test("case answers as the first true condition says, in batches of any size", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.option(fc.integer({ min: -3, max: 3 })), fc.constant("s"))), (rows) => {
        const x = col<number>("x");
        const expression = when(x.gt(1)).then(x.mul(10)).when(x.lt(0)).then(0).otherwise(x.fillNull(99));
        const wanted = rows.map(([v]) => (v === null ? 99 : v > 1 ? v * 10 : v < 0 ? 0 : v));
        expect(valuesOf(expression, batchOf(rows))).toEqual(wanted);
      }),
    );
  });
});

describe("createAggregator", () => {
  // The method `sum` is coalesce(sum(x), 0): the aggregate stands inside.
  const calls = [count(), col("x").max(), col("x").sum().where(col("s").eq("a"))].map(({ node }) => {
    const aggregate = node.kind === "call" ? node.args[0] : node;
    if (aggregate?.kind !== "aggregate") throw new Error("no aggregate");
    return bindAggregate(aggregate, schema);
  });

  test("updates, finishes and clears groups", () => {
    const aggregator = createAggregator(calls);
    aggregator.update(
      batchOf([
        [1, "a"],
        [2, "b"],
        [3, "a"],
      ]),
      Int32Array.of(0, 1, 1),
      2,
    ); // prettier-ignore
    const finished = (): unknown[][] =>
      aggregator.finish(Int32Array.of(1, 0, 5)).map((column) => Array.from({ length: 3 }, (_, i) => rawAt(column, i)));
    expect(finished()).toEqual([
      [2, 1, 0],
      [3, 1, null],
      [3, 1, null],
    ]);
    aggregator.clear(1);
    expect(finished()).toEqual([
      [0, 1, 0],
      [null, 1, null],
      [null, 1, null],
    ]);
    expect(aggregator.bytes()).toBeGreaterThan(0);
  });
});

test("float sums give the same bytes whatever the batch size", () => {
  const floats: Schema = { fields: [{ name: "f", type: { kind: "float" }, nullable: false }] };
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });
  fc.assert(
    fc.property(fc.array(finite, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (values, size) => {
      const batches: Batch[] = [];
      for (let i = 0; i < values.length; i += size) {
        const part = values.slice(i, i + size);
        batches.push({ length: part.length, columns: [columnOf({ kind: "float" }, part)] });
      }
      const whole: Batch = { length: values.length, columns: [columnOf({ kind: "float" }, values)] };
      const sum = (list: readonly Batch[]): unknown => frameOfBatches<{ f: number }>(floats, list).sum("f");
      expect(sum(batches)).toBe(sum([whole]));
    }),
  );
});

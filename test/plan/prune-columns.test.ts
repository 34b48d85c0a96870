import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TidemarkError } from "../../src/errors.ts";
import { batchesOf, run } from "../../src/exec/run.ts";
import { tablesOf } from "../../src/exec/scan.ts";
import type { DataFrame } from "../../src/frame/data-frame.ts";
import { frameOfBatches } from "../../src/frame/data-frame.ts";
import { session } from "../../src/frame/sql.ts";
import { scan } from "../../src/plan/build.ts";
import { explain } from "../../src/plan/explain.ts";
import { type Plan, planSchema } from "../../src/plan/nodes.ts";
import { pruneColumns } from "../../src/plan/optimizer/prune-columns.ts";
import { optimize, rules } from "../../src/plan/optimizer/rules.ts";
import { compileSql } from "../../src/sql/compile.ts";
import type { Schema } from "../../src/types/data-type.ts";
import { queryCases } from "../property/queries.ts";
import { type Cell, cellsOf } from "../support/duckdb.ts";
import { readPlans } from "./plans.ts";

const schema: Schema = {
  fields: [
    { name: "a", type: { kind: "int" }, nullable: false },
    { name: "b", type: { kind: "utf8" }, nullable: false },
    { name: "c", type: { kind: "float" }, nullable: true },
    { name: "d", type: { kind: "bool" }, nullable: false },
  ],
};
const planOf = (query: string): Plan =>
  compileSql(query, [], { holes: [], tables: new Map([["t", scan("t", schema)]]) });

describe("pruneColumns", () => {
  const cases = readPlans(new URL("./prune-columns.plan", import.meta.url));
  test("the file has cases", () => expect(cases.length).toBeGreaterThan(8));

  test.each(cases)("$query", ({ query, before, after }) => {
    const plan = planOf(query);
    expect(explain(plan)).toBe(before);
    const pruned = pruneColumns(plan);
    expect(explain(pruned)).toBe(after);
    expect(planSchema(pruned)).toEqual(planSchema(plan));
  });

  test("a plan is a plain record: it survives JSON", () => {
    const plan = planOf("select b, count(*) as n from t where a > 1 group by b having n > 1 order by n limit 3");
    expect(explain(JSON.parse(JSON.stringify(plan)) as Plan)).toBe(explain(plan));
  });
});

test("a query answers alike with and without the rules", () => {
  expect(rules.length).toBeGreaterThan(0);
  fc.assert(
    fc.property(queryCases, ({ frame, sql }) => {
      const asked = session({ t1: frame }).sql(sql);
      const tables = tablesOf(asked.context.tables);
      let plain: Cell[][];
      try {
        const batches = [...batchesOf(asked.plan, tables)];
        plain = cellsOf(frameOfBatches(asked.schema, batches));
      } catch (error) {
        if (error instanceof TidemarkError) return; // a rule may drop what fails and nobody needs
        throw error;
      }
      expect(planSchema(optimize(asked.plan))).toEqual(asked.schema);
      const { schema: resultSchema, batches } = run(asked.plan, tables);
      expect(cellsOf(frameOfBatches(resultSchema, batches) as unknown as DataFrame)).toEqual(plain);
    }),
    { numRuns: 300, endOnFailure: true },
  );
});

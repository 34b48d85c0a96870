import { expect, it } from "vitest";
import { col, DataFrame, type Expression } from "../../src/index.ts";

it("an expression that uses its own parts again and again is refused before it takes for ever", () => {
  let doubled: Expression<unknown> = col("x");
  expect(() => {
    for (let i = 0; i < 40; i++) doubled = doubled.add(doubled as never);
    DataFrame.fromRows([{ x: 1 }])
      .select({ y: doubled })
      .toRows();
  }).toThrow("an expression of more than 100000 parts");
});

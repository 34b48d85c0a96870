import { col, count, type Expression, lit } from "../../src/expr/expression.ts";
import { when } from "../../src/expr/when.ts";
import { DataFrame } from "../../src/frame/data-frame.ts";
import { sql } from "../../src/frame/sql.ts";
import { t } from "../../src/types/column-type.ts";

/** Compiles only where the two types are one. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Flat<T> = { [K in keyof T]: T[K] };
const same = <A, B>(_: Same<Flat<A>, Flat<B>>): void => {};
type RowOfFrame<F> = F extends DataFrame<infer Row> ? Row : never;

const columns = {
  user: t.utf8(),
  amount: t.int().nullable(),
  big: t.bigint(),
  share: t.float(),
  failed: t.bool(),
  at: t.timestamp(),
};
const df = DataFrame.fromRows([{ user: "u", amount: 1, big: 1n, share: 0.5, failed: true, at: "2026-01-01" }], columns);

// What infers.
type Row = { user: string; amount: number | null; big: bigint; share: number; failed: boolean; at: Date };
same<RowOfFrame<typeof df>, Row>(true);

const selected = df.select("user", "at");
same<RowOfFrame<typeof selected>, { user: string; at: Date }>(true);

const computed = df.select({
  twice: df.col("share").mul(2),
  half: df.col("big").div(2),
  isNull: df.col("amount").isNull(),
});
same<RowOfFrame<typeof computed>, { twice: number; half: number; isNull: boolean }>(true);

const more = df.withColumns({
  amount: df.col("amount").fillNull(0),
  size: when(df.col("share").gt(1)).then("large").otherwise("small"),
});
same<RowOfFrame<typeof more>, Omit<Row, "amount"> & { amount: number; size: string }>(true);

const grouped = df.groupBy("user", "failed").agg({ n: count(), total: df.col("big").sum(), top: df.col("at").max() });
same<RowOfFrame<typeof grouped>, { user: string; failed: boolean; n: number; total: bigint; top: Date }>(true);

const aggregated = df.agg({
  s: df.col("amount").sum(),
  m: df.col("share").mean(),
  d: df.col("user").approxCountDistinct(),
});
same<RowOfFrame<typeof aggregated>, { s: number; m: number; d: number }>(true);

const max: Date | null = df.max("at");
const min: bigint | null = df.min("big");
const row: Row | undefined = df.toRows()[0];
for (const { user } of df.filter(df.col("failed"))) user.toUpperCase();
const cast: Expression<bigint> = df.col("user").cast(t.bigint());
const typed = sql<{ user: string; n: number }>`select user, count(*) as n from ${df} group by 1`;
const n: number | undefined = typed.rows()[0]?.n;
const inferred = DataFrame.fromRows([{ a: 1, b: "x" }]);
same<RowOfFrame<typeof inferred>, { a: number; b: string }>(true);
df.sort("at", "desc").sort("user", ["at", "desc"], df.col("share").neg());
// A nullable column may be left out of a row, and an int may be given as bigint.
DataFrame.fromRows([{ user: "u", big: 1n, share: 1, failed: false, at: new Date(0) }], columns);
export const used = [max, min, row, cast, n, lit(1), col("x")];

// What must not compile.
// @ts-expect-error no such column
df.col("amout");
// @ts-expect-error no such column
df.select("amout");
// @ts-expect-error no such column
df.groupBy("amout");
// @ts-expect-error no such column
df.sum("amout");
// @ts-expect-error no such column
df.sort("amout");
// @ts-expect-error no such direction
df.sort("at", "down");
// @ts-expect-error a column that was not selected is gone
df.select("user").max("amount");
// @ts-expect-error a group has its keys and aggregates only
grouped.col("share");
// @ts-expect-error a condition is an expression
df.filter(true);
// @ts-expect-error an aggregate is an expression
df.agg({ n: 1 });
// @ts-expect-error a wrong value
DataFrame.fromRows([{ a: "x" }], { a: t.int() });
// @ts-expect-error a missing value
DataFrame.fromRows([{}], { a: t.int() });
// @ts-expect-error null in a column that is not nullable
DataFrame.fromRows([{ a: null }], { a: t.int() });
// @ts-expect-error an object is no value of an expression
df.col("share").add({});
// @ts-expect-error when needs a condition
when(df.col("user"));
// @ts-expect-error frames cannot be changed
df.plan = df.limit(1).plan;

import { suggest, TidemarkError } from "../../errors.ts";
import type { FrameKeys } from "../../plan/keyed.ts";
import { type Plan, planSchema } from "../../plan/nodes.ts";
import { scan } from "../../plan/build.ts";
import type { Query, TableReference } from "../syntax.ts";
import type { Scope, Surroundings } from "./scope.ts";

/** What `from` puts in sight. */
export interface Source {
  readonly plan: Plan;
  readonly scope: Scope;
  readonly keys: FrameKeys | undefined;
}

/** The table with one row and no column that a query without `from` reads. */
export const ONE_ROW = "#one-row";

export function bindFrom(
  from: TableReference | undefined,
  around: Surroundings,
  bindQuery: (query: Query, around: Surroundings) => Plan,
): Source {
  if (from === undefined) return sourceOf(scan(ONE_ROW, { fields: [] }), undefined);
  switch (from.kind) {
    case "table": {
      const { name, span } = from.name;
      const found = [...around.tables.keys()].find((known) => known.toLowerCase() === name.toLowerCase());
      const plan = around.tables.get(name) ?? (found === undefined ? undefined : around.tables.get(found));
      if (plan !== undefined) return sourceOf(plan, from.alias?.name ?? name);
      throw new TidemarkError("sql.unknown-table", `no table "${name}" in scope`, {
        span,
        hint: suggest(name, [...around.tables.keys()]) ?? "put a frame there: from ${frame}",
      });
    }
    case "table-hole": {
      const hole = around.holes[from.index];
      if (hole?.kind === "table") return sourceOf(hole.plan, from.alias?.name, hole.keys);
      throw new TidemarkError("sql.parameter", "only a frame can stand behind from", {
        span: from.span,
        hint: "names of tables cannot be parameters",
      });
    }
    case "subquery":
      return sourceOf(bindQuery(from.query, around), from.alias?.name);
  }
}

const sourceOf = (plan: Plan, table: string | undefined, keys?: FrameKeys): Source => ({
  plan,
  scope: { schema: planSchema(plan), table },
  keys,
});

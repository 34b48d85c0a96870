import { type Span, suggest, TidemarkError } from "../../errors.ts";
import type { Expr } from "../../expr/nodes.ts";
import type { FrameKeys } from "../../plan/keyed.ts";
import type { Plan } from "../../plan/nodes.ts";
import type { DataType, Schema } from "../../types/data-type.ts";
import type { Literal } from "../../kernels/constant.ts";
import { fieldNames } from "../../types/schema.ts";
import type { ColumnName, Identifier } from "../syntax.ts";

/** What a hole in the text stands for. */
export type HoleValue =
  | { readonly kind: "table"; readonly plan: Plan; readonly keys?: FrameKeys | undefined }
  | { readonly kind: "expression"; readonly expr: Expr; readonly alias?: string | undefined }
  | { readonly kind: "value"; readonly value: Literal; readonly type: DataType };

/** Everything outside the text that a query may refer to. */
export interface Surroundings {
  readonly holes: readonly HoleValue[];
  /** Tables by name. */
  readonly tables: ReadonlyMap<string, Plan>;
}

/** The columns in sight, and the names of the table that they belong to. */
export interface Scope {
  readonly schema: Schema;
  readonly table: string | undefined;
}

/** The exact name of the column that was meant, ignoring case unless only the case tells two apart. */
export function resolveColumn(node: ColumnName, scope: Scope): string {
  const [first, second, ...rest] = node.path;
  if (rest.length > 0) throw unsupportedField(node.span);
  if (second === undefined) return findColumn(first, scope);
  if (scope.table !== undefined && same(first.name, scope.table)) return findColumn(second, scope);
  if (matching(first.name, scope).length > 0) throw unsupportedField(node.span);
  const hint =
    scope.table === undefined
      ? "the table has no name: leave out the part before the dot"
      : suggest(first.name, [scope.table]);
  throw new TidemarkError("sql.unknown-table", `no table "${first.name}" in scope`, { span: first.span, hint });
}

/** The exact name of a column with this name, or undefined. */
export function maybeColumn(name: string, scope: Scope): string | undefined {
  const found = matching(name, scope);
  return found.find((candidate) => candidate === name) ?? found[0];
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const lowerNames = new WeakMap<Schema, Map<string, string[]>>();

/** The columns that have this name, ignoring case; names are indexed once, as a frame may have thousands. */
function matching(name: string, { schema }: Scope): readonly string[] {
  let byLower = lowerNames.get(schema);
  if (byLower === undefined) {
    byLower = new Map();
    for (const each of fieldNames(schema)) {
      const lower = each.toLowerCase();
      byLower.set(lower, [...(byLower.get(lower) ?? []), each]);
    }
    lowerNames.set(schema, byLower);
  }
  return byLower.get(name.toLowerCase()) ?? [];
}

function findColumn({ name, quoted, span }: Identifier, scope: Scope): string {
  const found = matching(name, scope);
  const exact = found.find((candidate) => candidate === name);
  if (exact !== undefined) return exact;
  if (found.length > 1) {
    throw new TidemarkError(
      "sql.ambiguous-column",
      `"${name}" may be ${found.map((other) => `"${other}"`).join(" or ")}`,
      {
        span,
        hint: "write the name in the case of the column",
      },
    );
  }
  if (found[0] !== undefined) return found[0];
  const near = suggest(
    name,
    scope.schema.fields.map((field) => field.name),
  );
  const hint = quoted
    ? `double quotes are for names; text stands in single quotes: '${name.replaceAll("'", "''")}'`
    : near;
  throw new TidemarkError("sql.unknown-column", `no column "${name}" in scope`, { span, hint });
}

const unsupportedField = (span: Span): TidemarkError =>
  new TidemarkError("sql.unsupported", "fields inside a column are not supported", {
    span,
    hint: "give the value a column of its own",
  });

import type { Literal } from "../kernels/constant.ts";
import type { DataType } from "../types/data-type.ts";

/** An expression that fits a schema: columns by position, every node typed, casts spelled out. */
export type Bound = BoundColumn | BoundLiteral | BoundCall | BoundCase | BoundCast;

interface Typed {
  readonly type: DataType;
  readonly nullable: boolean;
}

export interface BoundColumn extends Typed {
  readonly kind: "column";
  readonly index: number;
  readonly name: string;
}

export interface BoundLiteral extends Typed {
  readonly kind: "literal";
  readonly value: Literal;
}

export interface BoundCall extends Typed {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Bound[];
}

export interface BoundCase extends Typed {
  readonly kind: "case";
  readonly branches: readonly { readonly when: Bound; readonly value: Bound }[];
  readonly otherwise: Bound;
}

export interface BoundCast extends Typed {
  readonly kind: "cast";
  readonly input: Bound;
  readonly onFailure: "error" | "null";
}

/** An aggregate over bound arguments. */
export interface BoundAggregate extends Typed {
  readonly name: string;
  readonly args: readonly Bound[];
  readonly distinct: boolean;
  readonly filter: Bound | undefined;
}

/** The positions of the columns that an expression reads, added to `into`. */
export function columnsRead(expr: Bound, into: Set<number>): void {
  switch (expr.kind) {
    case "column":
      into.add(expr.index);
      return;
    case "literal":
      return;
    case "call":
      for (const arg of expr.args) columnsRead(arg, into);
      return;
    case "case":
      for (const { when, value } of expr.branches) {
        columnsRead(when, into);
        columnsRead(value, into);
      }
      columnsRead(expr.otherwise, into);
      return;
    case "cast":
      columnsRead(expr.input, into);
  }
}

/** The same expression with other expressions in place of its columns. */
export function replaceColumns(expr: Bound, by: (column: BoundColumn) => Bound): Bound {
  const replace = (child: Bound): Bound => replaceColumns(child, by);
  switch (expr.kind) {
    case "column":
      return by(expr);
    case "literal":
      return expr;
    case "call":
      return { ...expr, args: expr.args.map(replace) };
    case "case":
      return {
        ...expr,
        branches: expr.branches.map(({ when, value }) => ({ when: replace(when), value: replace(value) })),
        otherwise: replace(expr.otherwise),
      };
    case "cast":
      return { ...expr, input: replace(expr.input) };
  }
}

/** The same expression over columns at other positions. */
export const moveColumns = (expr: Bound, to: (index: number) => number): Bound =>
  replaceColumns(expr, (column) => ({ ...column, index: to(column.index) }));

import type { Span } from "../errors.ts";
import type { Literal } from "../kernels/constant.ts";
import type { DataType } from "../types/data-type.ts";

/** An expression as it was written: names, not positions; no types yet. `span` is set where there is SQL text. */
export type Expr = ColumnExpr | LiteralExpr | CallExpr | CaseExpr | CastExpr | AggregateExpr;

interface Written {
  readonly span?: Span | undefined;
}

export interface ColumnExpr extends Written {
  readonly kind: "column";
  readonly name: string;
  /** The frame that it was taken from by `frame.col`; names alone count when it is used. */
  readonly origin?: object | undefined;
}

export interface LiteralExpr extends Written {
  readonly kind: "literal";
  readonly value: Literal;
  readonly type: DataType;
}

/** An operator or scalar function of the registry. */
export interface CallExpr extends Written {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Expr[];
}

export interface CaseExpr extends Written {
  readonly kind: "case";
  readonly branches: readonly { readonly when: Expr; readonly value: Expr }[];
  readonly otherwise: Expr;
}

export interface CastExpr extends Written {
  readonly kind: "cast";
  readonly input: Expr;
  readonly type: DataType;
  readonly onFailure: "error" | "null";
  /** Set for SQL's BIGINT, which has one name for both 64-bit types: a `bigint` operand stays one. */
  readonly keepsBigint?: boolean;
}

export interface AggregateExpr extends Written {
  readonly kind: "aggregate";
  readonly name: string;
  readonly args: readonly Expr[];
  readonly distinct: boolean;
  readonly filter?: Expr | undefined;
}

/** An expression and the name of its column. */
export interface NamedExpr {
  readonly name: string;
  readonly expr: Expr;
}

/** The expressions directly below. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "column":
    case "literal":
      return [];
    case "call":
      return expr.args;
    case "case":
      return [...expr.branches.flatMap(({ when, value }) => [when, value]), expr.otherwise];
    case "cast":
      return [expr.input];
    case "aggregate":
      return expr.filter === undefined ? expr.args : [...expr.args, expr.filter];
  }
}

/** The same expression with other children, made by `change`. */
export function mapChildren(expr: Expr, change: (child: Expr) => Expr): Expr {
  switch (expr.kind) {
    case "column":
    case "literal":
      return expr;
    case "call":
      return { ...expr, args: expr.args.map(change) };
    case "case":
      return {
        ...expr,
        branches: expr.branches.map(({ when, value }) => ({ when: change(when), value: change(value) })),
        otherwise: change(expr.otherwise),
      };
    case "cast":
      return { ...expr, input: change(expr.input) };
    case "aggregate":
      return { ...expr, args: expr.args.map(change), filter: expr.filter && change(expr.filter) };
  }
}

/** Whether an aggregate stands anywhere inside. */
export const hasAggregate = (expr: Expr): boolean => expr.kind === "aggregate" || childrenOf(expr).some(hasAggregate);

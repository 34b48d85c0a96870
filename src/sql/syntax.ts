import type { Span } from "../errors.ts";

/**
 * The syntax tree of one SQL query: what was written, before any name is looked up. Every node is a plain readonly
 * record with a literal `kind` and a `span` into the text; brackets widen the span of what they enclose and leave no node.
 *
 * The parser promises that no tree is deeper than `TREE_DEPTH_MAX` (parser/depth.ts), so code that walks it may recurse.
 */

/** A name as it was written, without quotes; names are compared ignoring case. */
export interface Identifier {
  readonly kind: "identifier";
  readonly name: string;
  /** Written in double quotes. */
  readonly quoted: boolean;
  readonly span: Span;
}

// ---------------------------------------------------------------------------------------------------- queries

/** A query body with what applies to its whole result. */
export interface Query {
  readonly kind: "query";
  readonly body: QueryBody;
  readonly orderBy: OrderBy | undefined;
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
  readonly span: Span;
}

/** Set operations and `values` will stand beside `Select` here. */
export type QueryBody = Select;

export interface Select {
  readonly kind: "select";
  readonly distinct: boolean;
  /** At least one. */
  readonly items: readonly SelectItem[];
  readonly from: TableReference | undefined;
  readonly where: Expression | undefined;
  readonly groupBy: GroupBy | undefined;
  readonly having: Expression | undefined;
  readonly span: Span;
}

export type SelectItem = ExpressionItem | StarItem;

/** `expression [as alias]`. */
export interface ExpressionItem {
  readonly kind: "item";
  readonly expression: Expression;
  readonly alias: Identifier | undefined;
  readonly span: Span;
}

/** `*` or `table.*`. */
export interface StarItem {
  readonly kind: "star";
  readonly table: Identifier | undefined;
  readonly span: Span;
}

/** Joins will stand here too. */
export type TableReference = NamedTable | HoleTable | SubqueryTable;

export interface NamedTable {
  readonly kind: "table";
  readonly name: Identifier;
  readonly alias: Identifier | undefined;
  readonly span: Span;
}

/** `from ${frame}`. */
export interface HoleTable {
  readonly kind: "table-hole";
  /** Which hole, from 0. */
  readonly index: number;
  readonly alias: Identifier | undefined;
  readonly span: Span;
}

export interface SubqueryTable {
  readonly kind: "subquery";
  readonly query: Query;
  readonly alias: Identifier | undefined;
  readonly span: Span;
}

/** An integer literal is an ordinal and a bare name may be an alias: that is for the binder to say. */
export type GroupBy =
  | { readonly kind: "group-all"; readonly span: Span }
  | { readonly kind: "group-list"; readonly expressions: readonly Expression[]; readonly span: Span };

export type OrderBy =
  | ({ readonly kind: "order-all"; readonly span: Span } & Ordering)
  | { readonly kind: "order-list"; readonly items: readonly OrderItem[]; readonly span: Span };

export interface OrderItem extends Ordering {
  readonly kind: "order-item";
  readonly expression: Expression;
  readonly span: Span;
}

/** `undefined` where nothing was written. */
export interface Ordering {
  readonly direction: "asc" | "desc" | undefined;
  readonly nulls: "first" | "last" | undefined;
}

// ---------------------------------------------------------------------------------------------------- expressions

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | NullLiteral
  | IntervalLiteral
  | Hole
  | ColumnName
  | Unary
  | Binary
  | Comparison
  | Conjunction
  | Not
  | Is
  | DistinctFrom
  | In
  | Between
  | Like
  | Case
  | Cast
  | Call
  | Field
  | Subscript;

/** A number without sign. */
export interface NumberLiteral {
  readonly kind: "number";
  /** The digits as written, without `_` between them: `12`, `1.50`, `.5`, `1e10`. */
  readonly text: string;
  /** Written without point and exponent, so that `BigInt(text)` is its value. */
  readonly integer: boolean;
  readonly span: Span;
}

export interface StringLiteral {
  readonly kind: "string";
  readonly value: string;
  readonly span: Span;
}

export interface BooleanLiteral {
  readonly kind: "boolean";
  readonly value: boolean;
  readonly span: Span;
}

export interface NullLiteral {
  readonly kind: "null";
  readonly span: Span;
}

/** `interval '10 minutes'` (no unit), `interval 10 minute`, `interval '10' minute`, `interval (a + b) day`. */
export interface IntervalLiteral {
  readonly kind: "interval";
  readonly amount: Expression;
  readonly unit: IntervalUnit | undefined;
  readonly span: Span;
}

export type IntervalUnit =
  | "microsecond"
  | "millisecond"
  | "second"
  | "minute"
  | "hour"
  | "day"
  | "week"
  | "month"
  | "quarter"
  | "year"
  | "decade"
  | "century"
  | "millennium";

/** `${value}` where an expression stands. */
export interface Hole {
  readonly kind: "hole";
  /** Which hole, from 0. */
  readonly index: number;
  readonly span: Span;
}

/** `name` or `a.b.c`: whether `a` is a table or a column with fields is for the binder to say. */
export interface ColumnName {
  readonly kind: "column";
  readonly path: readonly [Identifier, ...Identifier[]];
  readonly span: Span;
}

export interface Unary {
  readonly kind: "unary";
  readonly operator: UnaryOperator;
  readonly operand: Expression;
  readonly span: Span;
}

export type UnaryOperator = "-" | "+" | "~";

/** Chains lean to the left: `a - b - c` is `(a - b) - c`. */
export interface Binary {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

/** `^` and `**` are both power; they differ in the name of a result column only. */
export type BinaryOperator = "||" | "&" | "|" | "<<" | ">>" | "+" | "-" | "*" | "/" | "//" | "%" | "^" | "**";

export interface Comparison {
  readonly kind: "comparison";
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

/** `==` is written `=` here, and `!=` is `<>`. */
export type ComparisonOperator = "=" | "<>" | "<" | "<=" | ">" | ">=";

/** `and` or `or` over two or more operands; an operand is never of the same kind. */
export interface Conjunction {
  readonly kind: "and" | "or";
  readonly operands: readonly Expression[];
  readonly span: Span;
}

export interface Not {
  readonly kind: "not";
  readonly operand: Expression;
  readonly span: Span;
}

/** `operand is [not] null`, `true`, `false`. */
export interface Is {
  readonly kind: "is";
  readonly operand: Expression;
  readonly test: "null" | "true" | "false";
  readonly negated: boolean;
  readonly span: Span;
}

/** `left is [not] distinct from right`; negated with `not`. */
export interface DistinctFrom {
  readonly kind: "distinct-from";
  readonly left: Expression;
  readonly right: Expression;
  readonly negated: boolean;
  readonly span: Span;
}

/** `operand [not] in (list)`. `in ${hole}` without brackets is a list of that one hole. */
export interface In {
  readonly kind: "in";
  readonly operand: Expression;
  /** At least one. */
  readonly list: readonly Expression[];
  readonly negated: boolean;
  readonly span: Span;
}

export interface Between {
  readonly kind: "between";
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly negated: boolean;
  readonly span: Span;
}

export interface Like {
  readonly kind: "like";
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | undefined;
  /** `ilike`. */
  readonly ignoreCase: boolean;
  readonly negated: boolean;
  readonly span: Span;
}

export interface Case {
  readonly kind: "case";
  /** `case operand when value then ...`; undefined for `case when condition then ...`. */
  readonly operand: Expression | undefined;
  /** At least one. */
  readonly branches: readonly CaseBranch[];
  readonly otherwise: Expression | undefined;
  readonly span: Span;
}

export interface CaseBranch {
  readonly kind: "when";
  readonly when: Expression;
  readonly then: Expression;
  readonly span: Span;
}

/** `cast(x as T)`, `try_cast(x as T)`, `x::T`, and `T 'text'`, which is a cast of a string literal. */
export interface Cast {
  readonly kind: "cast";
  readonly operand: Expression;
  readonly type: TypeName;
  /** `try_cast`: null where the cast fails. */
  readonly try: boolean;
  readonly span: Span;
}

export interface TypeName {
  readonly kind: "type";
  /** In lower case, words parted by one space: `bigint`, `double precision`, `timestamp with time zone`. */
  readonly name: string;
  /** `decimal(10, 2)` has 10 and 2. */
  readonly parameters: readonly number[];
  /** How many `[]` follow: `int[]` has 1. */
  readonly lists: number;
  readonly span: Span;
}

/** `name([distinct] a, b [order by c]) [filter (where d)]`. `extract(part from x)` is a call of `extract` with `'part'` and `x`. */
export interface Call {
  readonly kind: "call";
  readonly name: Identifier;
  readonly distinct: boolean;
  /** `count(*)`; there are no arguments then. */
  readonly star: boolean;
  readonly arguments: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly filter: Expression | undefined;
  readonly span: Span;
}

/** `(expression).name`; a path of bare names is a `ColumnName`. */
export interface Field {
  readonly kind: "field";
  readonly operand: Expression;
  readonly name: Identifier;
  readonly span: Span;
}

/** `operand[index]`. */
export interface Subscript {
  readonly kind: "subscript";
  readonly operand: Expression;
  readonly index: Expression;
  readonly span: Span;
}

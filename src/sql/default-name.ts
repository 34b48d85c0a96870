import { keywords, quoteIdentifier } from "./keywords.ts";
import type {
  Call,
  Case,
  ComparisonOperator,
  Expression,
  IntervalLiteral,
  IntervalUnit,
  Like,
  OrderItem,
  TypeName,
} from "./syntax.ts";

/**
 * The name of a result column that was given none: as in DuckDB, the text of its expression in a fixed form, and for a
 * column its own name as it is written in the query. A hole is `$1`, `$2` and so on.
 *
 * @example
 * defaultName(count); // 'count_star()' for count(*)
 * defaultName(sum); // '(a + (b * 2))' for a+b*2
 */
export function defaultName(expression: Expression): string {
  if (expression.kind === "column") return expression.path[expression.path.length - 1]?.name ?? "";
  return print(expression);
}

function print(node: Expression): string {
  switch (node.kind) {
    case "number":
      return printNumber(node.text, node.integer);
    case "string":
      return printString(node.value);
    case "boolean":
      return node.value ? "CAST('t' AS BOOLEAN)" : "CAST('f' AS BOOLEAN)";
    case "null":
      return "NULL";
    case "interval":
      return printInterval(node);
    case "hole":
      return `$${node.index + 1}`;
    case "column":
      return node.path.map((part) => quoteIdentifier(part.name)).join(".");
    case "unary":
      return node.operator === "-" ? printMinus(node.operand) : `${node.operator}(${print(node.operand)})`;
    case "binary":
      return `(${print(node.left)} ${node.operator} ${print(node.right)})`;
    case "comparison":
      return `(${print(node.left)} ${comparisonText(node.operator)} ${print(node.right)})`;
    case "and":
    case "or":
      return `(${node.operands.map(print).join(` ${node.kind.toUpperCase()} `)})`;
    case "not":
      return printNot(node.operand);
    case "is":
      if (node.test === "null") return `(${print(node.operand)} IS ${node.negated ? "NOT " : ""}NULL)`;
      return `(CAST(${print(node.operand)} AS BOOLEAN) IS ${node.negated ? "" : "NOT "}DISTINCT FROM ${node.test})`;
    case "distinct-from":
      return `(${print(node.left)} IS ${node.negated ? "NOT " : ""}DISTINCT FROM ${print(node.right)})`;
    case "in":
      return `(${print(node.operand)} ${node.negated ? "NOT IN" : "IN"} (${printAll(node.list)}))`;
    case "between": {
      const text = `(${print(node.operand)} BETWEEN ${print(node.low)} AND ${print(node.high)})`;
      return node.negated ? `(NOT ${text})` : text;
    }
    case "like":
      return printLike(node);
    case "case":
      return printCase(node);
    case "cast":
      return `${node.try ? "TRY_CAST" : "CAST"}(${print(node.operand)} AS ${printType(node.type)})`;
    case "call":
      return printCall(node);
    case "field":
      return `(${print(node.operand)}).${quoteIdentifier(node.name.name)}`;
    case "subscript":
      return `${print(node.operand)}[${print(node.index)}]`;
  }
}

function printAll(nodes: readonly Expression[]): string {
  return nodes.map(print).join(", ");
}

function printString(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

const DECIMAL_DIGITS_MAX = 38; // of DuckDB's DECIMAL
const INTEGER_MAX = 2n ** 128n - 1n; // of DuckDB's UHUGEINT

/** Numbers keep their digits, without leading zeros; those with exponent or too long to be exact are doubles. */
function printNumber(text: string, integer: boolean): string {
  if (integer) {
    const digits = text.replace(/^0+(?=\d)/, "");
    const isExact = digits.length <= DECIMAL_DIGITS_MAX || (digits.length < 40 && BigInt(digits) <= INTEGER_MAX);
    return isExact ? digits : printDouble(Number(text));
  }
  if (/e/i.test(text) || text.replace(".", "").length > DECIMAL_DIGITS_MAX) return printDouble(Number(text));
  return text.replace(/^0+(?=\d)/, "").replace(/\.$/, "");
}

const EXPONENT_FROM = 16; // powers of ten from which on a double is shown with an exponent
const EXPONENT_BELOW = -4;

/** The shortest digits that give the double back, as `1500.0`, `1e-05` or `1e+20`. */
function printDouble(value: number): string {
  const [digits = "0", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (value !== 0 && (exponent < EXPONENT_BELOW || exponent >= EXPONENT_FROM)) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${digits}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  const plain = String(value);
  return plain.includes(".") ? plain : `${plain}.0`;
}

/** A minus before a number becomes a part of it, and two minuses cancel out. */
function printMinus(operand: Expression): string {
  const text = print(operand);
  if (!isNumber(operand)) return `-(${text})`;
  if (text.startsWith("-")) return text.slice(1);
  return Number(text) === 0 ? text : `-${text}`;
}

function isNumber(node: Expression): boolean {
  return node.kind === "number" || (node.kind === "unary" && node.operator === "-" && isNumber(node.operand));
}

const opposites: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  "=": "<>",
  "<>": "=",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
};

function comparisonText(operator: ComparisonOperator): string {
  return operator === "<>" ? "!=" : operator;
}

/** `not` before a comparison, `is true`, `is distinct from` or `in` turns it into the opposite one. */
function printNot(operand: Expression): string {
  const opposite = oppositeOf(operand);
  return opposite === undefined ? `(NOT ${print(operand)})` : print(opposite);
}

function oppositeOf(node: Expression): Expression | undefined {
  if (node.kind === "comparison") return { ...node, operator: opposites[node.operator] };
  if (node.kind === "distinct-from") return { ...node, negated: !node.negated };
  if (node.kind === "is" && node.test !== "null") return { ...node, negated: !node.negated };
  if (node.kind === "in" && !node.negated) return { ...node, negated: true };
  if (node.kind !== "not") return undefined;
  const inner = oppositeOf(node.operand);
  return inner === undefined ? undefined : oppositeOf(inner);
}

function printLike({ operand, pattern, escape, ignoreCase, negated }: Like): string {
  if (escape === undefined) {
    return `(${print(operand)} ${negated ? "!" : ""}~~${ignoreCase ? "*" : ""} ${print(pattern)})`;
  }
  return `main.${negated ? "not_" : ""}${ignoreCase ? "ilike" : "like"}_escape(${printAll([operand, pattern, escape])})`;
}

/** `case x when 1 ...` is shown as `CASE  WHEN ((x = 1)) ...`, with the two blanks that DuckDB has there. */
function printCase({ operand, branches, otherwise }: Case): string {
  const shown = branches.map(({ when, then }) => {
    const condition = operand === undefined ? print(when) : `(${print(operand)} = ${print(when)})`;
    return ` WHEN (${condition}) THEN (${print(then)})`;
  });
  return `CASE ${shown.join("")} ELSE ${otherwise === undefined ? "NULL" : print(otherwise)} END`;
}

function printCall(node: Call): string {
  return callText(node) + (node.filter === undefined ? "" : ` FILTER (WHERE ${print(node.filter)})`);
}

function callText({ name, distinct, star, arguments: args, orderBy }: Call): string {
  const lower = name.name.toLowerCase();
  const [first, second, third] = args;
  if (lower === "count" && args.length === 0) return "count_star()";
  if (!name.quoted) {
    if (lower === "extract") return `main.date_part(${printAll(args)})`;
    if (lower === "coalesce" || lower === "ifnull") return `COALESCE(${printAll(args)})`;
    if (lower === "if" && first !== undefined && second !== undefined && third !== undefined) {
      return `CASE  WHEN (${print(first)}) THEN (${print(second)}) ELSE ${print(third)} END`;
    }
  }
  const order = orderBy.length === 0 ? "" : ` ORDER BY ${orderBy.map(printOrderItem).join(", ")}`;
  const prefix = ["substring", "trim", "position", "overlay"].includes(lower) && !name.quoted ? "main." : "";
  return `${prefix}${quoteIdentifier(lower)}(${distinct ? "DISTINCT " : ""}${star ? "" : printAll(args)}${order})`;
}

function printOrderItem({ expression, direction, nulls }: OrderItem): string {
  return `${print(expression)}${direction === undefined ? "" : ` ${direction.toUpperCase()}`}${
    nulls === undefined ? "" : ` NULLS ${nulls.toUpperCase()}`
  }`;
}

const unitFunctions: Readonly<Record<IntervalUnit, readonly [name: string, type: "DOUBLE" | "BIGINT" | "INTEGER"]>> = {
  microsecond: ["to_microseconds", "BIGINT"],
  millisecond: ["to_milliseconds", "DOUBLE"],
  second: ["to_seconds", "DOUBLE"],
  minute: ["to_minutes", "BIGINT"],
  hour: ["to_hours", "BIGINT"],
  day: ["to_days", "INTEGER"],
  week: ["to_weeks", "INTEGER"],
  month: ["to_months", "INTEGER"],
  quarter: ["to_quarters", "INTEGER"],
  year: ["to_years", "INTEGER"],
  decade: ["to_decades", "INTEGER"],
  century: ["to_centuries", "INTEGER"],
  millennium: ["to_millennia", "INTEGER"],
};

function printInterval({ amount, unit }: IntervalLiteral): string {
  if (unit === undefined) return `CAST(${print(amount)} AS INTERVAL)`;
  const [name, type] = unitFunctions[unit];
  const double = `CAST(${print(amount)} AS DOUBLE)`;
  return type === "DOUBLE" ? `${name}(${double})` : `${name}(CAST(trunc(${double}) AS ${type}))`;
}

/** Other names of types; those of the left column are shown by the right one. */
const typeAliases: ReadonlyMap<string, string> = new Map(
  Object.entries({
    INTEGER: "int int4 int32 integer signed",
    SMALLINT: "smallint int2 int16 short",
    BIGINT: "bigint int8 int64 long oid",
    TINYINT: "tinyint int1",
    HUGEINT: "hugeint int128",
    UTINYINT: "utinyint uint8",
    USMALLINT: "usmallint uint16",
    UINTEGER: "uinteger uint32",
    UBIGINT: "ubigint uint64",
    UHUGEINT: "uhugeint uint128",
    FLOAT: "float real float4",
    DOUBLE: "double float8",
    DECIMAL: "decimal numeric dec",
    BOOLEAN: "boolean bool logical",
    VARCHAR: "varchar text string char bpchar character nvarchar",
    BLOB: "blob bytea varbinary binary",
    UUID: "uuid guid",
    TIME: "time",
    DATE: "date",
    TIMESTAMP: "timestamp datetime timestamp_us",
    TIMESTAMP_S: "timestamp_s",
    TIMESTAMP_MS: "timestamp_ms",
    TIMESTAMP_NS: "timestamp_ns",
    INTERVAL: "interval",
  }).flatMap(([shown, names]) => names.split(" ").map((name): [string, string] => [name, shown])),
);

const spacedAliases: ReadonlyMap<string, string> = new Map([
  ["double precision", "DOUBLE"],
  ["char varying", "VARCHAR"],
  ["character varying", "VARCHAR"],
  ["timestamptz", "TIMESTAMP WITH TIME ZONE"],
  ["timestamp with time zone", "TIMESTAMP WITH TIME ZONE"],
  ["timetz", "TIME WITH TIME ZONE"],
  ["time with time zone", "TIME WITH TIME ZONE"],
]);

/** DuckDB shows the types that are keywords of its grammar plain and all others in quotes. */
function printType({ name, parameters, lists }: TypeName): string {
  const shown = typeAliases.get(name) ?? spacedAliases.get(name) ?? name;
  const quoted = keywords.get(shown.toLowerCase()) === "column" ? shown : `"${shown}"`;
  const list = parameters.length === 0 || shown === "FLOAT" ? impliedParameters(name) : `(${parameters.join(", ")})`;
  return quoted + list + "[]".repeat(lists);
}

/** `char` alone is `char(1)`. */
function impliedParameters(name: string): string {
  return name === "char" || name === "character" ? "(1)" : "";
}

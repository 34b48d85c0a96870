import fc from "fast-check";
import type { Batch } from "../../src/column/batch.ts";
import { columnBuilder } from "../../src/column/builder.ts";
import { createDictionary } from "../../src/column/dictionary.ts";
import type { DataFrame } from "../../src/frame/data-frame.ts";
import { frameOfBatches } from "../../src/frame/data-frame.ts";
import type { DataType, Schema } from "../../src/types/data-type.ts";

/** The types that the generated SQL knows. `int32` and `int` are one family; `tame` floats can be summed in any order. */
type Family = "bool" | "int32" | "int" | "float" | "text" | "time";

interface GeneratedColumn {
  readonly name: string;
  readonly family: Family;
  /** Floats that are small multiples of 1/4, or NaN and infinities: any order of summing gives the same. */
  readonly tame: boolean;
}

export interface GeneratedCase {
  readonly frame: DataFrame;
  readonly sql: string;
  /** The select list is repeated behind order by, so that rows come in one order only. */
  readonly ordered: boolean;
  /** Positions of columns that hold float sums or means, which may differ in the last digits. */
  readonly inexact: ReadonlySet<number>;
  /** No grouping, distinct or order, which all take -0 for 0 in DuckDB: the sign of a zero is compared too. */
  readonly signedZeros: boolean;
  /** What fast-check prints of a failing case. */
  readonly [fc.toStringMethod]: () => string;
}

type Draw = fc.GeneratorValue;

const NAMES = ["a", "B", "user id", "größe", "select", "x1", 'y"q', "t", "Z_9"];
const TEXTS = [
  "",
  "a",
  "b",
  "ab",
  "A",
  "ä",
  "Ä",
  "ß",
  "日本",
  "🙂",
  "%",
  "_",
  "a_b",
  "1",
  "-2.5",
  "true",
  " 7 ",
  "zz'z",
  "\u0000x",
  "e\u0301",
];
const WILD_FLOATS = [
  0,
  -0,
  1,
  -1,
  0.5,
  2.5,
  -3.5,
  1e300,
  -1e300,
  5e-324,
  1e16,
  123456.789,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2 ** 53,
];
const TAME_FLOATS = [
  0,
  1,
  -1,
  0.25,
  -2.5,
  1024,
  -77.75,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const INT32S = [0, 1, -1, 2, 3, 7, -10, 100, 46_341, 2 ** 31 - 1, -(2 ** 31)];
const INTS = [
  0n,
  1n,
  -1n,
  5n,
  -7n,
  1000n,
  2n ** 31n,
  2n ** 53n - 1n,
  2n ** 53n,
  -(2n ** 53n),
  2n ** 62n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const TIMES = [
  "1970-01-01",
  "2026-01-01 12:00:00",
  "2026-01-01 12:00:00.000001",
  "1969-12-31 23:59:59.999999",
  "0001-01-01",
  "9999-12-31 23:59:59",
];

const pick = <T>(g: Draw, values: readonly T[]): T => values[g(fc.nat, { max: values.length - 1 })]!;

function valueOf(g: Draw, { family, tame }: GeneratedColumn): unknown {
  const rare = g(fc.nat, { max: 9 }) === 0;
  switch (family) {
    case "bool":
      return g(fc.boolean);
    case "int32":
      return pick(g, rare ? INT32S : INT32S.slice(0, 8));
    case "int":
      return pick(g, rare ? INTS : INTS.slice(0, 6));
    case "float":
      if (tame) return pick(g, rare ? TAME_FLOATS : TAME_FLOATS.slice(0, 7));
      return pick(g, WILD_FLOATS);
    case "text":
      return pick(g, TEXTS);
    case "time":
      return pick(g, TIMES);
  }
}

const TYPES: Record<Family, DataType> = {
  bool: { kind: "bool" },
  int32: { kind: "int32" },
  int: { kind: "int" },
  float: { kind: "float" },
  text: { kind: "utf8" },
  time: { kind: "timestamp" },
};

function drawFrame(g: Draw, columns: readonly GeneratedColumn[]): DataFrame {
  const schema: Schema = {
    fields: columns.map(({ name, family }, c) => {
      const wide = family === "int" && c % 2 === 1;
      return { name, type: wide ? { kind: "bigint" } : TYPES[family], nullable: g(fc.boolean) };
    }),
  };
  const dictionaries = columns.map(({ family }) =>
    family === "text" && g(fc.boolean) ? createDictionary() : undefined,
  );
  const sizes = g(fc.array<number>, fc.nat({ max: 6 }), { maxLength: 4 });
  const batches: Batch[] = sizes.map((length) => ({
    length,
    columns: columns.map((column, c) => {
      const { type, nullable } = schema.fields[c]!;
      const builder = columnBuilder(type, dictionaries[c]);
      for (let i = 0; i < length; i++) {
        if (nullable && g(fc.nat, { max: 3 }) === 0) builder.appendNull();
        else builder.append(valueOf(g, column));
      }
      return builder.finish();
    }),
  }));
  return frameOfBatches(schema, batches);
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literalText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Writes well-typed SQL expressions; `aggregates` says whether aggregates may stand in it, `keys` what may stand bare. */
class Writer {
  private readonly g: Draw;
  private readonly columns: readonly GeneratedColumn[];

  constructor(g: Draw, columns: readonly GeneratedColumn[]) {
    this.g = g;
    this.columns = columns;
  }

  pick<T>(...values: T[]): T {
    return values[this.g(fc.nat, { max: values.length - 1 })]!;
  }

  family(): Family {
    return this.pick<Family>("bool", "int32", "int", "float", "text", "time");
  }

  expression(family: Family, depth: number): string {
    const own = this.columns.filter((column) => column.family === family);
    if (own.length > 0 && this.g(fc.nat, { max: depth > 0 ? 2 : 5 }) > 0 && (depth <= 0 || this.g(fc.boolean))) {
      return quoted(this.pick(...own).name);
    }
    return depth <= 0 ? this.literal(family) : this.compound(family, depth - 1);
  }

  literal(family: Family): string {
    if (this.g(fc.nat, { max: 11 }) === 0) return `cast(null as ${this.typeName(family)})`;
    switch (family) {
      case "bool":
        return this.pick("true", "false");
      case "int32":
        return this.pick("0", "1", "-1", "2", "7", "46341", "2147483647");
      case "int":
        return this.pick("3000000000", "-3000000000", "9007199254740993", "cast(2 as bigint)", "cast(0 as bigint)");
      case "float":
        return this.pick("0e0", "1e0", "-2.5e0", "1e300", "0.25e0", "cast('nan' as double)", "cast('-inf' as double)");
      case "text":
        return literalText(this.pick(...TEXTS.filter((text) => !text.includes("\u0000"))));
      case "time":
        return `timestamp '${this.pick(...TIMES)}'`;
    }
  }

  typeName(family: Family): string {
    return { bool: "boolean", int32: "integer", int: "bigint", float: "double", text: "varchar", time: "timestamp" }[
      family
    ];
  }

  private compound(family: Family, depth: number): string {
    const sub = (f: Family): string => this.expression(f, depth);
    const shared = this.g(fc.nat, { max: 6 });
    if (shared === 0) {
      const otherwise = this.pick("", ` else ${sub(family)}`);
      return `case when ${sub("bool")} then ${sub(family)} when ${sub("bool")} then ${sub(family)}${otherwise} end`;
    }
    if (shared === 1) return `coalesce(${sub(family)}, ${sub(family)})`;
    if (shared === 2) {
      const f = this.pick<Family>("int32", "text");
      return `case ${sub(f)} when ${sub(f)} then ${sub(family)} else ${sub(family)} end`;
    }
    switch (family) {
      case "bool":
        return this.condition(depth);
      case "int32":
        return this.pick(
          () => `(${sub("int32")} ${this.pick("+", "-", "*", "//", "%")} ${sub("int32")})`,
          () => `(- ${sub("int32")})`,
          () => `cast(${sub("bool")} as integer)`,
          () => `try_cast(${sub(this.pick("text", "float", "int"))} as integer)`,
        )();
      case "int":
        return this.pick(
          () => `(${sub("int")} ${this.pick("+", "-", "*", "//", "%")} ${sub(this.pick("int", "int32"))})`,
          () => `(${sub("int32")})::bigint`,
          () => `try_cast(${sub(this.pick("text", "float"))} as bigint)`,
        )();
      case "float":
        return this.pick(
          () => `(${sub("float")} ${this.pick("+", "-", "*", "/")} ${sub(this.pick("float", "int32"))})`,
          () => `(${sub("int32")} / ${sub(this.pick("int32", "int"))})`,
          () => `(- ${sub("float")})`,
          () => `cast(${sub(this.pick("int", "int32", "bool"))} as double)`,
          () => `try_cast(${sub("text")} as double)`,
        )();
      case "text":
        // The sign of a negated NaN can be seen in DuckDB's text.
        if (this.pick(false, false, false, true)) return `cast(${this.expression("float", 0)} as varchar)`;
        return `cast(${sub(this.pick("bool", "int32", "int", "time", "text"))} as varchar)`;
      case "time":
        return `try_cast(${this.expression("text", 0)} as timestamp)`; // no text of a float: DuckDB has infinite times
    }
  }

  condition(depth: number): string {
    const sub = (f: Family): string => this.expression(f, depth);
    const f = this.family();
    return this.pick(
      () => `(${sub(f)} ${this.pick("=", "<>", "<", "<=", ">", ">=", "!=", "==")} ${sub(f)})`,
      () => `(${sub(this.pick("int32", "int"))} ${this.pick("=", "<", ">=")} ${sub(this.pick("float", "int"))})`,
      () => `(${sub("bool")} ${this.pick("=", "<>", ">")} ${this.pick("0", "1", "2")})`,
      () => `(${sub("bool")} ${this.pick("and", "or")} ${sub("bool")})`,
      () => `(not ${sub("bool")})`,
      () => `(${sub(f)} is ${this.pick("", "not ")}null)`,
      () => `(${sub("bool")} is ${this.pick("", "not ")}${this.pick("true", "false")})`,
      () => `(${sub(f)} is ${this.pick("", "not ")}distinct from ${sub(f)})`,
      () => `(${sub(f)} ${this.pick("", "not ")}in (${sub(f)}, ${sub(f)}, ${this.literal(f)}))`,
      () => `(${sub(f)} ${this.pick("", "not ")}between ${sub(f)} and ${sub(f)})`,
      () =>
        `(${sub("text")} ${this.pick("", "not ")}${this.pick("like", "ilike")} ${literalText(this.pick("%", "_", "a%", "%B", "_b", "%ä%", "", "a_b", "__", "%🙂"))})`,
      () => `(${sub("time")} ${this.pick("<", ">=", "=")} '${this.pick(...TIMES)}')`,
      () => `try_cast(${sub("text")} as boolean)`,
    )();
  }

  /** An aggregate whose result is exact. */
  exactAggregate(): { readonly text: string; readonly family: Family } {
    const family = this.family();
    const arg = this.expression(family, 1);
    const filter = this.g(fc.nat, { max: 3 }) === 0 ? ` filter (where ${this.condition(1)})` : "";
    const distinct = this.pick("", "", "distinct ");
    return this.pick<() => { text: string; family: Family }>(
      () => ({ text: `count(*)${filter}`, family: "int" }),
      () => ({ text: `count(${distinct}${arg})${filter}`, family: "int" }),
      () => ({ text: `min(${distinct}${arg})${filter}`, family }),
      () => ({ text: `max(${distinct}${arg})${filter}`, family }),
      () => ({ text: `sum(${distinct}${this.expression("int32", 1)})${filter}`, family: "int" }),
      () => ({ text: `sum(${distinct}${this.expression("int", 1)})${filter}`, family: "int" }),
      () => ({ text: `sum(${this.expression("bool", 1)})${filter}`, family: "int" }),
    )();
  }

  /** A mean, or a sum of floats; both are rounded. */
  inexactAggregate(): string {
    const floats = this.columns.filter(({ family, tame }) => family === "float" && tame);
    const filter = this.g(fc.nat, { max: 3 }) === 0 ? ` filter (where ${this.condition(1)})` : "";
    const distinct = this.pick("", "distinct ");
    if (floats.length === 0) return `${this.pick("avg", "mean")}(${distinct}${this.expression("int32", 1)})${filter}`;
    return `${this.pick("avg", "mean", "sum")}(${distinct}${quoted(this.pick(...floats).name)})${filter}`;
  }
}

const ordering = (writer: Writer): string =>
  `${writer.pick("", " asc", " desc")}${writer.pick("", " nulls first", " nulls last")}`;

function drawCase(g: Draw): GeneratedCase {
  const families: Family[] = ["bool", "int32", "int", "float", "text", "time", "float", "int", "text"];
  const shift = g(fc.nat, { max: 8 });
  const width = 1 + g(fc.nat, { max: 6 });
  const columns = NAMES.slice(0, width).map((name, c): GeneratedColumn => {
    const position = (c + shift) % families.length;
    return { name, family: families[position]!, tame: position === 6 };
  });
  const frame = drawFrame(g, columns);
  const outer = new Writer(g, columns);
  const from = outer.pick(
    "t1",
    "t1",
    "t1 as s",
    `(select * from t1${outer.pick("", ` where ${outer.condition(1)}`)}) as s`,
  );
  const where = outer.pick("", ` where ${outer.condition(2)}`);
  const grouped = outer.pick(false, true);
  const query = grouped ? drawGrouped(g, outer, from, where) : drawPlain(g, outer, columns, from, where);
  return { frame, ...query, [fc.toStringMethod]: () => `${query.sql}\n${frame.show()}` };
}

type Query = Pick<GeneratedCase, "sql" | "ordered" | "inexact" | "signedZeros">;

function drawPlain(g: Draw, writer: Writer, columns: readonly GeneratedColumn[], from: string, where: string): Query {
  const star = g(fc.nat, { max: 5 }) === 0;
  const count = 1 + g(fc.nat, { max: 2 });
  const items = star
    ? columns.map(({ name }) => quoted(name))
    : Array.from({ length: count }, (_, i) => `${writer.expression(writer.family(), 2)} as c${i}`);
  const distinct = writer.pick("", "", "distinct ");
  const list = star ? "*" : items.join(", ");
  const ordered = g(fc.boolean);
  const names = star ? items : items.map((_, i) => `c${i}`);
  const order = ordered ? orderBy(writer, names, distinct === "") : "";
  return {
    sql: `select ${distinct}${list} from ${from}${where}${order}`,
    ordered,
    inexact: new Set(),
    signedZeros: distinct === "" && !ordered,
  };
}

/** What DuckDB takes for an ordinal, or refuses as a key. */
const CONSTANT = /^\(?('|[- ]*\d|timestamp|true|false)/;

/** All of the select list, in any spelling, so that equal keys mean equal rows; limit and offset then have one answer. */
function orderBy(writer: Writer, names: readonly string[], more: boolean): string {
  const limit = writer.pick(
    "",
    ` limit ${writer.pick(0, 1, 3)}`,
    ` limit 2 offset ${writer.pick(0, 1, 5)}`,
    " offset 1",
  );
  if (writer.pick(true, false)) return ` order by all${ordering(writer)}${limit}`;
  const another = writer.expression(writer.family(), 1);
  const first = more && !CONSTANT.test(another) ? [`${another}${ordering(writer)}`] : [];
  const rest = names.map((name, i) => `${writer.pick(name, String(i + 1))}${ordering(writer)}`);
  return ` order by ${[...first, ...rest].join(", ")}${limit}`;
}

function drawGrouped(g: Draw, writer: Writer, from: string, where: string): Query {
  const keys = Array.from({ length: g(fc.nat, { max: 2 }) }, () => writer.expression(writer.family(), 1));
  const inexact = new Set<number>();
  const aggregates = Array.from({ length: 1 + g(fc.nat, { max: 2 }) }, (_, i) => {
    if (g(fc.nat, { max: 3 }) === 0) {
      inexact.add(keys.length + i);
      return writer.inexactAggregate();
    }
    const { text, family } = writer.exactAggregate();
    return writer.pick(text, text, `coalesce(${text}, ${writer.literal(family)})`, `(${text} is null)`);
  });
  const items = [...keys.map((key, k) => `${key} as k${k}`), ...aggregates.map((text, i) => `${text} as v${i}`)];
  const by = writer.pick(
    () => keys.map((_, k) => k + 1).join(", "),
    () => keys.map((_, k) => `k${k}`).join(", "),
    () => keys.map((key, k) => (CONSTANT.test(key) ? `k${k}` : key)).join(", "),
    // DuckDB leaves constants out of the keys of "all", which shows where there are no rows; here they are keys.
    () => (keys.every((key) => key.includes('"')) ? "all" : keys.map((_, k) => k + 1).join(", ")),
  )();
  const groupBy = keys.length === 0 ? writer.pick("", " group by all") : ` group by ${by}`;
  const { text } = writer.exactAggregate();
  const having = writer.pick("", "", ` having ${text} is not null`, " having count(*) > 1");
  const ordered = inexact.size === 0 && g(fc.boolean);
  const names = [...keys.map((_, k) => `k${k}`), ...aggregates.map((_, i) => `v${i}`)];
  const order = ordered ? orderBy(writer, names, false) : "";
  return {
    sql: `select ${items.join(", ")} from ${from}${where}${groupBy}${having}${order}`,
    ordered,
    inexact,
    signedZeros: false,
  };
}

/** A random table and a random, well-typed query over it. */
export const queryCases: fc.Arbitrary<GeneratedCase> = fc.gen().map(drawCase);

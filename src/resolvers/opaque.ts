import { numRows, type Table } from "../column/batch.ts";
import { columnOf } from "../column/builder.ts";
import { rawAt } from "../column/value.ts";
import { TidemarkError } from "../errors.ts";
import { run } from "../exec/run.ts";
import { tablesOf } from "../exec/scan.ts";
import type { Bound } from "../expr/bound.ts";
import { isExpression } from "../expr/expression.ts";
import type { Expr } from "../expr/nodes.ts";
import { isFeatureValues } from "../features/features.ts";
import { DataFrame, isDataFrame } from "../frame/data-frame.ts";
import { cast } from "../kernels/cast.ts";
import type { Literal } from "../kernels/constant.ts";
import { scan } from "../plan/build.ts";
import type { FrameKeys } from "../plan/keyed.ts";
import { fieldIndex } from "../types/schema.ts";
import type { Schema } from "../types/data-type.ts";
import type { FrameProgram } from "../window/program.ts";
import { type CompileContext, resultSchema } from "./compile.ts";
import { checkSynchronous, checkType, matchColumn, matchColumns } from "./output.ts";
import { checkSet, EVENTS, planOfResult } from "./trace.ts";

/** Runs the resolver's function on the real frame of each window (and key). */
export function opaqueProgram(
  fn: (events: DataFrame<never>) => unknown,
  schema: Schema,
  keyColumns: readonly string[],
  keys: FrameKeys,
  context: CompileContext,
): FrameProgram {
  const result = resultSchema(context.wanted);
  const primary = context.wanted[0]!.name;
  const bound = keyColumns.map((name): Bound => {
    const index = fieldIndex(schema, name);
    return { kind: "column", index, ...schema.fields[index]! };
  });
  return {
    kind: "frame",
    keys: bound,
    schema: result,
    entityKey: keyColumns.length === 1 && context.keyFields.get(keyColumns[0]!) === primary ? 0 : -1,
    run: (rows) => {
      const frameKeys: FrameKeys = { ...keys, constants: constantsOf(rows, schema, keyColumns) };
      const tables = new Map([[EVENTS, rows]]);
      const events = new DataFrame<never>(scan(EVENTS, schema), { tables, keys: frameKeys });
      const given = fn(events);
      checkSynchronous(context.resolver, given);
      const made = resultTable(given, events, frameKeys, context, result);
      checkEntity(made, keyValue(primary, frameKeys, context), context);
      return made;
    },
  };
}

/** Where the key of a frame is the primary key, the result can be about no other entity. */
function checkEntity({ batches }: Table, key: Literal | undefined, { resolver }: CompileContext): void {
  if (key === undefined || key === null) return;
  for (const { columns, length } of batches) {
    for (let i = 0; i < length; i++) {
      const entity = columns[0] === undefined ? null : rawAt(columns[0], i);
      if (entity === null || String(entity) === String(key)) continue;
      throw new TidemarkError(
        "resolver.output",
        `resolver "${resolver}" gave a result for ${String(entity)} in the frame of ${String(key)}`,
        { hint: "leave the primary key out of the result: keys give it" },
      );
    }
  }
}

/** The key of a frame as literals: its first row has it. */
function constantsOf(rows: Table, schema: Schema, keyColumns: readonly string[]): Map<string, Expr> {
  const batch = rows.batches.find(({ length }) => length > 0);
  return new Map(
    keyColumns.map((name) => {
      const index = fieldIndex(schema, name);
      const value = batch === undefined ? null : (rawAt(batch.columns[index]!, 0) as Literal);
      return [name, { kind: "literal", value, type: schema.fields[index]!.type }];
    }),
  );
}

function resultTable(
  result: unknown,
  events: DataFrame<never>,
  keys: FrameKeys,
  context: CompileContext,
  schema: Schema,
): Table {
  if (isDataFrame(result) || (isFeatureValues(result) && Object.values(result.values).some(isExpression))) {
    const { plan, tables } = planOfResult(result, events, keys, context.wanted[0]);
    const all = new Map([...events.context.tables, ...tables]);
    return tableOfFrame(run(plan, tablesOf(all)), keys, context, schema);
  }
  return tableOfValues(Array.isArray(result) ? result : [result], keys, context, schema);
}

/** The value of a feature that the frame's key gives. */
function keyValue(feature: string, keys: FrameKeys, { keyFields }: CompileContext): Literal | undefined {
  for (const [field, name] of keyFields) {
    const constant = name === feature ? keys.constants.get(field) : undefined;
    if (constant?.kind === "literal") return constant.value;
  }
  return undefined;
}

function tableOfFrame(table: Table, keys: FrameKeys, context: CompileContext, schema: Schema): Table {
  const { fields } = table.schema;
  const positions = matchColumns(context.resolver, fields, context.wanted, new Set(context.keyFields.values()));
  const batches = table.batches.map((batch) => ({
    length: batch.length,
    columns: context.wanted.map((feature, w) => {
      const field = fields[positions[w] ?? -1];
      if (field === undefined) {
        const value = keyValue(feature.name, keys, context);
        return columnOf(
          feature.type,
          Array.from({ length: batch.length }, () => value),
        );
      }
      checkType(context.resolver, field.type, feature);
      return cast(batch.columns[positions[w]!]!, field.type, feature.type);
    }),
  }));
  return { schema, batches };
}

function tableOfValues(results: readonly unknown[], keys: FrameKeys, context: CompileContext, schema: Schema): Table {
  const rows = results.map((result) => {
    if (isFeatureValues(result)) {
      checkSet(result, context.wanted[0]);
      return result.values;
    }
    throw new TidemarkError(
      "resolver.output",
      `resolver "${context.resolver}" gave back neither feature values nor a frame`,
      {
        hint: "return User({ ... }), a list of these, a DataFrame, or sql`...`",
      },
    );
  });
  const columns = context.wanted.map((feature) => {
    const values = rows.map((row) => valueOf(row, feature.name, keys, context));
    try {
      return columnOf(feature.type, values);
    } catch (error) {
      if (!(error instanceof TidemarkError)) throw error;
      throw new TidemarkError(
        "resolver.output",
        `resolver "${context.resolver}", "${feature.name}": ${error.summary}`,
        { hint: error.hint },
      );
    }
  });
  for (const row of rows)
    for (const name of Object.keys(row))
      if (matchColumn(name, context.wanted) === undefined) throw undeclared(context.resolver, name);
  const table: Table = { schema, batches: [{ length: rows.length, columns }] };
  return numRows(table) === 0 ? { schema, batches: [] } : table;
}

/** A value of a result, or the one that the frame's key gives. */
function valueOf(
  row: Readonly<Record<string, unknown>>,
  name: string,
  keys: FrameKeys,
  context: CompileContext,
): unknown {
  const value = (Object.hasOwn(row, name) ? row[name] : undefined) ?? keyValue(name, keys, context);
  if (value !== undefined) return value;
  if (Object.hasOwn(row, name) && row[name] === null) return null;
  throw new TidemarkError("resolver.output", `resolver "${context.resolver}" gave no value for "${name}"`, {
    hint: "return it, or null where there is none",
  });
}

const undeclared = (resolver: string, name: string): TidemarkError =>
  new TidemarkError("resolver.output", `resolver "${resolver}": "${name}" is not among its outputs`, {
    hint: "add the feature to output, or leave it out of the result",
  });

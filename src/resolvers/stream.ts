import { suggest, TidemarkError } from "../errors.ts";
import type { AnyFeature } from "../features/feature.ts";
import type { DataFrame } from "../frame/data-frame.ts";
import { explain } from "../plan/explain.ts";
import type { FrameKeys } from "../plan/keyed.ts";
import { type Aggregate, type Plan, planSchema } from "../plan/nodes.ts";
import type { Message } from "../sources/message.ts";
import { isSource, type Source } from "../sources/source.ts";
import type { Schema } from "../types/data-type.ts";
import { type Duration, durationUs } from "../types/duration.ts";
import { optionProblem } from "../types/options.ts";
import { fieldNames } from "../types/schema.ts";
import type { Expr } from "../expr/nodes.ts";
import { snakeCase } from "../features/feature.ts";
import type { WindowProgram } from "../window/program.ts";
import { type CompileContext, compileIncremental } from "./compile.ts";
import { opaqueProgram } from "./opaque.ts";
import { checkSynchronous, checkType, matchColumns, outputModel, type OutputModel } from "./output.ts";
import { type Dedup, type Mapping, markResolver, type Resolver, type Windowed } from "./resolver.ts";
import { type Trace, trace } from "./trace.ts";
import type { KeyMap, ModeOf, ResolverInput, ResolverResult } from "./types.ts";

/** No key is named. */
type NoKeys = Readonly<Record<string, never>>;

interface CommonOptions<Output extends readonly AnyFeature[], Keys> {
  readonly name: string;
  /** The features that it makes; the primary key among them or in `keys`. */
  readonly output: Output;
  /** `"tumbling"` (the default) emits when a window closes; `"continuous"` answers exactly at any time when asked. */
  readonly mode?: ModeOf<Output>;
  /** Message fields that part the messages, and the features that they give. */
  readonly keys?: Keys;
}

export interface StreamOptions<Row, Output extends readonly AnyFeature[], Keys> extends CommonOptions<Output, Keys> {
  readonly source: Source<Row, unknown>;
  /** Drops messages whose field repeats an earlier value within a time; the first wins. */
  readonly dedup?: { readonly on: keyof Row & string; readonly within: Duration };
}

export interface ParsedStreamOptions<SourceRow, Row, Input, Output extends readonly AnyFeature[], Keys>
  extends CommonOptions<Output, Keys> {
  readonly source: Source<SourceRow, unknown>;
  /** The shape of what `parse` gives. */
  readonly message: Message<Row, Input>;
  /** Picks, reshapes or re-keys a message; null skips it. */
  readonly parse: (message: SourceRow) => NoInfer<Input> | null;
  readonly dedup?: { readonly on: keyof Row & string; readonly within: Duration };
}

/**
 * Defines a resolver: how features are made of a stream's messages. It is windowed if an output is windowed; its
 * function then gets a frame of messages, is called once here with a frame without rows, and becomes a plan if it only
 * builds expressions or SQL. Names, types and keys are checked now, before any message is read.
 *
 * @throws resolver.*, sql.*, schema.*
 * @example
 * const failedLogins = stream(
 *   { name: "failed_logins", source: logins, output: [User.id, User.numFailedLogins] },
 *   (events) => User({ id: events.col("user_id").max(), numFailedLogins: events.col("failed").sum() }),
 * );
 */
export function stream<
  SourceRow,
  Row,
  Input,
  const Output extends readonly AnyFeature[],
  const Keys extends KeyMap<Row, Output> = NoKeys,
>(
  options: ParsedStreamOptions<SourceRow, Row, Input, Output, Keys>,
  fn: (input: ResolverInput<Row, Output>) => ResolverResult<Output, Keys>,
): Resolver;
export function stream<
  Row,
  const Output extends readonly AnyFeature[],
  const Keys extends KeyMap<Row, Output> = NoKeys,
>(
  options: StreamOptions<Row, Output, Keys> & { readonly parse?: (message: Row) => Row | null },
  fn: (input: ResolverInput<Row, Output>) => ResolverResult<Output, Keys>,
): Resolver;
export function stream(options: AnyOptions, fn: (input: never) => unknown): Resolver {
  const problem = optionProblem(options, OPTIONS, PLANNED_OPTIONS);
  if (problem !== undefined)
    throw new TidemarkError("resolver.invalid", `${resolverCalled(options)}: ${problem.summary}`, problem);
  const { name, source, output, keys = {} } = options;
  const invalid = (summary: string, hint?: string): TidemarkError =>
    new TidemarkError("resolver.invalid", `resolver "${name}": ${summary}`, { hint });
  if (typeof name !== "string" || name === "") throw new TidemarkError("resolver.invalid", "a resolver needs a name");
  if (!isSource(source)) throw invalid("no source", 'give one: source: source("logins", login)');
  if (typeof fn !== "function")
    throw invalid("no function", "the second argument makes the features of a message or a window");
  const model = outputModel(name, output);
  const schema = (options.message ?? source.message).schema;
  const keyFields = keyFieldsOf(name, keys, schema, model);
  const dedup = options.dedup && dedupOf(name, options.dedup, schema);
  if (!hasPrimaryKey(output, model, keyFields)) {
    throw invalid(
      "the primary key is not among its outputs",
      `add it: output: [${model.set.name}.${model.set.primaryKey.name}, ...]`,
    );
  }
  const work =
    model.windows.length === 0
      ? mappingWork(options, model, keyFields, fn)
      : windowedWork(options, model, schema, keyFields, fn);
  return markResolver({ kind: "resolver", name, source, set: model.set, schema, parse: options.parse, dedup, work });
}

const OPTIONS = ["name", "source", "output", "mode", "keys", "message", "parse", "dedup"];
const PLANNED_OPTIONS = ["window", "state", "sink", "sinks", "maxStaleness"];

const resolverCalled = (options: unknown): string =>
  typeof options === "object" && options !== null && "name" in options
    ? `resolver "${String(options.name)}"`
    : "stream()";

interface AnyOptions extends CommonOptions<readonly AnyFeature[], Readonly<Record<string, AnyFeature | undefined>>> {
  readonly source: Source;
  readonly message?: Message;
  readonly parse?: (message: never) => unknown;
  readonly dedup?: { readonly on: string; readonly within: Duration };
}

function keyFieldsOf(
  name: string,
  keys: Readonly<Record<string, AnyFeature | undefined>>,
  schema: Schema,
  { set }: OutputModel,
): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [field, feature] of Object.entries(keys)) {
    if (!fieldNames(schema).includes(field)) {
      throw new TidemarkError("resolver.key", `resolver "${name}": the key "${field}" is no field of the message`, {
        hint: suggest(field, fieldNames(schema)),
      });
    }
    if (feature === undefined || feature.set !== set.name) {
      throw new TidemarkError(
        "resolver.key",
        `resolver "${name}": the key "${field}" names no feature of "${set.name}"`,
        { hint: `write keys: { ${field}: ${set.name}.${set.primaryKey.name} }` },
      );
    }
    fields.set(field, feature.name);
  }
  return fields;
}

function dedupOf(
  name: string,
  { on, within }: { readonly on: string; readonly within: Duration },
  schema: Schema,
): Dedup {
  const withinUs = durationUs(within);
  if (withinUs === 0) {
    throw new TidemarkError("resolver.invalid", `resolver "${name}": dedup within "${within}" drops nothing`, {
      hint: 'say how far apart repeats can be, as in within: "1d"',
    });
  }
  if (fieldNames(schema).includes(on)) return { field: on, withinUs };
  throw new TidemarkError(
    "resolver.invalid",
    `resolver "${name}": dedup on "${on}", which is no field of the message`,
    { hint: suggest(on, fieldNames(schema)) },
  );
}

const hasPrimaryKey = (
  output: readonly AnyFeature[],
  { set }: OutputModel,
  keyFields: ReadonlyMap<string, string>,
): boolean => [...output.map(({ name }) => name), ...keyFields.values()].includes(set.primaryKey.name);

function mappingWork(
  { name, mode }: AnyOptions,
  { outputs, set }: OutputModel,
  keyFields: ReadonlyMap<string, string>,
  fn: (input: never) => unknown,
): Mapping {
  if (mode !== undefined) {
    throw new TidemarkError("resolver.invalid", `resolver "${name}": mode "${mode}" needs a windowed output`, {
      hint: 'declare a feature with windowed(t.int(), ["10m"])',
    });
  }
  const keyField = [...keyFields].find(([, feature]) => feature === set.primaryKey.name)?.[0];
  return {
    kind: "mapping",
    outputs: outputs.filter((each) => each.kind === "feature"),
    keyField,
    run: (message) => {
      const result = (fn as (message: unknown) => unknown)(message);
      checkSynchronous(name, result);
      return result;
    },
  };
}

function windowedWork(
  options: AnyOptions,
  model: OutputModel,
  schema: Schema,
  keyFields: ReadonlyMap<string, string>,
  fn: (events: never) => unknown,
): Windowed {
  const { name, mode = "tumbling", source } = options;
  if (mode !== "tumbling" && mode !== "continuous")
    throw new TidemarkError("resolver.invalid", `resolver "${name}": no mode "${String(mode)}"`, {
      hint: 'there is "tumbling" and "continuous"',
    });
  const { set, outputs, windows } = model;
  const context: CompileContext = { resolver: name, wanted: [set.primaryKey, ...outputs], keyFields };
  const constants = new Map<string, Expr>(
    [...keyFields.keys()].map((field) => [field, { kind: "column", name: field }]),
  );
  const fallback = source.key !== undefined && fieldNames(schema).includes(source.key) ? source.key : undefined;
  const keys: FrameKeys = { constants, primaryKey: [set.primaryKey.name, snakeCase(set.primaryKey.name)], fallback };
  const call = fn as (events: DataFrame<never>) => unknown;
  const traced = trace(name, call, schema, keys, set.primaryKey);
  const compiled = traced.kind === "plan" ? compileIncremental(traced.plan, context) : undefined;
  if (traced.kind === "plan" && compiled === undefined) checkResult(traced.plan, context);
  const program: WindowProgram =
    compiled ?? opaqueProgram(call, schema, frameKeyColumns(keyFields, fallback, traced), keys, context);
  checkKeys(name, mode, program);
  const explanation =
    traced.kind === "plan"
      ? `${compiled === undefined ? "on the rows of each window, since the plan is no single grouping" : "incremental"}\n${explain(traced.plan)}`
      : `on the rows of each window, since ${traced.call} reads values`;
  return { kind: "windowed", mode, outputs, windows, program, compiled: traced.kind === "plan", explanation };
}

/** What compiling checks on the way, for a plan that runs on the rows. @throws resolver.output */
function checkResult(plan: Plan, { resolver, wanted, keyFields }: CompileContext): void {
  const { fields } = planSchema(plan);
  const positions = matchColumns(resolver, fields, wanted, new Set(keyFields.values()));
  for (const [w, feature] of wanted.entries()) {
    const field = fields[positions[w] ?? -1];
    if (field !== undefined) checkType(resolver, field.type, feature);
  }
}

/** The columns that part the rows into frames: none where a GROUP BY of the resolver's own says what the keys are. */
function frameKeyColumns(
  keyFields: ReadonlyMap<string, string>,
  fallback: string | undefined,
  traced: Trace,
): string[] {
  if (keyFields.size > 0) return [...keyFields.keys()];
  const groupsItself = traced.kind === "plan" && outermostAggregate(traced.plan)?.implicit === false;
  return fallback === undefined || groupsItself ? [] : [fallback];
}

function outermostAggregate(plan: Plan): Aggregate | undefined {
  if (plan.kind === "aggregate") return plan;
  return plan.kind === "scan" ? undefined : outermostAggregate(plan.input);
}

function checkKeys(name: string, mode: string, program: WindowProgram): void {
  if (program.kind === "incremental" && program.keys.length === 0) {
    throw new TidemarkError("resolver.key", `resolver "${name}": nothing says which key a row belongs to`, {
      hint: "group by the primary key, give the source a key, or the resolver keys: { user_id: User.id }",
    });
  }
  if (mode === "continuous" && program.entityKey === -1) {
    throw new TidemarkError(
      "resolver.key",
      `resolver "${name}": a continuous resolver needs the primary key as its only key`,
      {
        hint: "give it keys: { user_id: User.id }",
      },
    );
  }
}

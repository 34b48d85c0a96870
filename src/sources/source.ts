import { suggest, TidemarkError } from "../errors.ts";
import type { Field } from "../types/data-type.ts";
import { type Duration, durationUs } from "../types/duration.ts";
import { optionProblem } from "../types/options.ts";
import { fieldNames } from "../types/schema.ts";
import type { Message } from "./message.ts";

const BRAND = Symbol.for("tidemark.source");

/** The fields that hold a point in time. */
type TimeField<Row> = {
  [Name in keyof Row & string]: Row[Name] extends Date | null ? Name : never;
}[keyof Row & string];

export interface SourceOptions<Row> {
  /** The field that holds a message's time; else the envelope's timestamp counts. */
  readonly timestamp?: TimeField<Row>;
  /** The field that keys windows where a resolver names no other key. */
  readonly key?: keyof Row & string;
  /** How far behind the watermark a message may be; `"infinity"` (the default) takes every message. */
  readonly lateArrivalDeadline?: Duration;
  /** How much earlier than the latest message a message is expected at most; the watermark trails by it. Default `"0s"`. */
  readonly outOfOrderness?: Duration;
}

export interface ParseOptions<Row, Input> extends SourceOptions<Row> {
  /** Turns a payload's text into a message; null skips it. */
  readonly parse: (text: string) => Input | null;
}

export interface ParseBytesOptions<Row, Input> extends SourceOptions<Row> {
  /** Turns a payload's bytes into a message; null skips it. */
  readonly parseBytes: (bytes: Uint8Array) => Input | null;
}

/** A stream of messages. `Row` is a message as resolvers see it, `Input` what may be pushed. */
export interface Source<Row = unknown, Input = Row> {
  readonly kind: "source";
  readonly name: string;
  readonly message: Message<Row, unknown>;
  /** Carries the type of what may be pushed; never set. */
  readonly input?: Input;
  readonly timestamp: string | undefined;
  readonly key: string | undefined;
  readonly lateArrivalDeadlineUs: number;
  readonly outOfOrdernessUs: number;
  readonly parse: ((payload: string) => unknown) | undefined;
  readonly parseBytes: ((payload: Uint8Array) => unknown) | undefined;
}

/**
 * A stream that resolvers read. Payloads that are not JSON of the message's shape are parsed by `parse` or `parseBytes`.
 * @throws source.invalid, duration.invalid
 * @example
 * const logins = source("logins", login, { timestamp: "at", key: "user_id", lateArrivalDeadline: "30m" });
 */
export function source<Row, Input>(
  name: string,
  message: Message<Row, Input>,
  options: ParseOptions<Row, NoInfer<Input>>,
): Source<Row, string>;
export function source<Row, Input>(
  name: string,
  message: Message<Row, Input>,
  options: ParseBytesOptions<Row, NoInfer<Input>>,
): Source<Row, Uint8Array>;
export function source<Row, Input>(
  name: string,
  message: Message<Row, Input>,
  options?: SourceOptions<Row>,
): Source<Row, Input>;
export function source(
  name: string,
  message: Message<unknown, unknown>,
  options: SourceOptions<Record<string, Date>> & {
    readonly parse?: (text: string) => unknown;
    readonly parseBytes?: (bytes: Uint8Array) => unknown;
  } = {},
): Source {
  if (typeof name !== "string" || name === "") throw new TidemarkError("source.invalid", "a source needs a name");
  if (message?.kind !== "message")
    throw new TidemarkError("source.invalid", `the source "${name}" needs a message`, {
      hint: 'write source("logins", message("Login", { ... }))',
    });
  const problem = optionProblem(options, OPTIONS, PLANNED_OPTIONS);
  if (problem !== undefined) throw new TidemarkError("source.invalid", `source "${name}": ${problem.summary}`, problem);
  if (options.parse !== undefined && options.parseBytes !== undefined) {
    throw new TidemarkError("source.invalid", `the source "${name}" has both parse and parseBytes`, {
      hint: "keep one of them",
    });
  }
  const timestamp =
    options.timestamp === undefined ? undefined : fieldOf(name, message, options.timestamp, "timestamp");
  if (timestamp !== undefined && timestamp.type.kind !== "timestamp") {
    throw new TidemarkError("source.invalid", `the timestamp "${timestamp.name}" of "${name}" is no timestamp`, {
      hint: "declare the field as t.timestamp()",
    });
  }
  const key = options.key === undefined ? undefined : fieldOf(name, message, options.key, "key");
  const outOfOrdernessUs = durationUs(options.outOfOrderness ?? "0s");
  if (!Number.isFinite(outOfOrdernessUs))
    throw new TidemarkError("source.invalid", `outOfOrderness of "${name}" must have an end`);
  const made: Source = {
    kind: "source",
    name,
    message,
    timestamp: timestamp?.name,
    key: key?.name,
    lateArrivalDeadlineUs: durationUs(options.lateArrivalDeadline ?? "infinity"),
    outOfOrdernessUs,
    parse: options.parse,
    parseBytes: options.parseBytes,
  };
  Object.defineProperty(made, BRAND, { value: true });
  return made;
}

const OPTIONS = ["timestamp", "key", "lateArrivalDeadline", "outOfOrderness", "parse", "parseBytes"];
const PLANNED_OPTIONS = ["idleTimeout", "maxStaleness", "timeZone"];

/** Whether a value is a source, also of another copy of this package. */
export const isSource = (value: unknown): value is Source =>
  typeof value === "object" && value !== null && BRAND in value;

function fieldOf(source: string, { schema, name }: Message, wanted: string, role: string): Field {
  const field = schema.fields.find((each) => each.name === wanted);
  if (field !== undefined) return field;
  throw new TidemarkError(
    "source.invalid",
    `the ${role} "${wanted}" of the source "${source}" is no field of ${name}`,
    { hint: suggest(wanted, fieldNames(schema)) },
  );
}

import type { Batch } from "../column/batch.ts";
import { isValid } from "../column/bitmap.ts";
import { type ColumnBuilder, columnBuilder, shown, timestampUs } from "../column/builder.ts";
import { decodeText, encodeText } from "../column/text.ts";
import { rawAt } from "../column/value.ts";
import { TidemarkError } from "../errors.ts";
import type { Envelope } from "../sources/envelope.ts";
import type { Source } from "../sources/source.ts";
import type { Schema } from "../types/data-type.ts";
import { fieldIndex } from "../types/schema.ts";
import { isoTimestamp } from "../types/time.ts";

/** Messages of one source that fit its schema, and those that do not. */
export interface Intake {
  readonly batch: Batch;
  /** Event times in microseconds; NaN where a message has none. */
  readonly times: Float64Array;
  /** Where each row stood in its recording, or its number in the push. */
  readonly lines: Float64Array;
  readonly rejects: readonly IntakeReject[];
  /** Messages that `parse` skipped. */
  readonly skipped: number;
}

export interface IntakeReject {
  readonly disposition: "invalid" | "parse-failed";
  readonly reason: string;
  readonly raw: Uint8Array;
  readonly line: number;
  readonly offset: number;
}

/** A payload that `parse` skipped. */
const SKIPPED = Symbol("skipped");

/** Reads messages one by one into columns: parses them, checks them against the schema, and finds their times. */
export interface IntakeBuilder {
  /** `optional` fields may be missing although they are not nullable, because nobody reads them. */
  add(message: Omit<Envelope, "value">, value: unknown, place: Place, optional: ReadonlySet<string>): void;
  /** Counts a message that cannot be read at all. */
  refuse(value: unknown, place: Place, reason: string): void;
  /** How many messages have been added since the last `finish`. */
  count(): number;
  /** The messages so far; the builder is empty afterwards. */
  finish(): Intake;
}

/** Where a message stood. */
export interface Place {
  readonly line: number;
  /** Byte offset; -1 where there is none. */
  readonly offset: number;
}

export function createIntakeBuilder(source: Source): IntakeBuilder {
  const { schema } = source.message;
  let builders: ColumnBuilder[] = [];
  let lines: number[] = [];
  let stamps: number[] = [];
  let rejects: IntakeReject[] = [];
  let skipped = 0;

  return {
    add: (envelope, value, { line, offset }, optional) => {
      const reject = (disposition: IntakeReject["disposition"], reason: string): void =>
        void rejects.push({ disposition, reason, raw: rawOf(value), line, offset });
      if (builders.length === 0) builders = schema.fields.map(({ type }) => columnBuilder(type));
      let row: unknown;
      try {
        row = parsed(source, value);
      } catch (error) {
        return reject("parse-failed", reasonOf(error));
      }
      if (row === SKIPPED) return void skipped++;
      try {
        const stamp = envelopeTime(envelope);
        appendRow(schema, builders, withKey(source, row, envelope.key), optional);
        stamps.push(stamp);
        lines.push(line);
      } catch (error) {
        for (const builder of builders) builder.truncate(lines.length);
        reject("invalid", reasonOf(error));
      }
    },
    refuse: (value, { line, offset }, reason) =>
      void rejects.push({ disposition: "invalid", reason, raw: rawOf(value), line, offset }),
    count: () => lines.length + rejects.length + skipped,
    finish: () => {
      if (builders.length === 0) builders = schema.fields.map(({ type }) => columnBuilder(type));
      const batch = { length: lines.length, columns: builders.map((builder) => builder.finish()) };
      const times = timesOf(source, batch, Float64Array.from(stamps));
      const intake: Intake = { batch, times, lines: Float64Array.from(lines), rejects, skipped };
      builders = [];
      [lines, stamps, rejects, skipped] = [[], [], [], 0];
      return intake;
    },
  };
}

/** Messages that have come together. */
export function intakeOfEnvelopes(source: Source, envelopes: readonly Envelope[], options: IntakeOptions): Intake {
  const builder = createIntakeBuilder(source);
  envelopes.forEach((envelope, i) => {
    const place = { line: options.lines?.[i] ?? options.firstLine + i, offset: options.offsets?.[i] ?? -1 };
    addEnvelope(builder, envelope, place, options.optional);
  });
  return builder.finish();
}

/** Adds a message with what the transport knows of it. */
export function addEnvelope(
  builder: IntakeBuilder,
  envelope: unknown,
  place: Place,
  optional: ReadonlySet<string>,
): void {
  if (typeof envelope === "object" && envelope !== null && "value" in envelope)
    builder.add(envelope as Envelope, envelope.value, place, optional);
  else builder.refuse(envelope, place, "an envelope is an object with a value");
}

export interface IntakeOptions {
  /** The number of the first message, from 1. */
  readonly firstLine: number;
  readonly lines?: ArrayLike<number> | undefined;
  readonly offsets?: ArrayLike<number> | undefined;
  /** Fields that may be missing although they are not nullable, because nobody reads them. */
  readonly optional: ReadonlySet<string>;
}

function parsed(source: Source, payload: unknown): unknown {
  const { parse, parseBytes } = source;
  if (parse === undefined && parseBytes === undefined) return payload;
  const row = parse === undefined ? parseBytes?.(payloadBytes(payload)) : parse(payloadText(payload));
  return row === null ? SKIPPED : settled(row);
}

/** What a `parse` gave back, if it is an answer at all. @throws message.parse */
export function settled(row: unknown): unknown {
  const isPromise = typeof row === "object" && row !== null && "then" in row && typeof row.then === "function";
  if (row !== undefined && !isPromise) return row;
  if (isPromise) Promise.resolve(row).catch(() => {}); // nobody else will
  throw new TidemarkError("message.parse", `parse gave back ${isPromise ? "a promise" : "undefined"}`, {
    hint: isPromise ? "parse is synchronous: return the message itself" : "return the message, or null to skip it",
  });
}

function payloadText(payload: unknown): string {
  if (typeof payload === "string") return payload;
  if (payload instanceof Uint8Array) return decodeText(payload, 0, payload.length);
  throw new TidemarkError("message.parse", `${shown(payload)} is not text`, {
    hint: "push payload strings to a source with parse",
  });
}

function payloadBytes(payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload;
  if (typeof payload === "string") return encodeText(payload);
  throw new TidemarkError("message.parse", `${shown(payload)} is not bytes`, {
    hint: "push payload bytes to a source with parseBytes",
  });
}

/** An envelope's key fills the source's key field only where the message lacks it. */
function withKey({ key: field }: Source, row: unknown, key: Envelope["key"]): unknown {
  if (field === undefined || key === undefined || key === null || typeof row !== "object" || row === null) return row;
  const has = Object.hasOwn(row, field) ? (row as Readonly<Record<string, unknown>>)[field] : undefined;
  if (has !== undefined && has !== null) return row;
  if (typeof key !== "string" && !(key instanceof Uint8Array)) {
    throw new TidemarkError("message.invalid", `the envelope's key ${shown(key)} is neither text nor bytes`);
  }
  return { ...row, [field]: typeof key === "string" ? key : decodeText(key, 0, key.length) };
}

/** Appends a row to the builders. @throws message.invalid naming the field */
export function appendRow(
  schema: Schema,
  builders: readonly ReturnType<typeof columnBuilder>[],
  row: unknown,
  optional: ReadonlySet<string>,
): void {
  if (typeof row !== "object" || row === null || Array.isArray(row)) {
    throw new TidemarkError("message.invalid", `${shown(row)} is no message`, {
      hint: "a message is an object with the fields of its schema",
    });
  }
  let current = "";
  try {
    for (let f = 0; f < builders.length; f++) {
      const field = schema.fields[f];
      if (field === undefined) return;
      current = field.name;
      const value = Object.hasOwn(row, current) ? (row as Readonly<Record<string, unknown>>)[current] : undefined;
      if (value !== undefined && value !== null) builders[f]?.append(value);
      else if (field.nullable || optional.has(current)) builders[f]?.appendNull();
      else throw missing(current);
    }
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code === "message.invalid") throw error;
    throw new TidemarkError("message.invalid", `field "${current}": ${error.summary}`, { hint: error.hint });
  }
}

const missing = (field: string): TidemarkError =>
  new TidemarkError("message.invalid", `field "${field}" is missing`, { hint: "declare it as nullable, or send it" });

function envelopeTime({ timestamp }: Omit<Envelope, "value">): number {
  if (timestamp === undefined || timestamp === null) return Number.NaN;
  return eventTime(Number(timestampUs(timestamp, { kind: "timestamp" })));
}

/** The times of a batch: the source's timestamp field where it has one, else what the envelopes say. */
export function timesOf({ timestamp, message }: Source, batch: Batch, stamps?: Float64Array): Float64Array {
  const times = stamps ?? new Float64Array(batch.length).fill(Number.NaN);
  if (timestamp === undefined) return times;
  const column = batch.columns[fieldIndex(message.schema, timestamp)];
  if (column?.kind !== "int64") return times;
  for (let i = 0; i < batch.length; i++)
    if (isValid(column.validity, i)) times[i] = eventTime(Number(column.values[i]));
  return times;
}

/** Event times are exact doubles, so they reach from the year 1684 to 2255; one beyond becomes infinite, and no resolver gets it. */
const eventTime = (us: number): number => (Number.isSafeInteger(us) ? us : Math.sign(us) * Number.POSITIVE_INFINITY);

const RAW_MAX = 65_536; // bytes of a rejected message that are kept

function rawOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value.slice(0, RAW_MAX);
  return encodeText(typeof value === "string" ? value.slice(0, RAW_MAX) : jsonOf(value)).slice(0, RAW_MAX);
}

/** JSON that never fails: integers beyond doubles as digits, cycles as a word. */
function jsonOf(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? each.toString() : each)) ?? String(value)
    );
  } catch {
    return shown(value);
  }
}

/** One line of what went wrong. */
export function reasonOf(error: unknown): string {
  if (error instanceof TidemarkError)
    return error.hint === undefined ? error.summary : `${error.summary} (${error.hint})`;
  return error instanceof Error ? error.message : String(error);
}

/** A row of a batch as JSON, for dead letters. */
export function rawRow(schema: Schema, batch: Batch, i: number): Uint8Array {
  const cells = schema.fields.map(({ name, type }, f) => {
    const value = rawAt(batch.columns[f]!, i);
    return [
      name,
      type.kind === "timestamp" && value !== null ? isoTimestamp(value as number | bigint) : value,
    ] as const;
  });
  return encodeText(jsonOf(Object.fromEntries(cells)));
}

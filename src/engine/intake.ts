import type { Batch } from "../column/batch.ts";
import { isValid } from "../column/bitmap.ts";
import { columnBuilder, shown, timestampUs } from "../column/builder.ts";
import { decodeText, encodeText } from "../column/text.ts";
import { rawAt } from "../column/value.ts";
import { TidemarkError } from "../errors.ts";
import type { Envelope } from "../sources/envelope.ts";
import type { Source } from "../sources/source.ts";
import type { Schema } from "../types/data-type.ts";
import { fieldIndex } from "../types/schema.ts";

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

/** Reads messages one by one into columns: parses, checks them against the schema, and finds their times. */
export function intakeOfEnvelopes(source: Source, envelopes: readonly Envelope[], options: IntakeOptions): Intake {
  const { schema } = source.message;
  const builders = schema.fields.map(({ type }) => columnBuilder(type));
  const lines: number[] = [];
  const rejects: IntakeReject[] = [];
  const stamps: number[] = [];
  let skipped = 0;
  envelopes.forEach((envelope, i) => {
    const line = options.lines?.[i] ?? options.firstLine + i;
    const reject = (disposition: IntakeReject["disposition"], reason: string): void =>
      void rejects.push({ disposition, reason, raw: rawOf(envelope?.value), line, offset: options.offsets?.[i] ?? -1 });
    if (typeof envelope !== "object" || envelope === null)
      return reject("invalid", "an envelope is an object with a value");
    let row: unknown;
    try {
      row = parsed(source, envelope.value);
    } catch (error) {
      return reject("parse-failed", reasonOf(error));
    }
    if (row === SKIPPED) return void skipped++;
    const filled = withKey(source, row, envelope.key);
    const length = lines.length;
    try {
      appendRow(schema, builders, filled, options.optional);
      stamps.push(envelopeTime(envelope));
      lines.push(line);
    } catch (error) {
      for (const builder of builders) builder.truncate(length);
      reject("invalid", reasonOf(error));
    }
  });
  const batch = { length: lines.length, columns: builders.map((builder) => builder.finish()) };
  return {
    batch,
    times: timesOf(source, batch, Float64Array.from(stamps)),
    lines: Float64Array.from(lines),
    rejects,
    skipped,
  };
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
  return row === null || row === undefined ? SKIPPED : row;
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
  schema.fields.forEach(({ name, nullable }, f) => {
    const value = Object.hasOwn(row, name) ? (row as Readonly<Record<string, unknown>>)[name] : undefined;
    if (value === undefined || value === null) {
      if (!nullable && !optional.has(name))
        throw new TidemarkError("message.invalid", `field "${name}" is missing`, {
          hint: `declare it as nullable, or send it`,
        });
      builders[f]?.appendNull();
      return;
    }
    try {
      builders[f]?.append(value);
    } catch (error) {
      if (!(error instanceof TidemarkError)) throw error;
      throw new TidemarkError("message.invalid", `field "${name}": ${error.summary}`, { hint: error.hint });
    }
  });
}

function envelopeTime({ timestamp }: Envelope): number {
  if (timestamp === undefined || timestamp === null) return Number.NaN;
  return Number(timestampUs(timestamp, { kind: "timestamp" }));
}

/** The times of a batch: the source's timestamp field where it has one, else what the envelopes say. */
export function timesOf({ timestamp, message }: Source, batch: Batch, stamps?: Float64Array): Float64Array {
  const times = stamps ?? new Float64Array(batch.length).fill(Number.NaN);
  if (timestamp === undefined) return times;
  const column = batch.columns[fieldIndex(message.schema, timestamp)];
  if (column?.kind !== "int64") return times;
  for (let i = 0; i < batch.length; i++) if (isValid(column.validity, i)) times[i] = Number(column.values[i]);
  return times;
}

const RAW_MAX = 65_536; // bytes of a rejected message that are kept

function rawOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value.slice(0, RAW_MAX);
  return encodeText(typeof value === "string" ? value.slice(0, RAW_MAX) : jsonOf(value)).slice(0, RAW_MAX);
}

/** JSON that never fails: integers beyond doubles as digits, cycles as a word. */
export function jsonOf(value: unknown): string {
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
  const cells = schema.fields.map(({ name }, f) => [name, rawAt(batch.columns[f]!, i)] as const);
  return encodeText(jsonOf(Object.fromEntries(cells)));
}

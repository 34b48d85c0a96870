import { columnBuilder, shown } from "../column/builder.ts";
import { appendRow } from "../engine/intake.ts";
import { suggest, TidemarkError } from "../errors.ts";
import type { Envelope } from "../sources/envelope.ts";
import type { Source } from "../sources/source.ts";
import { fieldNames } from "../types/schema.ts";
import { isoTimestamp } from "../types/time.ts";
import { isClockText, testTimeUs } from "./day.ts";

export interface OutgoingOptions {
  /** Fields that may be left out, because no resolver reads them. */
  readonly unread: ReadonlySet<string>;
  /** The day of times such as `"12:00:00"`. */
  readonly dayUs: number;
  /** Whether a message that does not fit is an error. */
  readonly strict: boolean;
}

/** A test's message as it is sent: its time filled in, its times of day dated, and checked. */
export function envelopeOf(
  source: Source,
  message: unknown,
  time: string | undefined,
  options: OutgoingOptions,
): Envelope {
  const value =
    source.parse === undefined && source.parseBytes === undefined
      ? rowOf(source, message, time, options)
      : payloadOf(source, message, time, options);
  return source.timestamp !== undefined || time === undefined ? { value } : { value, timestamp: time };
}

function payloadOf(source: Source, payload: unknown, time: string | undefined, { strict }: OutgoingOptions): unknown {
  if (time !== undefined && source.timestamp !== undefined) {
    throw new TidemarkError(
      "test.invalid",
      `the time of a message of "${source.name}" is in its payload, as "${source.timestamp}"`,
      { hint: "leave the time out: send(payload)" },
    );
  }
  if (strict && typeof payload !== "string" && !(payload instanceof Uint8Array)) {
    throw new TidemarkError("message.invalid", `"${source.name}" parses payloads, and ${shown(payload)} is none`, {
      hint: "send the text or the bytes that its parse takes",
    });
  }
  return payload;
}

function rowOf(
  source: Source,
  message: unknown,
  time: string | undefined,
  { unread, dayUs, strict }: OutgoingOptions,
): unknown {
  const { schema } = source.message;
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    if (!strict) return message;
    throw new TidemarkError("message.invalid", `${shown(message)} is no message of "${source.name}"`, {
      hint: 'write send("12:00:00", { user_id: "u1" })',
    });
  }
  const given = new Map<string, unknown>(Object.entries(message));
  for (const { name, type } of schema.fields) {
    const value = given.get(name);
    if (type.kind === "timestamp" && typeof value === "string" && isClockText(value))
      given.set(name, isoTimestamp(testTimeUs(value, dayUs)));
  }
  const { timestamp } = source;
  if (timestamp !== undefined && time !== undefined) {
    if (given.get(timestamp) !== undefined) {
      throw new TidemarkError("test.invalid", `the message has a time of its own, "${timestamp}"`, {
        hint: "leave one of the two out",
      });
    }
    given.set(timestamp, time);
  }
  const row: Readonly<Record<string, unknown>> = Object.fromEntries(given);
  if (strict) checkRow(source, row, unread);
  return row;
}

const STRICT_HINT = "to see what the engine does with it, make the harness with { strict: false }";

/** @throws message.invalid naming the field */
function checkRow(source: Source, row: Readonly<Record<string, unknown>>, unread: ReadonlySet<string>): void {
  const { name, timestamp, message } = source;
  const fields = fieldNames(message.schema);
  const unknown = Object.keys(row).find((field) => !fields.includes(field));
  if (unknown !== undefined) {
    throw new TidemarkError("message.invalid", `${message.name} of "${name}" has no field "${unknown}"`, {
      hint: suggest(unknown, fields),
    });
  }
  const nullable = message.schema.fields.some((field) => field.name === timestamp && field.nullable);
  if (timestamp !== undefined && !nullable && (row[timestamp] === undefined || row[timestamp] === null)) {
    throw new TidemarkError("message.invalid", `the message of "${name}" has no time`, {
      hint: `give it first, as in send("12:00:00", { ... }), or as "${timestamp}"`,
    });
  }
  try {
    appendRow(
      message.schema,
      message.schema.fields.map(({ type }) => columnBuilder(type)),
      row,
      unread,
    );
  } catch (cause) {
    if (!(cause instanceof TidemarkError)) throw cause;
    const hint = cause.hint === undefined ? STRICT_HINT : `${cause.hint}; ${STRICT_HINT}`;
    throw new TidemarkError("message.invalid", `message of "${name}": ${cause.summary}`, { hint, cause });
  }
}

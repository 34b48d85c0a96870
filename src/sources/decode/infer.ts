import {
  bigint,
  bool,
  type DataType,
  type Field,
  float,
  int,
  type Schema,
  timestamp,
  utf8,
} from "../../types/data-type.ts";
import { shown } from "../../column/builder.ts";
import { TidemarkError } from "../../errors.ts";
import { timeOfText } from "./json-time.ts";

/** A field that no column can hold, and why. */
export interface SkippedField {
  readonly name: string;
  readonly reason: string;
}

export interface InferredSchema {
  readonly schema: Schema;
  /** Fields that the schema leaves out. */
  readonly skipped: readonly SkippedField[];
}

/** What was seen of a field. */
interface Seen {
  objects: number; // that have the field, not null
  bools: number;
  wholes: number;
  unsafe: number; // whole numbers beyond ±(2^53 - 1), within 64 bits
  huge: number; // whole numbers beyond 64 bits, digit by digit
  fractions: number; // and powers of ten beyond 64 bits
  texts: number;
  times: number; // texts that are ISO 8601 with date and time
  firstRounded: Long | undefined; // the first whole number that a float would round
  firstHuge: Long | undefined;
}

/** A whole number of many digits, and its line. */
interface Long {
  readonly digits: string;
  readonly line: number;
}

const INT64_BOUND = 2 ** 63;
const DATE_AND_TIME = /^\s*[+-]?\d{4,6}-\d\d?-\d\d?[T ]\d/;

/** Finds a schema, line by line. */
export interface Inference {
  /** Takes note of a line of JSON; what is no JSON object is passed over. */
  see(text: string, line: number): void;
  /** @throws recording.invalid, naming line and field, where no column holds every whole number of a field exactly */
  finish(): InferredSchema;
}

/**
 * The schema that fits the JSON objects of a recording; fields in the order of first sight. Whole numbers are int (bigint
 * where one is beyond ±(2^53 - 1)), mixed with fractions float; text is utf8, or timestamp where every one is ISO 8601
 * with date and time; a field that an object lacks or has as null is nullable. Left out, and named in `skipped`: fields
 * with lists or objects, with values of several kinds, or with nothing but null. Memory: O(fields).
 */
export function createInference(path: string): Inference {
  const seen = new Map<string, Seen>();
  let objects = 0;
  return {
    see: (text, line) => {
      const value = parsed(text);
      if (!isObject(value)) return;
      const exact = LONG.test(text) ? parsed(quotedLongs(text)) : undefined;
      objects++;
      for (const [name, member] of Object.entries(value)) {
        let field = seen.get(name);
        if (field === undefined) {
          field = { ...NOTHING };
          seen.set(name, field);
        }
        const digits = typeof member === "number" && isObject(exact) ? exact[name] : undefined;
        if (typeof digits === "string") noteLong(field, digits, line);
        else note(field, member);
      }
    },
    finish: () => {
      const fields: Field[] = [];
      const skipped: SkippedField[] = [];
      for (const [name, field] of seen) {
        const type = typeOf(field);
        if (typeof type === "string") skipped.push({ name, reason: type });
        else {
          if (type.kind === "float") checkExact(path, name, field);
          fields.push({ name, type, nullable: field.objects < objects });
        }
      }
      return { schema: { fields }, skipped };
    },
  };
}

/** What is no JSON says so with its line when the file is read. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const NOTHING: Seen = {
  objects: 0,
  bools: 0,
  wholes: 0,
  unsafe: 0,
  huge: 0,
  fractions: 0,
  texts: 0,
  times: 0,
  firstRounded: undefined,
  firstHuge: undefined,
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const LONG = /\d{16}/; // 2^53 has 16 digits
const LONG_INTEGER = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/** JSON text with the long whole numbers quoted, as `JSON.parse` would round them. */
function quotedLongs(text: string): string {
  let quoted = "";
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const start = quote === -1 ? text.length : quote;
    const end = endOfString(text, start);
    quoted += text.slice(at, start).replace(LONG_INTEGER, '"$&"') + text.slice(start, end);
    at = end;
  }
  return quoted;
}

/** Behind the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
  return end + 1;
}

function noteLong(field: Seen, digits: string, line: number): void {
  const value = BigInt(digits);
  const near = Number(value);
  field.objects++;
  if (Number.isSafeInteger(near)) field.wholes++;
  else if (BigInt.asIntN(64, value) === value) field.unsafe++;
  else {
    field.huge++;
    field.firstHuge ??= { digits, line };
  }
  if (!Number.isFinite(near) || BigInt(near) !== value) field.firstRounded ??= { digits, line };
}

const DIGITS_SHOWN = 60; // of a number in a message

/** Whether a float column would give back every whole number. @throws recording.invalid */
function checkExact(path: string, name: string, { firstRounded, firstHuge, fractions }: Seen): void {
  const long = firstRounded ?? (fractions === 0 ? firstHuge : undefined);
  if (long === undefined) return;
  const { digits, line } = long;
  const number = digits.length > DIGITS_SHOWN ? `${digits.slice(0, DIGITS_SHOWN)}...` : digits;
  const why = fractions > 0 ? "which a column with fractions would round" : "which does not fit 64 bits";
  throw new TidemarkError("recording.invalid", `${path}:${line}: field ${shown(name)} is ${number}, ${why}`, {
    hint: "write such numbers as text, or give the types of the columns to read: t.float() rounds them",
  });
}

function note(field: Seen, value: unknown): void {
  if (value === null || value === undefined) return;
  field.objects++;
  if (typeof value === "boolean") field.bools++;
  else if (typeof value === "number") {
    if (!Number.isInteger(value) || Math.abs(value) >= INT64_BOUND) field.fractions++;
    else if (Number.isSafeInteger(value)) field.wholes++;
    else field.unsafe++;
  } else if (typeof value === "string") {
    // Once one is no time, the others need not be looked at.
    if (field.times === field.texts && DATE_AND_TIME.test(value) && timeOfText(value) !== undefined) field.times++;
    field.texts++;
  }
}

/** The type of a field, or why it has none. */
function typeOf({ objects, bools, wholes, unsafe, huge, fractions, texts, times }: Seen): DataType | string {
  if (objects === 0) return "it is null wherever it stands";
  if (bools + wholes + unsafe + huge + fractions + texts < objects) return "it holds a list or an object";
  if (bools === objects) return bool;
  if (times === objects) return timestamp;
  if (texts === objects) return utf8;
  if (bools + texts > 0) return "it holds values of several types";
  if (fractions + huge > 0) return float;
  return unsafe > 0 ? bigint : int;
}

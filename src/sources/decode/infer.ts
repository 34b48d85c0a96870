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
import { timeOfText } from "./json-time.ts";

/** A field that no column can hold, and why. */
export interface SkippedField {
  readonly name: string;
  readonly reason: string;
}

export interface InferredSchema {
  readonly schema: Schema;
  /** Fields of the sample that the schema leaves out. */
  readonly skipped: readonly SkippedField[];
}

/** What was seen of a field. */
interface Seen {
  objects: number; // that have the field, not null
  bools: number;
  wholes: number;
  unsafe: number; // whole numbers beyond ±(2^53 - 1), within 64 bits
  fractions: number; // and whole numbers beyond 64 bits
  texts: number;
  times: number; // texts that are ISO 8601 with date and time
}

const INT64_BOUND = 2 ** 63;
const DATE_AND_TIME = /^\s*[+-]?\d{4,6}-\d\d?-\d\d?[T ]\d/;

/**
 * The schema that fits a sample of parsed JSON objects; fields in the order of first sight. Whole numbers are int
 * (bigint where one is beyond ±(2^53 - 1)), mixed with fractions float; text is utf8, or timestamp where every one is
 * ISO 8601 with date and time; a field that an object lacks or has as null is nullable. Left out, and named in
 * `skipped`: fields with lists or objects, with values of several kinds, or with nothing but null. What is not an
 * object is passed over.
 *
 * @example inferSchema([{ n: 1 }, { n: 2.5, tag: "a" }]).schema.fields.map((field) => field.type.kind); // ["float", "utf8"]
 */
export function inferSchema(sample: readonly unknown[]): InferredSchema {
  const seen = new Map<string, Seen>();
  let objects = 0;
  for (const value of sample) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
    objects++;
    for (const [name, member] of Object.entries(value)) {
      let field = seen.get(name);
      if (field === undefined) {
        field = { objects: 0, bools: 0, wholes: 0, unsafe: 0, fractions: 0, texts: 0, times: 0 };
        seen.set(name, field);
      }
      note(field, member);
    }
  }
  const fields: Field[] = [];
  const skipped: SkippedField[] = [];
  for (const [name, field] of seen) {
    const type = typeOf(field);
    if (typeof type === "string") skipped.push({ name, reason: type });
    else fields.push({ name, type, nullable: field.objects < objects });
  }
  return { schema: { fields }, skipped };
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
    field.texts++;
    if (DATE_AND_TIME.test(value) && timeOfText(value) !== undefined) field.times++;
  }
}

/** The type of a field, or why it has none. */
function typeOf({ objects, bools, wholes, unsafe, fractions, texts, times }: Seen): DataType | string {
  if (objects === 0) return "it is null wherever it stands";
  if (bools + wholes + unsafe + fractions + texts < objects) return "it holds a list or an object";
  if (bools === objects) return bool;
  if (times === objects) return timestamp;
  if (texts === objects) return utf8;
  if (bools + texts > 0) return "it holds values of several types";
  if (fractions > 0) return float;
  return unsafe > 0 ? bigint : int;
}

import type { Encoding } from "hyparquet";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { byteStreamSplit } from "hyparquet/src/encoding.js";
import { daysToUs, microseconds, signedWords } from "../arrow/integers-from-arrow.ts";
import { isUtf8 } from "../arrow/utf8.ts";
import { grownBytes } from "../column/growable.ts";
import { exactDoubles } from "../column/int64.ts";
import { US_PER_DAY } from "../types/time.ts";
import type { ParquetColumn } from "./parquet-schema.ts";
import { readRuns } from "./parquet-runs.ts";

/** The values of a page or a dictionary, without the nulls between them, in the layout of our columns. */
export type Values =
  | { readonly kind: "bool"; readonly values: Uint8Array }
  | { readonly kind: "int32"; readonly values: Int32Array }
  | { readonly kind: "int64"; readonly values: Float64Array | BigInt64Array }
  | { readonly kind: "float64"; readonly values: Float64Array }
  | { readonly kind: "utf8"; readonly offsets: Int32Array; readonly bytes: Uint8Array };

/** The next `count` values of a page in an encoding other than by dictionary. @throws RangeError where the bytes do not hold them */
export function readValues(bytes: Uint8Array, encoding: Encoding, column: ParquetColumn, count: number): Values {
  const { physical } = column;
  if (physical === "BYTE_ARRAY") return checkedText(texts(bytes, encoding, count), column.name);
  if (physical === "BOOLEAN") return { kind: "bool", values: bools(bytes, encoding, count) };
  if (physical === "INT96") return { kind: "int64", values: int96(plain(bytes, encoding, count * INT96_BYTES), count) };
  const isWide = physical === "INT64" || physical === "DOUBLE";
  if (encoding === "DELTA_BINARY_PACKED" && (physical === "INT32" || physical === "INT64")) {
    const out = physical === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
    if (count > 0) deltaBinaryUnpack({ view: viewOf(bytes), offset: 0 }, count, out);
    return numbers(out, column);
  }
  if (encoding === "BYTE_STREAM_SPLIT") {
    checkSize(bytes, count * (isWide ? 8 : 4));
    return numbers(byteStreamSplit({ view: viewOf(bytes), offset: 0 }, count, physical, undefined), column);
  }
  const { buffer } = plain(bytes, encoding, count * (isWide ? 8 : 4)).slice(); // stands on a multiple of 8 bytes
  switch (physical) {
    case "INT32":
      return numbers(new Int32Array(buffer), column);
    case "INT64":
      return numbers(new BigInt64Array(buffer), column);
    case "FLOAT":
      return numbers(new Float32Array(buffer), column);
    case "DOUBLE":
      return numbers(new Float64Array(buffer), column);
  }
}

const INT96_BYTES = 12;

function plain(bytes: Uint8Array, encoding: Encoding, size: number): Uint8Array {
  if (encoding !== "PLAIN") throw new RangeError(`the encoding ${encoding} is not supported here`);
  checkSize(bytes, size);
  return bytes.subarray(0, size);
}

function checkSize(bytes: Uint8Array, size: number): void {
  if (size > bytes.length) throw new RangeError(`a page of ${bytes.length} bytes should hold ${size}`);
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Numbers of the file as our column has them. */
function numbers(values: unknown, { name, conversion }: ParquetColumn): Values {
  if (values instanceof Float64Array) return { kind: "float64", values };
  if (values instanceof Float32Array) return { kind: "float64", values: Float64Array.from(values) };
  if (values instanceof Int32Array) {
    if (conversion === "days") return { kind: "int64", values: daysToUs(values, null, name) };
    if (conversion === "unsigned") return { kind: "int64", values: Float64Array.from(new Uint32Array(values.buffer)) };
    return { kind: "int32", values };
  }
  if (!(values instanceof BigInt64Array)) throw new RangeError("the values are of another type than the column");
  switch (conversion) {
    case "ms":
      return exact(microseconds(values, 1, null, name));
    case "ns":
      return exact(microseconds(values, 3, null, name)); // the positions of Arrow's TimeUnit
    case "unsigned":
      return exact(signedWords(values, null, name));
    default:
      return exact(values);
  }
}

/** Doubles where all are exact: kernels are quickest on them. */
function exact(values: BigInt64Array | Float64Array): Values {
  const column = { kind: "int64", length: values.length, validity: null, values } as const;
  return { kind: "int64", values: exactDoubles(column) ?? values };
}

function bools(bytes: Uint8Array, encoding: Encoding, count: number): Uint8Array {
  if (encoding === "RLE") {
    checkSize(bytes, 4);
    const end = 4 + viewOf(bytes).getUint32(0, true);
    return Uint8Array.from(readRuns(bytes, 4, Math.min(end, bytes.length), 1, count));
  }
  plain(bytes, encoding, Math.ceil(count / 8));
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = (bytes[i >> 3]! >> (i & 7)) & 1;
  return out;
}

const JULIAN_EPOCH_DAY = 2_440_588; // the Julian day that began at noon of 1970-01-01, which INT96 takes for its midnight
const NS_PER_US = 1_000;
const WORD = 4_294_967_296; // 2^32

/** 8 bytes of nanoseconds in the day, 4 bytes of Julian day; as microseconds, rounded down. */
function int96(bytes: Uint8Array, count: number): Float64Array {
  const view = viewOf(bytes);
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = INT96_BYTES * i;
    const ns = view.getUint32(at, true) + WORD * view.getInt32(at + 4, true);
    const us = (view.getInt32(at + 8, true) - JULIAN_EPOCH_DAY) * US_PER_DAY + Math.floor(ns / NS_PER_US);
    if (!Number.isSafeInteger(us)) throw new RangeError("an INT96 time is beyond the range of a timestamp");
    out[i] = us;
  }
  return out;
}

type Texts = Extract<Values, { kind: "utf8" }>;

function texts(bytes: Uint8Array, encoding: Encoding, count: number): Texts {
  switch (encoding) {
    case "PLAIN":
      return plainTexts(bytes, count);
    case "DELTA_LENGTH_BYTE_ARRAY": {
      const { values: lengths, end } = deltas(bytes, 0, count);
      return { kind: "utf8", offsets: offsetsOf(lengths, bytes.length - end), bytes: bytes.subarray(end) };
    }
    case "DELTA_BYTE_ARRAY":
      return frontCoded(bytes, count);
    default:
      throw new RangeError(`the encoding ${encoding} is not supported for text`);
  }
}

/** Each text behind its length. */
function plainTexts(bytes: Uint8Array, count: number): Texts {
  checkSize(bytes, 4 * count);
  const offsets = new Int32Array(count + 1);
  const out = new Uint8Array(bytes.length - 4 * count);
  let at = 0;
  let end = 0;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) throw new RangeError("a text is cut off");
    const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    at += 4;
    if (length < 0 || length > bytes.length - at || end + length > out.length)
      throw new RangeError("a text is cut off");
    if (length <= SHORT_BYTES) for (let j = 0; j < length; j++) out[end + j] = bytes[at + j]!;
    else out.set(bytes.subarray(at, at + length), end);
    at += length;
    end += length;
    offsets[i + 1] = end;
  }
  return { kind: "utf8", offsets, bytes: out };
}

const SHORT_BYTES = 24; // below this a loop beats the call of `set`

function deltas(bytes: Uint8Array, start: number, count: number): { values: Int32Array; end: number } {
  const values = new Int32Array(count);
  const reader = { view: viewOf(bytes), offset: start };
  deltaBinaryUnpack(reader, count, values);
  return { values, end: reader.offset };
}

function offsetsOf(lengths: Int32Array, available: number): Int32Array {
  const offsets = new Int32Array(lengths.length + 1);
  let end = 0;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i]!;
    end += length;
    if (length < 0 || end > available) throw new RangeError("a text is cut off");
    offsets[i + 1] = end;
  }
  return offsets;
}

/** Each text as how much of the one before it keeps, and what follows. */
function frontCoded(bytes: Uint8Array, count: number): Texts {
  const prefixes = deltas(bytes, 0, count);
  const suffixes = deltas(bytes, prefixes.end, count);
  const from = offsetsOf(suffixes.values, bytes.length - suffixes.end);
  const offsets = new Int32Array(count + 1);
  let out: Uint8Array = new Uint8Array(bytes.length);
  let previous = 0; // start of the text before
  let end = 0;
  for (let i = 0; i < count; i++) {
    const prefix = prefixes.values[i]!;
    if (prefix < 0 || prefix > end - previous)
      throw new RangeError("a text keeps more of the one before than there is");
    const size = prefix + suffixes.values[i]!;
    if (end + size > TEXT_BYTES_MAX) throw new RangeError("the texts of a page are too large");
    out = grownBytes(out, end + size);
    out.copyWithin(end, previous, previous + prefix);
    out.set(bytes.subarray(suffixes.end + from[i]!, suffixes.end + from[i + 1]!), end + prefix);
    previous = end;
    end += size;
    offsets[i + 1] = end;
  }
  return { kind: "utf8", offsets, bytes: out };
}

const TEXT_BYTES_MAX = 2 ** 30; // of one page

function checkedText(values: Texts, name: string): Texts {
  const { offsets, bytes } = values;
  const end = offsets[offsets.length - 1]!;
  let isSplit = !isUtf8(bytes, 0, end);
  for (let i = 0; i < offsets.length - 1 && !isSplit; i++) {
    isSplit = offsets[i]! < end && (bytes[offsets[i]!]! & 0xc0) === 0x80;
  }
  if (isSplit) throw new RangeError(`column "${name}" has text that is not UTF-8`);
  return values;
}

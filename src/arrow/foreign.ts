import { TidemarkError } from "../errors.ts";

/*
 * Arrow tables as they come from outside, described by shape. A caller's own copy of apache-arrow has other classes
 * (and perhaps another version), so nothing here is recognised by `instanceof`.
 */

/** An Arrow table of any copy of apache-arrow. */
export interface ArrowTableLike {
  readonly schema: { readonly fields: readonly ArrowFieldLike[] };
  readonly batches: readonly { readonly data: unknown }[];
}

export interface ArrowFieldLike {
  readonly name: string;
  readonly nullable: boolean;
  readonly type: unknown;
  readonly metadata?: ReadonlyMap<string, string> | undefined;
}

/** The parts of an Arrow type that are read; which of them a type has follows from `typeId`. */
export interface ArrowType {
  readonly typeId: number;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly precision?: number;
  readonly unit?: number;
  readonly id?: number | bigint;
  readonly indices?: ArrowType;
  readonly dictionary?: ArrowType;
}

/**
 * One chunk of one column. `values` and `valueOffsets` begin at the chunk's first row, but bits (`nullBitmap`, and
 * `values` of a Bool) begin at bit `offset`.
 */
export interface ArrowData {
  readonly type: ArrowType;
  readonly length: number;
  readonly offset: number;
  readonly nullCount: number;
  readonly values?: ArrayBufferView | undefined;
  readonly valueOffsets?: ArrayBufferView | undefined;
  readonly nullBitmap?: ArrayBufferView | undefined;
  readonly dictionary?: { readonly data: readonly ArrowData[] } | undefined;
}

/** Type ids of the Arrow format (Schema.fbs, union Type); apache-arrow adds -1 for a dictionary. */
export const TYPE = {
  DICTIONARY: -1,
  NULL: 1,
  INT: 2,
  FLOAT: 3,
  UTF8: 5,
  BOOL: 6,
  DATE: 8,
  TIMESTAMP: 10,
  LARGE_UTF8: 20,
} as const;

const NAMES: Readonly<Record<number, string>> = {
  4: "Binary",
  7: "Decimal",
  9: "Time",
  11: "Interval",
  12: "List",
  13: "Struct",
  14: "Union",
  15: "FixedSizeBinary",
  16: "FixedSizeList",
  17: "Map",
  18: "Duration",
  19: "LargeBinary",
  21: "LargeList",
  22: "RunEndEncoded",
  23: "BinaryView",
  24: "Utf8View",
  25: "ListView",
  26: "LargeListView",
};

const FLOATS = ["Float16", "Float32", "Float64"]; // by precision: Schema.fbs, enum Precision

/** The name of an Arrow type, for messages. */
export function arrowTypeName(type: ArrowType): string {
  switch (type.typeId) {
    case TYPE.NULL:
      return "Null";
    case TYPE.INT:
      return `${type.isSigned === false ? "Uint" : "Int"}${type.bitWidth ?? "?"}`;
    case TYPE.FLOAT:
      return FLOATS[type.precision ?? -1] ?? "Float";
    case TYPE.UTF8:
      return "Utf8";
    case TYPE.LARGE_UTF8:
      return "LargeUtf8";
    case TYPE.BOOL:
      return "Bool";
    case TYPE.DATE:
      return type.unit === 0 ? "Date32" : "Date64";
    case TYPE.TIMESTAMP:
      return "Timestamp";
    case TYPE.DICTIONARY: {
      const { dictionary, indices } = type;
      const parts = [dictionary, indices].map((part) => (part === undefined ? "?" : arrowTypeName(part)));
      return `Dictionary<${parts.join(", ")}>`;
    }
    default:
      return NAMES[type.typeId] ?? `type ${type.typeId}`;
  }
}

/** The error for data that contradicts the Arrow format. */
export function broken(summary: string, hint?: string, cause?: unknown): TidemarkError {
  return new TidemarkError("arrow.invalid", summary, {
    hint: hint ?? "the data is damaged or was written wrongly: write it again",
    cause,
  });
}

interface ViewOf<T> {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

/**
 * The first `length` items of a buffer as this realm's typed array; copied only where the buffer is not aligned.
 * @throws arrow.invalid where the buffer is too short
 */
export function viewOf<T>(view: ArrayBufferView | undefined, array: ViewOf<T>, length: number, column: string): T {
  const size = array.BYTES_PER_ELEMENT;
  const byteLength = length * size;
  if (length === 0) return new array(new ArrayBuffer(0), 0, 0);
  if (view === undefined || !ArrayBuffer.isView(view) || view.byteLength < byteLength) {
    const found = view === undefined ? 0 : view.byteLength;
    throw broken(`column "${column}" needs a buffer of ${byteLength} bytes and has ${found}`);
  }
  if (view.byteOffset % size === 0) return new array(view.buffer, view.byteOffset, length);
  const copy = new Uint8Array(byteLength);
  copy.set(new Uint8Array(view.buffer, view.byteOffset, byteLength));
  return new array(copy.buffer, 0, length);
}

/** All bytes of a buffer; no copy. */
export const bytesOf = (view: ArrayBufferView | undefined): Uint8Array =>
  view === undefined ? new Uint8Array(0) : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

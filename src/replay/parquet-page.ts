import type { ColumnMetaData, CompressionCodec, PageHeader } from "hyparquet";
import { compressors, decompressZstd } from "hyparquet-compressors";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { type Bitmap, bitmapOf, getBit, isValid, setBit } from "../column/bitmap.ts";
import type { Column, DictionaryColumn } from "../column/column.ts";
import { take } from "../kernels/take.ts";
import { readRuns, readValidity } from "./parquet-runs.ts";
import type { ParquetColumn } from "./parquet-schema.ts";
import { readValues, type Values } from "./parquet-values.ts";

const ROWS_MAX = 2 ** 26; // of a page: 512 MiB of 64-bit values
const PAGE_BYTES_MAX = 2 ** 30; // unpacked

/** The dictionary of a column chunk, and for text the codes that its entries have in a dictionary of ours. */
export interface PageDictionary {
  readonly values: Values;
  readonly length: number;
  readonly text?: { readonly codes: Int32Array; readonly dictionary: DictionaryColumn["dictionary"] } | undefined;
}

/** The entries of a dictionary page. */
export function readDictionary(
  packed: Uint8Array,
  header: PageHeader,
  column: ParquetColumn,
  meta: ColumnMetaData,
): Values {
  const length = rowsOf(header.dictionary_page_header?.num_values);
  const bytes = unpacked(packed, header.uncompressed_page_size, meta.codec);
  return readValues(bytes, "PLAIN", column, length);
}

/** The rows of a data page. */
export function readPage(
  packed: Uint8Array,
  header: PageHeader,
  column: ParquetColumn,
  meta: ColumnMetaData,
  dictionary: PageDictionary | undefined,
): Column {
  const { rows, encoding, validity, values, bytes } =
    header.data_page_header_v2 === undefined
      ? firstLayout(packed, header, column, meta)
      : secondLayout(packed, header, column, meta);
  if (encoding !== "PLAIN_DICTIONARY" && encoding !== "RLE_DICTIONARY") {
    return columnOfValues(readValues(bytes, encoding, column, values), rows, validity);
  }
  if (dictionary === undefined) throw new RangeError("a page has no dictionary");
  if (bytes.length === 0 && values > 0) throw new RangeError("a page has no values");
  const codes = readRuns(bytes, 1, bytes.length, bytes[0] ?? 0, values);
  checkCodes(codes, dictionary.length);
  return columnOfCodes(dictionary, validity === null ? codes : spread(codes, new Int32Array(rows), validity), validity);
}

interface Layout {
  readonly rows: number;
  readonly encoding: ColumnMetaData["encodings"][number];
  readonly validity: Bitmap | null;
  /** How many values there are, nulls left out. */
  readonly values: number;
  readonly bytes: Uint8Array;
}

/** All packed together: levels behind their length, then values. */
function firstLayout(packed: Uint8Array, header: PageHeader, column: ParquetColumn, { codec }: ColumnMetaData): Layout {
  const page = header.data_page_header;
  const rows = rowsOf(page?.num_values);
  const encoding = page?.encoding ?? "PLAIN";
  const bytes = unpacked(packed, header.uncompressed_page_size, codec);
  if (!column.nullable) return { rows, encoding, validity: null, values: rows, bytes };
  if (page?.definition_level_encoding !== "RLE") throw new RangeError("levels are encoded in a way that is out of use");
  if (bytes.length < 4) throw new RangeError("a page is cut off");
  const end = 4 + new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  if (end > bytes.length) throw new RangeError("a page is cut off");
  return { rows, encoding, ...readValidity(bytes, 4, end, rows), bytes: bytes.subarray(end) };
}

/** Levels not packed, then the values. */
function secondLayout(
  packed: Uint8Array,
  header: PageHeader,
  column: ParquetColumn,
  { codec }: ColumnMetaData,
): Layout {
  const page = header.data_page_header_v2;
  const rows = rowsOf(page?.num_values);
  const start = page?.repetition_levels_byte_length ?? 0;
  const end = start + (page?.definition_levels_byte_length ?? 0);
  if (start < 0 || end < start || end > packed.length) throw new RangeError("a page is cut off");
  const levels = column.nullable ? readValidity(packed, start, end, rows) : { validity: null, values: rows };
  const rest = packed.subarray(end);
  const size = header.uncompressed_page_size - end;
  const bytes = page?.is_compressed === false ? rest : unpacked(rest, size, codec);
  return { rows, encoding: page?.encoding ?? "PLAIN", ...levels, bytes };
}

function rowsOf(rows: number | undefined): number {
  if (rows !== undefined && rows >= 0 && rows <= ROWS_MAX) return rows;
  throw new RangeError(`a page cannot have ${rows} values`);
}

function unpacked(bytes: Uint8Array, size: number, codec: CompressionCodec): Uint8Array {
  if (size < 0 || size > PAGE_BYTES_MAX) throw new RangeError(`a page cannot have ${size} bytes`);
  const out = size === 0 ? new Uint8Array(0) : decompress(bytes, size, codec);
  if (out.length !== size) throw new RangeError(`a page has ${out.length} bytes instead of ${size}`);
  // Not a Buffer: its `slice` shares memory, and a second class makes hot loops slower.
  return new Uint8Array(out.buffer, out.byteOffset, size);
}

function decompress(bytes: Uint8Array, size: number, codec: CompressionCodec): Uint8Array {
  switch (codec) {
    case "UNCOMPRESSED":
      return bytes;
    case "ZSTD":
      return decompressZstd(bytes, new Uint8Array(size));
    case "GZIP":
      return gunzipSync(bytes, { maxOutputLength: size });
    case "BROTLI":
      return brotliDecompressSync(bytes, { maxOutputLength: size });
    default: {
      const decompressor = compressors[codec];
      if (decompressor === undefined) throw new RangeError(`the compression ${codec} is not supported`);
      return decompressor(bytes, size);
    }
  }
}

function checkCodes(codes: Int32Array, size: number): void {
  let outside = 0;
  for (let i = 0; i < codes.length; i++) outside |= Number(codes[i]! >= size) | Number(codes[i]! < 0);
  if (outside !== 0) throw new RangeError("a page points outside its dictionary");
}

/** Values put to the rows that have one; what stands under a null is 0. */
function spread<T extends Int32Array | Float64Array | BigInt64Array | Uint8Array>(
  values: T,
  out: T,
  validity: Bitmap,
): T {
  let next = 0;
  for (let row = 0; row < out.length; row++) if (getBit(validity, row)) out[row] = values[next++]!;
  return out;
}

function columnOfValues(values: Values, length: number, validity: Bitmap | null): Column {
  switch (values.kind) {
    case "bool": {
      const bits = bitmapOf(length);
      for (let row = 0, next = 0; row < length; row++) {
        if (isValid(validity, row) && values.values[next++] === 1) setBit(bits, row);
      }
      return { kind: "bool", length, validity, bits };
    }
    case "int32":
      return {
        kind: "int32",
        length,
        validity,
        values: validity === null ? values.values : spread(values.values, new Int32Array(length), validity),
      };
    case "float64":
      return {
        kind: "float64",
        length,
        validity,
        values: validity === null ? values.values : spread(values.values, new Float64Array(length), validity),
      };
    case "int64": {
      if (validity === null) return { kind: "int64", length, validity, values: values.values };
      const all =
        values.values instanceof Float64Array
          ? spread(values.values, new Float64Array(length), validity)
          : spread(values.values, new BigInt64Array(length), validity);
      return { kind: "int64", length, validity, values: all };
    }
    case "utf8": {
      const { bytes } = values;
      if (validity === null) return { kind: "utf8", length, validity, offsets: values.offsets, bytes };
      const offsets = new Int32Array(length + 1);
      for (let row = 0, next = 0; row < length; row++) {
        offsets[row + 1] = values.offsets[getBit(validity, row) ? ++next : next]!;
      }
      return { kind: "utf8", length, validity, offsets, bytes };
    }
  }
}

/** The entries that codes stand for. */
function columnOfCodes(
  { values, length: size, text }: PageDictionary,
  codes: Int32Array,
  validity: Bitmap | null,
): Column {
  const { length } = codes;
  if (text !== undefined) {
    const mapped = new Int32Array(length);
    if (size > 0) for (let i = 0; i < length; i++) mapped[i] = text.codes[codes[i]!]!;
    return { kind: "dictionary", length, validity, codes: mapped, dictionary: text.dictionary };
  }
  if (size === 0) return columnOfValues(values, length, validity ?? bitmapOf(length)) /* nothing but nulls */;
  return { ...take(columnOfValues(values, size, null), codes), validity };
}

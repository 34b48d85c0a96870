import type { ColumnMetaData, PageHeader } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { type Column, sliceColumn } from "../column/column.ts";
import { createDictionary, type Dictionary } from "../column/dictionary.ts";
import { concat } from "../kernels/concat.ts";
import type { RandomAccess } from "./bytes.ts";
import { type PageDictionary, readDictionary, readPage } from "./parquet-page.ts";
import type { ParquetColumn } from "./parquet-schema.ts";
import type { Values } from "./parquet-values.ts";

const WINDOW_BYTES = 1_048_576; // read at once: many small pages, or one large one

/** The texts of a column over all row groups; given up where they are too many to pay. */
export interface SharedTexts {
  dictionary: Dictionary | undefined;
  rows: number;
}

export const sharedTexts = (): SharedTexts => ({ dictionary: createDictionary(), rows: 0 });

const ENTRIES_ALWAYS = 65_536; // entries of a dictionary that always pay
const ENTRIES_SHARE = 0.5; // of the rows: above this a dictionary saves nothing

/** The rows of one column in one row group, page by page. */
export interface ChunkReader {
  /** The next rows. @throws RangeError where there are not so many */
  take(rows: number): Promise<Column>;
}

export function chunkReader(
  file: RandomAccess,
  meta: ColumnMetaData,
  column: ParquetColumn,
  texts: SharedTexts,
): ChunkReader {
  const first = Number(meta.data_page_offset);
  const start =
    meta.dictionary_page_offset === undefined ? first : Math.min(Number(meta.dictionary_page_offset) || first, first);
  const end = start + Number(meta.total_compressed_size);
  if (!(start >= 0 && start < end && end <= file.size)) throw new RangeError(`column "${column.name}" leaves the file`);
  texts.rows += Number(meta.num_values);
  let window: Uint8Array = new Uint8Array(0);
  let windowStart = start;
  let at = start;
  let dictionary: PageDictionary | undefined;
  let page: Column | undefined;
  let pageAt = 0;

  /** Sees to it that `size` bytes from `at` on are in the window; fewer at the end of the chunk. */
  const have = async (size: number): Promise<void> => {
    const to = Math.min(at + size, end);
    if (to <= windowStart + window.length) return;
    window = await file.read(at, Math.min(Math.max(to, at + WINDOW_BYTES), end));
    windowStart = at;
  };

  const nextHeader = async (): Promise<PageHeader> => {
    for (let size = HEADER_BYTES; ; size *= 2) {
      await have(size);
      const from = window.subarray(at - windowStart);
      const reader = { view: new DataView(from.buffer, from.byteOffset, from.byteLength), offset: 0 };
      try {
        const header = parquetHeader(reader);
        at += reader.offset;
        return header;
      } catch (error) {
        if (from.length >= end - at || size > HEADER_BYTES_MAX) throw error; // else the header was cut off by the window
      }
    }
  };

  /** The rows of the next data page. */
  const nextPage = async (): Promise<Column> => {
    while (at < end) {
      const header = await nextHeader();
      const size = header.compressed_page_size;
      if (!(size >= 0 && at + size <= end)) throw new RangeError(`a page of column "${column.name}" leaves its chunk`);
      await have(size);
      const bytes = window.subarray(at - windowStart, at - windowStart + size);
      at += size;
      if (header.type === "DICTIONARY_PAGE") {
        dictionary = dictionaryOf(readDictionary(bytes, header, column, meta), texts);
      } else if (header.type === "DATA_PAGE" || header.type === "DATA_PAGE_V2") {
        const rows = readPage(bytes, header, column, meta, dictionary);
        if (rows.length > 0) return rows;
      }
    }
    throw new RangeError(`column "${column.name}" has fewer values than its row group has rows`);
  };

  return {
    take: async (rows) => {
      const parts: Column[] = [];
      for (let left = rows; left > 0; ) {
        page ??= await nextPage();
        const until = Math.min(page.length, pageAt + left);
        parts.push(sliceColumn(page, pageAt, until));
        left -= until - pageAt;
        pageAt = until;
        if (pageAt < page.length) continue;
        page = undefined;
        pageAt = 0;
      }
      return concat(parts, column.type);
    },
  };
}

const HEADER_BYTES = 4_096; // of a page's header with the usual statistics
const HEADER_BYTES_MAX = 2 ** 26; // statistics hold whole values, which may be long

/** A dictionary of the file; texts get their codes in the dictionary that all row groups share. */
function dictionaryOf(values: Values, texts: SharedTexts): PageDictionary {
  const length = values.kind === "utf8" ? values.offsets.length - 1 : values.values.length;
  const { dictionary } = texts;
  if (values.kind !== "utf8" || dictionary === undefined) return { values, length };
  const codes = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    codes[i] = dictionary.codeOfBytes(values.bytes, values.offsets[i]!, values.offsets[i + 1]!);
  }
  const size = dictionary.size();
  if (size > ENTRIES_ALWAYS && size > texts.rows * ENTRIES_SHARE) texts.dictionary = undefined;
  return { values, length, text: { codes, dictionary } };
}

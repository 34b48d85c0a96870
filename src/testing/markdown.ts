import type { DataFrame } from "../frame/data-frame.ts";
import { type DataType, isNumeric } from "../types/data-type.ts";
import { isoTimestamp, US_PER_DAY } from "../types/time.ts";
import { textOf } from "../kernels/cast.ts";
import { type Cell, cellsOfColumn } from "./cell.ts";
import { valueOfText } from "./cell-text.ts";

/** Which part of a frame is shown. */
export interface MarkdownPart {
  readonly columns?: readonly string[];
  /** From 0. */
  readonly firstRow?: number;
  readonly rows?: number;
}

/**
 * A frame as the `frame` tag reads it, so that it can be pasted into a test. Times on 1970-01-01 are times of day.
 * @example
 * markdown(h.emitted().select("entity", "value"));
 * // | entity | value |
 * // |--------|-------|
 * // | u1     |     1 |
 */
export function markdown(frame: DataFrame<never> | DataFrame<unknown>): string {
  return markdownPart(frame, {});
}

export function markdownPart(frame: DataFrame<never> | DataFrame<unknown>, part: MarkdownPart): string {
  const table = frame.table("markdown()");
  const { firstRow = 0, rows = Number.POSITIVE_INFINITY } = part;
  const all = table.schema.fields.map(({ name }) => name);
  const names = part.columns?.filter((name) => all.includes(name)) ?? all;
  const columns = names.map((name) => {
    const index = all.indexOf(name);
    const type = table.schema.fields[index]?.type ?? { kind: "utf8" };
    const texts = cellsOfColumn(table, index)
      .slice(firstRow, firstRow + rows)
      .map((cell) => cellMarkdown(cell, type));
    const header = headerMarkdown(name);
    return { header, texts, right: isNumeric(type), width: Math.max(3, ...[header, ...texts].map(widthOf)) };
  });
  const count = columns[0]?.texts.length ?? 0;
  const line = (textAt: (column: (typeof columns)[number]) => string): string =>
    `| ${columns.map((column) => padded(textAt(column), column.width, column.right)).join(" | ")} |`;
  return [
    line(({ header }) => header),
    `|${columns.map(({ width }) => "-".repeat(width + 2)).join("|")}|`,
    ...Array.from({ length: count }, (_, row) => line(({ texts }) => texts[row] ?? "")),
  ].join("\n");
}

const widthOf = (text: string): number => [...text].length;

function padded(text: string, width: number, right: boolean): string {
  const space = " ".repeat(width - widthOf(text));
  return right ? space + text : text + space;
}

/** A value as a cell that reads back as the same value. */
export function cellMarkdown({ raw, text }: Pick<Cell, "raw" | "text">, type: DataType): string {
  if (raw === null) return "null";
  if (type.kind === "timestamp") return timeMarkdown(raw as number | bigint);
  if (type.kind !== "utf8") return textOf(raw, type);
  const plain = valueOfText(text, 0);
  const readsBack = plain?.type.kind === "utf8" && plain.raw === text;
  return readsBack && text.trim() === text && !/["|\\`$\p{Cc}\u2028\u2029]/u.test(text) ? text : quoted(text);
}

function timeMarkdown(us: number | bigint): string {
  const iso = isoTimestamp(us);
  return us >= 0 && us < US_PER_DAY ? iso.slice(iso.indexOf("T") + 1).replace(/(?:\.0+)?Z$/, "") : iso;
}

const headerMarkdown = (name: string): string =>
  name !== "" && name.trim() === name && !/["|\\`$:\p{Cc}\u2028\u2029]/u.test(name) ? name : quoted(name);

/** JSON, with the signs of a template literal escaped. */
const quoted = (text: string): string => JSON.stringify(text).replace(/[`$]/g, "\\$&");

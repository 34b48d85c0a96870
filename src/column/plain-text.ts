import { isValid } from "./bitmap.ts";
import type { TextColumn, Utf8Column } from "./column.ts";
import { checkedTextBytes } from "./text.ts";

/** Text in the plain layout; a dictionary column is spelled out. */
export function plainText(column: TextColumn): Utf8Column {
  if (column.kind === "utf8") return column;
  const entries = column.dictionary.values();
  const { codes, length, validity } = column;
  const offsets = new Int32Array(length + 1);
  let size = 0;
  for (let i = 0; i < length; i++) {
    const code = codes[i]!;
    if (isValid(validity, i)) size += entries.offsets[code + 1]! - entries.offsets[code]!;
    offsets[i + 1] = size;
  }
  const bytes = new Uint8Array(checkedTextBytes(size));
  for (let i = 0; i < length; i++) {
    if (offsets[i + 1] === offsets[i]) continue;
    const code = codes[i]!;
    bytes.set(entries.bytes.subarray(entries.offsets[code]!, entries.offsets[code + 1]!), offsets[i]!);
  }
  return { kind: "utf8", length, validity, offsets, bytes };
}

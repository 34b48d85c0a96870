import { bitmapOf, clearBit, fullBitmap, getBit, setBit } from "../column/bitmap.ts";
import type { Bitmap } from "../column/bitmap.ts";
import { columnBuilder } from "../column/builder.ts";
import type { BoolColumn, Column, Float64Column, Int32Column, Int64Column, TextColumn } from "../column/column.ts";
import { grownBytes, grownCapacity, grownFloat64 } from "../column/growable.ts";
import { compareBytes, decodeText } from "../column/text.ts";
import { bigintsOf, exactDoubles } from "../column/int64.ts";
import { type DataType, utf8 } from "../types/data-type.ts";
import { type Accumulator, type AggregateFunction, type AggregateSignature, valuesOnly } from "./accumulator.ts";

/** `max(x)`: the greatest value; NaN is greater than every number, text compares by code point; null for no values. */
export const max: AggregateFunction = {
  name: "max",
  aliases: [],
  doc: "The greatest value; NaN is greater than every number; null for no values.",
  resolve: resolveExtremum,
  create: (signature) => extremum(signature, 1),
};

/** `min(x)`: the least value; null for no values. */
export const min: AggregateFunction = {
  name: "min",
  aliases: [],
  doc: "The least value; NaN is greater than every number; null for no values.",
  resolve: resolveExtremum,
  create: (signature) => extremum(signature, -1),
};

function resolveExtremum(args: readonly DataType[]): AggregateSignature | undefined {
  const [arg] = args;
  return arg === undefined || args.length > 1 ? undefined : { args, type: arg, nullable: true };
}

/** 1 keeps the greatest, -1 the least. */
type Direction = 1 | -1;

function extremum({ type }: AggregateSignature, direction: Direction): Accumulator {
  switch (type.kind) {
    case "utf8":
      return textExtremum(direction);
    case "bool":
      return boolExtremum(direction);
    default:
      return numberExtremum(direction, type);
  }
}

/** Which groups have a value. */
function createSeen(): { ensure(count: number): void; bits(): Uint8Array; clear(group: number): void } {
  let seen: Uint8Array = new Uint8Array(1);
  return {
    ensure: (count) => {
      seen = grownBytes(seen, count);
    },
    bits: () => seen,
    clear: (group) => {
      seen[group] = 0;
    },
  };
}

function numberExtremum(direction: Direction, type: DataType): Accumulator {
  let best: Float64Array = new Float64Array(1);
  let wide: BigInt64Array | null = null; // used instead of `best` once a 64-bit value is not an exact double
  const seen = createSeen();

  const widen = (count: number): BigInt64Array => {
    if (wide === null) wide = BigInt64Array.from(best, (value) => BigInt(Number.isInteger(value) ? value : 0));
    if (wide.length < count) {
      const grown = new BigInt64Array(grownCapacity(wide.length, count));
      grown.set(wide);
      wide = grown;
    }
    return wide;
  };

  const updateWide = (column: Int64Column, groups: Int32Array | null, groupCount: number): void => {
    const target = widen(groupCount);
    const values = bigintsOf(column);
    const has = seen.bits();
    for (let i = 0; i < values.length; i++) {
      const group = groups === null ? 0 : groups[i]!;
      const value = values[i]!;
      if (has[group] === 0 || (direction === 1 ? value > target[group]! : value < target[group]!))
        target[group] = value;
      has[group] = 1;
    }
  };

  const updateDoubles = (values: Float64Array, groups: Int32Array | null): void => {
    const has = seen.bits();
    for (let i = 0; i < values.length; i++) {
      const group = groups === null ? 0 : groups[i]!;
      const value = values[i]!;
      const current = best[group]!;
      const better =
        direction === 1 ? value > current || Number.isNaN(value) : value < current || Number.isNaN(current);
      if (better || has[group] === 0) best[group] = value;
      has[group] = 1;
    }
  };

  return {
    update: ([arg], allGroups, _length, groupCount) => {
      const { column, groups } = valuesOnly(arg!, allGroups);
      best = grownFloat64(best, groupCount);
      seen.ensure(groupCount);
      const doubles = wide === null ? exactDoubles(column as Int64Column | Int32Column | Float64Column) : null;
      if (doubles === null) updateWide(column as Int64Column, groups, groupCount);
      else updateDoubles(doubles, groups);
    },
    finish: (groups) => {
      const has = seen.bits();
      const values = wide ?? best;
      const builder = columnBuilder(type.kind === "timestamp" ? { kind: "bigint" } : type);
      for (const group of groups) builder.append(has[group] === 1 ? values[group] : null);
      return builder.finish();
    },
    clear: seen.clear,
    bytes: () => best.byteLength + (wide?.byteLength ?? 0) + seen.bits().byteLength,
  };
}

function boolExtremum(direction: Direction): Accumulator {
  let best: Uint8Array = new Uint8Array(1);
  const seen = createSeen();
  const wanted = direction === 1;
  return {
    update: ([arg], allGroups, _length, groupCount) => {
      const { column, groups } = valuesOnly(arg!, allGroups);
      const { bits } = column as BoolColumn;
      best = grownBytes(best, groupCount);
      seen.ensure(groupCount);
      const has = seen.bits();
      for (let i = 0; i < column.length; i++) {
        const group = groups === null ? 0 : groups[i]!;
        const value = getBit(bits, i);
        if (has[group] === 0 || value === wanted) best[group] = Number(value);
        has[group] = 1;
      }
    },
    finish: (groups) => {
      const bits = bitmapOf(groups.length);
      for (let i = 0; i < groups.length; i++) if (best[groups[i]!] === 1) setBit(bits, i);
      return { kind: "bool", length: groups.length, validity: unseenAsNull(groups, seen.bits()), bits };
    },
    clear: seen.clear,
    bytes: () => best.byteLength + seen.bits().byteLength,
  };
}

function unseenAsNull(groups: Int32Array, seen: Uint8Array): Bitmap | null {
  let validity: Bitmap | null = null;
  for (let i = 0; i < groups.length; i++) {
    if (seen[groups[i]!] === 1) continue;
    validity ??= fullBitmap(groups.length);
    clearBit(validity, i);
  }
  return validity;
}

/** Keeps the bytes of each group's best value; a new array only when a better value comes. */
function textExtremum(direction: Direction): Accumulator {
  const best: (Uint8Array | undefined)[] = [];
  let held = 0;
  const offer = (group: number, bytes: Uint8Array, start: number, end: number): void => {
    const current = best[group];
    if (current !== undefined && direction * compareBytes(bytes, start, end, current, 0, current.length) <= 0) return;
    held += end - start - (current?.length ?? 0);
    best[group] = bytes.slice(start, end);
  };
  return {
    update: ([arg], allGroups) => {
      const { column, groups } = valuesOnly(arg!, allGroups);
      const text = column as TextColumn;
      const { bytes, offsets } = text.kind === "utf8" ? text : text.dictionary.values();
      for (let i = 0; i < text.length; i++) {
        const entry = text.kind === "utf8" ? i : text.codes[i]!;
        offer(groups === null ? 0 : groups[i]!, bytes, offsets[entry]!, offsets[entry + 1]!);
      }
    },
    finish: (groups): Column => {
      const builder = columnBuilder(utf8);
      for (const group of groups) {
        const bytes = best[group];
        builder.append(bytes === undefined ? null : decodeText(bytes, 0, bytes.length));
      }
      return builder.finish();
    },
    clear: (group) => {
      held -= best[group]?.length ?? 0;
      best[group] = undefined;
    },
    bytes: () => held + best.length * POINTER_BYTES,
  };
}

const POINTER_BYTES = 8; // of an array slot, an upper bound in V8

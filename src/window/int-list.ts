import { grownInt32 } from "../column/growable.ts";

/** A growing list of whole numbers. */
export interface IntList {
  push(value: number): void;
  /** Puts a value before position `at`. */
  insert(at: number, value: number): void;
  at(i: number): number;
  length(): number;
  /** The values in order; valid until the next change. */
  values(): Int32Array;
  bytes(): number;
}

export function createIntList(): IntList {
  let items: Int32Array = new Int32Array(4);
  let length = 0;
  return {
    push: (value) => {
      items = grownInt32(items, length + 1);
      items[length++] = value;
    },
    insert: (at, value) => {
      items = grownInt32(items, length + 1);
      items.copyWithin(at + 1, at, length);
      items[at] = value;
      length++;
    },
    at: (i) => items[i]!,
    length: () => length,
    values: () => items.subarray(0, length),
    bytes: () => items.byteLength,
  };
}

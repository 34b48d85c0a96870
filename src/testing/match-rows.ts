import { type Cell, classOf } from "./cell.ts";

export type CellsEqual = (a: Cell, b: Cell) => boolean;

/** Rows that found no partner, from 0. */
export interface Unmatched {
  /** Of the expected rows. */
  readonly missing: readonly number[];
  /** Of the received rows. */
  readonly surplus: readonly number[];
}

/**
 * Pairs rows that are equal, each with one other, so that as many as possible find a partner (H. W. Kuhn's augmenting
 * paths: with a tolerance a row may equal several, and the first choice may be another row's only one).
 */
export function matchRows(
  received: readonly (readonly Cell[])[],
  expected: readonly (readonly Cell[])[],
  equal: CellsEqual,
): Unmatched {
  const candidates = bucketsOf(received);
  const partnerOf = new Map<number, number>(); // received row -> expected row
  const equalRows = (got: number, want: number): boolean => {
    const [a, b] = [received[got] ?? [], expected[want] ?? []];
    return a.length === b.length && a.every((cell, c) => b[c] !== undefined && equal(cell, b[c]));
  };
  /** Finds a partner for a row, if need be by giving others another one; breadth first, so that no depth is too deep. */
  const place = (want: number): boolean => {
    const bucket = candidates.get(keyOf(expected[want] ?? [])) ?? [];
    const free = bucket.filter((got) => !partnerOf.has(got));
    const direct = free.find((got) => equalRows(got, want));
    if (direct !== undefined) partnerOf.set(direct, want);
    if (direct !== undefined || free.length === 0) return direct !== undefined;
    const reachedFrom = new Map<number, number>(); // received row -> the expected row that would take it
    const queue = [want];
    for (const asking of queue) {
      for (const got of bucket) {
        if (reachedFrom.has(got) || !equalRows(got, asking)) continue;
        reachedFrom.set(got, asking);
        const holder = partnerOf.get(got);
        if (holder !== undefined) queue.push(holder);
        else {
          handOver(got, want, reachedFrom, partnerOf);
          return true;
        }
      }
    }
    return false;
  };
  const missing = expected.flatMap((_, want) => (place(want) ? [] : [want]));
  return { missing, surplus: received.flatMap((_, got) => (partnerOf.has(got) ? [] : [got])) };
}

/** Gives a free row to the one that reached it, that one's old row to the one that reached that, and so on to `want`. */
function handOver(
  free: number,
  want: number,
  reachedFrom: ReadonlyMap<number, number>,
  partnerOf: Map<number, number>,
): void {
  const heldBy = new Map([...partnerOf].map(([got, holder]) => [holder, got]));
  for (let got: number | undefined = free; got !== undefined; ) {
    const taker = reachedFrom.get(got);
    if (taker === undefined) return;
    partnerOf.set(got, taker);
    got = taker === want ? undefined : heldBy.get(taker);
  }
}

/** The received rows by what must be the same in any case. */
function bucketsOf(rows: readonly (readonly Cell[])[]): Map<string, number[]> {
  const buckets = new Map<string, number[]>();
  rows.forEach((row, i) => {
    const key = keyOf(row);
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [i]);
    else bucket.push(i);
  });
  return buckets;
}

/** All but the numbers, which a tolerance may let differ. */
const keyOf = (row: readonly Cell[]): string =>
  JSON.stringify(
    row.map((cell) =>
      cell.raw === null ? null : classOf(cell) === "number" ? 0 : `${classOf(cell)} ${String(cell.raw)}`,
    ),
  );

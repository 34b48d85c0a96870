import type { Column } from "../column/column.ts";
import { grownInt32 } from "../column/growable.ts";
import { type KeyEncoder, keyEncoder } from "../kernels/key-encoder.ts";
import { createPairTable, type PairTable } from "../kernels/pair-table.ts";
import { take } from "../kernels/take.ts";
import { type Accumulator, valuesOnly } from "./accumulator.ts";

const REBUILD_MIN = 1_024; // values of cleared groups that are never worth a rebuild

/**
 * An aggregate over the distinct values of its first argument, as in `count(distinct x)`: only the first row of each
 * (group, value) reaches it. Exact; memory grows with the distinct values of the groups in use.
 */
export function distinctAccumulator(inner: Accumulator): Accumulator {
  let kind: Column["kind"] = "int64";
  let encoder: KeyEncoder | undefined;
  let pairs: PairTable = createPairTable(); // (identity of a group, number of a value)
  let counts: Int32Array = new Int32Array(1); // values of each group
  let forgotten = 0; // values of cleared groups that are still in `pairs`
  // A cleared group gets a new identity, so that its old values are forgotten.
  const identities = new Map<number, number>();
  let nextIdentity = -1;

  /** Keeps only the values of groups in use: costs in proportion to the table, after as many were cleared. */
  const rebuild = (): void => {
    const groupOf = new Map([...identities].map(([group, identity]) => [identity, group]));
    const [firsts, seconds] = [pairs.firsts(), pairs.seconds()];
    const groups: number[] = [];
    const numbers: number[] = [];
    for (let pair = 0; pair < pairs.size(); pair++) {
      const identity = firsts[pair]!;
      const group = identity < 0 ? groupOf.get(identity) : identities.has(identity) ? undefined : identity;
      if (group === undefined) continue;
      groups.push(group);
      numbers.push(seconds[pair]!);
    }
    const renumbered = new Int32Array(numbers.length);
    const values = encoder?.values(Int32Array.from(numbers));
    encoder = keyEncoder(kind);
    if (values !== undefined) encoder.encode(values, renumbered);
    pairs = createPairTable();
    groups.forEach((group, i) => pairs.intern(group, renumbered[i]!));
    identities.clear();
    forgotten = 0;
  };

  return {
    update: ([arg], allGroups, _length, groupCount) => {
      const { column, groups } = valuesOnly(arg!, allGroups);
      if (encoder === undefined) encoder = keyEncoder((kind = column.kind));
      counts = grownInt32(counts, groupCount);
      const numbers = new Int32Array(column.length);
      encoder.encode(column, numbers);
      const fresh = new Int32Array(column.length);
      let n = 0;
      for (let i = 0; i < column.length; i++) {
        const group = groups === null ? 0 : groups[i]!;
        const before = pairs.size();
        if (pairs.intern(identities.get(group) ?? group, numbers[i]!) !== before) continue;
        fresh[n++] = i;
        counts[group]! += 1;
      }
      const rows = fresh.subarray(0, n);
      const taken: Column = n === column.length ? column : take(column, rows);
      const freshGroups = groups === null ? null : Int32Array.from(rows, (row) => groups[row]!);
      inner.update([taken], freshGroups, n, groupCount);
    },
    finish: inner.finish,
    clear: (group) => {
      inner.clear(group);
      const values = counts[group] ?? 0;
      if (values === 0) return;
      counts[group] = 0;
      forgotten += values;
      identities.set(group, nextIdentity--);
      if (forgotten > REBUILD_MIN && forgotten * 2 > pairs.size()) rebuild();
    },
    bytes: () => inner.bytes() + counts.byteLength + pairs.firsts().byteLength * 3,
  };
}

/** What became of a message. Every message ends in exactly one. */
export const dispositions = [
  "applied",
  "skipped",
  "parse-failed",
  "invalid",
  "no-timestamp",
  "null-key",
  "late",
  "duplicate",
  "failed",
] as const;

export type Disposition = (typeof dispositions)[number];

/** How many messages a source was given, and what became of them. The dispositions add up to `pushed`. */
export type SourceLedger = { readonly pushed: number } & Readonly<Record<Disposition, number>>;

/** Ledgers by source name. */
export type Ledger = Readonly<Record<string, SourceLedger>>;

/** A disposition as a small number, for arrays of them. */
export const code = (disposition: Disposition): number => dispositions.indexOf(disposition);

export const APPLIED: number = code("applied");
const FAILED = code("failed");

/**
 * One disposition for a message that several resolvers saw: failed if any failed on it, else applied if any took it,
 * else what the first resolver said.
 */
export function combined(each: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = each;
  if (first === undefined || each.length === 1) return first ?? new Uint8Array(length);
  const out = first.slice();
  for (let i = 0; i < length; i++) {
    for (const codes of each) {
      const own = codes[i];
      if (own === FAILED || (own === APPLIED && out[i] !== FAILED)) out[i] = own;
    }
  }
  return out;
}

/** Counts of dispositions. */
export type Counts = Record<Disposition, number>;

export const noCounts = (): Counts => Object.fromEntries(dispositions.map((each) => [each, 0])) as Counts;

export function addCounts(counts: Counts, codes: Uint8Array): void {
  const sums = new Float64Array(dispositions.length);
  for (const each of codes) sums[each] = (sums[each] ?? 0) + 1;
  dispositions.forEach((disposition, i) => {
    counts[disposition] += sums[i] ?? 0;
  });
}

/** @throws RangeError where a message was lost or counted twice, which no input can bring about */
export function ledgerOf(pushed: number, counts: Counts): SourceLedger {
  const sum = dispositions.reduce((total, disposition) => total + counts[disposition], 0);
  if (sum !== pushed) throw new RangeError(`the ledger does not add up: ${pushed} pushed, ${sum} accounted for`);
  return { pushed, ...counts };
}

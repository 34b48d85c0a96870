import { range } from "../column/pick.ts";
import { compareText } from "../column/text.ts";
import { type Caused, type Chunk, type Emission, emissionsOfRow, emissionsPerRow, entityAt } from "./emission.ts";

/** Emissions in order, kept as columns until they are read. */
export interface Emissions extends Iterable<Emission> {
  readonly length: number;
  toArray(): Emission[];
  /** The chunks behind them, in order; for writers that want columns. */
  readonly runs: readonly Run[];
}

/** Rows of some chunks in the order in which they are given out. */
export interface Run {
  readonly chunks: readonly Chunk[];
  /** For each row the position of its chunk; null where there is one chunk. */
  readonly chunkOf: Int32Array | null;
  readonly rowOf: Int32Array;
  readonly firstSeq: number;
}

export interface EmissionLog {
  /** Takes all that one push or advance has caused. */
  append(caused: readonly Caused[]): void;
  drain(): Emissions;
  nextSeq(): number;
}

export function createEmissionLog(): EmissionLog {
  let runs: Run[] = [];
  let seq = 0;
  return {
    append: (caused) => {
      for (const run of ordered(caused)) {
        runs.push({ ...run, firstSeq: seq });
        seq += lengthOf(run);
      }
    },
    drain: () => {
      const taken = runs;
      runs = [];
      return emissionsOf(taken);
    },
    nextSeq: () => seq,
  };
}

function lengthOf({ chunks, chunkOf, rowOf }: Omit<Run, "firstSeq">): number {
  const perRow = chunks.map(emissionsPerRow);
  if (chunkOf === null) return rowOf.length * perRow[0]!;
  let sum = 0;
  for (let i = 0; i < rowOf.length; i++) sum += perRow[chunkOf[i]!]!;
  return sum;
}

/** Emissions over runs of chunks. */
export function emissionsOf(runs: readonly Run[]): Emissions {
  function* iterate(): Iterator<Emission> {
    for (const { chunks, chunkOf, rowOf, firstSeq } of runs) {
      let seq = firstSeq;
      for (let i = 0; i < rowOf.length; i++) {
        for (const emission of emissionsOfRow(chunks[chunkOf === null ? 0 : chunkOf[i]!]!, rowOf[i]!, seq)) {
          yield emission;
          seq++;
        }
      }
    }
  }
  return {
    runs,
    length: runs.reduce((sum, run) => sum + lengthOf(run), 0),
    [Symbol.iterator]: iterate,
    toArray: () => [...{ [Symbol.iterator]: iterate }],
  };
}

const PHASES = { mapping: 0, correction: 1, closing: 2 } as const;

/**
 * Puts chunks in the order that semantics fix: by the message that caused them; there, mappings by resolver, then
 * corrections, then closing windows by end, key, window length and resolver.
 */
function ordered(caused: readonly Caused[]): Omit<Run, "firstSeq">[] {
  const runs: Omit<Run, "firstSeq">[] = [];
  const mappings = mappingRows(caused.filter(({ phase }) => phase === "mapping"));
  let mapped = 0;
  const mapUntil = (cause: number): void => {
    const from = mapped;
    while (mapped < mappings.causes.length && mappings.causes[mapped]! <= cause) mapped++;
    if (mapped === from) return;
    const chunkOf = mappings.chunkOf === null ? null : mappings.chunkOf.subarray(from, mapped);
    runs.push({ chunks: mappings.chunks, chunkOf, rowOf: mappings.rowOf.subarray(from, mapped) });
  };
  for (const group of groupsAtOnce(caused.filter(({ phase }) => phase !== "mapping"))) {
    mapUntil(causeOf(group[0]!, 0));
    runs.push(
      group.length === 1
        ? { chunks: [group[0]!.chunk], chunkOf: null, rowOf: rowsInOrder(group[0]!) }
        : byEntity(group),
    );
  }
  mapUntil(Number.POSITIVE_INFINITY);
  return runs.filter(({ rowOf }) => rowOf.length > 0);
}

const causeOf = ({ cause }: Caused, row: number): number => (typeof cause === "number" ? cause : cause[row]!);

/** The rows of all mappings by message, then by resolver. */
function mappingRows(mappings: readonly Caused[]): Omit<Run, "firstSeq"> & { readonly causes: Int32Array } {
  const chunks = mappings.map(({ chunk }) => chunk);
  const [only] = mappings;
  if (only !== undefined && mappings.length === 1) {
    const rowOf = rowsInOrder(only);
    const { cause } = only;
    return {
      chunks,
      chunkOf: null,
      rowOf,
      causes: typeof cause === "number" ? new Int32Array(rowOf.length).fill(cause) : cause,
    };
  }
  const total = chunks.reduce((sum, { entities }) => sum + entities.length, 0);
  const [chunkOf, rowOf, causes] = [new Int32Array(total), new Int32Array(total), new Int32Array(total)];
  const next = mappings.map(() => 0);
  for (let i = 0; i < total; i++) {
    let best = -1;
    let bestCause = Number.POSITIVE_INFINITY;
    mappings.forEach((each, c) => {
      const row = next[c]!;
      if (row >= each.chunk.entities.length) return;
      const cause = causeOf(each, row);
      if (cause < bestCause) [best, bestCause] = [c, cause];
    });
    chunkOf[i] = best;
    rowOf[i] = next[best]!++;
    causes[i] = bestCause;
  }
  return { chunks, chunkOf, rowOf, causes };
}

/** What one message corrected, and windows with one end that it closed, in the order of their causes. */
function groupsAtOnce(caused: readonly Caused[]): Caused[][] {
  const end = ({ chunk, phase }: Caused): number => (phase === "closing" ? endOf(chunk) : 0);
  const compare = (a: Caused, b: Caused): number =>
    causeOf(a, 0) - causeOf(b, 0) || PHASES[a.phase] - PHASES[b.phase] || ascending(end(a), end(b));
  const groups: Caused[][] = [];
  for (const each of [...caused].sort(compare)) {
    const last = groups.at(-1);
    const [first] = last ?? [];
    if (last !== undefined && first !== undefined && compare(first, each) === 0) last.push(each);
    else groups.push([each]);
  }
  return groups;
}

/** Infinite bounds are equal, where their difference would be no number. */
const ascending = (a: number, b: number): number => (a === b ? 0 : a - b);
const endOf = ({ window }: Chunk): number => window?.endUs ?? 0;
const startOf = ({ window }: Chunk): number => window?.startUs ?? 0;

/** The rows of several windows by end, key, window length and resolver. */
function byEntity(group: readonly Caused[]): Omit<Run, "firstSeq"> {
  const entries = group.flatMap((each, c) =>
    Array.from({ length: each.chunk.entities.length }, (_, row) => ({
      c,
      row,
      entity: entityAt(each.chunk, row),
      ...each,
    })),
  );
  entries.sort(
    (a, b) =>
      ascending(endOf(a.chunk), endOf(b.chunk)) ||
      compareEntities(a.entity, b.entity) ||
      ascending(startOf(b.chunk), startOf(a.chunk)) ||
      a.order - b.order ||
      a.row - b.row,
  );
  return {
    chunks: group.map(({ chunk }) => chunk),
    chunkOf: Int32Array.from(entries, ({ c }) => c),
    rowOf: Int32Array.from(entries, ({ row }) => row),
  };
}

type Entity = ReturnType<typeof entityAt>;

/** Text by code point, numbers by value, numbers before text. */
export function compareEntities(a: Entity, b: Entity): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (typeof a === "string" || typeof b === "string")
    return Number(typeof a === "string") - Number(typeof b === "string");
  return Number(a! > b!) - Number(a! < b!);
}

/** The rows of a chunk: windows that close by key, all else as it came. */
function rowsInOrder({ chunk, phase }: Caused): Int32Array {
  const rows = range(0, chunk.entities.length);
  if (phase !== "closing" || rows.length < 2) return rows;
  const keys = Array.from(rows, (row) => entityAt(chunk, row));
  return rows.sort((a, b) => compareEntities(keys[a]!, keys[b]!));
}

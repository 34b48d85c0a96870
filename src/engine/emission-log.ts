import { pickInt32, range } from "../column/pick.ts";
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
const endOf = (chunk: Chunk | undefined): number => chunk?.window?.endUs ?? 0;
const startOf = (chunk: Chunk | undefined): number => chunk?.window?.startUs ?? 0;

/** The rows of several windows by end, key, window length and resolver. */
function byEntity(group: readonly Caused[]): Omit<Run, "firstSeq"> {
  const chunks = group.map(({ chunk }) => chunk);
  const total = chunks.reduce((sum, { entities }) => sum + entities.length, 0);
  const [chunkOf, rowOf] = [new Int32Array(total), new Int32Array(total)];
  const entities: Entity[] = [];
  // Windows with one end, in the order of those that share an entity.
  const places = range(0, chunks.length).sort((a, b) => byPlace(group, a, b));
  const rank = new Int32Array(chunks.length);
  places.forEach((c, at) => (rank[c] = at));
  chunks.forEach((chunk, c) => {
    for (let row = 0; row < chunk.entities.length; row++) {
      [chunkOf[entities.length], rowOf[entities.length]] = [c, row];
      entities.push(entityAt(chunk, row));
    }
  });
  const compare = comparisonOf(entities);
  const order = range(0, total).sort((i, j) => {
    const [a, b] = [chunkOf[i] ?? 0, chunkOf[j] ?? 0];
    const ends = a === b ? 0 : ascending(endOf(chunks[a]), endOf(chunks[b]));
    return ends || compare(entities[i] ?? null, entities[j] ?? null) || (rank[a] ?? 0) - (rank[b] ?? 0) || i - j;
  });
  return { chunks, chunkOf: pickInt32(chunkOf, order), rowOf: pickInt32(rowOf, order) };
}

/** By window length, then by resolver. */
const byPlace = (group: readonly Caused[], a: number, b: number): number =>
  ascending(startOf(group[b]?.chunk), startOf(group[a]?.chunk)) ||
  (group[a]?.order ?? 0) - (group[b]?.order ?? 0) ||
  a - b;

type Entity = ReturnType<typeof entityAt>;

/** Text by code point, numbers by value, numbers before text. */
export function compareEntities(a: Entity, b: Entity): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (typeof a === "string" || typeof b === "string")
    return Number(typeof a === "string") - Number(typeof b === "string");
  return Number(a! > b!) - Number(a! < b!);
}

const BEYOND_UNITS = /[\uD800-\uFFFF]/; // from here on the order of UTF-16 units is not that of code points

/** As `compareEntities`; for text whose units stand in the order of its code points the engine's own, faster order. */
function comparisonOf(entities: readonly Entity[]): (a: Entity, b: Entity) => number {
  if (entities.some((entity) => typeof entity !== "string" || BEYOND_UNITS.test(entity))) return compareEntities;
  return (a, b) => (a === b ? 0 : (a ?? "") < (b ?? "") ? -1 : 1);
}

/** The rows of a chunk: windows that close by key, all else as it came. */
function rowsInOrder({ chunk, phase }: Caused): Int32Array {
  const rows = range(0, chunk.entities.length);
  if (phase !== "closing" || rows.length < 2) return rows;
  const keys = Array.from(rows, (row) => entityAt(chunk, row));
  const compare = comparisonOf(keys);
  return rows.sort((a, b) => compare(keys[a] ?? null, keys[b] ?? null));
}

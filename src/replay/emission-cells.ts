import type { Column } from "../column/column.ts";
import type { Correction, Chunk } from "../engine/emission.ts";
import type { Emissions } from "../engine/emission-log.ts";
import type { DataType } from "../types/data-type.ts";
import { type EpochUs, US_PER_MS } from "../types/time.ts";

/** Where an emission's parts stand. One object serves them all: copy what is kept. */
export interface EmissionCell {
  chunk: Chunk;
  row: number;
  /** The feature's place in the chunk. */
  feature: number;
  fqn: string;
  type: DataType;
  /** Null where the emission retracts. */
  values: Column | null;
  revision: number;
  retracted: boolean;
  seq: number;
}

/** The emissions in order, without making their values. */
export function* emissionCells({ runs }: Emissions): Generator<EmissionCell> {
  let cell: EmissionCell | undefined;
  for (const { chunks, chunkOf, rowOf, firstSeq } of runs) {
    let seq = firstSeq;
    for (let i = 0; i < rowOf.length; i++) {
      const chunk = chunks[chunkOf?.[i] ?? 0];
      if (chunk === undefined) continue;
      const row = rowOf[i] ?? 0;
      for (let feature = 0; feature < chunk.features.length; feature++) {
        const revision = revisionOf(chunk.correction, feature);
        const { fqn, type } = chunk.features[feature] ?? { fqn: "", type: { kind: "null" } };
        if (revision === -1) continue;
        const retracted = chunk.correction?.retracted ?? false;
        const values = retracted ? null : (chunk.values[feature] ?? null);
        cell = Object.assign(cell ?? {}, { chunk, row, feature, fqn, type, values, revision, retracted, seq });
        yield cell;
        seq++;
      }
    }
  }
}

const revisionOf = (correction: Correction | undefined, feature: number): number =>
  correction === undefined ? 0 : (correction.revisions[feature] ?? -1);

const DATE_MAX_US = 8_640_000_000_000_000n * BigInt(US_PER_MS); // the latest `Date` (ECMA-262), for a time without bound

/** A time that is finite; without bound it is the earliest or latest that a `Date` can be. */
export const boundUs = (us: number): EpochUs => (Number.isFinite(us) ? us : us > 0 ? DATE_MAX_US : -DATE_MAX_US);

export const observedUs = ({ observedAtUs }: Chunk, row: number): number =>
  typeof observedAtUs === "number" ? observedAtUs : (observedAtUs[row] ?? 0);

import { dateOfBound } from "./emission.ts";
import type { Lane } from "./lane.ts";
import type { SourceState } from "./source-state.ts";

/** A window of one key that has messages but has not been emitted, and why. */
export interface Pending {
  readonly resolver: string;
  readonly source: string;
  readonly key: string | number | bigint | boolean | null;
  readonly window: { readonly start: Date; readonly end: Date; readonly label: string };
  /** The watermark that closes it; null for a window without end, which only `finish()` closes. */
  readonly closesAt: Date | null;
  /** Where the watermark stands; null before the first message. */
  readonly watermark: Date | null;
  /** In words. */
  readonly waitsFor: string;
}

export function pendingOf(lanes: readonly Lane[], sources: ReadonlyMap<string, SourceState>): Pending[] {
  return lanes.flatMap((lane) => {
    const source = sources.get(lane.resolver.source.name)!;
    return lane.pending().flatMap(({ startUs, endUs, label, keys }) =>
      keys.map((key) => ({
        resolver: lane.resolver.name,
        source: source.source.name,
        key,
        window: { start: dateOfBound(startUs), end: dateOfBound(endUs), label },
        closesAt: Number.isFinite(endUs) ? dateOfBound(endUs) : null,
        watermark: Number.isFinite(source.watermark.atUs) ? dateOfBound(source.watermark.atUs) : null,
        waitsFor: waitsFor(source, endUs),
      })),
    );
  });
}

function waitsFor({ source, watermark }: SourceState, endUs: number): string {
  if (!Number.isFinite(endUs)) return "a window without end closes at finish()";
  const message = dateOfBound(endUs + source.outOfOrdernessUs).toISOString();
  const stands = Number.isFinite(watermark.atUs) ? dateOfBound(watermark.atUs).toISOString() : "nowhere yet";
  return `the watermark of "${source.name}" stands at ${stands}; a message at or after ${message}, or advanceTo("${dateOfBound(endUs).toISOString()}"), closes it`;
}

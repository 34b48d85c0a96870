import { dateOfBound } from "./emission.ts";
import type { Lane } from "./lane.ts";
import type { SourceState } from "./source-state.ts";

/** Where an engine stands. */
export interface Stats {
  readonly emitted: number;
  /** Dead letters that were not kept because nobody drained them. */
  readonly deadLettersDropped: number;
  readonly sources: Readonly<
    Record<string, { readonly pushed: number; readonly watermark: Date | null; readonly latest: Date | null }>
  >;
  readonly resolvers: Readonly<Record<string, { readonly stateBytes: number; readonly pendingWindows: number }>>;
}

const dateOrNull = (us: number): Date | null => (Number.isFinite(us) ? dateOfBound(us) : null);

export function statsOf(
  lanes: readonly Lane[],
  sources: ReadonlyMap<string, SourceState>,
  emitted: number,
  deadLettersDropped: number,
): Stats {
  return {
    emitted,
    deadLettersDropped,
    sources: Object.fromEntries(
      [...sources].map(([name, { pushed, watermark }]) => [
        name,
        { pushed, watermark: dateOrNull(watermark.atUs), latest: dateOrNull(watermark.latestUs) },
      ]),
    ),
    resolvers: Object.fromEntries(
      lanes.map((lane) => [lane.resolver.name, { stateBytes: lane.bytes(), pendingWindows: lane.pending().length }]),
    ),
  };
}

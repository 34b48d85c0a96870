import type { Emissions } from "../engine/emission-log.ts";

/**
 * Writes emissions to a file, beside which they are first written under another name, so that a file with this name is
 * always whole. The ending says how: `.ndjson` has one JSON object a line (resolver, feature, entity, window, value,
 * revision, observedAt, retracted, seq; 64-bit integers exact as JSON numbers), `.arrow` is an Arrow IPC file with the
 * columns seq, resolver, feature, entity, window_start, window_end, value, revision, observed_at and retracted.
 * A column `value` for several types of features holds text unless all values are numbers that one type holds exactly.
 *
 * @throws recording.format for another ending; recording.missing where the file cannot be written
 * @example await writeEmissions(run.emissions, "features.arrow");
 */
export function writeEmissions(emissions: Emissions, path: string): Promise<void> {
  throw new Error(`not yet ${emissions.length} ${path}`);
}

/**
 * The watermark of a source: no message with an earlier time is expected. It is the largest time seen minus the
 * out-of-orderness, or the last advance if that is later; it moves with every message and never goes back.
 */
export interface Watermark {
  /** Microseconds; `-Infinity` before the first message. */
  readonly atUs: number;
  /** The largest message time or advance: what this source adds to the engine's clock. */
  readonly latestUs: number;
}

export const initialWatermark: Watermark = { atUs: Number.NEGATIVE_INFINITY, latestUs: Number.NEGATIVE_INFINITY };

/** Messages in order of arrival: the watermark after each of them, and in the end. A time of NaN moves nothing. */
export function observed(
  watermark: Watermark,
  times: Float64Array,
  outOfOrdernessUs: number,
): { after: Float64Array; watermark: Watermark } {
  let { atUs, latestUs } = watermark;
  const after = new Float64Array(times.length);
  for (let i = 0; i < times.length; i++) {
    const time = times[i]!;
    if (time > latestUs) latestUs = time;
    if (time - outOfOrdernessUs > atUs) atUs = time - outOfOrdernessUs;
    after[i] = atUs;
  }
  return { after, watermark: { atUs, latestUs } };
}

/** The watermark after an advance of event time. */
export const advanced = (watermark: Watermark, toUs: number): Watermark => ({
  atUs: Math.max(watermark.atUs, toUs),
  latestUs: Math.max(watermark.latestUs, toUs),
});

/** The first position of a watermark that has reached a time, in watermarks that never go back. */
export function firstReaching(watermarks: Float64Array, us: number): number {
  let [low, high] = [0, watermarks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (watermarks[middle]! < us) low = middle + 1;
    else high = middle;
  }
  return low;
}

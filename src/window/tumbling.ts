/** Windows `[start, end)` of one length, aligned to the Unix epoch. An infinite length is one window without bounds. */
export const windowStart = (timeUs: number, lengthUs: number): number =>
  lengthUs === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : Math.floor(timeUs / lengthUs) * lengthUs;

export const windowEnd = (startUs: number, lengthUs: number): number =>
  lengthUs === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : startUs + lengthUs;

/** The start of the last window that ended at or before a time. */
export const lastEndedStart = (timeUs: number, lengthUs: number): number =>
  windowStart(timeUs, lengthUs) - (lengthUs === Number.POSITIVE_INFINITY ? 0 : lengthUs);

/** What is kept for each window of one length, with the starts in order. */
export interface WindowMap<Kept> {
  get(startUs: number): Kept | undefined;
  /** What is kept for a window; made where there is nothing yet. */
  at(startUs: number): Kept;
  /** In ascending order; valid until the next change. */
  starts(): readonly number[];
  values(): Iterable<Kept>;
  delete(startUs: number): void;
}

export function createWindowMap<Kept>(make: () => Kept): WindowMap<Kept> {
  const windows = new Map<number, Kept>();
  const starts: number[] = [];

  const position = (startUs: number): number => {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! < startUs) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    get: (startUs) => windows.get(startUs),
    at: (startUs) => {
      const known = windows.get(startUs);
      if (known !== undefined) return known;
      const made = make();
      windows.set(startUs, made);
      const last = starts.at(-1);
      if (last === undefined || last < startUs) starts.push(startUs);
      else starts.splice(position(startUs), 0, startUs);
      return made;
    },
    starts: () => starts,
    values: () => windows.values(),
    delete: (startUs) => {
      if (windows.delete(startUs)) starts.splice(position(startUs), 1);
    },
  };
}

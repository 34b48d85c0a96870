/** A map from whole numbers from 0 to whole numbers from 0: two typed arrays, at most half full. */
export interface IntMap {
  /** The value, or -1. */
  get(key: number): number;
  set(key: number, value: number): void;
  size(): number;
  bytes(): number;
}

const FIRST_SLOTS = 8;
const GOLDEN = 0x9e3779b1; // 2^32 / golden ratio: Fibonacci hashing (Knuth, TAOCP 3, 6.4)

export function createIntMap(): IntMap {
  let keys: Int32Array = new Int32Array(FIRST_SLOTS).fill(-1);
  let values: Int32Array = new Int32Array(FIRST_SLOTS);
  let shift = 29; // 32 - log2(slots)
  let size = 0;

  const slotOf = (key: number): number => {
    const mask = keys.length - 1;
    let slot = Math.imul(key, GOLDEN) >>> shift;
    while (keys[slot] !== key && keys[slot] !== -1) slot = (slot + 1) & mask;
    return slot;
  };

  const grow = (): void => {
    const [oldKeys, oldValues] = [keys, values];
    keys = new Int32Array(oldKeys.length * 2).fill(-1);
    values = new Int32Array(oldKeys.length * 2);
    shift -= 1;
    oldKeys.forEach((key, slot) => {
      if (key === -1) return;
      const to = slotOf(key);
      keys[to] = key;
      values[to] = oldValues[slot]!;
    });
  };

  return {
    get: (key) => {
      const slot = slotOf(key);
      return keys[slot] === -1 ? -1 : values[slot]!;
    },
    set: (key, value) => {
      let slot = slotOf(key);
      if (keys[slot] === -1) {
        if ((size + 1) * 2 > keys.length) {
          grow();
          slot = slotOf(key);
        }
        keys[slot] = key;
        size++;
      }
      values[slot] = value;
    },
    size: () => size,
    bytes: () => keys.byteLength + values.byteLength,
  };
}

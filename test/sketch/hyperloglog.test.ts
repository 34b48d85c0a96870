import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TidemarkError } from "../../src/errors.ts";
import { HyperLogLog, stateOf } from "../../src/sketch/hyperloglog.ts";
import { murmur3 } from "../../src/sketch/murmur3.ts";
import { registersOf } from "../../src/sketch/sketch.ts";
import { toDenseBytes } from "../../src/sketch/registers.ts";
import { hashesFrom, randomFrom, toHex, values } from "./support.ts";

const of = (list: Iterable<number>, precision = 12): HyperLogLog => {
  const sketch = new HyperLogLog({ precision });
  for (const value of list) sketch.add(value);
  return sketch;
};

const bytesOf = (sketch: HyperLogLog): string => toHex(sketch.toBytes());
const copyOf = (sketch: HyperLogLog): HyperLogLog => HyperLogLog.fromBytes(sketch.toBytes());
const merged = (a: HyperLogLog, b: HyperLogLog): HyperLogLog => copyOf(a).merge(b);
const registersIn = (sketch: HyperLogLog): Uint8Array => toDenseBytes(registersOf(stateOf(copyOf(sketch))));

const codeOf = (action: () => unknown): string | undefined => {
  try {
    action();
  } catch (error) {
    return error instanceof TidemarkError ? error.code : String(error);
  }
  return undefined;
};

describe("a sketch", () => {
  it("is exact to 256 distinct values, whatever their order and number", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(300), fc.string(), fc.double(), fc.boolean()), { maxLength: 300 }),
        (list) => {
          const sketch = new HyperLogLog({ precision: 4 });
          for (const value of [...list, ...list]) sketch.add(value);
          const distinct = new Set(list.map((x) => (typeof x === "boolean" ? Number(x) : Object.is(x, -0) ? 0 : x)))
            .size;
          fc.pre(distinct <= 256);
          expect(sketch.estimate()).toBe(distinct);
          expect(sketch.bounds()).toEqual({ estimate: distinct, low: distinct, high: distinct });
        },
      ),
    );
    const sketch = new HyperLogLog();
    for (let n = 1; n <= 256; n++) {
      for (let again = 0; again < 3; again++) sketch.add(`value ${n}`).add(`value ${1 + (n >> (1 + again))}`);
      expect(sketch.estimate()).toBe(n);
    }
  });

  it("goes from EMPTY over EXPLICIT and SPARSE to FULL", () => {
    const kinds = [0, 1, 256, 257, 1400, 2000].map((count) => of(Array.from({ length: count }, (_, i) => i)).kind);
    expect(kinds).toEqual(["EMPTY", "EXPLICIT", "EXPLICIT", "SPARSE", "SPARSE", "FULL"]);
  });

  it("depends on the set of values alone", () => {
    fc.assert(
      fc.property(values, fc.constantFrom(4, 10, 12, 14), (list, precision) => {
        const expected = bytesOf(of(new Set(list), precision));
        expect(bytesOf(of(list, precision))).toBe(expected);
        expect(
          bytesOf(
            of(
              [...list].sort((a, b) => a - b),
              precision,
            ),
          ),
        ).toBe(expected);
        expect(bytesOf(of([...list, ...list], precision))).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("is not changed by being read in between", () => {
    const read = new HyperLogLog();
    const unread = new HyperLogLog();
    const next = randomFrom(3);
    for (let i = 0; i < 3000; i++) {
      const value = next(1500);
      read.add(value);
      unread.add(value);
      if (i % 7 === 0) read.estimate();
      if (i % 100 === 0) read.toBytes();
    }
    expect(bytesOf(read)).toBe(bytesOf(unread));
  });

  it("has the same registers whether read before or after its hashes became registers", () => {
    for (const count of [100, 256, 257, 1365, 1600, 5000]) {
      const hashes = hashesFrom(count, count);
      const sketch = new HyperLogLog();
      const expected = new Uint8Array(4096);
      for (let i = 0; i < hashes.length; i += 2) {
        sketch.addHash(hashes[i]!, hashes[i + 1]!);
        const rest = (BigInt.asUintN(64, (BigInt(hashes[i + 1]!) << 32n) | BigInt(hashes[i]! >>> 0)) >> 12n).toString(
          2,
        );
        const rank = rest.length - rest.lastIndexOf("1");
        const index = hashes[i]! & 4095;
        expected[index] = Math.max(expected[index]!, rank);
      }
      expect(registersIn(sketch)).toEqual(expected);
    }
  });
});

describe("merge", () => {
  it("is commutative, associative and idempotent, and equals one pass over all values", () => {
    fc.assert(
      fc.property(values, values, values, fc.constantFrom(4, 12, 15), (a, b, c, precision) => {
        const [x, y, z] = [of(a, precision), of(b, precision), of(c, precision)];
        const before = [x, y, z].map(bytesOf);
        const expected = bytesOf(of([...a, ...b, ...c], precision));
        expect(bytesOf(merged(merged(x, y), z))).toBe(expected);
        expect(bytesOf(merged(x, merged(y, z)))).toBe(expected);
        expect(bytesOf(merged(z, merged(y, x)))).toBe(expected);
        expect(bytesOf(merged(x, x))).toBe(before[0]);
        expect(bytesOf(copyOf(y).merge(y))).toBe(before[1]);
        expect([x, y, z].map(bytesOf)).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  it("with itself changes nothing", () => {
    for (const count of [0, 10, 300, 3000]) {
      const sketch = of(Array.from({ length: count }, (_, i) => i));
      const before = bytesOf(sketch);
      expect(bytesOf(sketch.merge(sketch))).toBe(before);
    }
  });

  it.each([0, 0.5, 1])("of many parts that share %d of their values loses nothing", (shared) => {
    const whole = new HyperLogLog();
    const union = new HyperLogLog();
    for (let part = 0; part < 64; part++) {
      const sketch = new HyperLogLog();
      for (let i = 0; i < 512; i++) {
        const value = i < shared * 512 ? i : 1000 * (part + 1) + i;
        sketch.add(value);
        whole.add(value);
      }
      union.merge(sketch);
    }
    expect(bytesOf(union)).toBe(bytesOf(whole));
  });

  it("refuses another precision, and what is no sketch", () => {
    expect(codeOf(() => new HyperLogLog().merge(new HyperLogLog({ precision: 11 })))).toBe("sketch.incompatible");
    expect(codeOf(() => new HyperLogLog().merge({} as HyperLogLog))).toBe("sketch.invalid");
    expect(codeOf(() => new HyperLogLog().merge(null as unknown as HyperLogLog))).toBe("sketch.invalid");
  });
});

describe("values", () => {
  const one = (add: (sketch: HyperLogLog) => void): string => {
    const sketch = new HyperLogLog();
    add(sketch);
    return bytesOf(sketch).slice(6);
  };
  const hashOf = (bytes: Uint8Array): string => murmur3(bytes).h1.toString(16).padStart(16, "0").toUpperCase();
  const int64 = (value: bigint): Uint8Array => new Uint8Array(new BigInt64Array([value]).buffer);
  const float64 = (value: number): Uint8Array => new Uint8Array(new Float64Array([value]).buffer);

  it("are hashed by their canonical bytes", () => {
    for (const text of ["", "a", "10.0.0.1", "zażółć", "😀", "x".repeat(64), "ä".repeat(100), "y".repeat(5000)]) {
      expect(one((sketch) => sketch.add(text))).toBe(hashOf(new TextEncoder().encode(text)));
    }
    for (const value of [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 32, -(2 ** 32) - 1, 2 ** 53 - 1, -(2 ** 53) + 1]) {
      expect(one((sketch) => sketch.add(value))).toBe(hashOf(int64(BigInt(value))));
      expect(one((sketch) => sketch.add(BigInt(value)))).toBe(hashOf(int64(BigInt(value))));
      expect(one((sketch) => sketch.addFloat(value))).toBe(hashOf(float64(value)));
    }
    for (const value of [1n << 62n, -(1n << 63n), (1n << 63n) - 1n]) {
      expect(one((sketch) => sketch.add(value))).toBe(hashOf(int64(value)));
    }
    for (const value of [0.5, -1.25, 1e300, 5e-324, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53]) {
      expect(one((sketch) => sketch.add(value))).toBe(hashOf(float64(value)));
    }
    expect(one((sketch) => sketch.add(true))).toBe(hashOf(int64(1n)));
    expect(one((sketch) => sketch.add(false))).toBe(hashOf(int64(0n)));
    expect(one((sketch) => sketch.add(new Date(-1)))).toBe(hashOf(int64(-1000n)));
    expect(one((sketch) => sketch.add(Uint8Array.of(1, 2, 3)))).toBe(hashOf(Uint8Array.of(1, 2, 3)));
  });

  it("that are equal count once: -0 and 0, every NaN, strings that differ only in lone surrogates", () => {
    const nan = new Float64Array(new BigUint64Array([0xfff8dead00000001n]).buffer)[0] ?? 0;
    expect(new HyperLogLog().addFloat(0).addFloat(-0).estimate()).toBe(1);
    expect(new HyperLogLog().add(0).add(-0).estimate()).toBe(1);
    expect(new HyperLogLog().addFloat(Number.NaN).addFloat(nan).add(Number.NaN).estimate()).toBe(1);
    expect(new HyperLogLog().add("\ud800").add("\udfff").add("\ufffd").estimate()).toBe(1);
  });

  it("include the hashes that are 0 or have no rank, while the sketch is exact", () => {
    const sketch = new HyperLogLog().addHash(0, 0).addHash(0, 0).addHash(5, 0);
    expect(sketch.estimate()).toBe(2);
    expect(registersIn(sketch)).toEqual(new Uint8Array(4096));
  });

  it("of no known type are refused", () => {
    const wrong = (value: unknown): string | undefined => codeOf(() => new HyperLogLog().add(value as string));
    expect([null, undefined, {}, [], () => 1, Symbol("x")].map(wrong)).toEqual(Array(6).fill("type.invalid"));
    expect(wrong(1n << 63n)).toBe("type.overflow");
    expect(wrong(-(1n << 63n) - 1n)).toBe("type.overflow");
    expect(wrong(new Date(Number.NaN))).toBe("time.invalid");
  });
});

describe("settings", () => {
  it.each([3, 19, 12.5, Number.NaN, -1, Number.POSITIVE_INFINITY])("refuse precision %d", (precision) => {
    expect(codeOf(() => new HyperLogLog({ precision }))).toBe("sketch.invalid");
  });

  it.each([4, 8, 18])("take precision %i", (precision) => {
    const sketch = of(
      Array.from({ length: 20_000 }, (_, i) => i),
      precision,
    );
    expect(sketch.precision).toBe(precision);
    expect(copyOf(sketch).precision).toBe(precision);
    expect(Math.abs(sketch.estimate() / 20_000 - 1)).toBeLessThan((4 * 1.04) / Math.sqrt(2 ** precision));
    const { low, high } = sketch.bounds({ sigmas: 3 });
    expect(low).toBeLessThan(sketch.estimate());
    expect(high).toBeGreaterThan(sketch.estimate());
  });
});

describe("fromBytes", () => {
  it("refuses another hash, another register width and other precisions", () => {
    const bytes = of([1, 2, 3]).toBytes();
    expect(HyperLogLog.fromBytes(bytes, { hash: HyperLogLog.hash }).estimate()).toBe(3);
    expect(codeOf(() => HyperLogLog.fromBytes(bytes, { hash: "murmur3_x64_128/9001" }))).toBe("sketch.incompatible");
    expect(codeOf(() => HyperLogLog.fromBytes(Uint8Array.of(0x11, 0x8b, 0x49)))).toBe("sketch.invalid");
    expect(codeOf(() => HyperLogLog.fromBytes(Uint8Array.of(0x11, 0xb3, 0x49)))).toBe("sketch.invalid");
  });

  it("takes other cutoffs and goes on with its own", () => {
    const bytes = of([1, 2, 3]).toBytes();
    bytes[2] = 0x3f; // no SPARSE, cutoff left to the implementation
    const sketch = HyperLogLog.fromBytes(bytes).add(4);
    expect(bytesOf(sketch)).toBe(bytesOf(of([1, 2, 3, 4])));
    const many = Array.from({ length: 300 }, (_, i) => BigInt(i + 1) << 12n);
    const long = new Uint8Array(3 + 8 * many.length);
    long.set([0x12, 0xac, 0x7f]);
    many.forEach((hash, i) => new DataView(long.buffer).setBigInt64(3 + 8 * i, hash));
    expect(HyperLogLog.fromBytes(long).kind).toBe("SPARSE");
  });

  it("reads from the middle of a larger buffer", () => {
    const bytes = of([1, 2, 3]).toBytes();
    const larger = new Uint8Array(bytes.length + 10).fill(255);
    larger.set(bytes, 5);
    expect(HyperLogLog.fromBytes(larger.subarray(5, 5 + bytes.length)).estimate()).toBe(3);
  });
});

interface Peer {
  add(hash: unknown): void;
  count(): number;
  relative_error(): number;
}
interface PeerModule {
  default: { (precision: number): Peer; hash(value: string): unknown };
}

const peerName: string = "hyperloglog"; // it has no types
const peer = await import(peerName).then(
  (module: PeerModule) => module.default,
  () => undefined,
);

describe.skipIf(peer === undefined)("the hyperloglog package (skipped where it cannot be loaded)", () => {
  it.each([10, 12, 14])("agrees within the stated error of both at precision %i", (precision) => {
    for (const n of [100, 1000, 20_000]) {
      const theirs = peer!(precision);
      const ours = new HyperLogLog({ precision });
      for (let i = 0; i < n; i++) {
        theirs.add(peer!.hash(`user-${i}`));
        ours.add(`user-${i}`);
      }
      const error = 1.04 / Math.sqrt(2 ** precision);
      expect(Math.abs(ours.estimate() / n - 1)).toBeLessThan(3 * error);
      expect(Math.abs(theirs.count() / n - 1)).toBeLessThan(4 * theirs.relative_error());
    }
  });
});

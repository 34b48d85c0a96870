import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { hashWords } from "../../src/sketch/murmur3.ts";

const folder = new URL("../../../shared/data/hll/", import.meta.url);

export const hasKnownAnswers: boolean = existsSync(folder);

/** Rows of a file of known answers by column name. */
export function knownAnswers(file: string): Record<string, string>[] {
  const [head = "", ...rows] = readFileSync(new URL(file, folder), "utf8").trim().split("\n");
  const names = head.trim().split(",");
  return rows.map((row) =>
    Object.fromEntries(
      row
        .trim()
        .split(",")
        .map((cell, i) => [names[i] ?? "", cell]),
    ),
  );
}

/** `count` different hashes as pairs of words; another seed gives others. */
export function hashesFrom(seed: number, count: number): Int32Array {
  const hashes = new Int32Array(2 * count);
  for (let i = 0; i < count; i++) hashWords(i, seed, hashes, 2 * i);
  return hashes;
}

export const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();

/** A small deterministic generator: numbers from 0 to `limit` - 1. */
export function randomFrom(seed: number): (limit: number) => number {
  let x = seed | 1;
  return (limit) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % limit;
  };
}

/** Numbers, with repetitions, of which up to about 3,000 differ: from empty to full sketches. */
export const values: fc.Arbitrary<number[]> = fc
  .tuple(fc.nat(), fc.constantFrom(0, 1, 3, 255, 256, 257, 400, 1300, 1600, 3000), fc.nat(1000))
  .map(([seed, distinct, offset]) => {
    const next = randomFrom(seed);
    const list = Array.from({ length: distinct }, (_, i) => offset + i);
    for (let i = 0; i < distinct / 2; i++) list.push(offset + next(distinct));
    for (let i = list.length - 1; i > 0; i--) {
      const j = next(i + 1);
      [list[i], list[j]] = [list[j] ?? 0, list[i] ?? 0];
    }
    return list;
  });

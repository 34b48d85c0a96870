/** Reading and merging of grouped sketches. */

import { TidemarkError } from "../errors.ts";
import { boundsOf, countRegisters, type DistinctEstimate, ertlEstimate, HISTOGRAM_LENGTH } from "./estimate.ts";
import { addToGroup, DENSE, denseOf, type GroupState, listLengthOf, settleGroup } from "./group-state.ts";
import { createHashList, type HashList } from "./hash-list.ts";
import { type HyperLogLog, hyperLogLogOf, settingsOf, stateOf } from "./hyperloglog.ts";
import { pageChunk, pageStart, pageWords } from "./pages.ts";
import { denseRegisters, maxBytes, toDenseBytes, wordsOf } from "./registers.ts";
import { forEachHash } from "./sketch.ts";
import { baseOf, chunkOf } from "./slabs.ts";

const histogram = new Int32Array(HISTOGRAM_LENGTH);

/** Number of distinct values of a group: 0 if empty, exact up to 256, then estimated; not rounded. */
export function estimateGroup(state: GroupState, group: number): number {
  const form = settleGroup(state, group);
  if (form !== DENSE) return listLengthOf(form);
  const { log2m, regwidth } = settingsOf(state.precision);
  const page = state.entries[2 * group + 1] as number;
  countRegisters(pageChunk(state.pages, page), pageStart(state.pages, page), 2 ** log2m, histogram);
  return ertlEstimate(histogram, log2m, regwidth);
}

/** The estimate of a group with its interval of `sigmas` standard deviations; exact up to 256. */
export function boundsGroup(state: GroupState, group: number, sigmas: number): DistinctEstimate {
  const estimate = estimateGroup(state, group);
  if (state.entries[2 * group] !== DENSE) return { estimate, low: estimate, high: estimate };
  return boundsOf(estimate, state.precision, sigmas);
}

/** A sketch of its own with what a group holds. */
export function sketchOfGroup(state: GroupState, group: number): HyperLogLog {
  const settings = settingsOf(state.precision);
  const form = settleGroup(state, group);
  if (form !== DENSE) return hyperLogLogOf({ settings, hashes: hashesOf(state, group, form), registers: null });
  const page = state.entries[2 * group + 1] as number;
  const start = pageStart(state.pages, page);
  const bytes = pageChunk(state.pages, page).slice(start, start + 2 ** state.precision);
  return hyperLogLogOf({
    settings,
    hashes: null,
    registers: denseRegisters(bytes, state.precision, settings.regwidth),
  });
}

function hashesOf(state: GroupState, group: number, form: number): HashList {
  const count = listLengthOf(form);
  const list = createHashList(count + 1);
  list.count = count;
  list.different = count;
  if (count > 0) {
    const address = state.entries[2 * group + 1] as number;
    const base = baseOf(address);
    list.words.set(chunkOf(state.slabs, address).subarray(base, base + 2 * count));
  }
  return list;
}

/** Adds a sketch to a group. Error `sketch.incompatible` for another precision. */
export function mergeSketchIntoGroup(state: GroupState, group: number, sketch: HyperLogLog): void {
  checkPrecision(state, sketch.precision);
  const { hashes, registers } = stateOf(sketch);
  if (hashes !== null) forEachHash(hashes, (lo, hi) => addToGroup(state, group, lo, hi));
  if (registers === null) return;
  const page = denseOf(state, group);
  const start = pageStart(state.pages, page) >>> 2;
  maxBytes(pageWords(state.pages, page), start, wordsOf(toDenseBytes(registers)), 0, 2 ** (state.precision - 2));
}

/**
 * Adds each group i of `from` to group `mapping[i]`, and leaves it out where that is negative or missing. `from` is not changed,
 * and is not `into`. Error `sketch.incompatible` for another precision.
 */
export function mergeGroups(into: GroupState, from: GroupState, mapping: Int32Array): void {
  checkPrecision(into, from.precision);
  const groups = Math.min(mapping.length, from.entries.length / 2);
  for (let group = 0; group < groups; group++) {
    const target = mapping[group] as number;
    if (target >= 0) mergeGroup(into, target, from, group);
  }
}

/** Adds one group of `from` to one group of `into`; `from` may be `into`. Both have the same precision. */
function mergeGroup(into: GroupState, target: number, from: GroupState, group: number): void {
  const form = from.entries[2 * group] as number;
  const address = from.entries[2 * group + 1] as number;
  if (into === from && target === group) return;
  if (form === DENSE) {
    const page = denseOf(into, target);
    const intoStart = pageStart(into.pages, page) >>> 2;
    const fromStart = pageStart(from.pages, address) >>> 2;
    const length = 2 ** (into.precision - 2);
    maxBytes(pageWords(into.pages, page), intoStart, pageWords(from.pages, address), fromStart, length);
    return;
  }
  if (form === 0) return;
  const chunk = chunkOf(from.slabs, address);
  const base = baseOf(address);
  for (let at = base; at < base + 2 * listLengthOf(form); at += 2) {
    addToGroup(into, target, chunk[at] as number, chunk[at + 1] as number);
  }
}

function checkPrecision(state: GroupState, precision: number): void {
  if (state.precision === precision) return;
  throw new TidemarkError(
    "sketch.incompatible",
    `a sketch of precision ${state.precision} cannot take one of precision ${precision}`,
    { hint: "build both with the same precision" },
  );
}

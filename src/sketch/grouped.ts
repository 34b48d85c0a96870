import type { DistinctEstimate } from "./estimate.ts";
import { boundsGroup, estimateGroup, mergeGroups, mergeSketchIntoGroup, sketchOfGroup } from "./group-read.ts";
import {
  addMany,
  addToGroup,
  clearGroup,
  createGroupState,
  ensureGroups,
  type GroupState,
  groupStateBytes,
} from "./group-state.ts";
import { type HyperLogLog, PRECISION_DEFAULT } from "./hyperloglog.ts";

/**
 * One HyperLogLog sketch for each group number: the state of a distinct-count aggregate. Every estimate equals that of a
 * `HyperLogLog` with the same values. A hash is two signed 32-bit halves, low half first.
 */
export interface GroupedHyperLogLog {
  readonly precision: number;
  /** Makes room for group numbers below `groups`. Adding to a higher one is a mistake of the caller; reading it finds an empty group. */
  ensure(groups: number): void;
  /** Adds one hash to one group. */
  add(group: number, lo: number, hi: number): void;
  /**
   * Adds hash i (words 2i, 2i + 1) to group `groupIds[i]`, or all to group 0 if `groupIds` is null, except where bit i of
   * `validity` (least significant bit first) is 0.
   */
  addMany(groupIds: Int32Array | null, hashes: Int32Array, length: number, validity?: Uint8Array | null): void;
  /** Adds each group i of `other` to group `mapping[i]`; not where that is negative. Error `sketch.incompatible` for another precision. */
  merge(other: GroupedHyperLogLog, mapping: Int32Array): void;
  /** Adds a whole sketch to a group. Error `sketch.incompatible` for another precision. */
  addSketch(group: number, sketch: HyperLogLog): void;
  /** Number of distinct values: 0 if none, exact up to 256, then estimated; not rounded. */
  estimate(group: number): number;
  /** The estimate with its interval of so many standard deviations. */
  bounds(group: number, sigmas: number): DistinctEstimate;
  /** A copy of a group as a sketch of its own. */
  sketch(group: number): HyperLogLog;
  /** Empties a group and gives its memory to others; its number can be used again. */
  clear(group: number): void;
  /** Bytes occupied, with what is free for reuse. */
  bytes(): number;
  /** What the methods work on. */
  readonly state: GroupState;
}

/** Sketches for no groups yet. Error `sketch.invalid` for a precision that is not a whole number from 4 to 18. */
export function createGroupedHyperLogLog(precision: number = PRECISION_DEFAULT): GroupedHyperLogLog {
  const state = createGroupState(precision);
  return {
    precision,
    state,
    ensure: (groups) => ensureGroups(state, groups),
    add: (group, lo, hi) => addToGroup(state, group, lo, hi),
    addMany: (groupIds, hashes, length, validity = null) => addMany(state, groupIds, hashes, length, validity),
    merge: (other, mapping) => mergeGroups(state, other.state, mapping),
    addSketch: (group, sketch) => mergeSketchIntoGroup(state, group, sketch),
    estimate: (group) => estimateGroup(state, group),
    bounds: (group, sigmas) => boundsGroup(state, group, sigmas),
    sketch: (group) => sketchOfGroup(state, group),
    clear: (group) => clearGroup(state, group),
    bytes: () => groupStateBytes(state),
  };
}

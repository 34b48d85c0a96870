import { pickFloat64, pickInt32, range, rowsThat } from "../column/pick.ts";
import { columnBuilder } from "../column/builder.ts";
import { rowAt } from "../frame/rows.ts";
import { takeBatch } from "../kernels/take.ts";
import type { Dedup, Resolver } from "../resolvers/resolver.ts";
import { fieldIndex } from "../types/schema.ts";
import { code } from "./disposition.ts";
import { appendRow, reasonOf, settled } from "./intake.ts";
import { type Arrivals, LATE_ARRIVAL, UNUSABLE } from "./lane.ts";
import { identityAt } from "./result.ts";

const LATE = code("late");
const SKIPPED = code("skipped");
const PARSE_FAILED = code("parse-failed");
const DUPLICATE = code("duplicate");
const INVALID = code("invalid");

/** The arrivals that are left for a resolver's function, and which of all arrivals they are. */
export interface Prepared {
  readonly arrivals: Arrivals;
  /** For each row that is left its position among all arrivals. */
  readonly positions: Int32Array;
}

/** Late messages, the resolver's own `parse`, and `dedup`, in this order; writes what it drops into `dispositions`. */
export type Prepare = (all: Arrivals, dispositions: Uint8Array, reasons: Map<number, string>) => Prepared;

export function createPrepare(resolver: Resolver): Prepare {
  const repeats = resolver.dedup && createRepeats(resolver.dedup, resolver.source.lateArrivalDeadlineUs);
  return (all, dispositions, reasons) => {
    let prepared: Prepared = { arrivals: all, positions: range(0, all.batch.length) };
    if (all.late.includes(UNUSABLE))
      prepared = keptWhere(prepared, (i) => prepared.arrivals.late[i] !== UNUSABLE, dispositions, INVALID);
    if (all.late.includes(LATE_ARRIVAL))
      prepared = keptWhere(prepared, (i) => prepared.arrivals.late[i] === 0, dispositions, LATE);
    if (resolver.parse !== undefined) prepared = parsed(resolver, prepared, dispositions, reasons);
    if (repeats !== undefined && resolver.dedup !== undefined) {
      const { arrivals } = prepared;
      const column = arrivals.batch.columns[fieldIndex(resolver.schema, resolver.dedup.field)]!;
      prepared = keptWhere(
        prepared,
        (i) => repeats(identityAt(column, i), arrivals.clocks[i]!, arrivals.times[i]!),
        dispositions,
        DUPLICATE,
      );
    }
    return prepared;
  };
}

/** The rows for which `keep` says so; the others get the disposition. */
export function keptWhere(
  prepared: Prepared,
  keep: (row: number) => boolean,
  dispositions: Uint8Array,
  otherwise: number,
): Prepared {
  const { positions } = prepared;
  const rows = rowsThat(positions.length, (i) => {
    const isKept = keep(i);
    if (!isKept) dispositions[positions[i] ?? -1] = otherwise;
    return isKept;
  });
  return takePrepared(prepared, rows);
}

/** Some of the rows, in ascending order. */
export const takePrepared = (prepared: Prepared, rows: Int32Array): Prepared =>
  rows.length === prepared.positions.length
    ? prepared
    : { arrivals: takeArrivals(prepared.arrivals, rows), positions: pickInt32(prepared.positions, rows) };

/** Some of the arrivals. */
function takeArrivals({ batch, times, watermarks, clocks, late, lines }: Arrivals, rows: Int32Array): Arrivals {
  return {
    batch: takeBatch(batch, rows),
    times: pickFloat64(times, rows),
    watermarks: pickFloat64(watermarks, rows),
    clocks: pickFloat64(clocks, rows),
    late: Uint8Array.from(rows, (row) => late[row]!),
    lines: pickFloat64(lines, rows),
  };
}

/** Runs the resolver's `parse` over message objects. */
function parsed(
  { source, schema, parse }: Resolver,
  { arrivals, positions }: Prepared,
  dispositions: Uint8Array,
  reasons: Map<number, string>,
): Prepared {
  const builders = schema.fields.map(({ type }) => columnBuilder(type));
  const rows: number[] = [];
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i]!;
    let row: unknown;
    try {
      row = settled(parse!(rowAt(source.message.schema, arrivals.batch, i) as never));
    } catch (error) {
      dispositions[position] = PARSE_FAILED;
      reasons.set(position, reasonOf(error));
      continue;
    }
    if (row === null) {
      dispositions[position] = SKIPPED;
      continue;
    }
    try {
      appendRow(schema, builders, row, NO_OPTIONAL);
      rows.push(i);
    } catch (error) {
      for (const builder of builders) builder.truncate(rows.length);
      dispositions[position] = INVALID;
      reasons.set(position, reasonOf(error));
    }
  }
  const taken = takeArrivals(arrivals, Int32Array.from(rows));
  return {
    arrivals: { ...taken, batch: { length: rows.length, columns: builders.map((builder) => builder.finish()) } },
    positions: Int32Array.from(rows, (row) => positions[row]!),
  };
}

const NO_OPTIONAL: ReadonlySet<string> = new Set();

const SWEEP_MIN = 1_024; // remembered values; below this, forgetting is not worth the while

/**
 * Says for each message whether it is the first of its value within a time; null is never a repeat. A message is
 * remembered as long as one that is not late can repeat it; with an infinite deadline, for ever.
 */
function createRepeats(
  { withinUs }: Dedup,
  deadlineUs: number,
): (value: unknown, clockUs: number, timeUs: number) => boolean {
  const taken = new Map<unknown, number[]>();
  let sweepAt = SWEEP_MIN;
  const sweep = (clockUs: number): void => {
    for (const [value, times] of taken) {
      const left = times.filter((time) => clockUs - time < withinUs + deadlineUs);
      if (left.length === 0) taken.delete(value);
      else taken.set(value, left);
    }
    sweepAt = Math.max(SWEEP_MIN, taken.size * 2);
  };
  return (value, clockUs, timeUs) => {
    if (value === null) return true;
    const time = Number.isNaN(timeUs) ? clockUs : timeUs;
    const times = taken.get(value) ?? [];
    if (times.some((first) => Math.abs(time - first) < withinUs)) return false;
    taken.set(value, [...times, time]);
    if (taken.size >= sweepAt) sweep(clockUs);
    return true;
  };
}

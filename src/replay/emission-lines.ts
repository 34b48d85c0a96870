import { rawAt } from "../column/value.ts";
import type { DataType } from "../types/data-type.ts";
import { isoTimestamp, US_PER_MS } from "../types/time.ts";
import { boundUs, type EmissionCell, observedUs } from "./emission-cells.ts";
import { rawOf } from "./emission-table.ts";

/**
 * Writes emissions as lines of JSON. Integers are exact; NaN and the infinities, which JSON lacks, are strings. Neighbours
 * mostly share their window and feature, so the texts of the last ones are kept.
 */
export function lineWriter(): (cell: EmissionCell) => string {
  const [start, end, observed] = [remembered(time), remembered(time), remembered(time)];
  const [resolver, feature] = [remembered(JSON.stringify), remembered(JSON.stringify)];
  return ({ chunk, row, fqn, type, values, revision, retracted, seq }) => {
    const { window } = chunk;
    const shownWindow = window === null ? "null" : `{"start":${start(window.startUs)},"end":${end(window.endUs)}}`;
    const entity = json(rawAt(chunk.entities, row), chunk.entityType);
    const value = json(rawOf({ values, row }), type);
    return `{"resolver":${resolver(chunk.resolver)},"feature":${feature(fqn)},"entity":${entity},"window":${shownWindow},"value":${value},"revision":${revision},"observedAt":${observed(observedUs(chunk, row))},"retracted":${retracted},"seq":${seq}}\n`;
  };
}

/** The function, computed anew only where its argument is another than the last. */
function remembered<Value>(text: (value: Value) => string): (value: Value) => string {
  let last: { readonly value: Value; readonly text: string } | undefined;
  return (value) => {
    if (last === undefined || last.value !== value) last = { value, text: text(value) };
    return last.text;
  };
}

function time(us: number): string {
  // `Date` is far quicker where it is exact, and writes the same.
  const ms = us / US_PER_MS;
  return `"${Number.isSafeInteger(ms) ? new Date(ms).toISOString() : isoTimestamp(boundUs(us))}"`;
}

function json(raw: ReturnType<typeof rawAt>, type: DataType): string {
  if (typeof raw === "bigint" || typeof raw === "number") {
    if (type.kind === "timestamp") return `"${isoTimestamp(raw)}"`;
    return Number.isFinite(Number(raw)) ? String(raw) : `"${raw}"`;
  }
  return JSON.stringify(raw);
}

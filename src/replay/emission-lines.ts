import { rawAt } from "../column/value.ts";
import type { DataType } from "../types/data-type.ts";
import { isoTimestamp } from "../types/time.ts";
import { boundUs, type EmissionCell, observedUs } from "./emission-cells.ts";
import { rawOf } from "./emission-table.ts";

/** An emission as a line of JSON. Integers are exact; NaN and the infinities, which JSON lacks, are strings. */
export function lineOf(cell: EmissionCell): string {
  const { chunk, row, fqn, type, revision, retracted, seq } = cell;
  const { window } = chunk;
  const shownWindow = window === null ? "null" : `{"start":${time(window.startUs)},"end":${time(window.endUs)}}`;
  return (
    `{"resolver":${JSON.stringify(chunk.resolver)},"feature":${JSON.stringify(fqn)}` +
    `,"entity":${json(rawAt(chunk.entities, row), chunk.entityType)},"window":${shownWindow}` +
    `,"value":${json(rawOf(cell), type)},"revision":${revision},"observedAt":${time(observedUs(chunk, row))}` +
    `,"retracted":${retracted},"seq":${seq}}\n`
  );
}

const time = (us: number): string => `"${isoTimestamp(boundUs(us))}"`;

function json(raw: ReturnType<typeof rawAt>, type: DataType): string {
  if (typeof raw === "bigint" || typeof raw === "number") {
    if (type.kind === "timestamp") return `"${isoTimestamp(raw)}"`;
    return Number.isFinite(Number(raw)) ? String(raw) : `"${raw}"`;
  }
  return JSON.stringify(raw);
}

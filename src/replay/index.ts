export type { SkippedField } from "../sources/decode/infer.ts";
export type { Progress, ReplayOptions } from "./options.ts";
export { type ReadTableOptions, readTable, type TableRead } from "./read-table.ts";
export { replay } from "./replay.ts";
export type { Run, Spine, SpineRow } from "./run.ts";
export { writeEmissions } from "./write-emissions.ts";

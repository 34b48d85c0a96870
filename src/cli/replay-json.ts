import type { DeadLetter } from "../engine/dead-letter.ts";
import type { Failure } from "../engine/lane.ts";
import type { DataFrame } from "../frame/data-frame.ts";
import type { Run } from "../replay/index.ts";
import { failureText } from "./ledger-table.ts";
import type { Output } from "./output.ts";
import { jsonArray, jsonText } from "./rows-text.ts";

/** The parts of a run that are one JSON object: rows, seconds, outside, ledger, deadLetters, failures, features. */
export async function writeJson(run: Run, frames: ReadonlyMap<string, DataFrame>, output: Output): Promise<void> {
  const { rows, seconds, outside, ledger } = run;
  const deadLetters = run.deadLetters.map(letterRecord);
  const failures = run.failures.map(failureRecord);
  await output.write(`${jsonOf({ rows, seconds, outside, ledger, deadLetters, failures }).slice(0, -1)},"features":{`);
  let before = "";
  for (const [set, frame] of frames) {
    await output.write(`${before}${jsonText(set)}:`);
    for (const part of jsonArray(frame.table())) await output.write(part);
    before = ",";
  }
  await output.write("}}\n");
}

function letterRecord({ source, disposition, reason, raw, position }: DeadLetter): object {
  const { file = null, line, offset } = position;
  return { source, disposition, reason, file, line, offset, raw: new TextDecoder().decode(raw) };
}

function failureRecord({ resolver, key, window, error }: Failure): object {
  return { resolver, key, window, error: failureText(error) };
}

const LATE_CONTROL = /[\u007f-\u009f]/g;

/** JSON with 64-bit integers as text where a JSON number may be rounded. */
function jsonOf(value: object): string {
  const text = JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? String(each) : each));
  return text.replace(LATE_CONTROL, (control) => jsonText(control).slice(1, -1));
}

import { TidemarkError } from "../errors.ts";
import { optionProblem } from "../types/options.ts";

const OPTIONS = ["resolvers", "startAt", "history"];
const PLANNED = ["clock", "emissions", "store"];

/** @throws engine.invalid for options that the engine does not have */
export function checkOptions(options: unknown): void {
  const problem = optionProblem(options, OPTIONS, PLANNED);
  if (problem !== undefined)
    throw new TidemarkError("engine.invalid", `engine(): ${problem.summary}`, { hint: problem.hint });
}

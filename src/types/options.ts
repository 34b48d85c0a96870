import { suggest } from "../errors.ts";

/** What is wrong with an options object, for the caller's error. */
export interface OptionProblem {
  readonly summary: string;
  readonly hint: string | undefined;
}

/**
 * The first option that is not among the known ones: plain JavaScript has no compiler to say so, and an option that is
 * ignored is a wrong result. `planned` are those that belong to the design but do nothing yet.
 */
export function optionProblem(
  options: unknown,
  known: readonly string[],
  planned: readonly string[] = [],
): OptionProblem | undefined {
  if (typeof options !== "object" || options === null)
    return { summary: "the options are no object", hint: `write { ${known[0]}: ... }` };
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !known.includes(name));
  if (unknown === undefined) return undefined;
  const [name] = unknown;
  return planned.includes(name)
    ? { summary: `the option "${name}" is not supported yet`, hint: "leave it out" }
    : { summary: `there is no option "${name}"`, hint: suggest(name, known) };
}

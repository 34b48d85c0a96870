import { parseArgs } from "node:util";
import { suggest, TidemarkError } from "../errors.ts";

/** An option of a command: a switch, or one that takes a text. */
interface Option {
  readonly type: "boolean" | "string";
  readonly short?: string;
}

/** The options of a command by name, without the dashes. */
export type OptionTable = Readonly<Record<string, Option>>;

/** A command line that was understood. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** Whether a switch was given. */
  has(name: string): boolean;
  /** The text of an option, the last one where it was given several times. */
  text(name: string): string | undefined;
  /** The texts of an option that may be given several times. */
  texts(name: string): readonly string[];
}

/** A mistake in a command line. */
export const usage = (summary: string, hint?: string): TidemarkError =>
  new TidemarkError("cli.usage", summary, { hint });

/**
 * Takes a command line apart. What stands behind `--` is no option.
 * @throws cli.usage for an option that there is not, a text that is missing or one that is too many
 */
export function parseCommandLine(args: readonly string[], options: OptionTable): Arguments {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const positionals: string[] = [];
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const texts = given.get(token.name) ?? [];
    given.set(token.name, texts);
    const text = checkedOption(token, options);
    if (text !== undefined) texts.push(text);
  }
  return {
    positionals,
    has: (name) => given.has(name),
    text: (name) => given.get(name)?.at(-1),
    texts: (name) => given.get(name) ?? [],
  };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function checkedOption({ name, rawName, value, inlineValue }: OptionToken, options: OptionTable): string | undefined {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) throw usage(`there is no option ${rawName}`, suggest(rawName, optionNames(options)));
  if (option.type === "boolean") {
    if (value === undefined) return undefined;
    throw usage(`${rawName} takes no value`, `write ${rawName} alone`);
  }
  // The parser takes what follows even where it is the next option.
  if (value === undefined || (!inlineValue && value.startsWith("-") && value !== "-")) {
    const hint = value === undefined ? undefined : `a value that begins with a dash is written ${rawName}=${value}`;
    throw usage(`${rawName} needs a value`, hint);
  }
  return value;
}

const optionNames = (options: OptionTable): string[] => Object.keys(options).map((name) => `--${name}`);

/** A whole number from 0 on. @throws cli.usage */
export function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw usage(`${option} takes a whole number, not "${text}"`);
}

/** One of a few words. @throws cli.usage naming them */
export function oneOf<const Words extends readonly string[]>(
  option: string,
  text: string,
  words: Words,
): Words[number] {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw usage(`${option} takes ${words.slice(0, -1).join(", ")} or ${words.at(-1)}, not "${text}"`);
}

/** The paths behind texts such as `logins=logins.ndjson`, by name. @throws cli.usage */
export function namedPaths(option: string, texts: readonly string[]): Map<string, string[]> {
  const named = new Map<string, string[]>();
  for (const text of texts) {
    const equals = text.indexOf("=");
    const [name, path] = [text.slice(0, Math.max(0, equals)), text.slice(equals + 1)];
    if (name === "" || path === "") throw usage(`${option} takes name=path, not "${text}"`);
    named.set(name, [...(named.get(name) ?? []), path]);
  }
  return named;
}

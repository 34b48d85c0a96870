import { TidemarkError } from "../errors.ts";

/** The exit code of a command that went wrong: the work failed, or the command line is mistaken. */
type ExitCode = 1 | 2;

const WORK_FAILED = 1;
const USAGE = 2;

/** What a command that went wrong says on standard error, and its exit code. */
export interface Report {
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** A mistake in a query that the command line holds, whatever its code; `cause` says what. */
export class QueryMistake extends Error {}

/**
 * A mistake of the user in its own words; what the system refused in one line; anything else is a fault of this
 * program and asks to be reported. `debug` adds the stack.
 */
export function reportOf(error: unknown, debug: boolean): Report {
  if (error instanceof QueryMistake) return { ...reportOf(error.cause, debug), exitCode: USAGE };
  const stack = debug && error instanceof Error ? `\n${error.stack}` : "";
  if (isTidemarkError(error)) return { text: `tidemark: ${messageOf(error)}${stack}`, exitCode: exitCodeOf(error) };
  const message = error instanceof Error ? error.message : String(error);
  const text = isSystemError(error)
    ? `tidemark: ${message}`
    : `tidemark: unexpected error: ${message}\nhint: this is a fault of tidemark: please report it, with the stack that TIDEMARK_DEBUG=1 shows`;
  return { text: `${text}${stack}`, exitCode: WORK_FAILED };
}

/** Whether it is a mistake of the user, also one that another copy of this package has found. */
export const isTidemarkError = (error: unknown): error is TidemarkError =>
  error instanceof TidemarkError || (error instanceof Error && error.name === "TidemarkError" && "summary" in error);

/** Codes tell programs apart; that of a mistaken command line would tell a person nothing. */
function messageOf({ code, message }: TidemarkError): string {
  return code.startsWith("cli.") ? message.slice(`${code}: `.length) : message;
}

function exitCodeOf({ code }: TidemarkError): ExitCode {
  return code === "cli.usage" || code === "replay.invalid" || code.startsWith("sql.") ? USAGE : WORK_FAILED;
}

const isSystemError = (error: unknown): boolean => error instanceof Error && "syscall" in error && "errno" in error;

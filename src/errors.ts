/**
 * Every mistake a user can make ends in one `TidemarkError` whose `code` comes from this closed list.
 * The sentence beside a code says what it means.
 */
export const errorCodes = {
  "type.invalid": "A value does not fit the type of its column.",
  "type.overflow": "A result is outside the range of its type.",
  "type.mismatch": "An operator or function does not take these types.",
  "type.unsupported": "A type has no counterpart here.",
  "duration.invalid": "A text is not a duration such as 10m or 1h30m.",
  "time.invalid": "A value is not a point in time.",
  "cast.failed": "A value cannot be converted to the target type.",
  "schema.invalid": "A schema, a message or a set of columns is not well formed.",
  "schema.unknown-column": "No column has this name.",
  "schema.duplicate-column": "Two columns have the same name.",
  "frame.shape": "Columns of one frame differ in length, or a scalar was asked of several rows.",
  "frame.invalid": "A frame was asked for something it cannot do.",
  "expression.invalid": "An expression stands where it cannot stand.",
  "sql.syntax": "The text is not SQL as this dialect knows it.",
  "sql.unsupported": "The SQL is understood but not supported.",
  "sql.unknown-column": "A name in the SQL is no column in scope.",
  "sql.unknown-table": "A name in the SQL is no table in scope.",
  "sql.unknown-function": "A name in the SQL is no function.",
  "sql.ambiguous-column": "A name in the SQL fits several columns.",
  "sql.grouping": "A column stands beside an aggregate but is not grouped.",
  "sql.parameter": "A value put into the SQL cannot be a parameter.",
  "sketch.invalid": "Bytes are not a sketch, or settings are out of range.",
  "sketch.incompatible": "Two sketches of different precision or hash cannot be merged.",
  "arrow.invalid": "Bytes or a table are not Arrow data that can be read.",
  "feature.invalid": "A feature set is not well formed.",
  "feature.unknown-window": "A feature does not declare this window.",
  "source.invalid": "A source is not well formed.",
  "resolver.invalid": "A resolver is not well formed.",
  "resolver.output": "A resolver's result does not match its declared output.",
  "resolver.key": "The key of a windowed resolver cannot be found.",
  "resolver.entity-collision": "A resolver made two rows for one entity and window.",
  "engine.duplicate-feature": "Two resolvers of one engine make the same feature.",
  "engine.unknown-source": "No resolver of the engine reads this source.",
  "engine.finished": "The engine has been finished and takes no more input.",
  "engine.invalid": "The engine was asked for something it cannot do.",
  "message.invalid": "A message does not fit its schema.",
  "message.parse": "A payload could not be parsed.",
  "query.expired": "A query asks for a time whose state is no longer kept.",
  "query.unknown-feature": "No resolver of the engine makes this feature.",
  "recording.missing": "A recording cannot be opened.",
  "recording.invalid": "A recording is broken or not of the format it seems to be.",
  "recording.format": "The format of a recording is not known.",
  "replay.invalid": "A replay was asked for something it cannot do.",
  "cli.usage": "A command line is not well formed.",
  "cli.module": "A module of resolvers cannot be loaded.",
  "test.invalid": "A harness or table in a test is not well formed.",
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** Half-open offsets into a text, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface ErrorDetails {
  /** Where in `text` the mistake is. */
  readonly span?: Span | undefined;
  /** The text that `span` points into; shown with a caret. */
  readonly text?: string | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The one error class for mistakes in input. `message` holds everything a person needs: the code, the sentence, the
 * line with a caret and the hint; `summary` is the sentence alone.
 *
 * @example
 * new TidemarkError("schema.unknown-column", 'no column "amout"', { hint: 'did you mean "amount"?' }).message;
 * // 'schema.unknown-column: no column "amout"\nhint: did you mean "amount"?'
 */
export class TidemarkError extends Error {
  readonly code: ErrorCode;
  readonly summary: string;
  readonly span: Span | undefined;
  readonly text: string | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, summary: string, details: ErrorDetails = {}) {
    const shown = shortLines(summary);
    super(render(code, shown, details), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "TidemarkError";
    this.code = code;
    this.summary = shown;
    this.span = details.span;
    this.text = details.text;
    this.hint = details.hint;
  }
}

/** The same error with `text` added, for code that knows a span but not the text around it. */
export function withText(error: TidemarkError, text: string): TidemarkError {
  if (error.text !== undefined || error.span === undefined) return error;
  const { code, summary, span, hint, cause } = error;
  return new TidemarkError(code, summary, { span, text, hint, cause });
}

const LINE_MAX = 300; // characters of a line of a summary; a name or value in it may have any length
const LINE_END = 100; // of them at the end, where a reason stands

/** The text with long lines cut in the middle. */
const shortLines = (text: string): string =>
  text.length <= LINE_MAX
    ? text
    : text
        .split("\n")
        .map((line) =>
          line.length <= LINE_MAX ? line : `${line.slice(0, LINE_MAX - LINE_END)}...${line.slice(-LINE_END)}`,
        )
        .join("\n");

function render(code: ErrorCode, summary: string, { span, text, hint }: ErrorDetails): string {
  const lines = [`${code}: ${summary}`];
  if (span !== undefined && text !== undefined) lines.push(caret(text, span));
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  return lines.join("\n");
}

const CARET_LINE_MAX = 160; // characters of a source line that are shown

/** The line of `text` that holds `span`, with its number, and carets below the span. */
function caret(text: string, span: Span): string {
  // At 0 there is no line before; `lastIndexOf` would take -1 for 0 and find a break that stands at the start.
  const lineStart = span.start === 0 ? 0 : text.lastIndexOf("\n", span.start - 1) + 1;
  const lineBreak = text.indexOf("\n", span.start);
  const lineEnd = lineBreak === -1 ? text.length : lineBreak;
  const from = Math.max(lineStart, Math.min(span.start - CARET_LINE_MAX / 2, lineEnd - CARET_LINE_MAX));
  const shown = text.slice(from, Math.min(lineEnd, from + CARET_LINE_MAX)).replaceAll(/[\t\r]/g, " ");
  const number = String(text.slice(0, lineStart).split("\n").length);
  const width = Math.max(1, Math.min(span.end, from + shown.length) - span.start);
  const gutter = " ".repeat(number.length);
  return `  ${number} | ${shown}\n  ${gutter} | ${" ".repeat(span.start - from)}${"^".repeat(width)}`;
}

const DISTANCE_SHARE = 3; // one edit for each three characters still counts as near

/** The candidate nearest to `name`, if one is near enough to be what was meant. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  const nearEnough = Math.floor(Math.max(wanted.length, DISTANCE_SHARE) / DISTANCE_SHARE) + 1;
  let bestDistance = Math.min(nearEnough, wanted.length); // something must be left of the name itself
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `did you mean "x"?` for the nearest candidate, or a list of what there is. */
export function suggest(name: string, candidates: readonly string[]): string | undefined {
  const near = closest(name, candidates);
  if (near !== undefined) return `did you mean "${near}"?`;
  if (candidates.length === 0) return undefined;
  const shown = candidates
    .slice(0, SUGGESTIONS_MAX)
    .map((each) => (each.length <= NAME_MAX ? each : `${each.slice(0, NAME_MAX)}...`))
    .join(", ");
  return `there is ${shown}${candidates.length > SUGGESTIONS_MAX ? ", ..." : ""}`;
}

const SUGGESTIONS_MAX = 12; // names listed in a hint
const NAME_MAX = 64; // characters of a name that are compared, and shown in a hint

/** Edits between two names, a swap of neighbours counting as one (optimal string alignment); `limit` where it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit || a.length > NAME_MAX || b.length > NAME_MAX) return limit;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : limit;
      current.push(Math.min(substituted, swapped, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    before = previous;
    previous = current;
  }
  return Math.min(previous[b.length] ?? limit, limit);
}

import { shown } from "../column/builder.ts";
import { type Disposition, dispositions, type Ledger } from "../engine/disposition.ts";
import type { Pending } from "../engine/pending.ts";
import { suggest, TidemarkError } from "../errors.ts";
import { type ComparableFrame, frameDifference, type FrameOptions } from "./compare.ts";
import { isHarness } from "./harness.ts";

/** What a matcher answers; the same for vitest and jest. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** What a pending window must be; what is left out may be anything. */
export interface PendingWanted {
  readonly resolver?: string;
  readonly key?: Pending["key"];
  /** The window as it was declared: `"10m"`. */
  readonly window?: string;
}

/**
 * The matchers as a test sees them, for the types of `expect`.
 * @example
 * declare module "vitest" {
 *   interface Matchers<T = any> extends FrameMatchers {}
 * }
 */
export interface FrameMatchers {
  /** The frame has the rows of the expected one, in the columns that it names. */
  toEqualFrame(expected: ComparableFrame, options?: FrameOptions): void;
  /** No message of a harness, an engine or a ledger ended in anything but `applied` or `skipped`. */
  toLoseNothing(): void;
  /** A harness or an engine has a window that waits to be closed. */
  toBePending(wanted?: PendingWanted): void;
}

/**
 * Matchers for `expect.extend` of vitest and jest.
 * @example
 * import { matchers } from "tidemark/testing";
 * expect.extend(matchers);
 */
export const matchers: {
  readonly toEqualFrame: (received: unknown, expected: ComparableFrame, options?: FrameOptions) => MatcherResult;
  readonly toLoseNothing: (received: unknown) => MatcherResult;
  readonly toBePending: (received: unknown, wanted?: PendingWanted) => MatcherResult;
} = {
  toEqualFrame: (received, expected, options) => {
    const difference = frameDifference(received, expected, options);
    return {
      pass: difference === undefined,
      message: () => (difference === undefined ? "the frames are equal" : `the frames differ: ${difference}`),
    };
  },
  toLoseNothing,
  toBePending,
};

/**
 * Throws where two frames differ; for `node:test` and other runners without `expect`. Compares as `toEqualFrame` does.
 * @throws Error named AssertionError with the first difference and both tables
 */
export function assertFrame(actual: ComparableFrame, expected: ComparableFrame, options?: FrameOptions): void {
  const difference = frameDifference(actual, expected, options);
  if (difference === undefined) return;
  const error = new Error(`the frames differ: ${difference}`);
  error.name = "AssertionError";
  throw error;
}

const KEPT: readonly Disposition[] = ["applied", "skipped"];
const REASONS_SHOWN = 10; // messages that are named with their reasons

function toLoseNothing(received: unknown): MatcherResult {
  const ledger = ledgerOf(received);
  const lost = Object.entries(ledger).flatMap(([source, counts]) =>
    dispositions
      .filter((disposition) => !KEPT.includes(disposition) && counts[disposition] > 0)
      .map((disposition) => `${source}: ${counts[disposition]} of ${counts.pushed} ${disposition}`),
  );
  return {
    pass: lost.length === 0,
    message: () =>
      lost.length === 0
        ? "every message was applied or skipped"
        : ["some messages were neither applied nor skipped", ...lost, ...reasonsOf(received)].join("\n"),
  };
}

/** Only a harness can be asked without taking the letters away. */
function reasonsOf(received: unknown): string[] {
  if (!isHarness(received)) return [];
  const letters = received.deadLetters();
  const lines = letters.slice(0, REASONS_SHOWN).map(({ source, position, disposition, reason, raw }) => {
    const text = new TextDecoder().decode(raw);
    return `- message ${position.line} of ${source}, ${disposition}: ${reason}: ${shortened(text)}`;
  });
  return letters.length > REASONS_SHOWN ? [...lines, `- and ${letters.length - REASONS_SHOWN} more`] : lines;
}

const RAW_SHOWN = 120; // characters of a message

const shortened = (text: string): string => (text.length > RAW_SHOWN ? `${text.slice(0, RAW_SHOWN)}...` : text);

function ledgerOf(received: unknown): Ledger {
  if (typeof received === "object" && received !== null) {
    if ("ledger" in received && typeof received.ledger === "function")
      return (received as { ledger(): Ledger }).ledger();
    const isLedger = Object.values(received).every(
      (each: unknown) => typeof each === "object" && each !== null && "pushed" in each,
    );
    if (isLedger && Object.keys(received).length > 0) return received as Ledger;
  }
  throw new TidemarkError("test.invalid", `toLoseNothing() was given ${shown(received)}`, {
    hint: "give it a harness, an engine, or what ledger() returned",
  });
}

function toBePending(received: unknown, wanted: PendingWanted = {}): MatcherResult {
  const known = ["resolver", "key", "window"];
  const unknown = Object.keys(wanted).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new TidemarkError("test.invalid", `a pending window has no "${unknown}"`, { hint: suggest(unknown, known) });
  const all = pendingOf(received);
  const { resolver, key, window } = wanted;
  const found = all.filter(
    (each) =>
      (resolver === undefined || each.resolver === resolver) &&
      (key === undefined || each.key === key) &&
      (window === undefined || each.window.label === window),
  );
  const asked = Object.entries(wanted).map(([name, value]) => `${name} ${shown(value)}`);
  const suffix = asked.length === 0 ? "" : ` with ${asked.join(", ")}`;
  return {
    pass: found.length > 0,
    message: () =>
      found.length > 0
        ? [`a window is pending${suffix}`, ...found.map(pendingText)].join("\n")
        : [
            `no window is pending${suffix}`,
            ...(all.length === 0 ? ["none is pending at all"] : ["pending are:", ...all.map(pendingText)]),
          ].join("\n"),
  };
}

function pendingOf(received: unknown): readonly Pending[] {
  if (Array.isArray(received)) return received as readonly Pending[];
  if (
    typeof received === "object" &&
    received !== null &&
    "pending" in received &&
    typeof received.pending === "function"
  )
    return (received as { pending(): Pending[] }).pending();
  throw new TidemarkError("test.invalid", `toBePending() was given ${shown(received)}`, {
    hint: "give it a harness, an engine, or what pending() returned",
  });
}

const pendingText = ({ resolver, key, window: { start, end, label }, waitsFor }: Pending): string =>
  `- ${resolver}, key ${shown(key)}, ${label} from ${start.toISOString()} to ${end.toISOString()}: ${waitsFor}`;

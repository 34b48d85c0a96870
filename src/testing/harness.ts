import type { DeadLetter } from "../engine/dead-letter.ts";
import { type Disposition, dispositions, type Ledger, type SourceLedger } from "../engine/disposition.ts";
import type { Emission } from "../engine/emission.ts";
import { emissionsOf, type Run } from "../engine/emission-log.ts";
import { engine } from "../engine/engine.ts";
import type { AllOf, AnySet, Engine } from "../engine/interface.ts";
import { timeUs } from "../engine/time-of.ts";
import { intakeOfEnvelopes } from "../engine/intake.ts";
import type { Failure } from "../engine/lane.ts";
import type { Pending } from "../engine/pending.ts";
import type { Answers, QueryOptions } from "../engine/query.ts";
import { createRegistry } from "../engine/registry.ts";
import { suggest, TidemarkError } from "../errors.ts";
import type { AnyFeature } from "../features/feature.ts";
import type { Resolver } from "../resolvers/resolver.ts";
import { isSource, type Source } from "../sources/source.ts";
import type { Duration } from "../types/duration.ts";
import { isoTimestamp } from "../types/time.ts";
import { dayOf, testTimeUs } from "./day.ts";
import { type EmittedFrame, frameOfEmissions } from "./emitted.ts";
import { type FrameTag, frameTagOn } from "./frame-tag.ts";
import { envelopeOf } from "./outgoing.ts";

const BRAND = Symbol.for("tidemark.harness");

/** `"HH:MM[:SS[.ffffff]]"` on the harness's day (up to `"24:00:00"`), ISO 8601 text, or a `Date`. */
export type TestTime = Date | string;

/** What may be sent to a source: some fields of its message, or a payload where it parses. */
export type SentMessage<Input> = Input extends string | Uint8Array ? Input : Partial<Input>;

export interface HarnessOptions {
  /** What the clock shows at first; its UTC day is the day of times such as `"12:00:00"`. Default `1970-01-01T00:00:00Z`. */
  readonly startAt?: Date | string;
  /** As for `engine`: how far before the clock a query may ask. */
  readonly history?: Duration;
  /**
   * Whether a message that does not fit its source is an error of the test (the default). With `false` it goes to the
   * engine as it is, which enters it in the ledger as `invalid`.
   */
  readonly strict?: boolean;
}

/** Resolvers under test: an engine with a clock that only the test moves. */
export interface Harness {
  /**
   * Sends one message and says what became of it. A time fills the source's timestamp field, or is the message's time
   * where the source has none. Fields that no resolver reads may be left out; timestamps may be `"12:00:00"`.
   * The source (or its name) comes first where the resolvers read several.
   * @throws message.invalid, time.invalid, test.invalid, engine.unknown-source, engine.finished
   */
  send(message: object | string): Disposition;
  send(time: TestTime, message: object | string): Disposition;
  send(source: string, time: TestTime, message: object | string): Disposition;
  send<Row, Input>(source: Source<Row, Input>, message: SentMessage<Input>): Disposition;
  send<Row, Input>(source: Source<Row, Input>, time: TestTime, message: SentMessage<Input>): Disposition;
  /** Says that event time has come to this point, for one source or for all, and closes what ends there. */
  advanceTo(time: TestTime, source?: Source<never, never> | Source): void;
  /** Closes each pending window at its own end; nothing can be sent afterwards. */
  finish(): void;
  /** What was emitted since the last call of `emitted()`. All other methods only look. */
  emitted(): EmittedFrame;
  /** Every emission so far. */
  emissions(): Emission[];
  /** The windows that have messages but have not closed, and what each waits for. */
  pending(): Pending[];
  /** As `engine.query`; `at` may be `"12:15:00"`. */
  query<Set extends AnySet, const Features extends readonly AnyFeature[]>(
    set: Set,
    entity: string | number | bigint,
    features: AllOf<Set, Features>,
    options?: QueryOptions,
  ): Answers<Features>;
  /** Every message accounted for, by source and disposition; of one resolver, what became of them there. */
  ledger(resolver?: Resolver | string): Ledger;
  /** Every message so far that was not taken, and why. */
  deadLetters(): DeadLetter[];
  /** Every window so far whose resolver threw. */
  failures(): Failure[];
  /** The `frame` tag with times of day on the harness's day. */
  readonly frame: FrameTag;
  /** The latest event time or advance. */
  readonly now: Date;
  /** The engine within. What is drained from it here is not seen by the harness. */
  readonly engine: Engine;
}

/**
 * A test bench for one resolver or several that run together. Event time is a day of its own, and nothing but `send`,
 * `advanceTo` and `finish` moves it.
 * @throws engine.invalid, engine.duplicate-feature, time.invalid
 * @example
 * const h = harness(failedLogins);
 * h.send("12:00:00", { user_id: "u1", failed: true }); // "applied"
 * h.advanceTo("12:10:00");
 * expect(h.emitted()).toEqualFrame(frame`
 *   | entity | window_start | window_end | value |
 *   |--------|--------------|------------|-------|
 *   | u1     | 12:00        | 12:10      | 1     |
 * `);
 */
export function harness(resolvers: Resolver | readonly Resolver[], options: HarnessOptions = {}): Harness {
  const { startAt, history, strict = true } = options;
  const list = Array.isArray(resolvers) ? (resolvers as readonly Resolver[]) : [resolvers as Resolver];
  const app = engine({
    resolvers: list,
    ...(startAt === undefined ? {} : { startAt }),
    ...(history === undefined ? {} : { history }),
  });
  const { sources } = createRegistry(list, undefined, () => {});
  const names = [...sources.keys()];
  const dayUs = startAt === undefined ? 0 : dayOf(timeUs(startAt));
  const iso = (time: TestTime): string => isoTimestamp(testTimeUs(time, dayUs));
  const runs: Run[] = [];
  const letters: DeadLetter[] = [];
  const failed: Failure[] = [];
  let framed = 0; // runs that `emitted` has given out

  const allRuns = (): readonly Run[] => {
    runs.push(...app.emissions().runs);
    return runs;
  };

  const onlySource = (): string => {
    const [first, second] = names;
    if (first !== undefined && second === undefined) return first;
    throw new TidemarkError("test.invalid", "the resolvers read several sources, so send() must name one", {
      hint: `write send("${first}", ...), or give the source itself; there is ${names.join(", ")}`,
    });
  };

  const send = (wanted: unknown, time: TestTime | undefined, message: unknown): Disposition => {
    const name = isSource(wanted) ? wanted.name : String(wanted);
    const state = sources.get(name);
    if (state === undefined || (isSource(wanted) && state.source !== wanted)) {
      throw new TidemarkError("engine.unknown-source", `no resolver of this harness reads the source "${name}"`, {
        hint: suggest(name, names),
      });
    }
    const { source, unread } = state;
    const envelope = envelopeOf(source, message, time === undefined ? undefined : iso(time), { unread, dayUs, strict });
    const before = app.ledger()[name];
    app.pushIntake(
      source,
      intakeOfEnvelopes(source, [envelope], { firstLine: (before?.pushed ?? 0) + 1, optional: unread }),
    );
    return entered(before, app.ledger()[name]);
  };

  const self: Harness = {
    send: (...args: readonly unknown[]): Disposition => {
      const [first, second, third] = args;
      if (args.length >= 3) return send(first, second as TestTime, third);
      if (args.length < 2) return send(onlySource(), undefined, first);
      const named = isSource(first) || (typeof first === "string" && sources.has(first));
      return named ? send(first, undefined, second) : send(onlySource(), first as TestTime, second);
    },
    advanceTo: (time, source) => app.advanceTo(iso(time), source),
    finish: () => app.finish(),
    emitted: () => {
      const since = allRuns().slice(framed);
      framed = runs.length;
      return frameOfEmissions({ runs: since });
    },
    emissions: () => emissionsOf(allRuns()).toArray(),
    pending: () => app.pending(),
    query: (set, entity, features, { at } = {}) =>
      app.query(set, entity, features, at === undefined ? {} : { at: iso(at) }),
    ledger: (resolver) => app.ledger(resolver),
    deadLetters: () => {
      letters.push(...app.deadLetters());
      return [...letters];
    },
    failures: () => {
      failed.push(...app.failures());
      return [...failed];
    },
    frame: frameTagOn(dayUs),
    get now() {
      return app.now;
    },
    engine: app,
  };
  Object.defineProperty(self, BRAND, { value: true });
  return self;
}

/** Whether a value is a harness, also of another copy of this package. */
export const isHarness = (value: unknown): value is Harness =>
  typeof value === "object" && value !== null && BRAND in value;

/** The disposition that has one message more than before. */
function entered(before: SourceLedger | undefined, after: SourceLedger | undefined): Disposition {
  const found = dispositions.find((disposition) => (after?.[disposition] ?? 0) > (before?.[disposition] ?? 0));
  if (found === undefined) throw new RangeError("a message was sent that no ledger shows");
  return found;
}

import type { ArrowTableLike } from "../arrow/foreign.ts";
import type { AnyFeature, FeatureIn } from "../features/feature.ts";
import type { DataFrame } from "../frame/data-frame.ts";
import type { AnyRow } from "../frame/rows.ts";
import type { Resolver } from "../resolvers/resolver.ts";
import type { AnyFrame } from "../resolvers/types.ts";
import type { Envelope } from "../sources/envelope.ts";
import type { Source } from "../sources/source.ts";
import type { Duration } from "../types/duration.ts";
import type { DeadLetter } from "./dead-letter.ts";
import type { Ledger } from "./disposition.ts";
import type { Emissions } from "./emission-log.ts";
import type { Intake } from "./intake.ts";
import type { Failure } from "./lane.ts";
import type { Pending } from "./pending.ts";
import type { Answers, QueryOptions } from "./query.ts";
import type { Stats } from "./stats.ts";

export interface EngineOptions {
  readonly resolvers: readonly Resolver[];
  /** What the engine's clock shows before the first event; by default the Unix epoch. */
  readonly startAt?: Date | string;
  /** How far before the clock a query may ask; by default each source's `lateArrivalDeadline`. */
  readonly history?: Duration;
}

/** What may be pushed to a source: messages (or payloads, where it parses), or a table of messages. */
export type Pushed<Input> = Input | readonly Input[] | ArrowTableLike | AnyFrame;

export interface PushOptions {
  /** Whether fields that no resolver reads may be missing although they are not nullable; for tests. Default false. */
  readonly allowUnread?: boolean;
}

/** Resolvers at work: messages in, emissions and answers out. Everything is synchronous and follows event time. */
export interface Engine {
  /** Takes messages in. Those that do not fit are counted in the ledger and put with the dead letters. @throws engine.unknown-source, engine.finished */
  push<Row, Input>(source: Source<Row, Input>, messages: Pushed<NoInfer<Input>>, options?: PushOptions): void;
  /** As `push`, with what the transport knows of each message. */
  pushEnvelopes<Row, Input>(source: Source<Row, Input>, envelopes: readonly Envelope[]): void;
  /** As `push`, from whole lines of NDJSON (or of payloads, where the source parses). */
  pushBytes<Row, Input>(source: Source<Row, Input>, bytes: Uint8Array): void;
  /** As `push`, for readers of recordings. */
  pushIntake(source: Source, intake: Intake, file?: string): void;
  /** Says that event time has come to this point, for one source or for all; closes what ends there. */
  advanceTo(time: Date | string, source?: Source<never, never> | Source): void;
  /** What has been emitted since the last call. */
  emissions(): Emissions;
  /** The values of features of one entity, in the order asked. @throws query.unknown-feature, query.expired */
  query<Set extends AnySet, const Features extends readonly AnyFeature[]>(
    set: Set,
    entity: string | number | bigint,
    features: AllOf<Set, Features>,
    options?: QueryOptions,
  ): Answers<Features>;
  /** The values of features of many entities: a column for the primary key and one for each full name. */
  queryMany<Set extends AnySet, const Features extends readonly AnyFeature[]>(
    set: Set,
    entities: readonly (string | number | bigint)[],
    features: AllOf<Set, Features>,
    options?: QueryOptions,
  ): DataFrame<AnyRow>;
  /** The primary keys that messages have named so far and that are still kept. */
  entities(set: AnySet): (string | number | bigint)[];
  /** The windows that have messages but have not closed, and what each waits for. */
  pending(): Pending[];
  /** Every message accounted for, by source and disposition; of one resolver, what became of them there. */
  ledger(resolver?: Resolver | string): Ledger;
  /** The messages that were not taken since the last call (10,000 are kept at most). */
  deadLetters(): DeadLetter[];
  /** Windows whose resolver threw since the last call. */
  failures(): Failure[];
  /** The engine's clock: the latest event time or advance of any source. */
  readonly now: Date;
  stats(): Stats;
  /** How each resolver runs. */
  explain(): string;
  /** Closes each pending window at its own end; nothing can be pushed afterwards. */
  finish(): void;
}

/** A feature set, as `features` makes it. */
export type AnySet = ((values: never) => unknown) & object;

/** Features of a set; those whose type does not say their set are checked when the query runs. */
export type AllOf<Set extends AnySet, Features extends readonly AnyFeature[]> = string extends Features[number]["set"]
  ? Features
  : Features extends readonly FeatureIn<NameOfSet<Set>>[]
    ? Features
    : readonly FeatureIn<NameOfSet<Set>>[];

/** The name of a feature set; any where its type does not say. */
type NameOfSet<Set> = Set extends (values: never) => { readonly set: infer Name extends string } ? Name : string;

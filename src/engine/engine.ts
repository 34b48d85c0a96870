import { columnOf } from "../column/builder.ts";
import { valueAt } from "../column/value.ts";
import { suggest, TidemarkError } from "../errors.ts";
import { snakeCase, windowsOf } from "../features/feature.ts";
import { frameOf, isDataFrame } from "../frame/data-frame.ts";
import { isResolver } from "../resolvers/resolver.ts";
import type { Source } from "../sources/source.ts";
import { durationUs } from "../types/duration.ts";
import { checkFeature, createAnswer, entityColumn, modelOf } from "./answer.ts";
import { checkOptions } from "./check-options.ts";
import { createDeadLetterBox } from "./dead-letter.ts";
import { ledgerOf } from "./disposition.ts";
import { dateOfBound } from "./emission.ts";
import { createEmissionLog } from "./emission-log.ts";
import { addPushed, intakesOfBytes, intakesOfTablePush, NONE } from "./input.ts";
import { addEnvelope, type Intake } from "./intake.ts";
import { advance, takeIn } from "./intake-run.ts";
import type { Engine, EngineOptions } from "./interface.ts";
import type { Failure } from "./lane.ts";
import { pendingOf } from "./pending.ts";
import { createRegistry } from "./registry.ts";
import type { SourceState } from "./source-state.ts";
import { statsOf } from "./stats.ts";
import { timeUs } from "./time-of.ts";
import { createWaiting } from "./waiting.ts";

const FAILURES_MAX = 10_000; // failures held until they are drained

const mayBeTable = (pushed: unknown): boolean =>
  (typeof pushed === "object" && pushed !== null && "schema" in pushed) || isDataFrame(pushed);

/**
 * An engine for these resolvers.
 * @throws engine.invalid, engine.duplicate-feature
 * @example
 * const app = engine({ resolvers: [failedLogins] });
 * app.push(logins, [{ user_id: "u1", failed: true, ip_address: "10.0.0.1", at: "2026-01-01T12:00:00Z" }]);
 * app.advanceTo("2026-01-01T12:10:00Z");
 * for (const emission of app.emissions()) console.log(emission.feature, emission.entity, emission.value);
 */
export function engine(options: EngineOptions): Engine {
  checkOptions(options);
  const failed: Failure[] = [];
  let busy = false; // whether a resolver may be running
  const historyUs = options.history === undefined ? undefined : durationUs(options.history);
  const { lanes, sources, makers } = createRegistry(
    options.resolvers,
    historyUs,
    (failure) => void (failed.length < FAILURES_MAX && failed.push(failure)),
  );
  const log = createEmissionLog();
  const letters = createDeadLetterBox();
  const startUs = options.startAt === undefined ? 0 : timeUs(options.startAt);
  let latestUs = Number.NEGATIVE_INFINITY; // the latest event time or advance so far
  const clock = (): number => (latestUs === Number.NEGATIVE_INFINITY ? startUs : latestUs);
  let finished = false;

  const stateOf = (source: Source<never, never> | Source): SourceState => {
    const state = sources.get((source as Source | undefined)?.name ?? "");
    if (state !== undefined && state.source === source) return state;
    throw new TidemarkError(
      "engine.unknown-source",
      `no resolver of this engine reads the source "${String((source as Source | undefined)?.name)}"`,
      {
        hint:
          state === undefined
            ? suggest(String((source as Source | undefined)?.name), [...sources.keys()])
            : "the engine has another source of this name: push to the one that its resolvers read",
      },
    );
  };

  const take = (state: SourceState, intakes: readonly Intake[], file?: string): void => {
    busy = true;
    try {
      for (const intake of intakes) {
        const taken = takeIn(state, intake, { latestUs, startUs }, letters, file);
        latestUs = taken.latestUs;
        log.append(taken.caused);
      }
    } finally {
      busy = false;
    }
  };

  const { collect, settle } = createWaiting((state, intake) => take(state, [intake]));

  const open = (source: Source<never, never> | Source): SourceState => {
    const state = stateOf(source);
    if (busy)
      throw new TidemarkError("engine.invalid", "a resolver cannot push to the engine that runs it", {
        hint: "push after the call that runs the resolver has come back",
      });
    if (finished)
      throw new TidemarkError("engine.finished", "the engine has been finished and takes no more input", {
        hint: "make a new engine",
      });
    return state;
  };

  const answer = createAnswer(makers, clock);

  const self: Engine = {
    push: (source, messages, { allowUnread = false } = {}) => {
      const state = open(source as Source);
      const optional = allowUnread ? state.unread : NONE;
      if (!mayBeTable(messages)) return collect(state, (builder, line) => addPushed(builder, messages, line, optional));
      settle();
      const intakes = intakesOfTablePush(state, messages);
      if (intakes === undefined) collect(state, (builder, line) => addPushed(builder, messages, line, optional));
      else take(state, intakes);
    },
    pushEnvelopes: (source, envelopes) => {
      if (!Array.isArray(envelopes))
        throw new TidemarkError("engine.invalid", "pushEnvelopes takes a list of envelopes");
      collect(open(source as Source), (builder, line) =>
        envelopes.forEach((envelope, i) => addEnvelope(builder, envelope, { line: line + i, offset: -1 }, NONE)),
      );
    },
    pushBytes: (source, bytes) => {
      const state = open(source as Source);
      settle();
      take(state, intakesOfBytes(state, bytes));
    },
    pushIntake: (source, intake, file) => {
      const state = open(source);
      settle();
      take(state, [intake], file);
    },
    advanceTo: (time, source) => {
      if (finished)
        throw new TidemarkError("engine.finished", "the engine has been finished", { hint: "make a new engine" });
      const toUs = timeUs(time);
      const states = source === undefined ? [...sources.values()] : [stateOf(source)];
      settle();
      const taken = states.map((state) => advance(state, toUs, latestUs));
      latestUs = Math.max(latestUs, toUs);
      log.append(taken.flatMap(({ caused }) => caused));
    },
    emissions: () => {
      settle();
      return log.drain();
    },
    query: (set, key, features, { at } = {}) => {
      settle();
      checkList(features);
      const model = modelOf(set);
      const entity = entityColumn(model, key);
      const atUs = at === undefined ? clock() : timeUs(at);
      return features.map((feature) => answer(model, feature, key, entity, atUs)) as never;
    },
    queryMany: (set, keys, features, { at } = {}) => {
      settle();
      checkList(features);
      const model = modelOf(set);
      const atUs = at === undefined ? clock() : timeUs(at);
      const entities = keys.map((key) => entityColumn(model, key));
      const wanted = features.flatMap((feature) => (feature.kind === "windowed" ? windowsOf(feature) : [feature]));
      for (const feature of wanted) checkFeature(model, feature);
      const columns = wanted.map((feature) =>
        columnOf(
          feature.type,
          keys.map((key, i) => answer(model, feature, key, entities[i]!, atUs)),
        ),
      );
      const { name, type } = model.primaryKey;
      const fields = [
        { name: snakeCase(name), type, nullable: false },
        ...wanted.map((feature) => ({ name: feature.fqn, type: feature.type, nullable: true })),
      ];
      return frameOf({
        schema: { fields },
        batches: [{ length: keys.length, columns: [columnOf(type, keys), ...columns] }],
      });
    },
    entities: (set) => {
      settle();
      const model = modelOf(set);
      const found = new Set<unknown>();
      for (const lane of lanes) {
        if (lane.resolver.set.name !== model.name) continue;
        const column = lane.entities();
        for (let i = 0; i < column.length; i++) found.add(valueAt(column, model.primaryKey.type, i));
      }
      return [...found] as (string | number | bigint)[];
    },
    pending: () => {
      settle();
      return pendingOf(lanes, sources);
    },
    ledger: (resolver) => {
      settle();
      const name = isResolver(resolver) ? resolver.name : resolver;
      const found =
        name === undefined ? [...sources.values()] : [...sources.values()].filter(({ countsOf }) => countsOf.has(name));
      if (found.length === 0)
        throw new TidemarkError("engine.invalid", `no resolver "${name}" in this engine`, {
          hint: suggest(
            String(name),
            lanes.map((lane) => lane.resolver.name),
          ),
        });
      return Object.fromEntries(
        found.map(({ source, pushed, counts, countsOf }) => [
          source.name,
          ledgerOf(pushed, name === undefined ? counts : countsOf.get(name)!),
        ]),
      );
    },
    deadLetters: () => {
      settle();
      return letters.drain();
    },
    failures: () => {
      settle();
      return failed.splice(0);
    },
    get now() {
      settle();
      return dateOfBound(clock());
    },
    stats: () => {
      settle();
      return statsOf(lanes, sources, log.nextSeq(), letters.dropped());
    },
    explain: () =>
      lanes
        .map(
          ({ resolver: { name, source, work } }) =>
            `${name} (${source.name}): ${work.kind === "mapping" ? "one message, one set of values" : `${work.mode}, ${work.windows.map(({ label }) => label).join(", ")}, ${work.explanation}`}`,
        )
        .join("\n"),
    finish: () => {
      if (finished) return;
      settle();
      finished = true;
      log.append(lanes.flatMap((lane) => lane.finish(clock())));
    },
  };
  return self;
}

function checkList(features: unknown): void {
  if (Array.isArray(features)) return;
  throw new TidemarkError("query.unknown-feature", "a query takes a list of features", {
    hint: "write query(User, key, [User.favoriteColor])",
  });
}

import { TidemarkError } from "../errors.ts";
import type { FeatureSetModel } from "../features/features.ts";
import { isResolver, type Resolver } from "../resolvers/resolver.ts";
import { createContinuousLane } from "./continuous-lane.ts";
import type { Failure, Lane } from "./lane.ts";
import { createMappingLane } from "./mapping-lane.ts";
import { createSourceState, type SourceState } from "./source-state.ts";
import { createTumblingLane } from "./tumbling-lane.ts";

/** Which lane makes a feature, and which of its features it is. */
export interface Maker {
  readonly lane: Lane;
  readonly index: number;
  readonly source: SourceState;
  /** How far back a query may ask. */
  readonly historyUs: number;
}

/** The parts of an engine: its sources and who makes what. */
export interface Registry {
  readonly lanes: readonly Lane[];
  readonly sources: ReadonlyMap<string, SourceState>;
  /** By full name. */
  readonly makers: ReadonlyMap<string, Maker>;
}

/** @throws engine.invalid, engine.duplicate-feature */
export function createRegistry(
  resolvers: readonly Resolver[],
  historyUs: number | undefined,
  fail: (failure: Failure) => void,
): Registry {
  checkResolvers(resolvers);
  const historyOf = ({ source }: Resolver): number => historyUs ?? source.lateArrivalDeadlineUs;
  const lanes = resolvers.map((resolver, order) => laneOf(resolver, order, historyOf(resolver), fail));
  const sources = new Map<string, SourceState>();
  for (const { resolver } of lanes) {
    const { source } = resolver;
    const known = sources.get(source.name);
    if (known !== undefined && known.source !== source)
      throw new TidemarkError("engine.invalid", `two sources are called "${source.name}"`, {
        hint: "give one of them another name",
      });
    if (known === undefined)
      sources.set(
        source.name,
        createSourceState(
          source,
          lanes.filter((lane) => lane.resolver.source === source),
        ),
      );
  }
  const makers = new Map<string, Maker>();
  for (const lane of lanes) {
    lane.features.forEach(({ fqn }, index) => {
      const other = makers.get(fqn);
      if (other !== undefined) {
        throw new TidemarkError(
          "engine.duplicate-feature",
          `"${other.lane.resolver.name}" and "${lane.resolver.name}" both make ${fqn}`,
          {
            hint: "keep one of the two resolvers, or give them features of their own",
          },
        );
      }
      makers.set(fqn, {
        lane,
        index,
        source: sources.get(lane.resolver.source.name)!,
        historyUs: historyOf(lane.resolver),
      });
    });
  }
  return { lanes, sources, makers };
}

function checkResolvers(resolvers: readonly unknown[]): void {
  if (!Array.isArray(resolvers) || resolvers.length === 0)
    throw new TidemarkError("engine.invalid", "an engine needs resolvers", {
      hint: "write engine({ resolvers: [favoriteColor] })",
    });
  const names = new Set<string>();
  const sets = new Map<string, FeatureSetModel>();
  for (const resolver of resolvers) {
    if (!isResolver(resolver))
      throw new TidemarkError("engine.invalid", "something in resolvers is no resolver", {
        hint: "make resolvers with stream({ ... }, ...)",
      });
    if (names.has(resolver.name))
      throw new TidemarkError("engine.invalid", `two resolvers are called "${resolver.name}"`, {
        hint: "give one of them another name",
      });
    names.add(resolver.name);
    const model = sets.get(resolver.set.name);
    if (model !== undefined && model !== resolver.set) {
      throw new TidemarkError("engine.invalid", `two feature sets are called "${resolver.set.name}"`, {
        hint: "declare the set once and import it",
      });
    }
    sets.set(resolver.set.name, resolver.set);
  }
}

function laneOf(resolver: Resolver, order: number, historyUs: number, fail: (failure: Failure) => void): Lane {
  const { work, source } = resolver;
  if (work.kind === "mapping") return createMappingLane(resolver, work, order, historyUs);
  const retention = { deadlineUs: source.lateArrivalDeadlineUs, historyUs };
  return work.mode === "continuous"
    ? createContinuousLane(resolver, work, retention)
    : createTumblingLane(resolver, work, order, retention, fail);
}

import type { Feature, Window } from "../features/feature.ts";
import type { Resolver, Windowed } from "../resolvers/resolver.ts";
import type { KeyTable } from "../window/key-table.ts";
import { windowEnd } from "../window/tumbling.ts";
import type { TumblingState } from "../window/tumbling-state.ts";
import { type GivenOut, nothingGivenOut } from "./correction.ts";
import { dateOfBound } from "./emission.ts";
import { keyValues } from "./entities.ts";
import type { Failure } from "./lane.ts";
import { type Identity, identityAt, joined, type Result, resultOf, rowOfEntity } from "./result.ts";
import { collision } from "./result.ts";

/** The windows of one length. */
export interface Length {
  readonly window: Window;
  readonly features: readonly Feature[];
  readonly state: TumblingState;
  /** By window start; made by the first late message. */
  readonly givenOut: Map<number, GivenOut>;
  /** By window start, where only a result tells its entity: which keys made it; two of them collide. */
  readonly makers: Map<number, Map<Identity, Set<number>>>;
}

/** Runs a resolver over windows of its state; what it throws becomes a failure. */
export interface WindowResults {
  /** The result of a window that closes; undefined where nothing can be emitted. */
  closing(length: Length, startUs: number): Result | undefined;
  /** Whether a late message can change the result of its own key alone. */
  readonly byKey: boolean;
  /** The result of a closed window, or of one key in it, without a word about failures. */
  before(length: Length, startUs: number, key: number | undefined): Result | undefined;
  /** As `before`, after a late message; what is thrown becomes a failure. */
  after(length: Length, startUs: number, key: number | undefined): Result | undefined;
  /** One entity in a window; undefined where the window has none of it. @throws what the resolver throws */
  find(
    length: Length,
    startUs: number,
    entity: Identity,
  ): { readonly result: Result; readonly row: number } | undefined;
}

export function createWindowResults(
  resolver: Resolver,
  { program }: Windowed,
  keyTable: KeyTable,
  fail: (failure: Failure) => void,
): WindowResults {
  const isFrame = program.kind === "frame";
  const frameByKey = isFrame && program.keys.length > 0;
  const isTold = program.entityKey === -1; // only the result tells the entity
  const areKeys = program.kind === "incremental" && program.local && !isTold;
  const byKey = program.kind === "frame" ? frameByKey : program.local && !isTold;

  const of = ({ state, features }: Length, start: number, key?: number): Result =>
    resultOf(state.result(start, key), resolver, features, { areKeys });

  const failed = ({ window }: Length, start: number, key: number | undefined, error: unknown): undefined => {
    const [shown = null] = key === undefined ? [] : keyValues(keyTable, Int32Array.of(key));
    const bounds = { start: dateOfBound(start), end: dateOfBound(windowEnd(start, window.us)) };
    fail({ resolver: resolver.name, key: shown, window: bounds, error });
    return undefined;
  };

  const orFailed = (length: Length, start: number, key: number | undefined, run: () => Result): Result | undefined => {
    try {
      return run();
    } catch (error) {
      return failed(length, start, key, error);
    }
  };

  /** Key by key: one that fails does not take the others with it, but a collision does. */
  const closingByKey = (length: Length, start: number): Result | undefined => {
    const results: Result[] = [];
    for (const key of length.state.keys(start)) {
      const result = orFailed(length, start, key, () => of(length, start, key));
      if (result === undefined) silent(length, start, key);
      else {
        results.push(result);
        if (frameByKey && isTold) enterMaker(length, start, key, result);
      }
    }
    const all = orFailed(length, start, undefined, () => joined(results, resolver, length.features));
    if (all === undefined) for (const key of length.state.keys(start)) silent(length, start, key);
    return all;
  };

  const closingAtOnce = (length: Length, start: number): Result | undefined => {
    try {
      return of(length, start);
    } catch (error) {
      if (byKey) return closingByKey(length, start);
      silent(length, start, -1);
      return failed(length, start, undefined, error);
    }
  };

  return {
    closing: frameByKey ? closingByKey : closingAtOnce,
    byKey,
    before: (length, start, key) => {
      try {
        return of(length, start, key);
      } catch {
        return undefined;
      }
    },
    after: (length, start, key) =>
      orFailed(length, start, key, () => {
        const result = of(length, start, key);
        if (!frameByKey || !isTold || key === undefined) return result;
        const shared = enterMaker(length, start, key, result);
        if (shared !== undefined) throw collision(resolver.name, shared);
        return result;
      }),
    find: (length, start, entity) => {
      if (!frameByKey) return found(of(length, start), entity);
      let error: { readonly thrown: unknown } | undefined;
      const results: Result[] = [];
      for (const key of length.state.keys(start)) {
        try {
          results.push(of(length, start, key));
        } catch (thrown) {
          error ??= { thrown };
        }
      }
      const one = found(joined(results, resolver, length.features), entity);
      // The key that failed may be the one that was asked for.
      if (one === undefined && error !== undefined) throw error.thrown;
      return one;
    },
  };
}

/** Notes that nothing was given out for a key (-1: for the whole window), so that its first values have revision 0. */
function silent(length: Length, start: number, key: number): void {
  const givenOut = length.givenOut.get(start) ?? nothingGivenOut();
  length.givenOut.set(start, givenOut);
  givenOut.beforeFailure.set(key, undefined);
}

/** Enters the entities that a key makes now; one that another key makes too, if there is any. */
function enterMaker(length: Length, start: number, key: number, { entities }: Result): Identity | undefined {
  const makers = length.makers.get(start) ?? new Map<Identity, Set<number>>();
  length.makers.set(start, makers);
  for (const keys of makers.values()) keys.delete(key);
  let shared: Identity | undefined;
  for (let i = 0; i < entities.length; i++) {
    const entity = identityAt(entities, i);
    const keys = makers.get(entity) ?? new Set<number>();
    makers.set(entity, keys.add(key));
    if (keys.size > 1) shared ??= entity;
  }
  return shared;
}

function found(result: Result, entity: Identity): { readonly result: Result; readonly row: number } | undefined {
  const row = rowOfEntity(result, entity);
  return row === -1 ? undefined : { result, row };
}

import type { Feature, Window } from "../features/feature.ts";
import type { Resolver, Windowed } from "../resolvers/resolver.ts";
import type { KeyTable } from "../window/key-table.ts";
import { windowEnd } from "../window/tumbling.ts";
import type { TumblingState } from "../window/tumbling-state.ts";
import type { GivenOut } from "./correction.ts";
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
  /** By window start, where only a result tells its entity: which key made it. Null for a window with a collision. */
  readonly makers: Map<number, Map<Identity, number> | null>;
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

  /** A function that runs once a key: one key that fails does not take the others with it, but a collision does. */
  const closingByKey = (length: Length, start: number): Result | undefined => {
    const results: Result[] = [];
    const makers = new Map<Identity, number>();
    for (const key of length.state.keys(start)) {
      const result = orFailed(length, start, key, () => of(length, start, key));
      if (result === undefined) continue;
      results.push(result);
      if (isTold) for (let i = 0; i < result.entities.length; i++) makers.set(identityAt(result.entities, i), key);
    }
    const all = orFailed(length, start, undefined, () => joined(results, resolver, length.features));
    if (isTold) length.makers.set(start, all === undefined ? null : makers);
    return all;
  };

  return {
    closing: (length, start) =>
      frameByKey ? closingByKey(length, start) : orFailed(length, start, undefined, () => of(length, start)),
    byKey: isFrame ? frameByKey : program.local && !isTold,
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
        const makers = length.makers.get(start) ?? new Map<Identity, number>();
        for (let i = 0; i < result.entities.length; i++) {
          const entity = identityAt(result.entities, i);
          if (length.makers.get(start) === null || (makers.get(entity) ?? key) !== key)
            throw collision(resolver.name, entity);
        }
        for (const [entity, maker] of makers) if (maker === key) makers.delete(entity);
        for (let i = 0; i < result.entities.length; i++) makers.set(identityAt(result.entities, i), key);
        length.makers.set(start, makers);
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

function found(result: Result, entity: Identity): { readonly result: Result; readonly row: number } | undefined {
  const row = rowOfEntity(result, entity);
  return row === -1 ? undefined : { result, row };
}

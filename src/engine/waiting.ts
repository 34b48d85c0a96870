import { createIntakeBuilder, type Intake, type IntakeBuilder } from "./intake.ts";
import type { SourceState } from "./source-state.ts";

/** Small pushes, which wait in columns until there are enough of them or until somebody looks. */
export interface Waiting {
  /** Lets `add` put messages of one source into columns; `add` gets the number of the first. */
  collect(state: SourceState, add: (builder: IntakeBuilder, firstLine: number) => void): void;
  /** Gives on what waits. */
  settle(): void;
}

const WAITING_MAX = 1_024; // messages that wait for company at most

/** Messages of one source wait at a time, so that those of several keep their order. A batch is only a vessel. */
export function createWaiting(take: (state: SourceState, intake: Intake) => void): Waiting {
  const builders = new Map<SourceState, IntakeBuilder>();
  let waiting: { readonly state: SourceState; readonly builder: IntakeBuilder } | undefined;

  const settle = (): void => {
    if (waiting === undefined) return;
    const { state, builder } = waiting;
    waiting = undefined;
    take(state, builder.finish());
  };

  const open = (state: SourceState): IntakeBuilder => {
    const known = builders.get(state);
    if (known !== undefined) return known;
    const made = createIntakeBuilder(state.source);
    builders.set(state, made);
    return made;
  };

  return {
    collect: (state, add) => {
      if (waiting?.state !== state) {
        settle();
        waiting = { state, builder: open(state) };
      }
      const { builder } = waiting;
      add(builder, state.pushed + builder.count() + 1);
      if (builder.count() >= WAITING_MAX) settle();
    },
    settle,
  };
}

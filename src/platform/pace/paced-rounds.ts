import type { Registry } from 'prom-client';
import type { Queryable } from '../database/database.ts';
import { inRounds, type Rounds } from '../process/rounds.ts';
import { createPacer, type Pacer } from './pacer.ts';
import { registerPace, smallCommit } from './small-commit.ts';

/** Shared by all sweeps of a process, so that together they are as modest as one. */
export interface PacedRounds {
  readonly pacer: Pacer;
  /** With unnoticeable step sizes and rests. */
  readonly paced: Rounds;
  /** For what rests within, or writes a file a step: as much as it may at once. */
  readonly whole: Rounds;
}

export function pacedRounds({
  db,
  metrics,
  isStopping,
}: {
  readonly db: Queryable;
  readonly metrics: Registry;
  readonly isStopping: () => boolean;
}): PacedRounds {
  const pacer = createPacer({ commit: () => smallCommit(db), isStopping });
  registerPace(metrics, pacer);
  return {
    pacer,
    paced: (limit, step) => inRounds(limit, step, { pacer, isStopping }),
    whole: (limit, step) => inRounds(limit, step, { isStopping }),
  };
}

import type { Pacer } from '../pace/pacer.ts';

/** The longest sweep of a database with a backlog; then other work has its turn. */
const ROUNDS_MS_MAX = 30_000;
/** The first batch size for rows without dependent rows, small enough to start with. */
const FIRST = 100;

/** Does what `inRounds` does, with or without rests. */
export type Rounds = (limit: number, step: (limit: number) => Promise<number>) => Promise<number>;

/**
 * Repeats a step that removes at most `limit` items until it removes fewer, or until the time is
 * over: the next sweep removes the rest. Returns how many were removed.
 */
export async function inRounds(
  limit: number,
  step: (limit: number) => Promise<number>,
  {
    forMs = ROUNDS_MS_MAX,
    monotonicMs = () => performance.now(),
    isStopping = () => false,
    pacer,
  }: RoundsOptions = {},
): Promise<number> {
  const endMs = monotonicMs() + forMs;
  const mayGoOn = () => monotonicMs() < endMs && !isStopping();
  if (pacer !== undefined) return pacer.inBatches(step, { max: limit, first: FIRST, mayGoOn });
  for (let removed = 0; ; ) {
    const count = await step(limit);
    removed += count;
    if (count < limit || !mayGoOn()) return removed;
  }
}

interface RoundsOptions {
  readonly forMs?: number;
  /** Returns milliseconds that only grow. */
  readonly monotonicMs?: () => number;
  /**
   * A stop waits for the step in progress, and no other begins. A step may be a hundred parcels,
   * which then go without rests: those whose end is already in the log must be completed.
   */
  readonly isStopping?: () => boolean;
  /**
   * Decides how large a step is and how long it rests afterwards; absent: the full limit and no
   * rests.
   */
  readonly pacer?: Pick<Pacer, 'inBatches'>;
}

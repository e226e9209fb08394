import type { Pacer } from '../pace/pacer.ts';

/** The longest sweep of a database that has fallen behind; then other work has its turn. */
const ROUNDS_MS_MAX = 30_000;
/** Batch size for rows without dependent rows, small enough to start with. */
const FIRST = 100;

/** Does what `inRounds` does, or has it done with rests. */
export type Rounds = (limit: number, step: (limit: number) => Promise<number>) => Promise<number>;

/**
 * Repeats a step that removes at most `limit` things until it removes fewer, or until the time is
 * up: the rest goes in the next sweep. Answers how many are gone.
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
  for (let gone = 0; ; ) {
    const many = await step(limit);
    gone += many;
    if (many < limit || !mayGoOn()) return gone;
  }
}

interface RoundsOptions {
  readonly forMs?: number;
  /** Any that only goes forward. */
  readonly monotonicMs?: () => number;
  /**
   * A stop waits for the step that is under way, and begins no other. A step may be a hundred parcels, which
   * then go without rests: those whose end is on the log already must not go without it.
   */
  readonly isStopping?: () => boolean;
  /** How large a step is and how long it rests after it; absent: as large as it may be, and not at all. */
  readonly pacer?: Pick<Pacer, 'inBatches'>;
}

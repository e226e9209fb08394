/** A database that has fallen behind is swept for so long at a time, and a stop waits no longer. */
const ROUNDS_MS_MAX = 10_000;

/**
 * Repeats a step that removes at most `limit` things until it removes fewer, or until the time is
 * up: the rest goes in the next sweep. Answers how many are gone.
 */
export async function inRounds(
  limit: number,
  step: () => Promise<number>,
  { forMs = ROUNDS_MS_MAX, nowMs = () => performance.now() }: RoundsOptions = {},
): Promise<number> {
  const endMs = nowMs() + forMs;
  for (let gone = 0; ; ) {
    const many = await step();
    gone += many;
    if (many < limit || nowMs() >= endMs) return gone;
  }
}

interface RoundsOptions {
  readonly forMs?: number;
  /** Any that only goes forward. */
  readonly nowMs?: () => number;
}

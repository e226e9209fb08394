import { setTimeout as sleep } from 'node:timers/promises';
import { blameOf } from './blame.ts';

/**
 * Whether the database cannot be reached, is just starting or stopping, or has no room. Then
 * nothing is wrong with the statement, and it may be retried later. HTTP answers this with 503.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  return blameOf(error) === 'unavailable';
}

const FIRST_WAIT_MS = 50;
const WAIT_MS_MAX = 2_000;

/**
 * Repeats `work` while the database is unavailable, for at most `forMs`, then rethrows the error.
 * Only for work that may run twice: after a connection broke during COMMIT, nobody knows whether
 * the transaction was committed.
 */
export async function retryWhileUnavailable<T>(
  work: () => Promise<T>,
  { forMs, signal }: { forMs: number; signal?: AbortSignal },
): Promise<T> {
  const deadline = performance.now() + forMs;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, WAIT_MS_MAX)) {
    try {
      return await work();
    } catch (error) {
      const late = performance.now() + waitMs > deadline;
      if (late || signal?.aborted === true || !isDatabaseUnavailable(error)) throw error;
      await sleep(waitMs);
    }
  }
}

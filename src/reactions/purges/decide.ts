import { type DuePurge, isPurgeAll, type PurgeOutcome, type SettledPurge } from './purger.ts';

/**
 * A purge may overtake an answer on its way into the cache, so that the old answer is stored after
 * it. A second purge removes it.
 */
export const ROUNDS = 2;

const SECOND_AFTER_MS = 2_000;

/** For `BRANDING_KEPT_MS` another process may still answer with the old branding. */
export const SECOND_PURGE_AFTER_MS = 7_000;

/** How long shared caches serve an answer if a purger is configured: then it expires by itself. */
export const SHARED_MAX_AGE_S = 300;

/** Margin for clocks and answers in transit. */
const GIVE_UP_AFTER_MS = (SHARED_MAX_AGE_S + 60) * 1_000;

const RETRY_MS = 1_000;

const RETRY_MS_MAX = 30_000;

/** The next state of a parcel after an attempted purge. Pure. */
export function settlePurge(due: DuePurge, outcome: PurgeOutcome, nowMs: number): SettledPurge {
  if (outcome.outcome === 'done') {
    const rounds = due.rounds - 1;
    const afterMs = isPurgeAll(due) ? SECOND_PURGE_AFTER_MS : SECOND_AFTER_MS;
    return { ...due, rounds, attempts: 0, dueAtMs: rounds > 0 ? nowMs + afterMs : null };
  }
  const backoffMs = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** (due.attempts - 1));
  const requestedMs = (outcome.retryAfterS ?? 0) * 1_000;
  const dueAtMs = nowMs + Math.max(backoffMs, requestedMs);
  const isPointless = dueAtMs - due.changedAtMs > GIVE_UP_AFTER_MS;
  return { ...due, dueAtMs: isPointless ? null : dueAtMs };
}

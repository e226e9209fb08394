import type { Repeat, SendOutcome } from '../contract.ts';
import type { AttemptOutcome, Settled } from './attempts.sql.ts';

/** A message is tried this often; then it is dead, and a person may try it again. */
const ATTEMPTS_MAX = 3;
/** The wait after the first try; after each further one four times as long. */
const FIRST_WAIT_MS = 30_000;
const WAIT_GROWTH = 4;
/** Of the wait, what is left to chance, so that not all come back at once. */
const JITTER_SHARE = 0.2;
/** A provider that asks for more than this is as good as down: the next try finds out. */
const RETRY_AFTER_MS_MAX = 3_600_000;

export interface AfterAttempt extends Settled {
  readonly outcome: AttemptOutcome;
  /** The address is not to be written to again. */
  readonly suppress: boolean;
  /** It may have been lost or sent, and nobody will find out: a line in the log. */
  readonly mayBeLost: boolean;
}

/** Whose word or end an attempt's end is. */
export type EndedBy = 'provider' | 'process';

/**
 * What follows from an attempt. One whose end is not known is made again only where a second
 * message would be known for the same. Pure.
 *
 * @param chance from 0 to 1.
 * @param ended `process`: ours was killed. That says nothing of the provider, so nobody waits for it.
 */
export function afterAttempt(
  outcome: SendOutcome,
  repeat: Repeat,
  attempts: number,
  nowMs: number,
  chance: number,
  ended: EndedBy = 'provider',
): AfterAttempt {
  const base = { providerId: null, sendAtMs: null, suppress: false, mayBeLost: false };
  const again = (
    reason: string,
    attempt: AttemptOutcome,
    requestedS: number | null,
  ): AfterAttempt => {
    const waitMs = ended === 'process' ? 0 : FIRST_WAIT_MS * WAIT_GROWTH ** (attempts - 1);
    const withChance = waitMs * (1 + JITTER_SHARE * chance);
    const requestedMs = Math.min((requestedS ?? 0) * 1_000, RETRY_AFTER_MS_MAX);
    const sendAtMs = Math.round(nowMs + Math.max(withChance, requestedMs));
    return { ...base, state: 'queued', reason, outcome: attempt, sendAtMs };
  };
  switch (outcome.outcome) {
    case 'accepted':
      return {
        ...base,
        ...{ state: 'sent', reason: null, outcome: 'accepted', providerId: outcome.providerId },
      };
    case 'refused': {
      const state = outcome.address ? 'bounced' : 'failed';
      const { reason, address: suppress } = outcome;
      return { ...base, state, reason, outcome: 'refused', suppress };
    }
    case 'retry':
      if (attempts >= ATTEMPTS_MAX) {
        return { ...base, state: 'dead', reason: outcome.reason, outcome: 'retry' };
      }
      return again(outcome.reason, 'retry', outcome.retryAfterS);
    case 'unknown':
      if (repeat === 'never' || attempts >= ATTEMPTS_MAX) {
        const { reason } = outcome;
        return { ...base, state: 'unknown', reason, outcome: 'unknown', mayBeLost: true };
      }
      return again(outcome.reason, 'unknown', null);
  }
}

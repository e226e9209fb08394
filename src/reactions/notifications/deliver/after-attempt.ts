import type { Repeat, SendOutcome } from '../contract.ts';
import type { AttemptOutcome, Settled } from './attempts.sql.ts';

/** After this many attempts a message is dead, and a person may retry it. */
const ATTEMPTS_MAX = 3;
/** The wait after the first attempt; four times as long after each further one. */
const FIRST_WAIT_MS = 30_000;
const WAIT_GROWTH = 4;
/** The random share of the wait, so that retries are spread. */
const JITTER_SHARE = 0.2;
/** A provider that asks for a longer wait is as good as down: the next attempt finds out. */
const RETRY_AFTER_MS_MAX = 3_600_000;

export interface AfterAttempt extends Settled {
  readonly outcome: AttemptOutcome;
  /** The address is not to be written to again. */
  readonly suppress: boolean;
  /** It may have been lost or sent, and nobody will find out: it is logged. */
  readonly mayBeLost: boolean;
}

/** Who ended the attempt. */
export type EndedBy = 'provider' | 'process';

/**
 * The consequence of an attempt. One with an unknown end is repeated only if a duplicate would be
 * recognized. Pure.
 *
 * @param chance from 0 to 1.
 * @param ended `process`: our process was killed. That says nothing about the provider, so there is
 * no wait for it.
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

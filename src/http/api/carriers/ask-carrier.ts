import type { AccountFailure } from '../../../adapters/contract/pull.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { CarrierExtras, Offered } from '../../../poller/index.ts';
import { whyPaused } from '../pulling/routes.ts';

/** The service for interactive calls to carriers; throws when this hub calls none. */
export function askerOf(extras: CarrierExtras | null): CarrierExtras {
  if (extras !== null) return extras;
  throw new Problem('no_carrier_account', 'This installation polls no carrier.');
}

/** The carrier's answer; throws when the carrier could not be called. */
export function answered<T>(found: Offered<T>, shown: string, doesNot: string) {
  switch (found.outcome) {
    case 'asked':
      return found;
    case 'not_offered':
      throw new Problem('not_offered', `${shown} ${doesNot}.`);
    case 'no_account':
      throw new Problem(
        'no_carrier_account',
        `You have no account with credentials for ${shown} in this mode.`,
      );
    case 'no_system':
      throw new Problem('no_carrier_account', sentence(found.reason));
    case 'paused':
      throw new Problem('account_paused', whyPaused(found), { retryAfterS: found.retryAfterS });
  }
}

/** Most outages last about a minute. */
const RETRY_AFTER_S = 60;

export function failed(failure: AccountFailure, shown: string): Problem {
  const { outcome, reason, retryAfterS } = failure;
  const wait = { retryAfterS: Math.max(1, Math.ceil(retryAfterS ?? RETRY_AFTER_S)) };
  switch (outcome) {
    case 'auth_error':
      return new Problem(
        'account_refused',
        `${shown} refuses the account's credentials: ${reason}.`,
      );
    case 'scope_missing':
      return new Problem('account_refused', `The account lacks a permission for this: ${reason}.`);
    case 'rate_limited':
      return new Problem(
        'carrier_unavailable',
        `${shown} is limiting the account: ${reason}.`,
        wait,
      );
    case 'unsent':
      return reason === 'budget'
        ? new Problem('no_budget', 'The account has used all calls reserved for people.', wait)
        : new Problem(
            'carrier_unavailable',
            `${shown} is not being called at present: ${reason}.`,
            wait,
          );
    case 'error':
      return new Problem('carrier_unavailable', `${shown} did not answer: ${reason}.`, wait);
  }
}

/** Capitalizes a fragment and turns it into a sentence. */
export function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}

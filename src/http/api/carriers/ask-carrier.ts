import type { AccountFailure } from '../../../adapters/contract/pull.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import type { CarrierExtras, Offered } from '../../../poller/index.ts';
import { whyPaused } from '../pulling/routes.ts';

/** The service for interactive calls to carriers; throws when this hub calls none. */
export function requireExtras(extras: CarrierExtras | null): CarrierExtras {
  if (extras !== null) return extras;
  throw new Problem('no_carrier_account', 'shipments.noCarrierPolled');
}

/** Returns the carrier's answer; throws if the carrier could not be called. */
export function answerOrThrow<T>(
  found: Offered<T>,
  shown: string,
  feature: 'pickup_points' | 'redirects',
) {
  switch (found.outcome) {
    case 'asked':
      return found;
    case 'not_offered':
      throw new Problem('not_offered', { 'shipments.carrierDoesNotSupport': { shown, feature } });
    case 'no_account':
      throw new Problem('no_carrier_account', { 'shipments.noAccountInMode': { shown } });
    case 'no_system':
      throw new Problem('no_carrier_account', {
        'shipments.carrierNotCallable': { shown, reason: { text: found.reason } },
      });
    case 'paused':
      throw new Problem('account_paused', whyPaused(found), { retryAfterS: found.retryAfterS });
  }
}

/** Most outages last about a minute. */
const RETRY_AFTER_S = 60;

/** The problem for a carrier that could not be called. */
export function failureProblem(failure: AccountFailure, shown: string): Problem {
  const { outcome, reason, retryAfterS } = failure;
  const wait = { retryAfterS: Math.max(1, Math.ceil(retryAfterS ?? RETRY_AFTER_S)) };
  switch (outcome) {
    case 'auth_error':
      return new Problem('account_refused', { 'shipments.credentialsRefused': { shown, reason } });
    case 'scope_missing':
      return new Problem('account_refused', { 'shipments.accountLacksPermission': { reason } });
    case 'rate_limited':
      return new Problem(
        'carrier_unavailable',
        { 'shipments.carrierRateLimited': { shown, reason } },
        wait,
      );
    case 'unsent':
      return reason === 'budget'
        ? new Problem('no_budget', 'shipments.interactiveCallsExhausted', wait)
        : new Problem(
            'carrier_unavailable',
            { 'shipments.carrierNotCalled': { shown, reason } },
            wait,
          );
    case 'error':
      return new Problem(
        'carrier_unavailable',
        { 'shipments.carrierNotAnswering': { shown, reason } },
        wait,
      );
  }
}

/** A carrier's words as a sentence. */
export function sentence(reason: string): ErrorText {
  const text = reason.charAt(0).toUpperCase() + reason.slice(1);
  return { 'values.verbatim': { text: /[.!?]$/.test(text) ? text : `${text}.` } };
}

/** Errors that prevent a call to the carrier, or its answer. */
export const ASKING_ERRORS = [
  'not_found',
  'not_offered',
  'no_carrier_account',
  'account_paused',
  'account_refused',
  'no_budget',
  'carrier_unavailable',
] as const;

import { failureOfStatus, type ParseOutcome } from '../../sdk.ts';

/** Codes about a number. */
export const ALREADY_CREATED = 4101;
export const NOT_CREATED = 4102;
export const QUOTA_USED_UP = 4190;
/** "Your application should not send any further requests until 120 sec later." */
const THROTTLED_S = 120;

/** The failure in an answer, by its own code or else its status; null: it is none. */
export function failureOf(code: number | undefined, status = 200): ParseOutcome | null {
  const reason = `TrackingMore error ${code}`;
  if (code === NOT_CREATED) return { outcome: 'not_yet', reason, trackingNumbers: [] };
  const failure = failureOfStatus(code !== undefined && code < 600 ? code : status);
  if (failure?.outcome === 'rate_limited') return { ...failure, retryAfterS: THROTTLED_S };
  if (failure !== null || code === undefined || code < 600) return failure;
  return { outcome: 'error', reason, trackingNumbers: [] };
}

export function reasonOf(code: number): string {
  return `TrackingMore error ${code}`;
}

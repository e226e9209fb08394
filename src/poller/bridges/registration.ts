import type { RegisterOutcome, StopOutcome } from '../../adapters/contract/bridge.ts';
import type { Row } from '../../platform/database/query-rows.ts';

/**
 * `requested`: a call was begun, and its outcome is not known. `excluded`: the rule leaves the
 * parcel's destination out.
 */
type RegistrationState = 'requested' | 'registered' | 'refused' | 'excluded' | 'stopped';

/** A registration after the answer to a call. */
export interface Answered {
  /** `withdrawn`: the service certainly did not take the parcel, so the row goes again. */
  readonly state: RegistrationState | 'withdrawn';
  readonly reason: string | null;
  readonly reference: string | null;
  /** When the call is repeated; null: never. */
  readonly tryAtMs: number | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A call that has not been answered after this was lost: its process is dead. */
export const CALL_MS_MAX = 10 * MINUTE_MS;
/** How often a call with an unknown outcome is made for a parcel. */
const TRIES_MAX = 3;
const PAUSE_MS = { first: 10 * MINUTE_MS, most: 6 * HOUR_MS };
/** Service-wide numbers are asked for at most this often. */
export const QUOTA_EVERY_MS = HOUR_MS;

/**
 * Returns a registration after an answer. Only an unknown outcome is tried again, because a second
 * registration may be charged for. Pure.
 *
 * @param tries how often it was tried, this call included
 */
export function afterRegistering(outcome: RegisterOutcome, tries: number, nowMs: number): Answered {
  const nothing = { reason: null, reference: null, tryAtMs: null };
  if (outcome.outcome === 'registered') {
    return { ...nothing, state: 'registered', reference: outcome.reference };
  }
  const { reason } = outcome;
  if (outcome.outcome === 'refused') return { ...nothing, state: 'refused', reason };
  // An earlier call may have registered it.
  if (outcome.outcome !== 'error' && tries === 1) return { ...nothing, state: 'withdrawn', reason };
  return { ...nothing, state: 'requested', reason, tryAtMs: retryAt(tries, nowMs) };
}

/** Returns a registration after an answer to `stop`. Pure. */
export function afterStopping(outcome: StopOutcome, tries: number, nowMs: number): Answered {
  const reason = 'reason' in outcome ? outcome.reason : null;
  const isOver = outcome.outcome === 'stopped' || outcome.outcome === 'refused';
  const tryAtMs = isOver ? null : retryAt(tries, nowMs);
  return {
    state: tryAtMs === null ? 'stopped' : 'registered',
    reason,
    reference: null,
    tryAtMs,
  };
}

function retryAt(tries: number, nowMs: number): number | null {
  return tries >= TRIES_MAX ? null : nowMs + pauseMs(tries);
}

/** The pause after so many failures in a row. */
function pauseMs(failures: number): number {
  return Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** Math.min(16, failures - 1));
}

/** A reason to register nothing for a while. */
export interface Pause {
  readonly untilMs: number;
  readonly reason: string;
}

/**
 * Returns how long an account registers nothing after these answers; null: it goes on. A quota that
 * is used up is renewed in the next month, unless the service says earlier that some is left.
 *
 * @param failures how many calls in a row have failed for the whole account, this one included
 */
export function pauseAfter(
  outcomes: readonly RegisterOutcome[],
  failures: number,
  nowMs: number,
): Pause | null {
  for (const each of outcomes) {
    if (each.outcome === 'registered' || each.outcome === 'refused') continue;
    if (each.outcome === 'quota_used_up') {
      return { untilMs: nextMonthMs(nowMs), reason: each.reason };
    }
    const requestedMs = (each.retryAfterS ?? 0) * 1_000;
    return { untilMs: nowMs + Math.max(requestedMs, pauseMs(failures)), reason: each.reason };
  }
  return null;
}

/** The first day of a calendar month in UTC, as `YYYY-MM-DD`. */
export function monthOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 7)}-01`;
}

function nextMonthMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
}

/** What an account has used of its quota. */
export type Quota = Row<
  'bridge_quotas',
  | 'month'
  | 'registrations'
  | 'used'
  | 'remaining'
  | 'quotaAtMs'
  | 'pausedUntilMs'
  | 'pauseReason'
  | 'pauses'
>;

/** Returns how many parcels may be registered now: by the rule's cap, and by the service's word. */
export function registrationsLeft(
  quota: Pick<Quota, 'month' | 'registrations' | 'remaining' | 'pausedUntilMs'> | null,
  monthlyCap: number,
  nowMs: number,
): number {
  if (quota === null) return monthlyCap;
  if ((quota.pausedUntilMs ?? 0) > nowMs) return 0;
  const registrations = quota.month >= monthOf(nowMs) ? quota.registrations : 0;
  return Math.max(0, Math.min(monthlyCap - registrations, quota.remaining ?? monthlyCap));
}

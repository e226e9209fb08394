import type { AccountFailure, TrackOutcome } from '../../adapters/contract/pull.ts';
import type { BreakerState } from '../accounts/breaker.ts';
import type { PauseState, Refusals, Trouble } from '../accounts/state.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Pauses after failures that only a person or time can fix: twice as long each time. */
const PAUSE_MS: Readonly<Record<PauseState, { readonly first: number; readonly most: number }>> = {
  failing_credentials: { first: 5 * MINUTE_MS, most: 6 * HOUR_MS },
  missing_scope: { first: 15 * MINUTE_MS, most: 6 * HOUR_MS },
  rate_limited: { first: MINUTE_MS, most: HOUR_MS },
  unreachable: { first: 15_000, most: 5 * MINUTE_MS },
};
/** A carrier that requests a longer pause is called again after this nevertheless. */
const RETRY_AFTER_MS_MAX = 24 * HOUR_MS;

const STATE_OF: Readonly<Partial<Record<AccountFailure['outcome'], PauseState>>> = {
  auth_error: 'failing_credentials',
  scope_missing: 'missing_scope',
  rate_limited: 'rate_limited',
};

/** Whether an outcome is about the tracking number, which shows that the account itself works. */
export function isAboutNumber({ outcome }: TrackOutcome): boolean {
  return (
    outcome === 'answer' ||
    outcome === 'not_found' ||
    outcome === 'not_yet' ||
    outcome === 'refused'
  );
}

/** Whether other credentials might change the outcome. */
export function isAboutCredentials({ outcome }: TrackOutcome): boolean {
  return outcome === 'auth_error' || outcome === 'scope_missing';
}

/**
 * Returns why and until when the account should make no call, or null if all is well. A rate limit
 * is obeyed even if some calls succeeded before it. Pure.
 */
export function troubleAfter(
  before: Trouble | null,
  outcomes: readonly TrackOutcome[],
  breaker: BreakerState,
  nowMs: number,
): Trouble | null {
  const reachedNumbers = outcomes.some(isAboutNumber);
  const failures = outcomes.filter((each): each is Failure => each.outcome in STATE_OF);
  const limited = failures.filter(({ outcome }) => outcome === 'rate_limited');
  const worst = limited.length > 0 ? limited : reachedNumbers ? [] : failures;
  const [failure] = worst;
  if (failure !== undefined) return pauseAfter(before, failure, longestMs(worst), nowMs);
  if (breaker.phase === 'open') {
    const times = before?.state === 'unreachable' ? before.times + 1 : 1;
    const reason = 'calls time out or fail at the carrier';
    return { state: 'unreachable', reason, times, untilMs: breaker.untilMs };
  }
  if (breaker.phase === 'half_open') return before;
  // Several calls are in progress at once: a successful one may have been sent before the carrier
  // asked us to wait, and must not end the pause that another call was given.
  const isStillPaused = before?.state === 'rate_limited' && before.untilMs > nowMs;
  return reachedNumbers && !isStillPaused ? null : before;
}

type Failure = Extract<TrackOutcome, { outcome: AccountFailure['outcome'] }>;

/**
 * Returns the pause after a failure. Repeated failures of the same kind pause longer each time,
 * unless the carrier named the time.
 */
function pauseAfter(
  before: Trouble | null,
  failure: Failure,
  requestedMs: number,
  nowMs: number,
): Trouble {
  const state = STATE_OF[failure.outcome] ?? 'unreachable';
  // A call that fails during a pause was sent before it began, so it is the same failure once more.
  const isSame = before !== null && before.untilMs > nowMs;
  const times = before?.state === state ? before.times + (isSame ? 0 : 1) : 1;
  const { first, most } = PAUSE_MS[state];
  const ownMs = Math.min(most, first * 2 ** Math.min(16, times - 1));
  const pauseMs = requestedMs > 0 ? Math.min(requestedMs, RETRY_AFTER_MS_MAX) : ownMs;
  return { state, reason: failure.reason, times, untilMs: nowMs + pauseMs };
}

function longestMs(failures: readonly Failure[]): number {
  return Math.max(0, ...failures.map(({ retryAfterS }) => (retryAfterS ?? 0) * 1_000));
}

/**
 * A single refused number is not the merchant's. From these counts on, the account itself counts as
 * refused: a carrier that withdraws a permission answers 403 to every request.
 */
const ACCOUNT_REFUSED = { calls: 3, numbers: 10 };
/** A number's end may be written before its call is judged, perhaps by another process. */
const MARGIN_MS = 60_000;

/**
 * Counts refusals in a row. One answer of another kind resets the count; a call that says nothing
 * about numbers does not change it. Pure.
 */
export function refusalsAfter(
  before: Refusals | null,
  outcomes: readonly TrackOutcome[],
  nowMs: number,
): Refusals | null {
  const about = outcomes.filter(isAboutNumber);
  if (about.length === 0) return before;
  if (about.some(({ outcome }) => outcome !== 'refused')) return null;
  return {
    calls: (before?.calls ?? 0) + 1,
    numbers: (before?.numbers ?? 0) + about.length,
    sinceMs: before?.sinceMs ?? nowMs - MARGIN_MS,
  };
}

export function isAccountRefused(refusals: Refusals | null): refusals is Refusals {
  if (refusals === null) return false;
  return refusals.calls >= ACCOUNT_REFUSED.calls && refusals.numbers >= ACCOUNT_REFUSED.numbers;
}

/** Returns the outcomes as refusals of the account, which end no number. */
export function asAccountRefusals(
  outcomes: readonly TrackOutcome[],
  { numbers }: Refusals,
): readonly TrackOutcome[] {
  return outcomes.map((each): TrackOutcome => {
    if (each.outcome !== 'refused') return each;
    const { trackingNumber } = each;
    const reason = `the carrier refused all of the last ${numbers} numbers: ${each.reason}`;
    return { outcome: 'scope_missing', trackingNumber, reason };
  });
}

/** Reads stored refusals; anything unreadable counts as none. Never throws. */
export function readRefusals(stored: unknown): Refusals | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { calls, numbers, sinceMs } = stored as Partial<Record<string, unknown>>;
  const isWhole = Number.isInteger(calls) && Number.isInteger(numbers) && Number.isFinite(sinceMs);
  return isWhole
    ? { calls: Number(calls), numbers: Number(numbers), sinceMs: Number(sinceMs) }
    : null;
}

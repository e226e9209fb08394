import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { AccountFailure, ProofOutcome } from '../../adapters/contract/pull.ts';
import type { PollTarget } from '../due/target.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Proof documents are created some time after the scan; there is seldom one before this. */
export const FIRST_AFTER_MS = 5 * MINUTE_MS;
/** Retry times after the first request, used each time the carrier had none. */
const RETRY_DELAYS_MS = [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS];
/** A request that was late leaves at least this long before the next. */
const GAP_MS_MIN = HOUR_MS;
/** Pauses after calls that failed for this number: twice as long each time. */
const FAILED_MS = { first: 15 * MINUTE_MS, most: 6 * HOUR_MS };
/** The pause if nothing was sent, or the carrier requests one without saying how long. */
const PAUSE_MS = 5 * MINUTE_MS;
/** The pause after a missing permission, which a person has to fix. */
const FORBIDDEN_MS = 6 * HOUR_MS;
/** A carrier that requests a longer pause is called again after this nevertheless. */
const RETRY_AFTER_MS_MAX = DAY_MS;
/** Requests that only fail end after this long. */
const GIVE_UP_AFTER_MS = 14 * DAY_MS;
const COUNT_MAX = 32_000;
/**
 * The share of each window that proofs may use if the account has too few calls for its parcels.
 */
const SHARE_WHEN_SHORT = 0.05;

export type ProofState = 'waiting' | 'received' | 'none' | 'given_up';

/** The state of the requests for one parcel's proof. */
export interface ProofRequestState {
  readonly state: ProofState;
  readonly why: string;
  /** How often the carrier answered that it has none. */
  readonly tries: number;
  /** The number of calls in a row that failed. */
  readonly failures: number;
  readonly wantedAtMs: number;
  /** When the carrier first said that it has none. */
  readonly firstRequestedAtMs: number | null;
  /** Null: no further request. */
  readonly nextTryAtMs: number | null;
}

export const FIRST_WHY = 'It was delivered; the proof is requested from the carrier next.';

/** Whether the carrier offers proofs at all. */
export function givesProofs(adapter: CarrierAdapter | undefined): boolean {
  if (adapter?.proofOfDelivery === undefined) return false;
  return adapter.manifest.capabilities.includes('proof_of_delivery');
}

/**
 * Whether a proof is wanted: the delivery is confirmed, and the parcel was not deleted or refused.
 */
export function isProofWanted(
  target: Pick<PollTarget, 'status' | 'confirmed' | 'endReason'>,
): boolean {
  const { status, confirmed, endReason } = target;
  return status === 'delivered' && confirmed && endReason !== 'deleted' && endReason !== 'refused';
}

/**
 * Returns the kinds of proof that the carrier offers, according to its last answer, or null if
 * unknown: an answer older than the newest fact did not know of the delivery, so its empty list
 * means nothing.
 */
export function offeredKinds(
  target: Pick<PollTarget, 'proofOffer' | 'lastFactAtMs'>,
): readonly string[] | null {
  const { proofOffer, lastFactAtMs } = target;
  if (proofOffer === null || proofOffer.as_of_ms === null || lastFactAtMs === null) return null;
  return proofOffer.as_of_ms >= lastFactAtMs ? proofOffer.kinds : null;
}

/**
 * Whether a proof may use a call now. Tracking comes first: nothing may be due, and if the account
 * cannot keep its parcels' pauses, proofs use a small share at most. Pure.
 *
 * @param windows the calls that each window of the account allows, and those that proofs used in
 * it.
 */
export function mayRequestProof(
  isTrackingDue: boolean,
  isShort: boolean,
  windows: readonly { readonly calls: number; readonly byProofs: number }[],
): boolean {
  if (isTrackingDue) return false;
  if (!isShort) return true;
  return windows.every(
    ({ calls, byProofs }) => byProofs < Math.max(1, Math.floor(calls * SHARE_WHEN_SHORT)),
  );
}

/**
 * Returns the request after an answer. Only the carrier's statement that it has none counts as a
 * try: account failures and unsent calls are repeated later. Pure.
 */
export function afterProofCall(
  before: ProofRequestState,
  outcome: ProofOutcome,
  nowMs: number,
): ProofRequestState {
  switch (outcome.outcome) {
    case 'documents':
      if (outcome.documents.length === 0) return afterNone(before, 'an empty answer', nowMs);
      return {
        ...before,
        state: 'received',
        failures: 0,
        nextTryAtMs: null,
        why: `The carrier gave ${outcome.documents.length} of them.`,
      };
    case 'none':
      return afterNone(before, outcome.reason, nowMs);
    default:
      return afterFailure(before, outcome, nowMs);
  }
}

/**
 * Returns the request after the carrier had no proof: it is tried again at growing intervals, then
 * ends.
 */
function afterNone(before: ProofRequestState, reason: string, nowMs: number): ProofRequestState {
  const tries = before.tries + 1;
  const firstRequestedAtMs = before.firstRequestedAtMs ?? nowMs;
  const retryMs = RETRY_DELAYS_MS[tries - 1];
  const after = { ...before, tries, firstRequestedAtMs, failures: 0 };
  if (retryMs === undefined) {
    const why = `The carrier had none after ${tries} requests: ${reason}.`;
    return { ...after, state: 'none', why, nextTryAtMs: null };
  }
  return {
    ...after,
    why: `The carrier has none yet: ${reason}. It will be asked again.`,
    nextTryAtMs: Math.max(firstRequestedAtMs + retryMs, nowMs + GAP_MS_MIN),
  };
}

/**
 * Returns the request after a failed call, which does not count as an attempt. It is given up after
 * two weeks.
 */
function afterFailure(
  before: ProofRequestState,
  failure: AccountFailure,
  nowMs: number,
): ProofRequestState {
  const isAboutNumber = failure.outcome === 'error';
  const failures = isAboutNumber ? Math.min(COUNT_MAX, before.failures + 1) : before.failures;
  const after = { ...before, failures };
  if (nowMs - before.wantedAtMs > GIVE_UP_AFTER_MS) {
    const why = `It could not be requested for two weeks: ${failure.reason}.`;
    return { ...after, state: 'given_up', why, nextTryAtMs: null };
  }
  return {
    ...after,
    why: `The carrier could not be reached (${failure.reason}); this does not count as an attempt, and it will be asked later.`,
    nextTryAtMs: nowMs + pauseMs(failure, failures),
  };
}

/**
 * Returns how long to wait after a failed call: as the carrier requested, or by the kind of
 * failure.
 */
function pauseMs({ outcome, retryAfterS }: AccountFailure, failures: number): number {
  if (retryAfterS !== undefined && retryAfterS > 0) {
    return Math.min(RETRY_AFTER_MS_MAX, retryAfterS * 1_000);
  }
  if (outcome === 'auth_error' || outcome === 'scope_missing') return FORBIDDEN_MS;
  if (outcome !== 'error') return PAUSE_MS;
  return Math.min(FAILED_MS.most, FAILED_MS.first * 2 ** Math.min(16, Math.max(0, failures - 1)));
}

/** Whether the failure would affect every other number of the account too, until it is over. */
export function isOfAccount({ outcome }: ProofOutcome): boolean {
  return outcome === 'auth_error' || outcome === 'scope_missing' || outcome === 'rate_limited';
}

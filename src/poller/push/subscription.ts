import type { SubscribeOutcome } from '../../adapters/contract/pull.ts';

/** The recorded state of a push subscription. `ended`: its parcel no longer needs one. */
export type SubscriptionState = 'wanted' | 'pending' | 'active' | 'refused' | 'ended';

/** The record of a subscription after a request. */
export interface RequestedSubscription {
  readonly state: SubscriptionState;
  readonly reason: string | null;
  readonly carrierSubscriptionId: string | null;
  readonly expiresAtMs: number | null;
  /** When to make the (next) request; null: not without a reason from outside. */
  readonly tryAtMs: number | null;
  /** The number of failures in a row. */
  readonly tries: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/**
 * A subscription is renewed when a tenth of its time is left, so that an outage of hours loses
 * nothing.
 */
const RENEW_SHARE = 0.1;
const RENEW_MS = { least: HOUR_MS, most: 2 * DAY_MS } as const;
/** A handshake that has not come within this time will not come. */
const HANDSHAKE_MS = 6 * HOUR_MS;
/** The pause after a number was refused, perhaps because the carrier does not know it yet. */
const REFUSED_RETRY_MS = DAY_MS;
const REFUSED_TRIES_MAX = 3;
const FAILED_MS = 5 * 60_000;
const FAILED_MS_MAX = 12 * HOUR_MS;

/** Returns the subscription's state after the carrier's answer to a request. Pure. */
export function afterSubscribing(
  outcome: SubscribeOutcome,
  triesBefore: number,
  nowMs: number,
): RequestedSubscription {
  switch (outcome.outcome) {
    case 'subscribed': {
      const { pending, expiresAtMs, subscriptionId } = outcome;
      const renewAtMs = expiresAtMs === null ? null : renewAt(expiresAtMs, nowMs);
      return {
        state: pending ? 'pending' : 'active',
        reason: pending ? "waiting for the carrier's handshake" : null,
        carrierSubscriptionId: subscriptionId,
        expiresAtMs,
        tryAtMs: pending ? Math.min(nowMs + HANDSHAKE_MS, renewAtMs ?? Infinity) : renewAtMs,
        tries: 0,
      };
    }
    case 'refused': {
      const tries = triesBefore + 1;
      const isLast = outcome.trackingNumber !== null && tries >= REFUSED_TRIES_MAX;
      return {
        ...NOTHING,
        state: 'refused',
        reason: outcome.reason,
        tryAtMs: isLast ? null : nowMs + REFUSED_RETRY_MS,
        tries,
      };
    }
    default: {
      const ownMs = Math.min(FAILED_MS * 2 ** Math.min(triesBefore, 20), FAILED_MS_MAX);
      const pauseMs = Math.max(ownMs, (outcome.retryAfterS ?? 0) * 1_000);
      const tries = triesBefore + 1;
      return {
        ...NOTHING,
        state: 'wanted',
        reason: outcome.reason,
        tryAtMs: nowMs + pauseMs,
        tries,
      };
    }
  }
}

const NOTHING = { carrierSubscriptionId: null, expiresAtMs: null } as const;

/**
 * Returns when a subscription is renewed: `RENEW_SHARE` of its time before it expires, within the
 * bounds of `RENEW_MS`.
 */
function renewAt(expiresAtMs: number, nowMs: number): number {
  const marginMs = (expiresAtMs - nowMs) * RENEW_SHARE;
  return expiresAtMs - Math.min(Math.max(marginMs, RENEW_MS.least), RENEW_MS.most);
}

/**
 * Whether the failure is due to the account or the carrier, so that other numbers would fail too.
 */
export function isAccountFailure({ outcome }: SubscribeOutcome): boolean {
  return outcome !== 'subscribed' && outcome !== 'refused';
}

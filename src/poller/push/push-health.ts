/**
 * Whether an account's pushes arrive, judged by what polls find. A poll of a parcel that was polled
 * before may return facts that are new to polling: those we already knew were pushed; those we did
 * not know although they are old should have been. Pure.
 */
export type PushState = 'none' | 'healthy' | 'silent' | 'suspended';

export interface PushHealth {
  /**
   * `none`: no push was ever received, so parcels are polled as without push. `suspended`: the
   * subscription has ended or was refused, so no push can come.
   */
  readonly state: PushState;
  readonly sinceMs: number;
  /** Evidence of each kind in a row; evidence of the other kind sets it back to zero. */
  readonly missed: number;
  readonly confirmed: number;
}

/** The facts from one poll of one parcel. */
export interface PulledFacts {
  /**
   * Whether it was polled before: only then do facts that are new to polling date from since then.
   */
  readonly hadBeenPulled: boolean;
  /** When the newest fact known before this poll happened; null if there was none. */
  readonly knownFactAtMs: number | null;
  /** When the facts happened that the previous poll did not return. */
  readonly newFactsAtMs: readonly number[];
}

export type Evidence = 'missed' | 'confirmed' | 'nothing';

/** Carriers push within minutes, some in batches; a push for anything older will not come. */
export const PUSH_GRACE_MS = 60 * 60_000;
/** Push and poll give the time of one fact with different precision. */
const SAME_MS = 60_000;
/** One missed push may be lost, two in a row are no coincidence. */
const MISSED_MAX = 2;
/** One fact known before its poll may have come from another source. */
const CONFIRMED_WANTED = 2;

export const NO_PUSH: PushHealth = { state: 'none', sinceMs: 0, missed: 0, confirmed: 0 };

/**
 * Judges one poll: `missed` if it found an old fact that should have been pushed, `confirmed` if
 * its new fact was known already, otherwise `nothing`.
 */
export function evidenceOf(pulled: PulledFacts, nowMs: number): Evidence {
  const { hadBeenPulled, knownFactAtMs, newFactsAtMs } = pulled;
  if (!hadBeenPulled) return 'nothing';
  const knownMs = knownFactAtMs ?? Number.NEGATIVE_INFINITY;
  const isMissed = (atMs: number) => atMs > knownMs + SAME_MS && nowMs - atMs > PUSH_GRACE_MS;
  if (newFactsAtMs.some(isMissed)) return 'missed';
  return newFactsAtMs.some((atMs) => Math.abs(atMs - knownMs) <= SAME_MS) ? 'confirmed' : 'nothing';
}

/** Returns the health after several pieces of evidence, in order. */
export function withEvidence(
  before: PushHealth,
  evidence: readonly Evidence[],
  nowMs: number,
): PushHealth {
  return evidence.reduce((health, each) => withOnePiece(health, each, nowMs), before);
}

/** Returns the health after one more piece of evidence. It changes only after several in a row. */
function withOnePiece(health: PushHealth, evidence: Evidence, nowMs: number): PushHealth {
  // Without a subscription there is nothing to judge; a late push does not prove one.
  if (evidence === 'nothing' || health.state === 'suspended') return health;
  if (evidence === 'missed') {
    const missed = Math.min(health.missed + 1, MISSED_MAX);
    const falls = health.state === 'healthy' && missed >= MISSED_MAX;
    return falls
      ? { state: 'silent', sinceMs: nowMs, missed, confirmed: 0 }
      : { ...health, missed, confirmed: 0 };
  }
  const confirmed = Math.min(health.confirmed + 1, CONFIRMED_WANTED);
  const rises = health.state !== 'healthy' && confirmed >= CONFIRMED_WANTED;
  return rises
    ? { state: 'healthy', sinceMs: nowMs, missed: 0, confirmed }
    : { ...health, missed: 0, confirmed };
}

/** The state of an account's subscriptions at its carrier. */
export interface SubscriptionsState {
  /** At least one is active, or waits for its handshake. */
  readonly live: boolean;
  /** At least one that we should have has ended, or was refused. */
  readonly lost: boolean;
}

/**
 * Suspends the push health when the last subscription is lost; a new one starts without evidence.
 */
export function withSubscriptions(
  before: PushHealth,
  subscriptions: SubscriptionsState,
  nowMs: number,
): PushHealth {
  const isSuspended = subscriptions.lost && !subscriptions.live;
  if (isSuspended === (before.state === 'suspended')) return before;
  return { state: isSuspended ? 'suspended' : 'none', sinceMs: nowMs, missed: 0, confirmed: 0 };
}

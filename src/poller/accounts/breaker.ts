/**
 * A circuit breaker for one account, as values: what it allows and how it changes. It saves a
 * carrier that is down from one call per parcel, and probes it with one call at a time, at growing
 * intervals, until it answers. Pure; the state is small JSON that every process of the account
 * reads and writes.
 */
export type BreakerState =
  | { readonly phase: 'closed'; readonly failures: number }
  | {
      readonly phase: 'open';
      /** How often the breaker opened without an answer in between; the pause grows with it. */
      readonly trips: number;
      readonly untilMs: number;
    }
  | {
      readonly phase: 'half_open';
      readonly trips: number;
      /** When an unreported probe is assumed lost. */
      readonly probeUntilMs: number;
      /** Probes in a row that were answered. */
      readonly successes: number;
    };

export const CLOSED: BreakerState = { phase: 'closed', failures: 0 };

/** A single failure may be chance; five in a row are an outage. */
const FAILURES_MAX = 5;

/** The number of probes in a row that must be answered before all calls are allowed again. */
const PROBES_WANTED = 2;

const PAUSE_MS = 15_000;

/** The longest pause: the end of an outage of hours is noticed within this time. */
const PAUSE_MS_MAX = 5 * 60_000;

/** The time after which a probe counts as lost; longer than any call takes. */
const PROBE_MS = 90_000;

/** The random share of a pause, so that accounts of one carrier do not all probe at once. */
const JITTER = 0.2;

export interface Permission {
  readonly allowed: boolean;
  /** When to ask again; null when allowed. */
  readonly retryAtMs: number | null;
  readonly state: BreakerState;
}

/**
 * Whether a call may be sent now. The returned state must be stored: it may have granted a probe.
 */
export function permit(state: BreakerState, nowMs: number): Permission {
  if (state.phase === 'closed') return { allowed: true, retryAtMs: null, state };
  const waitsUntilMs = state.phase === 'open' ? state.untilMs : state.probeUntilMs;
  // A longer wait was stored before the clock was set back.
  const isWaiting = nowMs < waitsUntilMs && waitsUntilMs <= nowMs + PAUSE_MS_MAX * (1 + JITTER);
  if (isWaiting) return { allowed: false, retryAtMs: waitsUntilMs, state };
  return { allowed: true, retryAtMs: null, state: grantProbe(state, nowMs) };
}

function grantProbe(
  state: Exclude<BreakerState, { phase: 'closed' }>,
  nowMs: number,
): BreakerState {
  const successes = state.phase === 'half_open' ? state.successes : 0;
  return { phase: 'half_open', trips: state.trips, probeUntilMs: nowMs + PROBE_MS, successes };
}

/** Records that the carrier answered, with any result. */
export function answered(state: BreakerState, nowMs: number): BreakerState {
  if (state.phase === 'closed') return state.failures === 0 ? state : CLOSED;
  // A call that was sent before the breaker opened and was answered late is not a probe.
  if (state.phase === 'open') return state;
  const successes = state.successes + 1;
  return successes >= PROBES_WANTED ? CLOSED : { ...state, successes, probeUntilMs: nowMs };
}

/**
 * Records that a call failed.
 *
 * @param random in [0, 1).
 */
export function failed(state: BreakerState, nowMs: number, random: number): BreakerState {
  if (state.phase === 'open') return state;
  if (state.phase === 'half_open') return openBreaker(state.trips + 1, nowMs, random);
  const failures = state.failures + 1;
  return failures < FAILURES_MAX ? { phase: 'closed', failures } : openBreaker(1, nowMs, random);
}

/** Records that nothing was sent after all, and gives back a probe that was granted. */
export function unused(state: BreakerState, nowMs: number): BreakerState {
  return state.phase === 'half_open' ? { ...state, probeUntilMs: nowMs } : state;
}

function openBreaker(trips: number, nowMs: number, random: number): BreakerState {
  const pauseMs = Math.min(PAUSE_MS * 2 ** Math.min(trips - 1, 20), PAUSE_MS_MAX);
  const spread = 1 - JITTER + 2 * JITTER * random;
  return { phase: 'open', trips, untilMs: Math.round(nowMs + pauseMs * spread) };
}

/** Reads a stored breaker; anything unreadable counts as a closed breaker. Never throws. */
export function readBreaker(stored: unknown): BreakerState {
  if (typeof stored !== 'object' || stored === null) return CLOSED;
  const { phase, failures, trips, untilMs, probeUntilMs, successes } = stored as Partial<
    Record<string, unknown>
  >;
  if (phase === 'closed' && isCount(failures)) return { phase, failures };
  if (phase === 'open' && isCount(trips) && isCount(untilMs)) return { phase, trips, untilMs };
  if (phase === 'half_open' && isCount(trips) && isCount(probeUntilMs) && isCount(successes)) {
    return { phase, trips, probeUntilMs, successes };
  }
  return CLOSED;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

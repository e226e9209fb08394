/**
 * The kinds of work that an overloaded hub sheds, in this order. The order is a promise: each level
 * sheds all kinds before it and nothing after it. No level sheds live status.
 *
 * - `learning`: training, statistics, sweeps. They are done later.
 * - `polls`: calls to carriers that no person requested and whose ceiling is not reached.
 * - `reads`: lists and analytics of merchants, answered 503.
 * - `webhooks`: of carriers, answered 503; carriers send them again.
 */
export const SHED_ORDER = ['learning', 'polls', 'reads', 'webhooks'] as const;

export type Shed = (typeof SHED_ORDER)[number];

/** How many kinds are shed, from the start of the order. */
export type LoadLevel = 0 | 1 | 2 | 3 | 4;

/** The signals of overload; null: not measured. */
export interface LoadSignals {
  /** The waiting inbound messages as a share of the most allowed: at 1 webhooks are refused. */
  readonly backlog: number | null;
  /** By how much a turn of the event loop is late, in ms, averaged over the last sample. */
  readonly loopLagMs: number | null;
  /** How long PostgreSQL takes to respond, in ms. */
  readonly databaseMs: number | null;
}

/** The state after some samples; immutable, replaced by the next. */
export interface LoadState {
  readonly level: LoadLevel;
  /** The last samples, newest first. */
  readonly recent: readonly LoadSignals[];
  /** Since when everything is calm enough for the level below; null if it is not. */
  readonly calmSinceMs: number | null;
}

export const CALM: LoadState = { level: 0, recent: [], calmSinceMs: null };

export type SignalName = keyof LoadSignals;

interface SignalTerms {
  /** The thresholds of levels 1, 2, …; a signal with fewer than four never causes level 4. */
  readonly thresholds: readonly number[];
  /**
   * A value counts only if it lasted this many samples, so that a garbage collection or a start is
   * not taken for overload.
   */
  readonly samples: number;
}

/** The backlog counts at once, because it already averages over many seconds. */
export const SIGNALS: Readonly<Record<SignalName, SignalTerms>> = {
  backlog: { thresholds: [0.2, 0.4, 0.7, 1], samples: 1 },
  loopLagMs: { thresholds: [150, 300, 750], samples: 4 },
  databaseMs: { thresholds: [300, 750, 2_000], samples: 4 },
};

export const SIGNAL_NAMES: readonly SignalName[] = ['backlog', 'loopLagMs', 'databaseMs'];

/**
 * A level ends when its signals are below this share of where it begins; otherwise it would
 * alternate.
 */
const LEFT_BELOW = 0.7;
/**
 * How long the signals must have been calm before the level drops by one, and again before the next
 * drop.
 */
export const HOLD_MS = 5_000;
const SAMPLES_MAX = Math.max(...SIGNAL_NAMES.map((name) => SIGNALS[name].samples));

/** The next state for one sample of the signals: up at once, down one level at a time. */
export function nextLoad(state: LoadState, signals: LoadSignals, nowMs: number): LoadState {
  const recent = [signals, ...state.recent].slice(0, SAMPLES_MAX);
  const caused = levelOf(recent, 1);
  if (caused > state.level) return { level: caused, recent, calmSinceMs: null };
  const isCalm = levelOf(recent, LEFT_BELOW) < state.level;
  if (!isCalm) return { level: state.level, recent, calmSinceMs: null };
  // A clock set back restarts the wait instead of making it longer.
  const sinceMs = Math.min(state.calmSinceMs ?? nowMs, nowMs);
  if (nowMs - sinceMs < HOLD_MS) return { level: state.level, recent, calmSinceMs: sinceMs };
  return { level: (state.level - 1) as LoadLevel, recent, calmSinceMs: nowMs };
}

/**
 * Returns the state after a webhook was refused between two samples: everything else is shed from
 * now on, too.
 */
export function withWebhooksRefused(state: LoadState): LoadState {
  return { ...state, level: SHED_ORDER.length, calmSinceMs: null };
}

/** Whether a kind of work is shed at a level. */
export function shedsAt(level: LoadLevel, kind: Shed): boolean {
  return SHED_ORDER.indexOf(kind) < level;
}

/** The kinds shed at a level, in the order in which they are shed. */
export function shedKinds(level: LoadLevel): readonly Shed[] {
  return SHED_ORDER.slice(0, level);
}

/** The signals that caused the current level; empty: another process reported it. */
export function reasonsOf({ level, recent }: LoadState): readonly SignalName[] {
  if (level === 0) return [];
  return SIGNAL_NAMES.filter((name) => levelOfSignal(name, recent, LEFT_BELOW) >= level);
}

function levelOf(recent: readonly LoadSignals[], thresholdShare: number): LoadLevel {
  return Math.max(
    ...SIGNAL_NAMES.map((name) => levelOfSignal(name, recent, thresholdShare)),
  ) as LoadLevel;
}

/** The level that one signal causes; thresholds are multiplied by `thresholdShare`. */
function levelOfSignal(
  name: SignalName,
  recent: readonly LoadSignals[],
  thresholdShare: number,
): number {
  const { thresholds, samples } = SIGNALS[name];
  if (recent.length < samples) return 0;
  const values = recent.slice(0, samples).map((signals) => signals[name] ?? 0);
  const sustained = Math.min(...values);
  return thresholds.filter((threshold) => sustained >= threshold * thresholdShare).length;
}

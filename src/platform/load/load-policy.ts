/**
 * The work an overloaded hub drops first. The order is a promise: each level sheds all kinds before
 * it and nothing after it. No level sheds live status.
 *
 * - `learning`: training, statistics, sweeps. They are done later.
 * - `polls`: calls to carriers that no person requested and whose ceiling is not reached.
 * - `reads`: lists and analytics of merchants, answered 503.
 * - `webhooks`: of carriers, answered 503; carriers send them again.
 */
export const SHED_ORDER = ['learning', 'polls', 'reads', 'webhooks'] as const;

export type Shed = (typeof SHED_ORDER)[number];

/** How many kinds are shed, from the beginning of the order. */
export type LoadLevel = 0 | 1 | 2 | 3 | 4;

/** The signals of overload; null: not measured. */
export interface LoadSignals {
  /** The inbound messages that wait, as a share of those that may: at 1 webhooks are refused. */
  readonly backlog: number | null;
  /** How long a turn of the event loop is late, on average over the last look; ms. */
  readonly loopLagMs: number | null;
  /** How long PostgreSQL takes to acknowledge; ms. */
  readonly databaseMs: number | null;
}

/** The state after some samples; immutable, replaced by the next. */
export interface LoadState {
  readonly level: LoadLevel;
  /** The last looks, newest first. */
  readonly recent: readonly LoadSignals[];
  /** Since when everything is calm enough for the level below; null: it is not. */
  readonly calmSinceMs: number | null;
}

export const CALM: LoadState = { level: 0, recent: [], calmSinceMs: null };

export type SignalName = keyof LoadSignals;

interface SignalTerms {
  /** From where on the levels 1, 2, … are wanted; a signal without the last never brings it about. */
  readonly from: readonly number[];
  /**
   * A value counts only if it held for this many samples: a garbage collection or a start is no
   * load.
   */
  readonly samples: number;
}

/** The backlog is an estimate of many seconds already. */
export const SIGNALS: Readonly<Record<SignalName, SignalTerms>> = {
  backlog: { from: [0.2, 0.4, 0.7, 1], samples: 1 },
  loopLagMs: { from: [150, 300, 750], samples: 4 },
  databaseMs: { from: [300, 750, 2_000], samples: 4 },
};

export const SIGNAL_NAMES: readonly SignalName[] = ['backlog', 'loopLagMs', 'databaseMs'];

/** A level is left when its signals are this much below where it begins, or it would come and go. */
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
  const wanted = levelOf(recent, 1);
  if (wanted > state.level) return { level: wanted, recent, calmSinceMs: null };
  const isCalm = levelOf(recent, LEFT_BELOW) < state.level;
  if (!isCalm) return { level: state.level, recent, calmSinceMs: null };
  // A clock set back restarts the wait instead of making it longer.
  const sinceMs = Math.min(state.calmSinceMs ?? nowMs, nowMs);
  if (nowMs - sinceMs < HOLD_MS) return { level: state.level, recent, calmSinceMs: sinceMs };
  return { level: (state.level - 1) as LoadLevel, recent, calmSinceMs: nowMs };
}

/** A webhook is about to be refused, between two looks: everything else is shed from now on, too. */
export function refusingWebhooks(state: LoadState): LoadState {
  return { ...state, level: SHED_ORDER.length, calmSinceMs: null };
}

/** Whether that is shed at a level. */
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
  return SIGNAL_NAMES.filter((name) => levelBy(name, recent, LEFT_BELOW) >= level);
}

function levelOf(recent: readonly LoadSignals[], share: number): LoadLevel {
  return Math.max(...SIGNAL_NAMES.map((name) => levelBy(name, recent, share))) as LoadLevel;
}

function levelBy(name: SignalName, recent: readonly LoadSignals[], share: number): number {
  const { from, samples } = SIGNALS[name];
  if (recent.length < samples) return 0;
  const values = recent.slice(0, samples).map((signals) => signals[name] ?? 0);
  const lasting = Math.min(...values);
  return from.filter((bound) => lasting >= bound * share).length;
}

import type { Interval } from '../../kernel/time/place-time.ts';
import type {
  FoldFact,
  FoldInput,
  FoldObservation,
  FoldPolicy,
  FoldPull,
  FoldReading,
  FoldSnapshot,
  FoldState,
} from './fold-input.ts';

/** The vocabulary of the fold's tests: short functions for facts, pulls and snapshots. */

/** Midnight (UTC) of the Monday on which most examples take place. */
export const MONDAY_MS = Date.UTC(2026, 2, 2);
export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * Returns a time as epoch ms: `'08:00'` is Monday 08:00; `'+1 08:00'` is Tuesday; `'-1 08:00'` is
 * Sunday.
 */
export function at(text: string): number {
  const match = /^(?:([+-]\d+) )?(\d\d):(\d\d)$/.exec(text);
  if (match === null) throw new Error(`"${text}" is not a time like "+1 08:00"`);
  const [, day, hour, minute] = match;
  return MONDAY_MS + Number(day ?? 0) * DAY_MS + (Number(hour) * 60 + Number(minute)) * MINUTE_MS;
}

/** An exact instant. */
function instant(text: string): Interval {
  return { lo: at(text), hi: at(text) };
}

/** A date without a time, `day` days after Monday. */
export function dateOnly(day: number): Interval {
  return { lo: MONDAY_MS + day * DAY_MS, hi: MONDAY_MS + (day + 1) * DAY_MS - 1 };
}

/** No time at all: some time before it was reported. */
export function undated(receivedAtMs: number): Interval {
  return { lo: Number.NEGATIVE_INFINITY, hi: receivedAtMs };
}

export interface GivenFact extends Partial<Omit<FoldFact, 'reading' | 'observations'>> {
  readonly reading?: Partial<FoldReading>;
  /** Overrides of the one observation, or several observations. */
  readonly observations?: readonly Partial<FoldObservation>[];
}

/**
 * A fact named `identity` read as `status`, received once by a signed push an hour after it ended.
 */
export function fact(
  identity: string,
  status: FoldReading['status'],
  when: string | Interval,
  given: GivenFact = {},
): FoldFact {
  const interval = typeof when === 'string' ? instant(when) : when;
  return {
    source: 'carrier',
    piece: null,
    about: null,
    summary: false,
    ...given,
    identity,
    reading: {
      status,
      reason: null,
      logical: false,
      hidden: false,
      correction: false,
      returnCancelled: false,
      ...given.reading,
    },
    observations: (given.observations ?? [{}]).map((observation, index) => ({
      inboundMessageId: `${identity}-${index}`,
      carrierPieceId: null,
      source: 'webhook',
      trust: 'signed',
      receivedAtMs: interval.hi + 3_600_000,
      zoneSource: 'offset',
      interval,
      ...observation,
    })),
  };
}

/** An observation from a pull at `when`. */
export function pulled(when: string): Partial<FoldObservation> {
  return {
    source: 'poll',
    trust: 'pulled',
    receivedAtMs: at(when),
    inboundMessageId: `pull ${when}`,
  };
}

/** A full pull at `when` that listed these facts, the oldest at `reachesBackTo`. */
export function pull(
  when: string,
  identities: readonly string[],
  given: Partial<FoldPull> = {},
): FoldPull {
  return {
    inboundMessageId: `pull ${when}`,
    carrierPieceId: null,
    atMs: at(when),
    full: true,
    identities: new Set(identities),
    reachesBackToMs: at('-1 00:00'),
    ...given,
  };
}

export function snapshot(
  inboundMessageId: string,
  given: Partial<FoldSnapshot> = {},
): FoldSnapshot {
  return {
    inboundMessageId,
    carrierPieceId: null,
    trust: 'signed',
    receivedAtMs: at('23:00'),
    asOfMs: null,
    returnFlag: null,
    estimatedDelivery: null,
    piecesTotal: null,
    ...given,
  };
}

export const FULL_HISTORY: FoldPolicy = {
  pullsFullHistory: true,
  historyMaxEvents: null,
  historyMaxAgeMs: null,
};

export function ingested(
  facts: readonly FoldFact[],
  rest: Partial<Omit<FoldInput, 'facts'>> = {},
): FoldInput {
  return {
    policy: FULL_HISTORY,
    registeredAtMs: MONDAY_MS,
    snapshots: [],
    pulls: [],
    ...rest,
    facts,
  };
}

/** Returns the verdicts by identity, as `verdict/rule` or `verdict/rule by other`. */
export function verdicts(state: FoldState): Record<string, string> {
  return Object.fromEntries(
    state.verdicts.map(({ identity, verdict, rule, by }) => [
      identity,
      `${verdict}/${rule}${by === null ? '' : ` by ${by}`}`,
    ]),
  );
}

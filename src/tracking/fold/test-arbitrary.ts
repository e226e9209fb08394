import fc from 'fast-check';
import { READ_STATUSES } from '../../kernel/status.ts';
import { type Interval, ZONE_SOURCES } from '../../kernel/time/place-time.ts';
import { INBOUND_MESSAGE_SOURCES, TRUSTS } from '../../kernel/trust.ts';
import type {
  FoldFact,
  FoldInput,
  FoldObservation,
  FoldPull,
  FoldReading,
  FoldSnapshot,
} from './fold-input.ts';
import { MONDAY_MS } from './test-given.ts';

/**
 * Random histories are small and dense: a few facts within three days on a grid of half hours, so
 * that intervals touch, overlap and coincide, and every rule applies.
 */

const HALF_HOUR_MS = 1_800_000;
const GRID = 144;
/**
 * The widths of intervals: exact, a minute, a date, a local time without zone, and a date without
 * zone.
 */
const WIDTHS_MS = [0, 0, 0, 59_999, 86_399_999, 28 * 3_600_000, 52 * 3_600_000 - 1];
const FACTS_MAX = 10;

/** 10 of 16 are 0: most facts are plain. */
const seldom = fc.nat({ max: 15 });

const instantMs = fc.nat({ max: GRID }).map((step) => MONDAY_MS + step * HALF_HOUR_MS);

const interval: fc.Arbitrary<Interval> = fc
  .tuple(instantMs, fc.constantFrom(...WIDTHS_MS), seldom)
  .map(([lo, width, no]) =>
    no === 15 ? { lo: Number.NEGATIVE_INFINITY, hi: lo } : { lo, hi: lo + width },
  );

/**
 * The report's piece id: half have none, as with most carriers; the others name one of three
 * parcels.
 */
const carrierPieceId = fc.constantFrom(null, null, null, 'p1', 'p2', 'p3');

const observation: fc.Arbitrary<FoldObservation> = fc.record({
  inboundMessageId: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5'),
  carrierPieceId,
  source: fc.constantFrom(...INBOUND_MESSAGE_SOURCES),
  trust: fc.constantFrom(...TRUSTS),
  receivedAtMs: instantMs,
  zoneSource: fc.constantFrom(...ZONE_SOURCES),
  offsetMin: fc.constantFrom(0, 0, 60, null),
  interval,
});

const reading: fc.Arbitrary<FoldReading> = fc
  .tuple(fc.constantFrom(...READ_STATUSES), fc.boolean(), seldom)
  .map(([status, logical, special]) => ({
    status,
    reason: special % 2 === 0 ? null : `reason ${special}`,
    logical,
    hidden: special === 12,
    correction: special === 13,
    returnCancelled: special >= 14,
    coarse: special % 4 === 1,
  }));

const IDENTITIES = Array.from({ length: FACTS_MAX }, (_, index) => `fact ${index}`);
const SOURCES = ['command', 'confirmation_timed_out', 'stalled', 'expired', 'not_found'] as const;

const isBridged = (special: number) => special >= 8 && special < 11;
/** What a bridge reports has no id of the carrier's. */
const withoutPieceId = <T extends object>(own: T) => ({ ...own, carrierPieceId: null });
const bridgeOf = (number: number) =>
  ({ source: 'bridge', bridge: `bridge ${number % 2}` }) as const;

function facts(pieces: readonly (string | null)[]): fc.Arbitrary<FoldFact[]> {
  const parts = fc.tuple(
    reading,
    fc.array(observation, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(...pieces),
    seldom,
    seldom,
    fc.option(fc.constantFrom(...IDENTITIES)),
  );
  return fc.array(parts, { maxLength: FACTS_MAX }).map((list) =>
    list.map(([read, observations, piece, special, summary, about], index) => ({
      identity: `fact ${index}`,
      source: SOURCES[special - 11] ?? 'carrier',
      ...(isBridged(special) && bridgeOf(special)),
      piece,
      about,
      summary: summary >= 14,
      reading: read,
      observations: isBridged(special) ? observations.map(withoutPieceId) : observations,
    })),
  );
}

const ownSnapshot: fc.Arbitrary<FoldSnapshot> = fc.record({
  inboundMessageId: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5'),
  carrierPieceId,
  trust: fc.constantFrom(...TRUSTS),
  receivedAtMs: instantMs,
  asOfMs: fc.option(instantMs),
  returnFlag: fc.constantFrom(null, null, null, false, true),
  estimatedDelivery: fc.constantFrom(
    null,
    { date: '2026-03-05', from: null, to: null },
    { date: '2026-03-06', from: null, to: null },
  ),
  piecesTotal: fc.constantFrom(null, 1, 2, 3),
});

const snapshot = fc
  .tuple(ownSnapshot, seldom)
  .map(([own, from]) =>
    from < 12 ? own : { ...withoutPieceId(own), bridge: bridgeOf(from).bridge },
  );

/** Message ids differ: a message is one pull, however often it was confirmed as unchanged. */
const pulls: fc.Arbitrary<FoldPull[]> = fc
  .array(
    fc.tuple(instantMs, seldom, fc.subarray(IDENTITIES), fc.option(instantMs), carrierPieceId),
    { maxLength: 5 },
  )
  .map((list) =>
    list.map(([atMs, partial, identities, reachesBackToMs, pieceId], index) => ({
      inboundMessageId: `p${index}`,
      carrierPieceId: partial % 5 === 4 ? null : pieceId,
      ...(partial % 5 === 4 && { bridge: bridgeOf(partial).bridge }),
      atMs,
      full: partial < 14,
      identities: new Set(identities),
      reachesBackToMs: reachesBackToMs === null ? MONDAY_MS : reachesBackToMs,
    })),
  );

/** Any history of a parcel whose facts name these pieces. */
export function anyHistory(
  pieces: readonly (string | null)[] = [null, null, null, null, 'A', 'B'],
): fc.Arbitrary<FoldInput> {
  return fc.record({
    policy: fc.record({
      pullsFullHistory: fc.constantFrom(true, true, true, false),
      historyMaxEvents: fc.constantFrom(null, null, 4),
      historyMaxAgeMs: fc.constantFrom(null, null, 100 * HALF_HOUR_MS),
    }),
    registeredAtMs: fc.oneof(
      { weight: 6, arbitrary: instantMs },
      fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
    ),
    facts: facts(pieces),
    snapshots: fc.array(snapshot, { maxLength: 3 }),
    pulls,
  });
}

/**
 * Returns the same history in another order: its facts, their observations, snapshots and pulls.
 */
export function shuffledHistory(input: FoldInput, seed: number): FoldInput {
  const next = random(seed);
  return {
    ...input,
    facts: shuffled(
      input.facts.map((fact) => ({ ...fact, observations: shuffled(fact.observations, next) })),
      next,
    ),
    snapshots: shuffled(input.snapshots, next),
    pulls: shuffled(input.pulls, next),
  };
}

function shuffled<T>(list: readonly T[], next: () => number): T[] {
  return list
    .map((item) => ({ item, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** Marsaglia's xorshift32: enough to shuffle with. */
function random(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

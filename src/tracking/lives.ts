import type { Interval } from '../kernel/place-time.ts';
import { isTerminal } from '../kernel/status.ts';
import type { FoldState } from './fold-input.ts';

/**
 * Carriers recycle numbers. One life of a (carrier, tracking number) is one shipment; these rules
 * say which life a fact belongs to and when a registration opens a new one. All instants are
 * epoch milliseconds; every list is a set.
 */

/** Carriers print labels up to weeks before they scan them. */
export const LOOKBACK_MS = 45 * 86_400_000;

export interface Life {
  readonly shipmentId: string;
  /** The carrier's own id of this life, once a report has told it. */
  readonly carrierPieceId: string | null;
  /** Immutable: what certainly ended before this belongs to an earlier life. */
  readonly factsFromMs: number;
}

export interface FactPlace {
  /** As the fact's report gives it; null when the report has none. */
  readonly carrierPieceId: string | null;
  /** The fact's interval; −Infinity for "no time". */
  readonly interval: Interval;
  /** The life this very fact was recorded in before, if it was: a fact never moves. */
  readonly recordedIn?: string | null;
}

export type LifeOfFact =
  | { readonly kind: 'life'; readonly shipmentId: string }
  /** `other_piece`: the carrier says it is another parcel; `too_old`: from before every life. */
  | { readonly kind: 'none'; readonly reason: 'other_piece' | 'too_old' };

/**
 * The one life a fact belongs to: where it is recorded; else the life with the carrier's piece
 * id, however old the fact; else, among the lives that could still be it, the newest that had
 * begun when the fact was over. A fact that straddles a border goes to the newer life, because a
 * known fact of the older one stays where it is recorded. A report with a piece id is never mixed
 * into a life that has another.
 */
export function assignLife(lives: readonly Life[], fact: FactPlace): LifeOfFact {
  const recorded = lives.find((life) => life.shipmentId === fact.recordedIn);
  if (recorded !== undefined) return { kind: 'life', shipmentId: recorded.shipmentId };
  if (fact.carrierPieceId === null) return newestBegun(lives, fact.interval.hi);
  const own = newest(lives.filter((life) => life.carrierPieceId === fact.carrierPieceId));
  if (own !== null) return { kind: 'life', shipmentId: own.shipmentId };
  const unclaimed = lives.filter((life) => life.carrierPieceId === null);
  if (unclaimed.length === 0) return { kind: 'none', reason: 'other_piece' };
  return newestBegun(unclaimed, fact.interval.hi);
}

/**
 * The life a report's piece id is to be written on, before its facts are assigned: so that all of
 * them go there, also those older than `factsFromMs`. Null when a life has the id already, or
 * when none without an id had begun by the report's newest fact. A report without facts claims
 * nothing.
 */
export function claimLife(
  lives: readonly Life[],
  report: { readonly carrierPieceId: string | null; readonly intervals: readonly Interval[] },
): string | null {
  const { carrierPieceId, intervals } = report;
  if (carrierPieceId === null || intervals.length === 0) return null;
  if (lives.some((life) => life.carrierPieceId === carrierPieceId)) return null;
  const newestHi = intervals.reduce(
    (hi, interval) => Math.max(hi, interval.hi),
    Number.NEGATIVE_INFINITY,
  );
  const life = newestBegun(
    lives.filter((candidate) => candidate.carrierPieceId === null),
    newestHi,
  );
  return life.kind === 'life' ? life.shipmentId : null;
}

export interface RegisteredLife extends Life {
  readonly orderIds: readonly string[];
  /** See `endOfLife`; null while it lasts. */
  readonly endedAtMs: number | null;
}

export interface Registration {
  /** Empty when the merchant names none: then it can be no other order. */
  readonly orderIds: readonly string[];
  readonly nowMs: number;
  readonly lookbackMs?: number;
}

export type RegistrationDecision =
  | { readonly kind: 'existing'; readonly shipmentId: string }
  | { readonly kind: 'new'; readonly factsFromMs: number };

/**
 * Registering a number again is the same shipment (200), unless its last life has ended and the
 * order is another one: then the number was recycled and a new life opens (201). An order that
 * an older life carries finds that life, so that a repeated request changes nothing.
 *
 * A new life begins `lookbackMs` before now, or just after the end of the life before.
 */
export function decideRegistration(
  lives: readonly RegisteredLife[],
  { orderIds, nowMs, lookbackMs = LOOKBACK_MS }: Registration,
): RegistrationDecision {
  const last = newest(lives);
  if (last === null) return { kind: 'new', factsFromMs: nowMs - lookbackMs };
  const ordered = newest(lives.filter((life) => life.orderIds.some((id) => orderIds.includes(id))));
  if (ordered !== null) return { kind: 'existing', shipmentId: ordered.shipmentId };
  if (last.endedAtMs === null || orderIds.length === 0) {
    return { kind: 'existing', shipmentId: last.shipmentId };
  }
  // A date-only delivery of today ends tonight, and the new life cannot begin after now. Nor may
  // it begin where an older one did: then no fact could tell the two apart.
  const afterEndMs = Math.max(Math.min(last.endedAtMs + 1, nowMs), last.factsFromMs + 1);
  return { kind: 'new', factsFromMs: Math.max(nowMs - lookbackMs, afterEndMs) };
}

/** Latest instant (epoch ms) at which the life can have ended; null while it lasts. */
export function endOfLife(state: FoldState): number | null {
  if (!isTerminal(state.status)) return null;
  const steering = state.verdicts.find((verdict) => verdict.identity === state.steering);
  return steering === undefined ? null : steering.interval.hi;
}

function newestBegun(lives: readonly Life[], hi: number): LifeOfFact {
  const life = newest(lives.filter((candidate) => candidate.factsFromMs <= hi));
  return life === null
    ? { kind: 'none', reason: 'too_old' }
    : { kind: 'life', shipmentId: life.shipmentId };
}

function newest<L extends Life>(lives: readonly L[]): L | null {
  let best: L | null = null;
  for (const life of lives) if (best === null || isNewer(life, best)) best = life;
  return best;
}

function isNewer(a: Life, b: Life): boolean {
  if (a.factsFromMs !== b.factsFromMs) return a.factsFromMs > b.factsFromMs;
  return a.shipmentId > b.shipmentId;
}

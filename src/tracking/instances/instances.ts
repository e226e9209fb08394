import { isTerminal } from '../../kernel/status.ts';
import type { Interval } from '../../kernel/time/place-time.ts';
import type { FoldState } from '../fold/fold-input.ts';

/**
 * Carriers reuse numbers. One life of a (carrier, tracking number) is one shipment; these rules say
 * which instance a fact belongs to and when a registration opens a new one. All instants are epoch
 * milliseconds; every list is a set.
 */

/** Carriers print labels up to weeks before they scan them. */
export const LOOKBACK_MS = 45 * 86_400_000;

export interface TrackingInstance {
  readonly shipmentId: string;
  /** The carrier's id of the parcel, as the fold has chosen it so far; null when it gave none. */
  readonly carrierPieceId: string | null;
  /** Immutable: a fact that certainly ended before this belongs to an earlier instance. */
  readonly factsFromMs: number;
}

/** A fact of a report without a piece id: only its time determines the instance. */
export interface FactPlace {
  /** The fact's interval; −Infinity for "no time". */
  readonly interval: Interval;
  /** The instance in which this very fact is already recorded, if any: a fact never moves. */
  readonly recordedIn: string | null;
}

/**
 * The one instance (shipment id) of a fact without a piece id: the one where it is recorded; else
 * the newest that had begun when the fact was over. A fact that straddles a border goes to the
 * newer instance, because a known fact of the older one stays where it is recorded. Null: older
 * than all.
 */
export function instanceOfFact(
  instances: readonly TrackingInstance[],
  fact: FactPlace,
): string | null {
  const recorded = instances.find((instance) => instance.shipmentId === fact.recordedIn);
  return recorded?.shipmentId ?? newestBegun(instances, fact.interval.hi)?.shipmentId ?? null;
}

/** A report with a piece id is about one parcel, so it goes to one instance as a whole. */
export interface PlacedReport {
  readonly carrierPieceId: string;
  /** Epoch ms at which its newest fact was over; without facts, when the report arrived. */
  readonly newestMs: number;
}

/**
 * The one instance (shipment id) that receives a report with a piece id: the one with that id,
 * however old the updates; else the newest begun among those without an id; else the newest begun,
 * even if its id is another: the fold decides from all received data which of the two parcels the
 * instance is. Null: older than every instance.
 */
export function instanceOfReport(
  instances: readonly TrackingInstance[],
  report: PlacedReport,
): string | null {
  const { carrierPieceId, newestMs } = report;
  const own = newest(instances.filter((instance) => instance.carrierPieceId === carrierPieceId));
  const unnamed = instances.filter((instance) => instance.carrierPieceId === null);
  const instance = own ?? newestBegun(unnamed, newestMs) ?? newestBegun(instances, newestMs);
  return instance?.shipmentId ?? null;
}

export interface RegisteredInstance extends TrackingInstance {
  readonly orderIds: readonly string[];
  /** See `endOfLife`; null while it lasts. */
  readonly endedAtMs: number | null;
}

export interface Registration {
  /** Empty when the merchant names none: then it cannot be a different order. */
  readonly orderIds: readonly string[];
  readonly nowMs: number;
  readonly lookbackMs?: number;
}

export type RegistrationDecision =
  | { readonly kind: 'existing'; readonly shipmentId: string }
  | { readonly kind: 'new'; readonly factsFromMs: number };

/**
 * Registering a number again returns the same shipment (200), unless its last instance has ended
 * and the order is a different one: then the number was reused and a new instance opens (201). If
 * an older instance has the order, that one is returned, so that a repeated request changes
 * nothing.
 * A new instance begins `lookbackMs` before now, or just after the end of the preceding instance.
 */
export function decideRegistration(
  instances: readonly RegisteredInstance[],
  { orderIds, nowMs, lookbackMs = LOOKBACK_MS }: Registration,
): RegistrationDecision {
  const last = newest(instances);
  if (last === null) return { kind: 'new', factsFromMs: nowMs - lookbackMs };
  const ordered = newest(
    instances.filter((instance) => instance.orderIds.some((id) => orderIds.includes(id))),
  );
  if (ordered !== null) return { kind: 'existing', shipmentId: ordered.shipmentId };
  if (last.endedAtMs === null || orderIds.length === 0) {
    return { kind: 'existing', shipmentId: last.shipmentId };
  }
  // A date-only delivery of today ends tonight, and the new instance cannot begin after now. Nor
  // may it begin where an older one did: then no fact could distinguish the two.
  const afterEndMs = Math.max(Math.min(last.endedAtMs + 1, nowMs), last.factsFromMs + 1);
  return { kind: 'new', factsFromMs: Math.max(nowMs - lookbackMs, afterEndMs) };
}

/** Latest instant (epoch ms) at which the instance can have ended; null while it lasts. */
export function endOfInstance(state: FoldState): number | null {
  if (!isTerminal(state.status)) return null;
  const steering = state.verdicts.find((verdict) => verdict.identity === state.steering);
  return steering === undefined ? null : steering.interval.hi;
}

function newestBegun(instances: readonly TrackingInstance[], hi: number): TrackingInstance | null {
  return newest(instances.filter((candidate) => candidate.factsFromMs <= hi));
}

/** The instance that began last; null for none. */
export function newest<L extends TrackingInstance>(instances: readonly L[]): L | null {
  let best: L | null = null;
  for (const instance of instances) if (best === null || isNewer(instance, best)) best = instance;
  return best;
}

function isNewer(a: TrackingInstance, b: TrackingInstance): boolean {
  if (a.factsFromMs !== b.factsFromMs) return a.factsFromMs > b.factsFromMs;
  return a.shipmentId > b.shipmentId;
}

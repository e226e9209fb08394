import { isTerminal } from '../../kernel/status.ts';
import type { Interval } from '../../kernel/time/place-time.ts';
import type { FoldState } from '../fold/fold-input.ts';

/**
 * Carriers reuse numbers. One use of a (carrier, tracking number) is one tracking instance, and
 * each is one shipment. These rules decide to which instance a fact belongs and when a registration
 * begins a new one. All instants are epoch milliseconds; the order of each list has no meaning.
 */

/**
 * How long before its registration an instance begins: carriers print labels up to weeks before
 * they scan them.
 */
export const LOOKBACK_MS = 45 * 86_400_000;

export interface TrackingInstance {
  readonly shipmentId: string;
  /** The carrier's id of the parcel, as the fold has chosen it so far; null when it gave none. */
  readonly carrierPieceId: string | null;
  /**
   * The beginning of the instance, which never changes. A fact that certainly ended before it
   * belongs to an earlier instance.
   */
  readonly factsFromMs: number;
}

/** The time of a fact without a carrier's piece id: only that determines the instance. */
interface FactPlace {
  /** The fact's interval; −Infinity for "no time". */
  readonly interval: Interval;
  /**
   * The instance in which this very fact is already recorded, if any: a recorded fact stays there.
   */
  readonly recordedIn: string | null;
}

/**
 * Returns the instance (shipment id) of a fact without a piece id: the one where it is recorded,
 * else the newest that had begun when the fact ended. A fact whose interval contains the beginning
 * of an instance belongs to that newer one. Null when the fact is older than all instances.
 */
export function instanceOfFact(
  instances: readonly TrackingInstance[],
  fact: FactPlace,
): string | null {
  const recorded = instances.find((instance) => instance.shipmentId === fact.recordedIn);
  return recorded?.shipmentId ?? newestBegun(instances, fact.interval.hi)?.shipmentId ?? null;
}

/**
 * A report with a carrier's piece id. It is about one parcel, so it goes to one instance as a
 * whole.
 */
interface PlacedReport {
  readonly carrierPieceId: string;
  /** When its newest fact ended (epoch ms); without facts, when the report arrived. */
  readonly newestMs: number;
}

/**
 * Returns the instance (shipment id) that receives a report with a piece id: the one with that id,
 * however old the updates; else the newest begun among those without an id; else the newest begun,
 * even if its id is another: the fold decides from all received data which of the two parcels the
 * instance is. Null when the report is older than every instance.
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
  /** When the instance ended (see `endOfInstance`); null while it lasts. */
  readonly endedAtMs: number | null;
}

interface Registration {
  /** The merchant's orders. Empty when it names none, which never counts as a different order. */
  readonly orderIds: readonly string[];
  /** The number is known to be used again, as another order would show. */
  readonly isReused?: boolean;
  readonly nowMs: number;
  readonly lookbackMs?: number;
}

type RegistrationDecision =
  | { readonly kind: 'existing'; readonly shipmentId: string }
  | { readonly kind: 'new'; readonly factsFromMs: number };

/**
 * Decides whether a registration begins a new instance. Registering a number again returns the same
 * shipment (200), unless its last instance has ended and the order is a different one: then the
 * number was reused and a new instance begins (201). If an older instance has the order, that one
 * is returned, so that a repeated request changes nothing. A new instance begins `lookbackMs`
 * before now, or just after the end of the preceding instance.
 */
export function decideRegistration(
  instances: readonly RegisteredInstance[],
  { orderIds, isReused = false, nowMs, lookbackMs = LOOKBACK_MS }: Registration,
): RegistrationDecision {
  const last = newest(instances);
  if (last === null) return { kind: 'new', factsFromMs: nowMs - lookbackMs };
  const ordered = newest(
    instances.filter((instance) => instance.orderIds.some((id) => orderIds.includes(id))),
  );
  if (ordered !== null) return { kind: 'existing', shipmentId: ordered.shipmentId };
  if (last.endedAtMs === null || (orderIds.length === 0 && !isReused)) {
    return { kind: 'existing', shipmentId: last.shipmentId };
  }
  // A date-only delivery of today ends tonight, and the new instance cannot begin after now. Nor
  // may it begin where an older one did: then no fact could distinguish the two.
  const afterEndMs = Math.max(Math.min(last.endedAtMs + 1, nowMs), last.factsFromMs + 1);
  return { kind: 'new', factsFromMs: Math.max(nowMs - lookbackMs, afterEndMs) };
}

/** Returns the latest time (epoch ms) at which the instance can have ended; null while it lasts. */
export function endOfInstance(state: FoldState): number | null {
  if (!isTerminal(state.status)) return null;
  const steering = state.verdicts.find((verdict) => verdict.identity === state.steering);
  return steering === undefined ? null : steering.interval.hi;
}

function newestBegun(instances: readonly TrackingInstance[], hi: number): TrackingInstance | null {
  return newest(instances.filter((candidate) => candidate.factsFromMs <= hi));
}

/** Returns the instance that began last; null for an empty list. */
export function newest<L extends TrackingInstance>(instances: readonly L[]): L | null {
  let best: L | null = null;
  for (const instance of instances) if (best === null || isNewer(instance, best)) best = instance;
  return best;
}

function isNewer(a: TrackingInstance, b: TrackingInstance): boolean {
  if (a.factsFromMs !== b.factsFromMs) return a.factsFromMs > b.factsFromMs;
  return a.shipmentId > b.shipmentId;
}

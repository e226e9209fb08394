import type { LatLng } from '../../../kernel/places/distance.ts';
import {
  type CourierState,
  distanceM,
  type OpenOrder,
  placeOf,
  type TravelRules,
} from '../matching/policy.ts';
import { rollingPolicy } from '../matching/rolling/rolling.ts';
import { type OnShift, STOP_S, straightMS, unfitFor, type Wanted } from './rank-couriers.ts';

export interface OpenOnMap extends Wanted {
  readonly id: string;
  /** When it was placed, epoch ms. */
  readonly placedMs: number;
  /** The ids of couriers who gave it back or lost it. */
  readonly except?: ReadonlySet<string>;
}

/** A courier, and where and when the next route can begin. */
export interface FreeOnMap {
  readonly courier: OnShift;
  readonly place: LatLng;
  /** When the courier is free, epoch ms. */
  readonly freeMs: number;
}

/** A courier's route: picks up these deliveries, and then hands them over, in this order. */
export interface AssignedRoute {
  readonly courierId: string;
  readonly ids: readonly string[];
  /**
   * The cost terms in seconds by which this courier was chosen; `nextBestCost` is the next best
   * courier's cost.
   */
  readonly terms: {
    readonly cost: number;
    readonly nextBestCost: number | null;
    readonly approachS: number;
    readonly readyToDeliveredS: number;
    readonly latenessS: number;
  };
}

const NO_END_S = 7 * 86_400;
/** Maximum straight-line distance to a pickup. */
const REACH_M = 6_000;

const RULES: TravelRules = {
  legS: (from, to, speedMS) => Math.round(distanceM(from, to) / speedMS),
  pickupBeforeS: STOP_S / 2,
  pickupAfterS: STOP_S / 2,
  dropoffBeforeS: STOP_S / 2,
  dropoffAfterS: STOP_S / 2,
  pickupReachM: REACH_M,
  shiftEndBounds: 'pickup',
  assignAheadS: 20 * 60,
  lostAfterS: NO_END_S,
};

/**
 * Runs the rolling policy once, as the simulation does: plans all open deliveries at the least
 * total cost, and returns only the routes to assign now. A courier is not considered for a delivery
 * that exceeds the vehicle's size, weight or parcel limit, or that they gave up. Pure.
 */
export function assignOnMap(
  deliveries: readonly OpenOnMap[],
  free: readonly FreeOnMap[],
  nowMs: number,
): AssignedRoute[] {
  const zeroMs = nowMs;
  const seconds = (ms: number) => (ms - zeroMs) / 1000;
  const orders = deliveries.map((each, index) => ({
    index,
    placedS: seconds(each.placedMs),
    readyS: seconds(each.readyMs),
    pickup: placeOf(each.origin.lat, each.origin.lng),
    dropoff: placeOf(each.destination.lat, each.destination.lng),
  }));
  const couriers = free.map(({ courier, place, freeMs }, index) => ({
    index,
    speedMS: straightMS(courier.by),
    place: placeOf(place.lat, place.lng),
    freeS: seconds(freeMs),
    offS: courier.shiftEndsAtMs === null ? NO_END_S : seconds(courier.shiftEndsAtMs),
  }));
  // Live deliveries are assigned up to 20 minutes early: an idle courier who is kept waiting may go
  // elsewhere.
  const policy = rollingPolicy({ noticeS: RULES.assignAheadS, everyS: 1 });
  // Couriers as they are at the start of their route, cached because the same courier is considered
  // again and again.
  const atRouteStart = new Map<number, OnShift>();
  const mayTake = (order: OpenOrder, { index }: CourierState, before: number): boolean => {
    const { courier, place, freeMs } = free[index] as FreeOnMap;
    const wanted = deliveries[order.index] as OpenOnMap;
    if (wanted.except?.has(courier.courierId)) return false;
    const alone = atRouteStart.get(index) ?? { ...courier, place };
    atRouteStart.set(index, alone);
    const courierThen = before === 0 ? alone : { ...alone, load: alone.load + before };
    return unfitFor(wanted, courierThen, Math.max(nowMs, freeMs)) === null;
  };
  const routes = policy.decide({ nowS: 0, orders, couriers, rules: RULES, mayTake });
  return routes.map(({ courier, orders: routeOrders, terms }) => ({
    courierId: (free[courier.index] as FreeOnMap).courier.courierId,
    ids: routeOrders.map(({ index }) => (deliveries[index] as OpenOnMap).id),
    terms,
  }));
}

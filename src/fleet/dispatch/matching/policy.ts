/** An order that is known and has no courier yet. Times are seconds of one clock. */
export interface OpenOrder {
  /** The order's number in the day, small and dense. */
  readonly index: number;
  readonly placedS: number;
  readonly readyS: number;
  readonly pickup: Place;
  readonly dropoff: Place;
}

/** A courier on shift: where and when they will be free. */
export interface CourierState {
  readonly index: number;
  readonly speedMS: number;
  readonly place: Place;
  /**
   * When the courier is free: no earlier than the start of the shift; in the past for an idle
   * courier.
   */
  readonly freeS: number;
  readonly offS: number;
}

/** Everything known at one moment; nothing about the future. */
export interface DispatchView {
  readonly nowS: number;
  /** The open orders, in the order in which they were placed. */
  readonly orders: readonly OpenOrder[];
  readonly couriers: readonly CourierState[];
  readonly rules: TravelRules;
  /**
   * Whether a courier with `before` other orders on the same route may take an order: vehicle,
   * capacity and other constraints that are not costs. Absent: everyone may take everything.
   */
  readonly mayTake?: (order: OpenOrder, courier: CourierState, before: number) => boolean;
}

/** Why this courier was chosen: the terms of the cost, in weighed seconds. */
interface AssignmentTerms {
  /** The time from ready to delivered, summed over all orders of the route. */
  readonly readyToDeliveredS: number;
  /** How late the pickup is after the order is ready. */
  readonly latenessS: number;
  /** The courier's ride to the pickup, and the wait there. */
  readonly approachS: number;
  readonly idleS: number;
  /** The total cost, in weighed seconds. */
  readonly cost: number;
  /** The cost of the next best courier for the first order; null: none. */
  readonly nextBestCost: number | null;
}

/** Assigns these orders to a courier: all pickups, then the drop-offs in this order. */
export interface Assignment {
  readonly courier: CourierState;
  readonly orders: readonly OpenOrder[];
  readonly terms: AssignmentTerms;
}

/**
 * A strategy for assigning orders. It is called every `everyS` seconds; orders left open come
 * again in the next call. It may assign couriers who are still busy.
 */
export interface DispatchPolicy {
  readonly name: string;
  readonly everyS: number;
  decide(view: DispatchView): readonly Assignment[];
}

/**
 * A point: in a plane or, for places on the globe, in space. Distances are straight lines, in
 * metres.
 */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/**
 * How couriers travel and how long stops take, in a city, a simulated day or an instance. Times are
 * seconds.
 */
export interface TravelRules {
  /**
   * Whole seconds from place to place at the courier's speed. Never fewer than along the straight
   * line, rounded down, and never fewer for a longer distance.
   */
  readonly legS: (from: Place, to: Place, speedMS: number) => number;
  /**
   * Seconds from arriving at a pickup until the parcel can be in hand; `pickupAfterS` is from then
   * until leaving.
   */
  readonly pickupBeforeS: number;
  readonly pickupAfterS: number;
  /**
   * Seconds from arriving until the parcel is handed over; `dropoffAfterS` is from then until
   * leaving.
   */
  readonly dropoffBeforeS: number;
  readonly dropoffAfterS: number;
  /** Maximum distance of a courier to a pickup. */
  readonly pickupReachM: number;
  /** What must happen before a courier's shift ends. */
  readonly shiftEndBounds: 'pickup' | 'assignment';
  /** How long before an order is ready it may be assigned. */
  readonly assignAheadS: number;
  /** How long an order may be without a courier before it is lost. */
  readonly lostAfterS: number;
}

/** The distance in a straight line, in metres. */
export function distanceM(from: Place, to: Place): number {
  const dx = from.x - to.x;
  const dy = from.y - to.y;
  const dz = from.z - to.z;
  return Math.sqrt(dx * dx + dy * dy + dz * dz);
}

const EARTH_RADIUS_M = 6_371_008.8;

/**
 * Converts a place on the globe to a point in space. In 30 km, the straight line is shorter than
 * the way over the surface by less than a metre.
 */
export function placeOf(lat: number, lng: number): Place {
  const phi = (lat * Math.PI) / 180;
  const lambda = (lng * Math.PI) / 180;
  return {
    x: EARTH_RADIUS_M * Math.cos(phi) * Math.cos(lambda),
    y: EARTH_RADIUS_M * Math.cos(phi) * Math.sin(lambda),
    z: EARTH_RADIUS_M * Math.sin(phi),
  };
}

/** The time from which an order may be assigned. */
export function openSinceS(
  { placedS, readyS }: { readonly placedS: number; readonly readyS: number },
  { assignAheadS }: TravelRules,
): number {
  return Math.max(placedS, readyS - assignAheadS);
}

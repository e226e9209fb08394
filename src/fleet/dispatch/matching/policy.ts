import type { Place, TravelRules } from './travel-rules.ts';

/** An order that is known and has no courier yet. Times are seconds of one clock. */
export interface OpenOrder {
  /** Its number among the orders of the day: small and dense. */
  readonly nr: number;
  readonly placedS: number;
  readonly readyS: number;
  readonly pickup: Place;
  readonly dropoff: Place;
}

/** A courier on shift: where and when they will be free. */
export interface CourierState {
  readonly nr: number;
  readonly speedMS: number;
  readonly place: Place;
  /** No earlier than the start of the shift; in the past for an idle courier. */
  readonly freeS: number;
  readonly offS: number;
}

/** Everything known at one moment; nothing about the future. */
export interface DispatchView {
  readonly nowS: number;
  /** In the order in which they were placed. */
  readonly orders: readonly OpenOrder[];
  readonly couriers: readonly CourierState[];
  readonly rules: TravelRules;
  /**
   * Whether a courier with `before` other orders on the same route may take an order: vehicle,
   * capacity and other constraints that are not costs. Absent: everyone may take everything.
   */
  readonly mayTake?: (order: OpenOrder, courier: CourierState, before: number) => boolean;
}

/** Why this courier: the weighed seconds compared with other couriers'. */
export interface AssignmentTerms {
  /** From ready to delivered, over all orders of the route. */
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

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

/** A courier on shift, as far as it is known: where they will be free, and when. */
export interface CourierState {
  readonly nr: number;
  readonly speedMS: number;
  readonly place: Place;
  /** No earlier than the shift begins; in the past for who is idle. */
  readonly freeS: number;
  readonly offS: number;
}

/** All that is known at one moment. Nothing in it tells of what comes later. */
export interface DispatchView {
  readonly nowS: number;
  /** In the order in which they were placed. */
  readonly orders: readonly OpenOrder[];
  readonly couriers: readonly CourierState[];
  readonly rules: TravelRules;
  /**
   * Whether a courier may take an order who has `before` others on the same route already: vehicle, room,
   * and what else is nobody's cost. Absent: everybody may take everything.
   */
  readonly mayTake?: (order: OpenOrder, courier: CourierState, before: number) => boolean;
}

/** Why this courier: seconds that were weighed against those of others. */
export interface AssignmentTerms {
  /** From ready to door, of all orders of the route. */
  readonly readyToDeliveredS: number;
  /** The pickup's lateness behind what is ready. */
  readonly latenessS: number;
  /** The courier's way to the pickup, and the wait there. */
  readonly approachS: number;
  readonly idleS: number;
  /** What it costs altogether, in weighed seconds. */
  readonly cost: number;
  /** The same for the next best courier for the first order; null: there is none. */
  readonly nextBestCost: number | null;
}

/** A courier is to take these orders: all pickups, then the doors in this order. */
export interface Assignment {
  readonly courier: CourierState;
  readonly orders: readonly OpenOrder[];
  readonly terms: AssignmentTerms;
}

/**
 * A way to decide who takes what. Asked every `everyS` seconds; what it leaves open it is asked about
 * again. It may assign couriers who are still busy.
 */
export interface DispatchPolicy {
  readonly name: string;
  readonly everyS: number;
  decide(view: DispatchView): readonly Assignment[];
}

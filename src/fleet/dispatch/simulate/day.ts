import type { OpenOrder } from '../matching/policy.ts';
import type { Place, TravelRules } from '../matching/travel-rules.ts';

export interface DayOrder extends OpenOrder {
  readonly id: string;
}

export interface DayCourier {
  readonly nr: number;
  readonly id: string;
  readonly place: Place;
  readonly speedMS: number;
  readonly onS: number;
  readonly offS: number;
}

/** A day to simulate: complete, but a policy sees only what has happened so far. */
export interface Day {
  readonly name: string;
  /** By placement time. */
  readonly orders: readonly DayOrder[];
  readonly couriers: readonly DayCourier[];
  readonly rules: TravelRules;
}

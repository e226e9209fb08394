import { drive, keepsShift } from '../matching/drive.ts';
import {
  type Assignment,
  type CourierState,
  type DispatchPolicy,
  distanceM,
  type OpenOrder,
  openSinceS,
  type Place,
  type TravelRules,
} from '../matching/policy.ts';

export interface Delivered {
  readonly order: DayOrder;
  readonly courier: number;
  readonly assignedS: number;
  readonly pickupS: number;
  readonly dropoffS: number;
}

export interface Simulation {
  readonly day: Day;
  readonly delivered: readonly Delivered[];
  /** Orders that no courier took in time. */
  readonly lost: readonly DayOrder[];
  /** How long each call to the policy took. */
  readonly tickMs: readonly number[];
}

/** Thrown when a policy returned something that the rules of the day forbid. */
export class RuleBroken extends Error {}

/** The current state of a courier. */
interface LiveCourier extends CourierState {
  place: Place;
  freeS: number;
  readonly onS: number;
}

/**
 * Simulates a day with a policy: every few seconds the policy gets what is known by then, and its
 * assignments are carried out. `clockMs` measures each call.
 */
export function simulateDay(day: Day, policy: DispatchPolicy, clockMs: () => number): Simulation {
  const couriers: LiveCourier[] = day.couriers.map((courier) => ({
    ...courier,
    freeS: courier.onS,
  }));
  const delivered: Delivered[] = [];
  const lost: DayOrder[] = [];
  const tickMs: number[] = [];
  let open: DayOrder[] = [];
  let next = 0;
  let nowS = Math.ceil((day.orders[0]?.placedS ?? 0) / policy.everyS) * policy.everyS;
  // Orders left when the last courier goes off shift are lost.
  const endS = day.couriers.reduce((latest, { offS }) => Math.max(latest, offS), 0);
  while (nowS <= endS && (next < day.orders.length || open.length > 0)) {
    while (next < day.orders.length && (day.orders[next] as DayOrder).placedS <= nowS) {
      open.push(day.orders[next] as DayOrder);
      next += 1;
    }
    const known = open.filter(({ readyS }) => readyS - day.rules.assignAheadS <= nowS);
    if (known.length > 0) {
      const onShift = couriers.filter(({ onS, offS }) => onS <= nowS && nowS <= offS);
      const from = clockMs();
      const assignments = policy.decide({
        nowS,
        orders: known,
        couriers: onShift,
        rules: day.rules,
      });
      tickMs.push(clockMs() - from);
      const assigned = new Set<number>();
      for (const assignment of assignments) {
        delivered.push(...carryOut(assignment, { nowS, couriers, known, assigned, day }));
      }
      open = open.filter(({ index }) => !assigned.has(index));
    }
    open = open.filter((order) => {
      const isLost = nowS - openSinceS(order, day.rules) >= day.rules.lostAfterS;
      if (isLost) lost.push(order);
      return !isLost;
    });
    nowS += policy.everyS;
  }
  lost.push(...open, ...day.orders.slice(next));
  return { day, delivered, lost, tickMs };
}

/**
 * Drives an assignment's route and updates its courier. Throws `RuleBroken` if that is forbidden.
 */
function carryOut(
  { courier: { index }, orders }: Assignment,
  {
    nowS,
    couriers,
    known,
    assigned,
    day,
  }: {
    readonly nowS: number;
    readonly couriers: readonly LiveCourier[];
    readonly known: readonly DayOrder[];
    readonly assigned: Set<number>;
    readonly day: Day;
  },
): Delivered[] {
  const courier = couriers[index] as LiveCourier;
  const driven = drive(courier, orders, nowS, day.rules);
  if (nowS < courier.onS || nowS > courier.offS || !keepsShift(courier, nowS, driven, day.rules)) {
    throw new RuleBroken(`courier ${index} is not on shift at ${nowS} s`);
  }
  let from = courier.place;
  const result: Delivered[] = [];
  for (const [at, { index: orderNr, pickup }] of orders.entries()) {
    const order = known.find((each) => each.index === orderNr);
    if (order === undefined || assigned.has(orderNr)) {
      throw new RuleBroken(`order ${orderNr} is not open at ${nowS} s`);
    }
    if (distanceM(from, pickup) > day.rules.pickupReachM) {
      throw new RuleBroken(`courier ${index} is too far from order ${order.id}`);
    }
    from = pickup;
    assigned.add(orderNr);
    result.push({
      order,
      courier: index,
      assignedS: nowS,
      pickupS: driven.pickupsS[at] as number,
      dropoffS: driven.dropoffsS[at] as number,
    });
  }
  courier.place = driven.place;
  courier.freeS = driven.freeS;
  return result;
}

export interface DayOrder extends OpenOrder {
  readonly id: string;
}

export interface DayCourier {
  readonly index: number;
  readonly id: string;
  readonly place: Place;
  readonly speedMS: number;
  readonly onS: number;
  readonly offS: number;
}

/** A day to simulate. It is complete, but a policy sees only what has happened so far. */
export interface Day {
  readonly name: string;
  /** The orders, by placement time. */
  readonly orders: readonly DayOrder[];
  readonly couriers: readonly DayCourier[];
  readonly rules: TravelRules;
}

const MINUTE_S = 60;

interface Spread {
  readonly mean: number;
  readonly p90: number;
}

/** The results of a simulated day; in minutes, except ticks. */
export interface DayFigures {
  readonly name: string;
  readonly orders: number;
  readonly delivered: number;
  readonly click_to_door_min: Spread;
  readonly ready_to_door_min: Spread;
  /** How long orders that may be assigned wait for it. */
  readonly assignment_wait_min: { readonly mean: number; readonly p95: number };
  readonly tick_ms: { readonly p50: number; readonly p99: number };
}

/** Computes the figures of a simulated day. */
export function dayFigures({ day, delivered, tickMs }: Simulation): DayFigures {
  const clickToDoor = delivered.map(({ order, dropoffS }) => (dropoffS - order.placedS) / MINUTE_S);
  const readyToDoor = delivered.map(({ order, dropoffS }) => (dropoffS - order.readyS) / MINUTE_S);
  const wait = delivered.map(
    ({ order, assignedS }) => (assignedS - openSinceS(order, day.rules)) / MINUTE_S,
  );
  return {
    name: day.name,
    orders: day.orders.length,
    delivered: delivered.length,
    click_to_door_min: {
      mean: rounded(mean(clickToDoor)),
      p90: rounded(quantile(clickToDoor, 0.9)),
    },
    ready_to_door_min: {
      mean: rounded(mean(readyToDoor)),
      p90: rounded(quantile(readyToDoor, 0.9)),
    },
    assignment_wait_min: { mean: rounded(mean(wait)), p95: rounded(quantile(wait, 0.95)) },
    tick_ms: { p50: rounded(quantile(tickMs, 0.5)), p99: rounded(quantile(tickMs, 0.99)) },
  };
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The smallest value that is at least as large as this share of all. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

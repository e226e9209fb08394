import { drive, keepsShift } from '../drive.ts';
import { type CourierState, type DispatchView, distanceM, type OpenOrder } from '../policy.ts';

/** A route that starts now. */
export interface Route {
  readonly courier: CourierState;
  readonly orders: readonly OpenOrder[];
}

/** An order that stays open for now, and its planned delivery time; null: no plan. */
export interface Waiting {
  readonly order: OpenOrder;
  readonly plannedDropoffS: number | null;
  /**
   * Whether all couriers who could take it go off shift soon, so that leaving it open means losing
   * it.
   */
  readonly isLastChance: boolean;
}

/**
 * For an order without a plan: the assumed time until it gets a courier, and then until the courier
 * arrives.
 */
const NO_PLAN_S = 600;
const APPROACH_S = 300;
/** The cost of losing an order. */
const LOSS_S = 7_200;

/**
 * Adds waiting orders to routes that start now, where that improves the total of delivery times and
 * of the courier time used. `shortage` is the number of orders without a plan, per courier: the
 * higher it is, the more a courier's saved time is worth.
 */
export function bundleRoutes(
  routes: readonly Route[],
  waiting: readonly Waiting[],
  { view, weights, shortage }: BundleTerms,
): Route[] {
  const left = new Set(waiting);
  const valueOfSecond = weights.courierTime * Math.min(2, shortage);
  return routes.map((route) => {
    let longer = route;
    while (longer.orders.length <= weights.ordersPerRoute) {
      const best = bestAddition(longer, left, { view, weights, valueOfSecond });
      if (best === null) break;
      left.delete(best.added);
      longer = { courier: route.courier, orders: best.orders };
    }
    return longer;
  });
}

interface BundleTerms {
  readonly view: DispatchView;
  readonly weights: RollingWeights;
  readonly shortage: number;
}

/**
 * The waiting order whose addition improves the total most, with the longer route; null: none
 * improves it.
 */
function bestAddition(
  { courier, orders }: Route,
  left: ReadonlySet<Waiting>,
  terms: Omit<BundleTerms, 'shortage'> & { readonly valueOfSecond: number },
): { readonly added: Waiting; readonly orders: readonly OpenOrder[] } | null {
  const { nowS, rules, mayTake } = terms.view;
  const before = drive(courier, orders, nowS, rules);
  let best: { added: Waiting; orders: readonly OpenOrder[] } | null = null;
  let bestGainS = 0;
  for (const added of left) {
    const { order } = added;
    const { bundleReachM, ordersPerRoute } = terms.weights;
    // An order that would be lost may be farther away and exceed the usual number.
    const isUsual = orders.length < ordersPerRoute && isNear(order, orders, bundleReachM);
    if (!isUsual && !added.isLastChance) continue;
    if (mayTake !== undefined && !mayTake(order, courier, orders.length)) continue;
    const carryS =
      rules.pickupAfterS +
      rules.legS(order.pickup, order.dropoff, courier.speedMS) +
      rules.dropoffBeforeS;
    const noPlanS = added.isLastChance ? LOSS_S : NO_PLAN_S;
    const aloneDropoffS =
      added.plannedDropoffS ?? Math.max(nowS + noPlanS, order.readyS) + carryS + APPROACH_S;
    const aloneS = carryS + rules.dropoffAfterS + APPROACH_S;
    for (let at = 0; at <= orders.length; at += 1) {
      const longer = [...orders.slice(0, at), order, ...orders.slice(at)];
      if (!isInReach(courier, longer, rules.pickupReachM)) continue;
      const driven = drive(courier, longer, nowS, rules);
      if (!keepsShift(courier, nowS, driven, rules)) continue;
      const gainS =
        sum(before.dropoffsS) +
        aloneDropoffS -
        sum(driven.dropoffsS) +
        terms.valueOfSecond * (aloneS - (driven.freeS - before.freeS));
      if (gainS <= bestGainS) continue;
      bestGainS = gainS;
      best = { added, orders: longer };
    }
  }
  return best;
}

/** Whether each leg to a pickup, from the courier or from the previous pickup, is within reach. */
function isInReach(courier: CourierState, orders: readonly OpenOrder[], reachM: number): boolean {
  let from = courier.place;
  for (const { pickup } of orders) {
    if (distanceM(from, pickup) > reachM) return false;
    from = pickup;
  }
  return true;
}

function isNear(order: OpenOrder, orders: readonly OpenOrder[], reachM: number): boolean {
  return orders.every(({ pickup }) => distanceM(pickup, order.pickup) <= reachM);
}

const sum = (list: readonly number[]) => list.reduce((all, each) => all + each, 0);

/** The weights of the rolling policy, in seconds of one order's wait until delivery. */
export interface RollingWeights {
  /** How often it decides. */
  readonly everyS: number;
  /** Orders that are ready later than this from now wait for a later decision. */
  readonly horizonS: number;
  /** How many of the best couriers are compared for an order. */
  readonly candidates: number;
  /**
   * Weight of a second that a ready order waits for the courier, in addition to its wait until
   * delivery.
   */
  readonly lateness: number;
  /** Weight of a second on the way to the pickup. */
  readonly approach: number;
  /** Weight of a second until the courier is free: of two who arrive in time, the idle one goes. */
  readonly busy: number;
  /**
   * The fixed cost of leaving an order without a courier, and the cost for each second it has been
   * open.
   */
  readonly aloneS: number;
  readonly alonePerOpenS: number;
  /**
   * How long before departure becomes urgent a courier is notified; until then the plan may
   * change.
   */
  readonly noticeS: number;
  /** A courier who will be free within this time already gets the next route. */
  readonly headStartS: number;
  /** Maximum number of orders on a route, and how far apart their pickups may be. */
  readonly ordersPerRoute: number;
  readonly bundleReachM: number;
  /**
   * The value of a courier's second when there are as many orders without a plan as couriers. With
   * fewer it is worth less, with more up to twice as much.
   */
  readonly courierTime: number;
}

/**
 * The default weights. Tuned on instances 0 to 2 of MDRPLib and four city days; docs/benchmarks.md
 * has the results on the others.
 */
export const ROLLING_WEIGHTS: RollingWeights = {
  everyS: 60,
  horizonS: 1_800,
  candidates: 24,
  lateness: 0.5,
  approach: 0,
  busy: 0.3,
  aloneS: 7_200,
  alonePerOpenS: 2,
  noticeS: 300,
  headStartS: 180,
  ordersPerRoute: 2,
  bundleReachM: 1_500,
  courierTime: 0.5,
};

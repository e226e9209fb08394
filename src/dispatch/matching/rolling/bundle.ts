import { drive, keepsShift } from '../drive.ts';
import type { CourierState, DispatchView, OpenOrder } from '../policy.ts';
import { distanceM } from '../travel-rules.ts';
import type { RollingWeights } from './weights.ts';

/** A route that starts now. */
export interface Route {
  readonly courier: CourierState;
  readonly orders: readonly OpenOrder[];
}

/** An order that stays open for now, and when it would be at the door by the plan; null: no plan. */
export interface Waiting {
  readonly order: OpenOrder;
  readonly plannedDropoffS: number | null;
  /** Whether the couriers who could take it go home soon: then it is lost if it is left. */
  readonly isLastChance: boolean;
}

/** Without a plan an order is thought to get a courier this much later, who needs so long to come. */
const NO_PLAN_S = 600;
const APPROACH_S = 300;
/** Losing an order is as bad as this. */
const LOSS_S = 7_200;

/**
 * Adds waiting orders to routes that start now, where that brings both to their doors sooner than
 * each alone would be. `shortage` is how many orders wait for each courier: the more do, the more a
 * courier's saved time is worth.
 */
export function bundleRoutes(
  routes: readonly Route[],
  waiting: readonly Waiting[],
  { view, weights, shortage }: BundleTerms,
): Route[] {
  const left = new Set(waiting);
  const secondWorth = weights.courierTime * Math.min(2, shortage);
  return routes.map((route) => {
    let longer = route;
    while (longer.orders.length <= weights.ordersPerRoute) {
      const best = bestAddition(longer, left, { view, weights, secondWorth });
      if (best === null) break;
      left.delete(best.added);
      longer = { courier: route.courier, orders: best.orders };
    }
    return longer;
  });
}

export interface BundleTerms {
  readonly view: DispatchView;
  readonly weights: RollingWeights;
  readonly shortage: number;
}

function bestAddition(
  { courier, orders }: Route,
  left: ReadonlySet<Waiting>,
  terms: Omit<BundleTerms, 'shortage'> & { readonly secondWorth: number },
): { readonly added: Waiting; readonly orders: readonly OpenOrder[] } | null {
  const { nowS, rules, mayTake } = terms.view;
  const before = drive(courier, orders, nowS, rules);
  let best: { added: Waiting; orders: readonly OpenOrder[] } | null = null;
  let bestGainS = 0;
  for (const added of left) {
    const { order } = added;
    const { bundleReachM, ordersPerRoute } = terms.weights;
    // What would be lost may be far away, and one more than usual.
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
        terms.secondWorth * (aloneS - (driven.freeS - before.freeS));
      if (gainS <= bestGainS) continue;
      bestGainS = gainS;
      best = { added, orders: longer };
    }
  }
  return best;
}

/** Whether no way to a pickup, from the courier or from the pickup before, is too far. */
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

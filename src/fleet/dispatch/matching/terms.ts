import { drive } from './drive.ts';
import type { Assignment, CourierState, DispatchView, OpenOrder } from './policy.ts';

/** The assignment of a route, with its cost terms. */
export function explainedAssignment(
  route: { readonly courier: CourierState; readonly orders: readonly OpenOrder[] },
  { nowS, rules }: DispatchView,
  weighed: { readonly cost: number; readonly nextBestCost: number | null },
): Assignment {
  const { courier, orders } = route;
  const driven = drive(courier, orders, nowS, rules);
  const first = orders[0] as OpenOrder;
  const inHandS = driven.arrivesS + rules.pickupBeforeS;
  const readyToDeliveredS = orders.reduce(
    (sum, { readyS }, nr) => sum + (driven.dropoffsS[nr] as number) - readyS,
    0,
  );
  return {
    courier,
    orders,
    terms: {
      readyToDeliveredS,
      latenessS: Math.max(0, inHandS - first.readyS),
      approachS: driven.arrivesS - driven.leavesS,
      idleS: Math.max(0, (driven.pickupsS[0] as number) - inHandS),
      cost: weighed.cost,
      nextBestCost: weighed.nextBestCost,
    },
  };
}

import { drive, explainedAssignment } from '../drive.ts';

import {
  type Assignment,
  type CourierState,
  type DispatchPolicy,
  type DispatchView,
  type OpenOrder,
  openSinceS,
} from '../policy.ts';
import { assignSparse } from '../sparse-assignment.ts';
import {
  bundleRoutes,
  ROLLING_WEIGHTS,
  type RollingWeights,
  type Route,
  type Waiting,
} from './bundle.ts';
import { type Candidates, findCandidates } from './candidates.ts';

/**
 * Creates the rolling policy. At each decision, it plans all open orders over idle couriers and
 * those who will be free soon, at the least total cost. It assigns only what cannot wait: orders
 * whose courier is idle and has to leave soon. The rest of the plan is discarded.
 */
export function rollingPolicy(changes: Partial<RollingWeights> = {}): DispatchPolicy {
  const weights = { ...ROLLING_WEIGHTS, ...changes };
  return {
    name: 'rolling',
    everyS: weights.everyS,
    decide: (view) => decide(view, weights),
  };
}

function decide(view: DispatchView, weights: RollingWeights): Assignment[] {
  const { nowS, couriers } = view;
  const orders = view.orders.filter(({ readyS }) => readyS - nowS <= weights.horizonS);
  if (orders.length === 0 || couriers.length === 0) return [];
  const candidates = findCandidates(view, orders, weights);
  const chosen = assignSparse({
    columns: couriers.length,
    first: candidates.first,
    column: candidates.courier,
    cost: candidates.cost,
    alone: aloneCosts(view, orders, weights),
  });
  const routes: Route[] = [];
  const waiting: Waiting[] = [];
  const weighed = new Map<number, { cost: number; nextBestCost: number | null }>();
  let unplanned = 0;
  for (const [nr, order] of orders.entries()) {
    const pair = chosen[nr] as number;
    if (pair < 0) {
      unplanned += 1;
      const isLastChance = isLast(view, candidates, nr);
      waiting.push({ order, plannedDropoffS: null, isLastChance });
      continue;
    }
    const courier = couriers[candidates.courier[pair] as number] as CourierState;
    const driven = drive(courier, [order], nowS, view.rules);
    const spareS = order.readyS - driven.arrivesS - view.rules.pickupBeforeS;
    if (courier.freeS > nowS + weights.headStartS || spareS >= weights.noticeS) {
      waiting.push({
        order,
        plannedDropoffS: driven.dropoffsS[0] as number,
        isLastChance: false,
      });
      continue;
    }
    routes.push({ courier, orders: [order] });
    weighed.set(courier.nr, {
      cost: candidates.cost[pair] as number,
      nextBestCost: nextBest(candidates, nr, pair),
    });
  }
  const shortage = unplanned / couriers.length;
  return bundleRoutes(routes, waiting, { view, weights, shortage }).map((route) =>
    explainedAssignment(route, view, weighed.get(route.courier.nr) as WeighedCost),
  );
}

/** Couriers whose shift ends within this time do not count for later orders. */
const LAST_CHANCE_S = 3_600;

/** Whether every courier who could take an order now goes off shift soon. */
function isLast(
  { nowS, couriers }: DispatchView,
  { first, courier }: Candidates,
  nr: number,
): boolean {
  for (let pair = first[nr] as number; pair < (first[nr + 1] as number); pair += 1) {
    const { offS } = couriers[courier[pair] as number] as CourierState;
    if (offS - nowS > LAST_CHANCE_S) return false;
  }
  return first[nr] !== first[nr + 1];
}

type WeighedCost = { readonly cost: number; readonly nextBestCost: number | null };

/** The cost of leaving each order open until the next decision, by order. */
function aloneCosts(
  { nowS, rules }: DispatchView,
  orders: readonly OpenOrder[],
  { aloneS, alonePerOpenS }: RollingWeights,
): Float64Array {
  return Float64Array.from(
    orders,
    (order) => aloneS + alonePerOpenS * Math.max(0, nowS - openSinceS(order, rules)),
  );
}

/** The cost of the cheapest other courier for an order; null: none. */
function nextBest({ first, cost }: Candidates, nr: number, chosen: number): number | null {
  for (let pair = first[nr] as number; pair < (first[nr + 1] as number); pair += 1) {
    if (pair !== chosen) return cost[pair] as number;
  }
  return null;
}

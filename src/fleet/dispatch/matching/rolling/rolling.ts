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
import { CourierTree } from './courier-tree.ts';

/**
 * Creates the rolling policy. At each decision, it plans all open orders over idle couriers and
 * those who will be free soon, at the least total cost. It assigns the orders whose courier is idle
 * and has to leave soon, and adds waiting orders to these routes. The rest of the plan is discarded.
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
  for (const [index, order] of orders.entries()) {
    const pair = chosen[index] as number;
    if (pair < 0) {
      unplanned += 1;
      const isLastChance = isLastChanceFor(view, candidates, index);
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
    weighed.set(courier.index, {
      cost: candidates.cost[pair] as number,
      nextBestCost: nextBestCostOf(candidates, index, pair),
    });
  }
  const shortage = unplanned / couriers.length;
  return bundleRoutes(routes, waiting, { view, weights, shortage }).map((route) =>
    explainedAssignment(route, view, weighed.get(route.courier.index) as WeighedCost),
  );
}

/** Couriers whose shift ends within this time do not count for later orders. */
const LAST_CHANCE_S = 3_600;

/** Whether every courier who could take an order now goes off shift soon. */
function isLastChanceFor(
  { nowS, couriers }: DispatchView,
  { first, courier }: Candidates,
  index: number,
): boolean {
  for (let pair = first[index] as number; pair < (first[index + 1] as number); pair += 1) {
    const { offS } = couriers[courier[pair] as number] as CourierState;
    if (offS - nowS > LAST_CHANCE_S) return false;
  }
  return first[index] !== first[index + 1];
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
function nextBestCostOf({ first, cost }: Candidates, index: number, chosen: number): number | null {
  for (let pair = first[index] as number; pair < (first[index + 1] as number); pair += 1) {
    if (pair !== chosen) return cost[pair] as number;
  }
  return null;
}

/** The couriers who may take each order, with their costs: row by row, cheapest first. */
interface Candidates {
  /** The pairs of order `index` are `first[index]` to `first[index + 1] − 1`. */
  readonly first: Int32Array;
  readonly courier: Int32Array;
  readonly cost: Float64Array;
}

/**
 * Finds the cheapest couriers for each order, exactly as a full comparison would, but skips parts
 * of town that cannot contain any. Couriers are given by index.
 */
export function findCandidates(
  view: DispatchView,
  orders: readonly OpenOrder[],
  weights: RollingWeights,
): Candidates {
  const { couriers } = view;
  const tree = new CourierTree(couriers, view.nowS);
  const countMax = Math.min(weights.candidates, couriers.length);
  const first = new Int32Array(orders.length + 1);
  const courier = new Int32Array(orders.length * countMax);
  const cost = new Float64Array(orders.length * countMax);
  const found = new Cheapest(countMax);
  let at = 0;
  for (const [index, order] of orders.entries()) {
    found.clear();
    addCheapest(view, tree, order, weights, found);
    for (let rank = 0; rank < found.count; rank += 1) {
      courier[at] = found.index[rank] as number;
      cost[at] = found.cost[rank] as number;
      at += 1;
    }
    first[index + 1] = at;
  }
  return { first, courier: courier.subarray(0, at), cost: cost.subarray(0, at) };
}

/** Adds the couriers who may take an order to `found`, which keeps the cheapest. */
function addCheapest(
  { nowS, rules, couriers, mayTake }: DispatchView,
  tree: CourierTree,
  order: OpenOrder,
  weights: RollingWeights,
  found: Cheapest,
): void {
  const { pickup, readyS } = order;
  const { legS, shiftEndBounds } = rules;
  const reach = rules.pickupReachM * rules.pickupReachM;
  const costOf = costsOf(order, { nowS, rules, weights });
  tree.search(
    pickup,
    (squaredM, freeS, speedMS) => {
      if (squaredM > reach) return Number.POSITIVE_INFINITY;
      // No rule makes a leg quicker than its straight line, except for a fraction of a second.
      const approachS = Math.floor(Math.sqrt(squaredM) / speedMS);
      return costOf(Math.max(nowS, freeS), approachS, speedMS);
    },
    () => found.limit,
    (index) => {
      const courier = couriers[index] as CourierState;
      const { place, speedMS } = courier;
      const leavesS = Math.max(nowS, courier.freeS);
      const dx = place.x - pickup.x;
      const dy = place.y - pickup.y;
      const dz = place.z - pickup.z;
      if (dx * dx + dy * dy + dz * dz > reach) return;
      const approachS = legS(place, pickup, speedMS);
      const cost = costOf(leavesS, approachS, speedMS);
      if (cost > found.limit) return;
      const pickupS = Math.max(leavesS + approachS + rules.pickupBeforeS, readyS);
      if ((shiftEndBounds === 'pickup' ? pickupS : leavesS) > courier.offS) return;
      if (mayTake !== undefined && !mayTake(order, courier, 0)) return;
      found.add(index, cost);
    },
  );
}

/**
 * Returns the cost of an order as a function of when a courier leaves, how long the approach takes
 * and how fast the courier is.
 */
function costsOf(
  { pickup, dropoff, readyS }: OpenOrder,
  {
    nowS,
    rules,
    weights,
  }: Pick<DispatchView, 'nowS' | 'rules'> & { readonly weights: RollingWeights },
): (leavesS: number, approachS: number, speedMS: number) => number {
  const { legS, pickupBeforeS, pickupAfterS, dropoffBeforeS } = rules;
  let carriesAtMS = Number.NaN;
  let carryS = 0;
  return (leavesS, approachS, speedMS) => {
    if (speedMS !== carriesAtMS) {
      carriesAtMS = speedMS;
      carryS = pickupAfterS + legS(pickup, dropoff, speedMS) + dropoffBeforeS - readyS;
    }
    const pickupS = Math.max(leavesS + approachS + pickupBeforeS, readyS);
    return (
      pickupS +
      carryS +
      weights.lateness * (pickupS - readyS) +
      weights.approach * approachS +
      weights.busy * (leavesS - nowS)
    );
  };
}

/** The cheapest few, in order; of equals those with the lowest index. */
class Cheapest {
  readonly index: Int32Array;
  readonly cost: Float64Array;
  count = 0;
  /** The cost above which nothing is added. */
  limit = Number.POSITIVE_INFINITY;

  constructor(countMax: number) {
    this.index = new Int32Array(countMax);
    this.cost = new Float64Array(countMax);
  }

  clear(): void {
    this.count = 0;
    this.limit = Number.POSITIVE_INFINITY;
  }

  add(index: number, cost: number): void {
    const countMax = this.index.length;
    if (this.count === countMax && !this.#isBefore(index, cost, countMax - 1)) return;
    let at = this.count < countMax ? this.count : countMax - 1;
    while (at > 0 && this.#isBefore(index, cost, at - 1)) {
      this.cost[at] = this.cost[at - 1] as number;
      this.index[at] = this.index[at - 1] as number;
      at -= 1;
    }
    this.cost[at] = cost;
    this.index[at] = index;
    if (this.count < countMax) this.count += 1;
    if (this.count === countMax) this.limit = this.cost[countMax - 1] as number;
  }

  #isBefore(index: number, cost: number, rank: number): boolean {
    const other = this.cost[rank] as number;
    return cost < other || (cost === other && index < (this.index[rank] as number));
  }
}

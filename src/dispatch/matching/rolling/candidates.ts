import type { CourierState, DispatchView, OpenOrder } from '../policy.ts';
import type { RollingWeights } from './weights.ts';

/** The couriers that may take each order, and at what cost: row by row, the cheapest first. */
export interface Candidates {
  /** The pairs of order `nr` are `first[nr]` to `first[nr + 1] − 1`. */
  readonly first: Int32Array;
  readonly courier: Int32Array;
  readonly cost: Float64Array;
}

/** Compares every courier for every order and keeps the cheapest. Couriers are given by their index. */
export function findCandidates(
  view: DispatchView,
  orders: readonly OpenOrder[],
  weights: RollingWeights,
): Candidates {
  const { couriers } = view;
  const most = Math.min(weights.candidates, couriers.length);
  const first = new Int32Array(orders.length + 1);
  const courier = new Int32Array(orders.length * most);
  const cost = new Float64Array(orders.length * most);
  const found = new Nearest(most);
  let at = 0;
  for (const [nr, order] of orders.entries()) {
    found.clear();
    compare(view, order, weights, found);
    for (let rank = 0; rank < found.count; rank += 1) {
      courier[at] = found.index[rank] as number;
      cost[at] = found.cost[rank] as number;
      at += 1;
    }
    first[nr + 1] = at;
  }
  return { first, courier: courier.subarray(0, at), cost: cost.subarray(0, at) };
}

function compare(
  { nowS, rules, couriers }: DispatchView,
  { pickup, dropoff, readyS }: OpenOrder,
  weights: RollingWeights,
  found: Nearest,
): void {
  const { legS, pickupBeforeS, shiftEndBounds } = rules;
  const reach = rules.pickupReachM * rules.pickupReachM;
  let speedMS = Number.NaN;
  let carryS = 0;
  for (let nr = 0; nr < couriers.length; nr += 1) {
    const courier = couriers[nr] as CourierState;
    const leavesS = Math.max(nowS, courier.freeS);
    if (courier.speedMS !== speedMS) {
      speedMS = courier.speedMS;
      carryS = rules.pickupAfterS + legS(pickup, dropoff, speedMS) + rules.dropoffBeforeS - readyS;
    }
    if (carryS + leavesS >= found.limit) continue;
    const dx = courier.place.x - pickup.x;
    const dy = courier.place.y - pickup.y;
    const dz = courier.place.z - pickup.z;
    if (dx * dx + dy * dy + dz * dz > reach) continue;
    const approachS = legS(courier.place, pickup, speedMS);
    const thereS = leavesS + approachS + pickupBeforeS;
    const pickupS = Math.max(thereS, readyS);
    if ((shiftEndBounds === 'pickup' ? pickupS : leavesS) > courier.offS) continue;
    const latenessS = pickupS - readyS;
    found.add(
      nr,
      pickupS +
        carryS +
        weights.lateness * latenessS +
        weights.approach * approachS +
        weights.busy * (leavesS - nowS),
    );
  }
}

/** The cheapest few, in order; of equals the first that came. */
class Nearest {
  readonly index: Int32Array;
  readonly cost: Float64Array;
  count = 0;
  /** From this cost on nothing is added. */
  limit = Number.POSITIVE_INFINITY;

  constructor(most: number) {
    this.index = new Int32Array(most);
    this.cost = new Float64Array(most);
  }

  clear(): void {
    this.count = 0;
    this.limit = Number.POSITIVE_INFINITY;
  }

  add(index: number, cost: number): void {
    if (cost >= this.limit) return;
    const most = this.index.length;
    let at = this.count < most ? this.count : most - 1;
    while (at > 0 && (this.cost[at - 1] as number) > cost) {
      this.cost[at] = this.cost[at - 1] as number;
      this.index[at] = this.index[at - 1] as number;
      at -= 1;
    }
    this.cost[at] = cost;
    this.index[at] = index;
    if (this.count < most) this.count += 1;
    if (this.count === most) this.limit = this.cost[most - 1] as number;
  }
}

import type {
  Assignment,
  CourierState,
  DispatchView,
  OpenOrder,
  Place,
  TravelRules,
} from './policy.ts';

/** What happens to a route's orders; times in seconds. */
interface Drive {
  readonly leavesS: number;
  /** When the courier arrives at the first pickup. */
  readonly arrivesS: number;
  /** When each order is picked up, in the order of `orders`. */
  readonly pickupsS: readonly number[];
  readonly dropoffsS: readonly number[];
  readonly freeS: number;
  readonly place: Place;
}

/**
 * Simulates a route: the pickups of `orders` in turn, then their drop-offs in turn. Orders from
 * one pickup are handed over together, when the last of them is ready.
 */
export function drive(
  courier: CourierState,
  orders: readonly OpenOrder[],
  nowS: number,
  rules: TravelRules,
): Drive {
  const leavesS = Math.max(nowS, courier.freeS);
  let time = leavesS;
  let place = courier.place;
  let arrivesS = 0;
  const pickupsS: number[] = [];
  for (let index = 0; index < orders.length; ) {
    const { pickup } = orders[index] as OpenOrder;
    time += rules.legS(place, pickup, courier.speedMS);
    if (index === 0) arrivesS = time;
    time += rules.pickupBeforeS;
    place = pickup;
    let end = index;
    while (end < orders.length && isSame((orders[end] as OpenOrder).pickup, pickup)) {
      time = Math.max(time, (orders[end] as OpenOrder).readyS);
      end += 1;
    }
    for (; index < end; index += 1) pickupsS.push(time);
    time += rules.pickupAfterS;
  }
  const dropoffsS: number[] = [];
  for (const { dropoff } of orders) {
    time += rules.legS(place, dropoff, courier.speedMS) + rules.dropoffBeforeS;
    dropoffsS.push(time);
    time += rules.dropoffAfterS;
    place = dropoff;
  }
  return { leavesS, arrivesS, pickupsS, dropoffsS, freeS: time, place };
}

/** Whether a route keeps to the courier's shift, by the rule that applies. */
export function keepsShift(
  courier: CourierState,
  nowS: number,
  driven: Drive,
  rules: TravelRules,
): boolean {
  if (rules.shiftEndBounds === 'assignment') return nowS <= courier.offS;
  return (driven.pickupsS.at(-1) ?? 0) <= courier.offS;
}

function isSame(one: Place, other: Place): boolean {
  return one.x === other.x && one.y === other.y && one.z === other.z;
}

/** Returns the assignment of a route, with its cost terms. */
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
    (sum, { readyS }, index) => sum + (driven.dropoffsS[index] as number) - readyS,
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

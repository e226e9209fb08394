import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../../../kernel/test-runs.ts';
import { drive } from '../drive.ts';
import {
  type CourierState,
  type DispatchView,
  distanceM,
  type OpenOrder,
  type Place,
  type TravelRules,
} from '../policy.ts';
import { ROLLING_WEIGHTS } from './bundle.ts';
import { findCandidates } from './rolling.ts';

const RULES: TravelRules = {
  legS: (from, to, speedMS) => Math.round((distanceM(from, to) * 1.2) / speedMS),
  pickupBeforeS: 60,
  pickupAfterS: 30,
  dropoffBeforeS: 60,
  dropoffAfterS: 30,
  pickupReachM: 3_000,
  shiftEndBounds: 'pickup',
  assignAheadS: 1_200,
  lostAfterS: 7_200,
};
const WEIGHTS = { ...ROLLING_WEIGHTS, candidates: 4 };
const NOW_S = 1_000;

/** Few places and times, so that ties are frequent. */
const at = fc.integer({ min: 0, max: 12 }).map((index) => index * 400);
const place = fc.record({ x: at, y: at, z: fc.constantFrom(0, 900) });
const courier = fc.record({
  speedMS: fc.constantFrom(1, 2.5, 4),
  place,
  freeS: fc.constantFrom(0, 990, 1_060, 1_500, 2_400),
  offS: fc.constantFrom(1_400, 9_000, 90_000),
});
const order = fc.record({
  readyS: fc.constantFrom(0, 1_000, 1_600),
  pickup: place,
  dropoff: place,
});
const isEven = ({ index }: CourierState) => index % 2 === 0;

/** The cheapest couriers of an order, found by simulating the route of every courier. */
function cheapest(view: DispatchView, wanted: OpenOrder) {
  const { nowS, rules, couriers, mayTake } = view;
  return couriers
    .flatMap((each, index) => {
      if (distanceM(each.place, wanted.pickup) > rules.pickupReachM) return [];
      if (mayTake !== undefined && !mayTake(wanted, each, 0)) return [];
      const { leavesS, arrivesS, pickupsS, dropoffsS } = drive(each, [wanted], nowS, rules);
      const [pickupS, dropoffS] = [pickupsS[0] as number, dropoffsS[0] as number];
      if (pickupS > each.offS) return [];
      const cost =
        dropoffS -
        wanted.readyS +
        WEIGHTS.lateness * (pickupS - wanted.readyS) +
        WEIGHTS.approach * (arrivesS - leavesS) +
        WEIGHTS.busy * (leavesS - nowS);
      return [{ index, cost: Number(cost.toFixed(6)) }];
    })
    .sort((a, b) => a.cost - b.cost || a.index - b.index)
    .slice(0, WEIGHTS.candidates);
}

it('finds the same couriers as a comparison with everyone, the first of equals', () => {
  const manyCouriers = fc.oneof(
    fc.array(courier, { minLength: 60, maxLength: 120 }),
    fc.array(courier, { minLength: 1 }),
  );
  const some = fc.array(order, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(manyCouriers, some, fc.boolean(), (couriers, orders, isPicky) => {
      const view: DispatchView = {
        nowS: NOW_S,
        rules: RULES,
        couriers: couriers.map((each, index) => ({ index, ...each })),
        orders: orders.map((each, index) => ({ index, placedS: 0, ...each })),
        ...(isPicky ? { mayTake: (_: OpenOrder, each: CourierState) => isEven(each) } : {}),
      };
      const found = findCandidates(view, view.orders, WEIGHTS);
      for (const [index, each] of view.orders.entries()) {
        const [from, to] = [found.first[index] as number, found.first[index + 1] as number];
        const pairs = Array.from({ length: to - from }, (_, rank) => ({
          index: found.courier[from + rank],
          cost: Number((found.cost[from + rank] as number).toFixed(6)),
        }));
        expect(pairs).toEqual(cheapest(view, each));
      }
    }),
    { numRuns: runs(150) },
  );
});

it('examines few of many', () => {
  let looked = 0;
  const couriers = Array.from({ length: 4_000 }, (_, index) => ({
    index,
    speedMS: 2.5,
    freeS: 0,
    offS: 90_000,
    place: { x: (index % 64) * 200, y: Math.floor(index / 64) * 200, z: 0 },
  }));
  const middle: Place = { x: 6_400, y: 6_400, z: 0 };
  const wanted = { index: 0, placedS: 0, readyS: NOW_S, pickup: middle, dropoff: middle };
  const rules: TravelRules = {
    ...RULES,
    legS: (from, to, speedMS) => {
      looked += 1;
      return RULES.legS(from, to, speedMS);
    },
  };
  const view = { nowS: NOW_S, rules, couriers, orders: [wanted] };
  expect(findCandidates(view, [wanted], WEIGHTS).courier).toHaveLength(4);
  expect(looked).toBeLessThan(100);
});

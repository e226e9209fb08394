import { below, seededRandom } from '../../../kernel/seeded-random.ts';
import type { TravelRules } from '../matching/policy.ts';
import type { Day } from './simulate.ts';

/** A synthetic lunch, the same for the same seed. Couriers are scarce, and some leave early. */
export function lunchDay(seed: number, changes: Partial<TravelRules> = {}): Day {
  const random = seededRandom(seed);
  const place = (width: number) => ({ x: below(random, width), y: below(random, width), z: 0 });
  const restaurants = Array.from({ length: 8 }, () => place(4_000));
  const orders = Array.from({ length: 60 }, () => {
    const placedS = 36_000 + 60 * below(random, 90);
    return {
      placedS,
      readyS: placedS + 60 * below(random, 30),
      pickup: restaurants[below(random, 8)] ?? place(1),
      dropoff: place(5_000),
    };
  })
    .sort((one, other) => one.placedS - other.placedS)
    .map((order, index) => ({ ...order, index, id: `o${index}` }));
  const couriers = Array.from({ length: 12 }, (_, index) => ({
    index,
    id: `c${index}`,
    place: place(4_000),
    speedMS: 3 + below(random, 4),
    onS: 35_000 + 60 * below(random, 60),
    offS: 40_000 + 60 * below(random, 120),
  }));
  return {
    name: `lunch ${seed}`,
    orders,
    couriers,
    rules: {
      legS: (from, to, speedMS) => Math.ceil(Math.hypot(from.x - to.x, from.y - to.y) / speedMS),
      pickupBeforeS: 120,
      pickupAfterS: 60,
      dropoffBeforeS: 30,
      dropoffAfterS: 90,
      pickupReachM: Number.POSITIVE_INFINITY,
      shiftEndBounds: 'pickup',
      assignAheadS: Number.POSITIVE_INFINITY,
      lostAfterS: Number.POSITIVE_INFINITY,
      ...changes,
    },
  };
}

import { below, type SeededRandom, seededRandom } from '../../../../kernel/seeded-random.ts';
import { type Labour, nearLists } from '../near.ts';
import { Improve } from './improve.ts';
import { Tour } from './tour.ts';

const NEAR_MAX = 10;
/**
 * A kick exchanges two adjacent segments of up to this many cities, so that its effect stays
 * local.
 */
const KICK_MAX = 50;

/**
 * Finds a short closed tour of `cities` cities by iterated local search: kick, improve what the
 * kick changed, undo if the tour got longer. `cost` is symmetric, row by row.
 */
export function searchTour(cost: Float64Array, cities: number, labour: Labour): Int32Array {
  const random = seededRandom(labour.seed);
  const near = nearLists(cost, cities, cities, NEAR_MAX);
  const tour = new Tour(nearestNeighbour(cost, cities, below(random, Math.max(1, cities))));
  if (cities < 5) return cities < 4 ? tour.at : searchFour(tour.at, cost);
  const improve = new Improve(tour, cost, near);
  for (let nr = 0; nr < cities; nr += 1) improve.scan(tour.at[nr] as number);
  improve.run(() => labour.spent(0) >= 1);
  tour.keep();
  let done = 0;
  while (labour.spent(done) < 1) {
    done += 1;
    improve.gained = 0;
    const lost = kick(tour, cost, improve, random);
    improve.run(() => false);
    if (improve.gained < lost - 1e-7) tour.undo();
    else tour.keep();
  }
  return tour.at;
}

/** Exchanges two segments and returns how much longer the tour gets. */
function kick(tour: Tour, cost: Float64Array, improve: Improve, random: SeededRandom): number {
  const { cities, at } = tour;
  const most = Math.max(1, Math.min(KICK_MAX, Math.floor((cities - 2) / 3)));
  const one = 1 + below(random, most);
  const other = 1 + below(random, most);
  const left = below(random, cities);
  const city = (place: number) => at[place % cities] as number;
  const before = city(left + cities - 1);
  const oneFirst = city(left);
  const oneLast = city(left + one - 1);
  const otherFirst = city(left + one);
  const otherLast = city(left + one + other - 1);
  const behind = city(left + one + other);
  const leg = (from: number, to: number) => cost[from * cities + to] as number;
  tour.exchange(left, one, other);
  improve.scan(before);
  improve.scan(oneFirst);
  improve.scan(oneLast);
  improve.scan(otherFirst);
  improve.scan(otherLast);
  improve.scan(behind);
  return (
    leg(before, otherFirst) +
    leg(otherLast, oneFirst) +
    leg(oneLast, behind) -
    leg(before, oneFirst) -
    leg(oneLast, otherFirst) -
    leg(otherLast, behind)
  );
}

function nearestNeighbour(cost: Float64Array, cities: number, from: number): Int32Array {
  const order = new Int32Array(cities);
  const visited = new Uint8Array(cities);
  let at = from;
  for (let nr = 0; nr < cities; nr += 1) {
    order[nr] = at;
    visited[at] = 1;
    let best = -1;
    for (let to = 0; to < cities; to += 1) {
      if (visited[to] === 1) continue;
      if (best < 0 || (cost[at * cities + to] as number) < (cost[at * cities + best] as number)) {
        best = to;
      }
    }
    at = best;
  }
  return order;
}

/** The shortest of the three tours of four cities. */
function searchFour(order: Int32Array, cost: Float64Array): Int32Array {
  const [a = 0, b = 0, c = 0, d = 0] = order;
  const leg = (from: number, to: number) => cost[from * 4 + to] as number;
  const tours = [
    [a, b, c, d],
    [a, c, b, d],
    [a, b, d, c],
  ];
  const length = (tour: readonly number[]) =>
    tour.reduce((sum, city, nr) => sum + leg(city, tour[(nr + 1) % 4] as number), 0);
  return Int32Array.from(tours.sort((one, other) => length(one) - length(other))[0] as number[]);
}

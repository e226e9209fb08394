import { below, type SeededRandom, seededRandom } from '../../../../kernel/seeded-random.ts';
import { type Labour, nearLists } from '../near.ts';
import { Improve } from './improve.ts';

const NEAR_MAX = 10;
/**
 * A kick exchanges two adjacent segments of up to this many cities, so that its effect stays
 * local.
 */
const KICK_MAX = 50;

/**
 * A short closed tour of `cities` cities by iterated local search: kick, improve what the kick
 * touched, undo if it got longer. `cost` is symmetric, row by row.
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

/** Of four cities there are three tours. */
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

/**
 * A closed tour as an array, with the index of each city. Every change consists of flips of
 * ranges, and a flip undoes itself: replaying flips in reverse undoes any attempt.
 */
export class Tour {
  readonly at: Int32Array;
  readonly place: Int32Array;
  readonly cities: number;
  /** Flips since `keep`: left, length, left, length… */
  #flips = new Int32Array(256);
  #logged = 0;

  constructor(order: Int32Array) {
    this.cities = order.length;
    this.at = Int32Array.from(order);
    this.place = new Int32Array(order.length);
    for (let nr = 0; nr < order.length; nr += 1) this.place[order[nr] as number] = nr;
  }

  next(city: number): number {
    const place = (this.place[city] as number) + 1;
    return this.at[place === this.cities ? 0 : place] as number;
  }

  prev(city: number): number {
    const place = this.place[city] as number;
    return this.at[place === 0 ? this.cities - 1 : place - 1] as number;
  }

  /** How many steps forward from one city to another. */
  steps(from: number, to: number): number {
    const steps = (this.place[to] as number) - (this.place[from] as number);
    return steps < 0 ? steps + this.cities : steps;
  }

  /**
   * Reverses the path from `from` forward to `to`; or the rest of the tour, which is equivalent.
   */
  reverse(from: number, to: number): void {
    const length = this.steps(from, to) + 1;
    if (length * 2 <= this.cities) this.#flip(this.place[from] as number, length);
    else this.#flip(this.#wrapped((this.place[to] as number) + 1), this.cities - length);
  }

  /**
   * Moves the path from `first` forward to `last`, `length` cities, between `after` and the city
   * that follows it, neither of which is on it; reversed if `reversed`.
   */
  move(first: number, last: number, length: number, after: number, reversed: boolean): void {
    const forward = this.steps(last, after);
    const left = this.place[first] as number;
    if (forward * 2 <= this.cities - length) {
      this.#flip(left, length + forward);
      this.#flip(left, forward);
      if (!reversed) this.#flip(this.#wrapped(left + forward), length);
      return;
    }
    const back = this.cities - length - forward;
    const start = this.#wrapped(left - back + this.cities);
    this.#flip(start, length + back);
    this.#flip(this.#wrapped(start + length), back);
    if (!reversed) this.#flip(start, length);
  }

  /** Exchanges two adjacent paths: `one` cities from index `left`, then `other`. */
  exchange(left: number, one: number, other: number): void {
    this.#flip(left, one + other);
    this.#flip(left, other);
    this.#flip(this.#wrapped(left + other), one);
  }

  /** Makes the changes so far permanent. */
  keep(): void {
    this.#logged = 0;
  }

  /** Undoes everything since `keep`. */
  undo(): void {
    while (this.#logged > 0) {
      this.#logged -= 2;
      this.#swap(this.#flips[this.#logged] as number, this.#flips[this.#logged + 1] as number);
    }
  }

  #wrapped(place: number): number {
    return place >= this.cities ? place - this.cities : place;
  }

  #flip(left: number, length: number): void {
    if (length < 2) return;
    if (this.#logged + 2 > this.#flips.length) {
      const longer = new Int32Array(this.#flips.length * 2);
      longer.set(this.#flips);
      this.#flips = longer;
    }
    this.#flips[this.#logged] = left;
    this.#flips[this.#logged + 1] = length;
    this.#logged += 2;
    this.#swap(left, length);
  }

  #swap(from: number, length: number): void {
    const { at, place, cities } = this;
    let left = from;
    let right = from + length - 1;
    if (right >= cities) right -= cities;
    for (let swaps = length >> 1; swaps > 0; swaps -= 1) {
      const one = at[left] as number;
      const other = at[right] as number;
      at[left] = other;
      place[other] = left;
      at[right] = one;
      place[one] = right;
      left = left + 1 === cities ? 0 : left + 1;
      right = right === 0 ? cities - 1 : right - 1;
    }
  }
}

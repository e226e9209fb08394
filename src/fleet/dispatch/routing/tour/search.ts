import { below, type SeededRandom, seededRandom } from '../../../../kernel/seeded-random.ts';
import { nearLists, type SearchBudget } from '../near.ts';
import { Tour } from './tour.ts';

const NEAR_MAX = 10;
/**
 * A kick exchanges two adjacent segments of up to this many cities, so that its effect stays
 * local.
 */
const KICK_MAX = 50;

/**
 * Finds a short closed tour of `cities` cities by iterated local search: kick, improve what the
 * kick changed, undo if the tour got longer. `cost` is a symmetric matrix in row-major order. Returns
 * the cities in tour order.
 */
export function searchTour(cost: Float64Array, cities: number, budget: SearchBudget): Int32Array {
  const random = seededRandom(budget.seed);
  const near = nearLists(cost, cities, cities, NEAR_MAX);
  const tour = new Tour(nearestNeighbour(cost, cities, below(random, Math.max(1, cities))));
  if (cities < 5) return cities < 4 ? tour.order : shortestTourOfFour(tour.order, cost);
  const search = new LocalSearch(tour, cost, near);
  for (let index = 0; index < cities; index += 1) search.scan(tour.order[index] as number);
  search.run(() => budget.spent(0) >= 1);
  tour.keep();
  let done = 0;
  while (budget.spent(done) < 1) {
    done += 1;
    search.gained = 0;
    const lost = kick(tour, cost, search, random);
    search.run(() => false);
    if (search.gained < lost - 1e-7) tour.undo();
    else tour.keep();
  }
  return tour.order;
}

/** Exchanges two segments and returns how much longer the tour gets. */
function kick(tour: Tour, cost: Float64Array, search: LocalSearch, random: SeededRandom): number {
  const { cities, order } = tour;
  const most = Math.max(1, Math.min(KICK_MAX, Math.floor((cities - 2) / 3)));
  const one = 1 + below(random, most);
  const other = 1 + below(random, most);
  const left = below(random, cities);
  const city = (place: number) => order[place % cities] as number;
  const before = city(left + cities - 1);
  const oneFirst = city(left);
  const oneLast = city(left + one - 1);
  const otherFirst = city(left + one);
  const otherLast = city(left + one + other - 1);
  const behind = city(left + one + other);
  const leg = (from: number, to: number) => cost[from * cities + to] as number;
  tour.exchange(left, one, other);
  search.scan(before);
  search.scan(oneFirst);
  search.scan(oneLast);
  search.scan(otherFirst);
  search.scan(otherLast);
  search.scan(behind);
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
  for (let index = 0; index < cities; index += 1) {
    order[index] = at;
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
function shortestTourOfFour(order: Int32Array, cost: Float64Array): Int32Array {
  const [a = 0, b = 0, c = 0, d = 0] = order;
  const leg = (from: number, to: number) => cost[from * 4 + to] as number;
  const tours = [
    [a, b, c, d],
    [a, c, b, d],
    [a, b, d, c],
  ];
  const length = (tour: readonly number[]) =>
    tour.reduce((sum, city, index) => sum + leg(city, tour[(index + 1) % 4] as number), 0);
  return Int32Array.from(tours.sort((one, other) => length(one) - length(other))[0] as number[]);
}

/** Maximum number of cities in a moved segment. */
const SEGMENT_MAX = 3;
/** A gain below this is a rounding error. */
const GAIN_MIN = 1e-7;

/**
 * Local search by 2-opt and Or-opt. It examines a city when something changed beside it, and tries
 * only its nearest cities as new neighbours.
 */
class LocalSearch {
  readonly #tour: Tour;
  readonly #cost: Float64Array;
  readonly #near: Int32Array;
  readonly #width: number;
  /** Cities to examine: a ring buffer that holds each at most once. */
  readonly #queue: Int32Array;
  readonly #queued: Uint8Array;
  #head = 0;
  #waiting = 0;
  /** The total gain since this was last set to 0. */
  gained = 0;

  constructor(
    tour: Tour,
    cost: Float64Array,
    near: { readonly lists: Int32Array; readonly width: number },
  ) {
    this.#tour = tour;
    this.#cost = cost;
    this.#near = near.lists;
    this.#width = near.width;
    this.#queue = new Int32Array(tour.cities);
    this.#queued = new Uint8Array(tour.cities);
  }

  scan(city: number): void {
    if (this.#queued[city] === 1) return;
    this.#queued[city] = 1;
    const { cities } = this.#tour;
    const tail = this.#head + this.#waiting;
    this.#queue[tail >= cities ? tail - cities : tail] = city;
    this.#waiting += 1;
  }

  /** Improves until no queued city allows a gain, or `stop` returns true after a move. */
  run(stop: () => boolean): void {
    while (this.#waiting > 0) {
      const city = this.#queue[this.#head] as number;
      this.#head = this.#head + 1 === this.#tour.cities ? 0 : this.#head + 1;
      this.#waiting -= 1;
      this.#queued[city] = 0;
      while (this.#improve(city)) if (stop()) return;
    }
  }

  /** Makes the first move found that puts `city` beside a nearer one. */
  #improve(city: number): boolean {
    return this.#improveSide(city, true) || this.#improveSide(city, false);
  }

  #improveSide(city: number, forward: boolean): boolean {
    const tour = this.#tour;
    const cost = this.#cost;
    const { cities } = tour;
    const beside = forward ? tour.next(city) : tour.prev(city);
    const leg = cost[city * cities + beside] as number;
    const row = city * this.#width;
    for (let index = 0; index < this.#width; index += 1) {
      const near = this.#near[row + index] as number;
      const gain = leg - (cost[city * cities + near] as number);
      if (gain <= GAIN_MIN) return false;
      if (near === beside) continue;
      const beyond = forward ? tour.next(near) : tour.prev(near);
      const turned =
        gain +
        (cost[near * cities + beyond] as number) -
        (cost[beside * cities + beyond] as number);
      if (turned > GAIN_MIN) {
        if (forward) tour.reverse(beside, near);
        else tour.reverse(city, beyond);
        this.#won(turned);
        this.scan(city);
        this.scan(beside);
        this.scan(near);
        this.scan(beyond);
        return true;
      }
      if (this.#bring(city, beside, near, forward, gain)) return true;
      if (this.#carry(city, beside, near, forward, gain)) return true;
    }
    return false;
  }

  #won(gain: number): void {
    this.gained += gain;
  }

  /** Moves a segment that begins at `near` between `city` and `beside`. */
  #bring(city: number, beside: number, near: number, forward: boolean, gain: number): boolean {
    const tour = this.#tour;
    const cost = this.#cost;
    const { cities } = tour;
    for (let side = 0; side < 2; side += 1) {
      const ahead = side === 0;
      const left = ahead ? tour.prev(near) : tour.next(near);
      let last = near;
      for (let length = 1; length <= SEGMENT_MAX; length += 1) {
        if (length > 1) last = ahead ? tour.next(last) : tour.prev(last);
        if (last === city || last === beside) break;
        const right = ahead ? tour.next(last) : tour.prev(last);
        if (right === left) break;
        const total =
          gain +
          (cost[left * cities + near] as number) +
          (cost[last * cities + right] as number) -
          (cost[last * cities + beside] as number) -
          (cost[left * cities + right] as number);
        if (total <= GAIN_MIN) continue;
        const first = ahead ? near : last;
        const final = ahead ? last : near;
        // Forward reads city → near … last → beside, or the other way round.
        const after = forward ? city : beside;
        const wanted = forward ? near : last;
        tour.move(first, final, length, after, wanted !== first);
        this.#won(total);
        this.scan(city);
        this.scan(beside);
        this.scan(near);
        this.scan(last);
        this.scan(left);
        this.scan(right);
        return true;
      }
    }
    return false;
  }

  /** Moves a segment that begins at `city`, away from `beside`, to a place beside `near`. */
  #carry(city: number, beside: number, near: number, forward: boolean, gain: number): boolean {
    const tour = this.#tour;
    const cost = this.#cost;
    const { cities } = tour;
    let last = city;
    for (let length = 1; length <= SEGMENT_MAX; length += 1) {
      if (length > 1) last = forward ? tour.prev(last) : tour.next(last);
      if (last === near || last === beside) return false;
      const behind = forward ? tour.prev(last) : tour.next(last);
      if (behind === beside) return false;
      const base =
        gain +
        (cost[last * cities + behind] as number) -
        (cost[behind * cities + beside] as number);
      if (base <= GAIN_MIN) continue;
      for (let side = 0; side < 2; side += 1) {
        const other = side === 0 ? tour.next(near) : tour.prev(near);
        // The gap between `behind` and `beside` is the one the segment leaves.
        if (other === city || other === last) continue;
        const total =
          base + (cost[near * cities + other] as number) - (cost[last * cities + other] as number);
        if (total <= GAIN_MIN) continue;
        const first = forward ? last : city;
        const final = forward ? city : last;
        const after = side === 0 ? near : other;
        const wanted = side === 0 ? city : last;
        tour.move(first, final, length, after, wanted !== first);
        this.#won(total);
        this.scan(city);
        this.scan(beside);
        this.scan(near);
        this.scan(last);
        this.scan(behind);
        this.scan(other);
        return true;
      }
    }
    return false;
  }
}

import { below, type SeededRandom, seededRandom } from '../../../../kernel/seeded-random.ts';
import { nearLists, type SearchBudget } from '../near.ts';
import { nodesOf, type PlanProblem } from './feasible-order.ts';
import { ABSENT, RouteState } from './route-state.ts';

const NEAR_MAX = 60;
/**
 * Temperatures of the annealing: a deterioration by this share of the mean leg is accepted with
 * probability 1/e, at first and at the end.
 */
const HEAT_SHARE = { first: 0.3, last: 0.003 };

/**
 * Searches routes by ruin and recreate under simulated annealing. Returns the best found: with the
 * fewest absent stops, and of these with the least cost. `start`: routes to begin from.
 */
export function searchRoutes(
  problem: PlanProblem,
  budget: SearchBudget,
  start: RouteState | null = null,
): RouteState {
  const random = seededRandom(budget.seed);
  const nodes = nodesOf(problem);
  const near = nearLists(problem.cost, nodes, problem.stops, NEAR_MAX);
  const ruin = new Ruin(problem.stops, near, random);
  const recreate = new Recreate(problem, random);
  const current = new RouteState(problem);
  if (start !== null) current.copyFrom(start);
  recreate.recreate(current, ruin.absent, listAbsent(current, ruin.absent));
  const best = new RouteState(problem);
  best.copyFrom(current);
  const trial = new RouteState(problem);
  trial.copyFrom(current);
  const weights = new Float64Array(problem.stops).fill(1);
  let absentWeight = weightOfAbsent(current, weights);
  let done = 0;
  for (let spent = budget.spent(0); spent < 1; spent = budget.spent(done)) {
    done += 1;
    ruin.ruin(trial);
    const left = recreate.recreate(trial, ruin.absent, ruin.removed);
    const trialWeight = sumWeights(ruin.absent, left, weights);
    const leg = best.cost / (problem.stops + 1);
    const heat = leg * HEAT_SHARE.first * (HEAT_SHARE.last / HEAT_SHARE.first) ** spent;
    const chance = -Math.log((random() + 1) / 2 ** 32) * heat;
    const accepted =
      trialWeight < absentWeight ||
      (left === current.absent &&
        trialWeight <= absentWeight &&
        trial.cost < current.cost + chance);
    for (let index = 0; index < left; index += 1) {
      const stop = ruin.absent[index] as number;
      weights[stop] = (weights[stop] as number) + 1;
    }
    if (!accepted) {
      trial.copyFrom(current);
      continue;
    }
    current.copyFrom(trial);
    absentWeight = left === 0 ? 0 : sumWeights(ruin.absent, left, weights);
    if (left < best.absent || (left === best.absent && current.cost < best.cost - 1e-9))
      best.copyFrom(current);
  }
  return best;
}

/** Writes the absent stops into a list and returns their number. */
function listAbsent(state: RouteState, list: Int32Array): number {
  let count = 0;
  for (let stop = 0; stop < state.problem.stops; stop += 1) {
    if (state.route[stop] === ABSENT) list[count++] = stop;
  }
  return count;
}

/**
 * The total weight of the absent stops. A stop weighs more the more often it could not be placed.
 */
function weightOfAbsent(state: RouteState, weights: Float64Array): number {
  let sum = 0;
  for (let stop = 0; stop < state.problem.stops; stop += 1) {
    if ((state.route[stop] as number) < 0) sum += weights[stop] as number;
  }
  return sum;
}

function sumWeights(stops: Int32Array, count: number, weights: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += weights[stops[index] as number] as number;
  return sum;
}

/** Average number of stops removed at once; about ten works best, for any problem size. */
const RUINED_MEAN = 10;
const STRING_MAX = 10;

/**
 * Removes strings of consecutive stops near a random one, which creates slack where it can be used
 * (Christiaens and Vanden Berghe, Slack induction by string removals, 2020).
 */
class Ruin {
  /** The absent stops after `ruin`; only the first `removed` entries count. */
  readonly absent: Int32Array;
  removed = 0;
  readonly #near: Int32Array;
  readonly #width: number;
  readonly #random: SeededRandom;

  constructor(
    stops: number,
    near: { readonly lists: Int32Array; readonly width: number },
    random: SeededRandom,
  ) {
    this.absent = new Int32Array(stops);
    this.#near = near.lists;
    this.#width = near.width;
    this.#random = random;
  }

  /**
   * Removes stops near a random one. Stops that were absent before stay absent, and are listed
   * first.
   */
  ruin(state: RouteState): void {
    const { stops, vehicles } = state.problem;
    this.removed = 0;
    for (let stop = 0; stop < stops && this.removed < state.absent; stop += 1) {
      if (state.route[stop] === ABSENT) this.absent[this.removed++] = stop;
    }
    const placed = stops - this.removed;
    const stringMax = Math.max(1, Math.min(STRING_MAX, placed / vehicles));
    const strings =
      1 + below(this.#random, Math.max(1, Math.floor((4 * RUINED_MEAN) / (1 + stringMax))));
    const seed =
      this.removed > 0 && below(this.#random, 2) === 0
        ? (this.absent[below(this.#random, this.removed)] as number)
        : below(this.#random, stops);
    let cut = 0;
    for (let index = -1; index < this.#width && cut < strings; index += 1) {
      const stop = index < 0 ? seed : (this.#near[seed * this.#width + index] as number);
      if (state.route[stop] === ABSENT) continue;
      this.#removeString(state, stop, stringMax);
      cut += 1;
    }
  }

  #removeString(state: RouteState, stop: number, stringMax: number): void {
    const random = this.#random;
    const { stops } = state.problem;
    const count = state.count[state.route[stop] as number] as number;
    const length = 1 + below(random, Math.min(count, Math.floor(stringMax)));
    // Sometimes a few in the middle are not removed.
    let spared = 0;
    if (length > 1 && below(random, 2) === 0) {
      while (length + spared < count && below(random, 100) >= 50) spared += 1;
    }
    const spareFrom = spared > 0 ? 1 + below(random, length - 1) : length;
    let at = stop;
    for (let back = below(random, length + spared); back > 0; back -= 1) {
      const before = state.prev[at] as number;
      if (before >= stops) break;
      at = before;
    }
    for (let index = 0; index < length + spared && at < stops; index += 1) {
      const successor = state.next[at] as number;
      if (index < spareFrom || index >= spareFrom + spared) {
        state.remove(at);
        this.absent[this.removed++] = at;
      }
      at = successor;
    }
  }
}

/**
 * One place in this many is skipped, because the best choice now is not always the best in the end.
 */
const BLINK_ONE_IN = 100;

/** Reinserts absent stops one after the other, each where it costs least. */
class Recreate {
  readonly #keys: readonly Float64Array[];
  readonly #drawn: Float64Array;
  readonly #random: SeededRandom;

  constructor(problem: PlanProblem, random: SeededRandom) {
    this.#random = random;
    this.#drawn = new Float64Array(problem.stops);
    this.#keys = sortKeys(problem);
  }

  /**
   * Inserts the first `count` of `absent`. Those that fit nowhere are moved to the front of the
   * list; returns their number.
   */
  recreate(state: RouteState, absent: Int32Array, count: number): number {
    this.#sort(absent, count);
    let left = 0;
    for (let index = 0; index < count; index += 1) {
      const stop = absent[index] as number;
      const after = this.#bestPlace(state, stop);
      if (after < 0) absent[left++] = stop;
      else state.insert(stop, after);
    }
    return left;
  }

  /** The node after which `stop` costs least; −1 if it fits nowhere. */
  #bestPlace(state: RouteState, stop: number): number {
    const { problem, next, earliest, latest } = state;
    const { stops, vehicles, travel, cost, ready, due, service } = problem;
    const nodes = next.length;
    const dueThere = due[stop] as number;
    const readyThere = ready[stop] as number;
    const serviceThere = service[stop] as number;
    const row = stop * nodes;
    let best = Number.POSITIVE_INFINITY;
    let place = -1;
    for (let vehicle = 0; vehicle < vehicles; vehicle += 1) {
      if (!state.fitsOn(stop, vehicle)) continue;
      const extra = state.extraCost(stop, vehicle);
      let after = stops + vehicle;
      const end = after + vehicles;
      while (after !== end) {
        const before = next[after] as number;
        const leaves = (earliest[after] as number) + (service[after] as number);
        if (leaves > dueThere) break;
        const column = after * nodes;
        const delta =
          extra +
          (cost[column + stop] as number) +
          (cost[row + before] as number) -
          (cost[column + before] as number);
        if (delta < best) {
          const arrival = leaves + (travel[column + stop] as number);
          if (arrival <= dueThere) {
            const begins = Math.max(arrival, readyThere);
            const then = begins + serviceThere + (travel[row + before] as number);
            if (then <= (latest[before] as number) && below(this.#random, BLINK_ONE_IN) !== 0) {
              best = delta;
              place = after;
            }
          }
        }
        after = before;
      }
    }
    return place;
  }

  #sort(absent: Int32Array, count: number): void {
    const turn = below(this.#random, this.#keys.length + 2);
    let keys = this.#keys[turn];
    if (keys === undefined) {
      keys = this.#drawn;
      for (let index = 0; index < count; index += 1) keys[absent[index] as number] = this.#random();
    }
    for (let index = 1; index < count; index += 1) {
      const stop = absent[index] as number;
      const key = keys[stop] as number;
      let at = index;
      while (at > 0 && (keys[absent[at - 1] as number] as number) > key) {
        absent[at] = absent[at - 1] as number;
        at -= 1;
      }
      absent[at] = stop;
    }
  }
}

/** The keys to sort stops by, lowest first. */
function sortKeys(problem: PlanProblem): readonly Float64Array[] {
  const { stops, ready, due, demand, dimensions, cost } = problem;
  const nodes = stops + 2 * problem.vehicles;
  const by = (key: (stop: number) => number) =>
    Float64Array.from({ length: stops }, (_, index) => key(index));
  const away = (stop: number) => cost[stops * nodes + stop] as number;
  const size = (stop: number) => {
    let sum = 0;
    for (let index = 0; index < dimensions; index += 1)
      sum += demand[stop * dimensions + index] as number;
    return sum;
  };
  const keys = [
    by((stop) => (due[stop] as number) - (ready[stop] as number)),
    by((stop) => ready[stop] as number),
    by((stop) => -(due[stop] as number)),
    by((stop) => -away(stop)),
  ];
  return dimensions === 0 ? keys : [...keys, by((stop) => -size(stop))];
}

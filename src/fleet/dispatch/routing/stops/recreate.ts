import { below, type SeededRandom } from '../../../../kernel/seeded-random.ts';
import type { PlanProblem } from './plan-problem.ts';
import type { RouteState } from './route-state.ts';

/** Skips one place in this many: the best choice now is not always the best in the end. */
const BLINK_ONE_IN = 100;

/** Reinserts absent stops one after the other, each where it costs least. */
export class Recreate {
  readonly #keys: readonly Float64Array[];
  readonly #drawn: Float64Array;
  readonly #random: SeededRandom;

  constructor(problem: PlanProblem, random: SeededRandom) {
    this.#random = random;
    this.#drawn = new Float64Array(problem.stops);
    this.#keys = sortKeys(problem);
  }

  /**
   * Inserts the first `count` of `absent`; leaves those that fit nowhere at its front and returns
   * their number.
   */
  recreate(state: RouteState, absent: Int32Array, count: number): number {
    this.#sort(absent, count);
    let left = 0;
    for (let nr = 0; nr < count; nr += 1) {
      const stop = absent[nr] as number;
      const after = this.#bestPlace(state, stop);
      if (after < 0) absent[left++] = stop;
      else state.insert(stop, after);
    }
    return left;
  }

  /** The node behind which `stop` costs least; −1 if it fits nowhere. */
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
      for (let nr = 0; nr < count; nr += 1) keys[absent[nr] as number] = this.#random();
    }
    for (let nr = 1; nr < count; nr += 1) {
      const stop = absent[nr] as number;
      const key = keys[stop] as number;
      let at = nr;
      while (at > 0 && (keys[absent[at - 1] as number] as number) > key) {
        absent[at] = absent[at - 1] as number;
        at -= 1;
      }
      absent[at] = stop;
    }
  }
}

/** What to sort by: lowest first. */
function sortKeys(problem: PlanProblem): readonly Float64Array[] {
  const { stops, ready, due, demand, dimensions, cost } = problem;
  const nodes = stops + 2 * problem.vehicles;
  const by = (key: (stop: number) => number) =>
    Float64Array.from({ length: stops }, (_, nr) => key(nr));
  const away = (stop: number) => cost[stops * nodes + stop] as number;
  const size = (stop: number) => {
    let sum = 0;
    for (let nr = 0; nr < dimensions; nr += 1) sum += demand[stop * dimensions + nr] as number;
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

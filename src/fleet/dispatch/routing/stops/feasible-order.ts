import { below, type SeededRandom, seededRandom } from '../../../../kernel/seeded-random.ts';
import type { SearchBudget } from '../near.ts';

/** Maximum number of stops moved at random at once, when nothing else helps. */
const SHAKE_MAX = 12;

/**
 * Searches an order of all stops of a single vehicle without lateness, starting from any order:
 * moves stops one at a time while the total lateness falls, then moves some at random (da Silva and
 * Urrutia, A general VNS heuristic for the TSP with time windows, 2010). Returns null if the budget
 * ends first.
 */
export function feasibleOrder(
  problem: PlanProblem,
  start: readonly number[],
  budget: SearchBudget,
): Int32Array | null {
  const random = seededRandom(budget.seed);
  const search = new LatenessSearch(problem, start);
  let level = 1;
  let done = 0;
  search.descend(random);
  while (search.lateness > 0) {
    done += 1;
    if (budget.spent(done) >= 1) return null;
    const before = search.lateness;
    search.keep();
    for (let index = 0; index < level; index += 1) search.shiftAny(random);
    search.descend(random);
    if (search.lateness < before) level = 1;
    else {
      search.undo();
      level = level === SHAKE_MAX ? 1 : level + 1;
    }
  }
  return search.order;
}

class LatenessSearch {
  order: Int32Array;
  lateness = 0;
  readonly #problem: PlanProblem;
  readonly #nodes: number;
  readonly #stops: number;
  /** When service begins at each place of the order; the last is the end. */
  readonly #begins: Float64Array;
  /** The total lateness before each place of the order. */
  readonly #lateBefore: Float64Array;
  readonly #stored: Int32Array;
  readonly #turns: Int32Array;

  constructor(problem: PlanProblem, start: readonly number[]) {
    this.#problem = problem;
    this.#stops = problem.stops;
    this.#nodes = problem.stops + 2;
    this.order = Int32Array.from(start);
    this.#stored = Int32Array.from(start);
    this.#turns = Int32Array.from(start);
    this.#begins = new Float64Array(problem.stops + 1);
    this.#lateBefore = new Float64Array(problem.stops + 2);
    this.#retime();
  }

  keep(): void {
    this.#stored.set(this.order);
  }

  undo(): void {
    this.order.set(this.#stored);
    this.#retime();
  }

  shiftAny(random: SeededRandom): void {
    this.#shift(below(random, this.#stops), below(random, this.#stops));
    this.#retime();
  }

  /** Makes every move that reduces the lateness, until none does. */
  descend(random: SeededRandom): void {
    for (let found = true; found && this.lateness > 0; ) {
      found = false;
      shuffle(this.#turns, random);
      for (let index = 0; index < this.#stops && this.lateness > 0; index += 1) {
        if (this.#improve(this.#turns[index] as number)) found = true;
      }
    }
  }

  #improve(stop: number): boolean {
    const from = this.order.indexOf(stop);
    let best = this.lateness;
    let to = -1;
    for (
      let at = from - 1;
      at >= 0 && !this.#mustPrecede(this.order[at] as number, stop);
      at -= 1
    ) {
      const lateness = this.#tryShift(from, at, best);
      if (lateness >= best) continue;
      best = lateness;
      to = at;
    }
    for (
      let at = from + 1;
      at < this.#stops && !this.#mustPrecede(stop, this.order[at] as number);
      at += 1
    ) {
      const lateness = this.#tryShift(from, at, best);
      if (lateness >= best) continue;
      best = lateness;
      to = at;
    }
    if (to < 0) return false;
    this.#shift(from, to);
    this.#retime();
    return true;
  }

  /** Whether `one` cannot be served in time behind `other`. */
  #mustPrecede(one: number, other: number): boolean {
    const { ready, due, service, travel } = this.#problem;
    const leaves = (ready[other] as number) + (service[other] as number);
    return leaves + (travel[other * this.#nodes + one] as number) > (due[one] as number);
  }

  /**
   * The total lateness if the stop at `from` moved to `to`. A result of `limit` or more is not
   * exact.
   */
  #tryShift(from: number, to: number, limit: number): number {
    const { ready, due, service, travel } = this.#problem;
    const stops = this.#stops;
    const low = Math.min(from, to);
    const high = Math.max(from, to);
    let node = low === 0 ? stops : (this.order[low - 1] as number);
    let time = low === 0 ? (ready[stops] as number) : (this.#begins[low - 1] as number);
    let late = this.#lateBefore[low] as number;
    for (let at = low; at <= stops; at += 1) {
      const next = at === stops ? stops + 1 : (this.order[indexBeforeMove(at, from, to)] as number);
      time += (service[node] as number) + (travel[node * this.#nodes + next] as number);
      if (time < (ready[next] as number)) time = ready[next] as number;
      if (time > (due[next] as number)) late += time - (due[next] as number);
      if (late >= limit) return late;
      // From here on nothing changes.
      if (at > high && time === this.#begins[at]) {
        return late + this.lateness - (this.#lateBefore[at + 1] as number);
      }
      node = next;
    }
    return late;
  }

  #shift(from: number, to: number): void {
    const { order } = this;
    const stop = order[from] as number;
    if (from < to) order.copyWithin(from, from + 1, to + 1);
    else order.copyWithin(to + 1, to, from);
    order[to] = stop;
  }

  #retime(): void {
    const { ready, due, service, travel } = this.#problem;
    const stops = this.#stops;
    let node = stops;
    let time = ready[stops] as number;
    let late = 0;
    for (let at = 0; at <= stops; at += 1) {
      const next = at === stops ? stops + 1 : (this.order[at] as number);
      time += (service[node] as number) + (travel[node * this.#nodes + next] as number);
      time = Math.max(time, ready[next] as number);
      this.#lateBefore[at] = late;
      late += Math.max(0, time - (due[next] as number));
      this.#begins[at] = time;
      node = next;
    }
    this.#lateBefore[stops + 1] = late;
    this.lateness = late;
  }
}

/** Which index of the order comes to `at` if the stop at `from` moves to `to`. */
function indexBeforeMove(at: number, from: number, to: number): number {
  if (at === to) return from;
  if (from < to) return at >= from && at < to ? at + 1 : at;
  return at > to && at <= from ? at - 1 : at;
}

function shuffle(list: Int32Array, random: SeededRandom): void {
  for (let index = list.length - 1; index > 0; index -= 1) {
    const other = below(random, index + 1);
    const one = list[index] as number;
    list[index] = list[other] as number;
    list[other] = one;
  }
}

/**
 * A routing problem in numbers. The nodes are the stops 0 … stops−1, then the start of each
 * vehicle, then the end of each vehicle. Times and costs may have any unit, the same throughout.
 */
export interface PlanProblem {
  readonly stops: number;
  readonly vehicles: number;
  /** The time from node to node without service, row by row. */
  readonly travel: Float64Array;
  /** The cost from node to node, row by row. */
  readonly cost: Float64Array;
  /**
   * For each node: `ready` and `due` are the earliest and latest begin of service; `service` is its
   * length.
   */
  readonly ready: Float64Array;
  readonly due: Float64Array;
  readonly service: Float64Array;
  /** What each stop uses of each dimension (parcels, grams): stop × dimensions + dimension. */
  readonly demand: Float64Array;
  /** The capacity of each vehicle in each dimension, in the same layout. */
  readonly capacity: Float64Array;
  readonly dimensions: number;
  /** The vehicle a stop must be on; −1: any. */
  readonly fixedTo: Int32Array;
  /** The vehicle a stop was on before replanning; −1: none. Leaving it costs `swapCost`. */
  readonly planned: Int32Array;
  readonly swapCost: number;
  /** The cost of using a vehicle at all. */
  readonly vehicleCost: Float64Array;
}

export const nodesOf = ({ stops, vehicles }: PlanProblem): number => stops + 2 * vehicles;

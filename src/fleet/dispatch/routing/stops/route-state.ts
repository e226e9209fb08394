import { nodesOf, type PlanProblem } from './feasible-order.ts';

/** The route of a stop that is on none. */
export const ABSENT = -1;

/**
 * Routes as chains of nodes, each with the earliest and latest time that service may begin, so
 * that checking whether a stop fits between two others takes constant time.
 */
export class RouteState {
  readonly problem: PlanProblem;
  readonly next: Int32Array;
  readonly prev: Int32Array;
  /** The vehicle of each node, or `ABSENT`. */
  readonly route: Int32Array;
  readonly earliest: Float64Array;
  readonly latest: Float64Array;
  /** The load of each vehicle in each dimension. */
  readonly load: Float64Array;
  readonly count: Int32Array;
  /** The cost of travel, vehicles and swaps. Absent stops cost nothing here. */
  cost = 0;
  absent: number;

  constructor(problem: PlanProblem) {
    const { stops, vehicles } = problem;
    const nodes = nodesOf(problem);
    this.problem = problem;
    this.next = new Int32Array(nodes).fill(-1);
    this.prev = new Int32Array(nodes).fill(-1);
    this.route = new Int32Array(nodes).fill(ABSENT);
    this.earliest = new Float64Array(nodes);
    this.latest = new Float64Array(nodes);
    this.load = new Float64Array(vehicles * problem.dimensions);
    this.count = new Int32Array(vehicles);
    this.absent = stops;
    for (let vehicle = 0; vehicle < vehicles; vehicle += 1) {
      const start = stops + vehicle;
      const end = stops + vehicles + vehicle;
      this.next[start] = end;
      this.prev[end] = start;
      this.route[start] = vehicle;
      this.route[end] = vehicle;
      this.earliest[start] = problem.ready[start] as number;
      this.latest[end] = problem.due[end] as number;
      this.cost += problem.cost[start * nodes + end] as number;
      this.retime(start, end);
    }
  }

  /** Copies the state of `other`, which must be of the same problem. */
  copyFrom(other: RouteState): void {
    this.next.set(other.next);
    this.prev.set(other.prev);
    this.route.set(other.route);
    this.earliest.set(other.earliest);
    this.latest.set(other.latest);
    this.load.set(other.load);
    this.count.set(other.count);
    this.cost = other.cost;
    this.absent = other.absent;
  }

  /** Whether `stop` may be on `vehicle`, considering capacity and fixing only. */
  fitsOn(stop: number, vehicle: number): boolean {
    const { fixedTo, dimensions, demand, capacity } = this.problem;
    const fixed = fixedTo[stop] as number;
    if (fixed >= 0 && fixed !== vehicle) return false;
    for (let index = 0; index < dimensions; index += 1) {
      const at = vehicle * dimensions + index;
      const sum = (this.load[at] as number) + (demand[stop * dimensions + index] as number);
      if (sum > (capacity[at] as number)) return false;
    }
    return true;
  }

  /** The cost of having `stop` on `vehicle`, in addition to the travel. */
  extraCost(stop: number, vehicle: number): number {
    const { planned, swapCost, vehicleCost } = this.problem;
    const before = planned[stop] as number;
    const swap = before >= 0 && before !== vehicle ? swapCost : 0;
    return swap + (this.count[vehicle] === 0 ? (vehicleCost[vehicle] as number) : 0);
  }

  /** Inserts an absent stop after a node that is on a route. */
  insert(stop: number, after: number): void {
    const { cost, dimensions, demand } = this.problem;
    const nodes = this.next.length;
    const vehicle = this.route[after] as number;
    const before = this.next[after] as number;
    this.cost +=
      (cost[after * nodes + stop] as number) +
      (cost[stop * nodes + before] as number) -
      (cost[after * nodes + before] as number) +
      this.extraCost(stop, vehicle);
    this.next[after] = stop;
    this.prev[stop] = after;
    this.next[stop] = before;
    this.prev[before] = stop;
    this.route[stop] = vehicle;
    this.count[vehicle] = (this.count[vehicle] as number) + 1;
    this.absent -= 1;
    for (let index = 0; index < dimensions; index += 1) {
      const at = vehicle * dimensions + index;
      this.load[at] = (this.load[at] as number) + (demand[stop * dimensions + index] as number);
    }
    this.earliest[stop] = Number.NaN;
    this.latest[stop] = Number.NaN;
    this.retime(after, before);
  }

  /** Removes a stop from its route. */
  remove(stop: number): void {
    const { cost, dimensions, demand } = this.problem;
    const nodes = this.next.length;
    const vehicle = this.route[stop] as number;
    const after = this.prev[stop] as number;
    const before = this.next[stop] as number;
    this.next[after] = before;
    this.prev[before] = after;
    this.route[stop] = ABSENT;
    this.count[vehicle] = (this.count[vehicle] as number) - 1;
    this.absent += 1;
    for (let index = 0; index < dimensions; index += 1) {
      const at = vehicle * dimensions + index;
      this.load[at] = (this.load[at] as number) - (demand[stop * dimensions + index] as number);
    }
    this.cost -=
      (cost[after * nodes + stop] as number) +
      (cost[stop * nodes + before] as number) -
      (cost[after * nodes + before] as number) +
      this.extraCost(stop, vehicle);
    this.retime(after, before);
  }

  /** Recomputes the times after `after`, and those before `before`, until nothing changes. */
  retime(after: number, before: number): void {
    const { travel, ready, due, service } = this.problem;
    const { next, prev, earliest, latest } = this;
    const nodes = next.length;
    let from = after;
    let to = next[after] as number;
    while (to >= 0) {
      const arrival =
        (earliest[from] as number) +
        (service[from] as number) +
        (travel[from * nodes + to] as number);
      const at = Math.max(arrival, ready[to] as number);
      if (at === earliest[to]) break;
      earliest[to] = at;
      from = to;
      to = next[to] as number;
    }
    to = before;
    from = prev[before] as number;
    while (from >= 0) {
      const limit =
        (latest[to] as number) - (service[from] as number) - (travel[from * nodes + to] as number);
      const at = Math.min(limit, due[from] as number);
      if (at === latest[from]) break;
      latest[from] = at;
      to = from;
      from = prev[from] as number;
    }
  }
}

import { type OrderedElsewhere, routesInOrder } from './external-solvers/vroom.ts';
import type { SearchBudget } from './near.ts';
import type { TourInstance } from './read/tsplib.ts';
import type { WindowInstance, WindowVehicles } from './read/window-line.ts';
import { feasibleOrder, type PlanProblem } from './stops/feasible-order.ts';
import { ABSENT, RouteState } from './stops/route-state.ts';
import { searchRoutes } from './stops/search.ts';
import { searchTour } from './tour/search.ts';

/** Finds a short closed tour through all cities, beginning at city 1. */
export function solveTour({ cost, cities }: TourInstance, budget: SearchBudget): Solution {
  const tour = searchTour(cost, cities, budget);
  const first = tour.indexOf(0);
  const order = [...tour.subarray(first), ...tour.subarray(0, first)];
  let length = 0;
  for (const [index, city] of order.entries()) {
    length += cost[city * cities + (order[(index + 1) % cities] as number)] as number;
  }
  return { order: order.map((city) => city + 1), length, feasible: true };
}

/** Tolerance for the rounding error of sums of decimals. */
const ROUNDING = 1e-6;

/**
 * Finds a tour from the depot through all places, each within its window if such a tour is found.
 */
export function solveWindows(instance: WindowInstance, budget: SearchBudget): Solution {
  if (instance.several) return solveVehicles(instance, instance.several, budget);
  const problem = problemOf(instance);
  const state = searchRoutes(problem, budget, startRoutes(problem, budget));
  const order = orderOf(state, instance).map((stop) => stop + 1);
  return { order, ...simulateOrder(instance, order) };
}

/** `solveWindows` for an external solver that orders the places. Pure. */
export function windowsElsewhere(instance: WindowInstance): OrderedElsewhere<Solution> {
  if (instance.several) return vehiclesElsewhere(instance, instance.several);
  const problem = problemOf(instance);
  const toResult = (orders: readonly (readonly number[])[]): Solution => {
    const order = orderOf(routesInOrder(problem, orders), instance).map((stop) => stop + 1);
    return { order, ...simulateOrder(instance, order) };
  };
  return { problem, toResult };
}

/** The share of the budget that the search for a first feasible order may use. */
const START_SHARE = 0.7;

/**
 * The routes to start from: those of stop-by-stop insertion if they are complete, else a feasible
 * order if one is found, else what insertion gave.
 */
function startRoutes(problem: PlanProblem, budget: SearchBudget): RouteState | null {
  const inserted = searchRoutes(problem, { seed: budget.seed, spent: () => 1 });
  if (inserted.absent === 0) return inserted;
  const byDue = Array.from({ length: problem.stops }, (_, stop) => stop).sort(
    (one, other) => (problem.due[one] as number) - (problem.due[other] as number),
  );
  const spent = (done: number) => budget.spent(done) / START_SHARE;
  const order = feasibleOrder(problem, byDue, { seed: budget.seed, spent });
  if (order === null) return inserted;
  const state = new RouteState(problem);
  let after = problem.stops;
  for (const stop of order) {
    state.insert(stop, after);
    after = stop;
  }
  return state;
}

/** Simulates an order; returns its cost, and whether each place is reached in time. */
function simulateOrder(
  { places, matrix, ready, due }: WindowInstance,
  order: readonly number[],
): { readonly length: number; readonly feasible: boolean } {
  let at = 0;
  let time = ready[0] as number;
  let length = 0;
  let feasible = true;
  for (const place of [...order, 0]) {
    const leg = matrix[at * places + place] as number;
    length += leg;
    time += leg;
    if (time > (due[place] as number) + ROUNDING) feasible = false;
    if (place !== 0) time = Math.max(time, ready[place] as number);
    at = place;
  }
  return { length: Number(length.toFixed(6)), feasible };
}

/** Converts an instance to a problem in whole numbers, so that sums are exact in any order. */
function problemOf({ places, matrix, ready, due }: WindowInstance): PlanProblem {
  const factor = wholeFactor([matrix, ready, due]);
  const stops = places - 1;
  const nodes = stops + 2;
  const place = (node: number) => (node < stops ? node + 1 : 0);
  const travel = new Float64Array(nodes * nodes);
  for (let from = 0; from < nodes; from += 1) {
    for (let to = 0; to < nodes; to += 1) {
      travel[from * nodes + to] = Math.round(
        (matrix[place(from) * places + place(to)] as number) * factor,
      );
    }
  }
  const each = (times: Float64Array, round: (time: number) => number) =>
    Float64Array.from({ length: nodes }, (_, node) =>
      round((times[place(node)] as number) * factor),
    );
  const readyAt = each(ready, (time) => Math.ceil(time - ROUNDING));
  const dueAt = each(due, (time) => Math.floor(time + ROUNDING));
  dueAt[stops] = readyAt[stops] as number;
  return {
    stops,
    vehicles: 1,
    travel,
    cost: travel,
    ready: readyAt,
    due: dueAt,
    service: new Float64Array(nodes),
    demand: new Float64Array(0),
    capacity: new Float64Array(0),
    dimensions: 0,
    fixedTo: new Int32Array(stops).fill(-1),
    planned: new Int32Array(stops).fill(-1),
    swapCost: 0,
    vehicleCost: new Float64Array(1),
  };
}

/** The power of ten that makes all numbers whole; a million if none does. */
function wholeFactor(lists: readonly Float64Array[]): number {
  const isWhole = (factor: number) =>
    lists.every((list) =>
      list.every((value) => Math.abs(value * factor - Math.round(value * factor)) < ROUNDING),
    );
  let factor = 1;
  while (factor < 1_000_000 && !isWhole(factor)) factor *= 10;
  return factor;
}

/** The stops in driving order. Stops that fit nowhere are inserted by the ends of their windows. */
function orderOf({ next, route }: RouteState, { due, places }: WindowInstance): number[] {
  const stops = places - 1;
  const order: number[] = [];
  for (let at = next[stops] as number; at < stops; at = next[at] as number) order.push(at);
  for (let stop = 0; stop < stops; stop += 1) {
    if (route[stop] !== ABSENT) continue;
    const later = order.findIndex(
      (other) => (due[other + 1] as number) > (due[stop + 1] as number),
    );
    order.splice(later < 0 ? order.length : later, 0, stop);
  }
  return order;
}

/**
 * Plans rounds for several vehicles from the depot through all places, each within its window and
 * the vehicle's capacity, with the least total length. Places that fit nowhere are on no round.
 * Pure.
 */
function solveVehicles(
  instance: WindowInstance,
  several: WindowVehicles,
  budget: SearchBudget,
): Solution {
  const problem = vehiclesProblemOf(instance, several);
  return solutionOf(instance, several, searchRoutes(problem, budget));
}

/** `solveVehicles` for an external solver that orders the places. Pure. */
function vehiclesElsewhere(
  instance: WindowInstance,
  several: WindowVehicles,
): OrderedElsewhere<Solution> {
  const problem = vehiclesProblemOf(instance, several);
  const toResult = (orders: readonly (readonly number[])[]) =>
    solutionOf(instance, several, routesInOrder(problem, orders));
  return { problem, toResult };
}

function solutionOf(
  { places, matrix }: WindowInstance,
  { vehicles }: WindowVehicles,
  state: RouteState,
): Solution {
  const { problem } = state;
  const routes = Array.from({ length: vehicles }, (_, vehicle) => {
    const route: number[] = [];
    let at = state.next[problem.stops + vehicle] as number;
    for (; at < problem.stops; at = state.next[at] as number) route.push(at + 1);
    return route;
  });
  let length = 0;
  for (const route of routes) {
    let from = 0;
    for (const to of [...route, 0]) {
      length += matrix[from * places + to] as number;
      from = to;
    }
  }
  const feasible = !state.route.includes(ABSENT);
  return { order: routes.flat(), routes, length: Number(length.toFixed(6)), feasible };
}

function vehiclesProblemOf(
  { places, matrix, ready, due }: WindowInstance,
  { vehicles, capacity, demand, service }: WindowVehicles,
): PlanProblem {
  const stops = places - 1;
  const nodes = stops + 2 * vehicles;
  const place = (node: number) => (node < stops ? node + 1 : 0);
  const travel = new Float64Array(nodes * nodes);
  for (let from = 0; from < nodes; from += 1) {
    for (let to = 0; to < nodes; to += 1) {
      travel[from * nodes + to] = matrix[place(from) * places + place(to)] as number;
    }
  }
  const each = (times: Float64Array) =>
    Float64Array.from({ length: nodes }, (_, node) => times[place(node)] as number);
  const dueAt = each(due);
  // All vehicles leave when the depot opens.
  for (let vehicle = 0; vehicle < vehicles; vehicle += 1)
    dueAt[stops + vehicle] = ready[0] as number;
  const serviceAt = each(service);
  serviceAt.fill(0, stops);
  return {
    stops,
    vehicles,
    travel,
    cost: travel,
    ready: each(ready),
    due: dueAt,
    service: serviceAt,
    demand: demand.slice(1),
    capacity: new Float64Array(vehicles).fill(capacity),
    dimensions: 1,
    fixedTo: new Int32Array(stops).fill(-1),
    planned: new Int32Array(stops).fill(-1),
    swapCost: 0,
    vehicleCost: new Float64Array(vehicles),
  };
}

export interface Solution {
  /**
   * The order of visits, numbered as in the instance: cities from 1; places without the depot,
   * which is 0.
   */
  readonly order: readonly number[];
  /** The length by the instance's own measure, from the first to the last and back. */
  readonly length: number;
  /** Whether each place is visited once and within its window. */
  readonly feasible: boolean;
  /** For several vehicles: the stops of each; `order` is their concatenation. */
  readonly routes?: readonly (readonly number[])[];
}

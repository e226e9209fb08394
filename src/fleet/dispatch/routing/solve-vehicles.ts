import { type OrderedElsewhere, putInOrder } from './elsewhere/vroom.ts';
import type { Labour } from './near.ts';
import type { WindowInstance, WindowVehicles } from './read/window-line.ts';

import type { PlanProblem } from './stops/feasible-order.ts';
import { ABSENT, type RouteState } from './stops/route-state.ts';
import { searchRoutes } from './stops/search.ts';

/**
 * Plans rounds for several vehicles from the depot through all places, each within its window and
 * the vehicle's capacity, with the least total length. Places that fit nowhere are on no round.
 * Pure.
 */
export function solveVehicles(
  instance: WindowInstance,
  several: WindowVehicles,
  labour: Labour,
): Solution {
  const problem = problemOf(instance, several);
  return solutionOf(instance, several, searchRoutes(problem, labour));
}

/** The same as `solveVehicles`, for an external solver that orders the places. Pure. */
export function vehiclesElsewhere(
  instance: WindowInstance,
  several: WindowVehicles,
): OrderedElsewhere<Solution> {
  const problem = problemOf(instance, several);
  const finish = (orders: readonly (readonly number[])[]) =>
    solutionOf(instance, several, putInOrder(problem, orders));
  return { problem, finish };
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

function problemOf(
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

import { z } from 'zod';
import type { PlanProblem } from '../stops/feasible-order.ts';
import { RouteState } from '../stops/route-state.ts';

/**
 * The request to VROOM, as its API documentation describes it (`docs/API.md` of its repository).
 */
interface VroomProblem {
  readonly vehicles: readonly VroomVehicle[];
  readonly jobs: readonly VroomJob[];
  readonly matrices: { readonly car: { readonly durations: readonly (readonly number[])[] } };
}

interface VroomVehicle {
  readonly id: number;
  readonly start_index: number;
  readonly end_index: number;
  readonly capacity?: readonly number[];
  readonly time_window: readonly [number, number];
  readonly skills?: readonly number[];
}

interface VroomJob {
  readonly id: number;
  readonly location_index: number;
  readonly service: number;
  readonly delivery?: readonly number[];
  readonly time_windows: readonly (readonly [number, number])[];
  readonly skills?: readonly number[];
}

/** Stands for no limit, because VROOM reads 32-bit integers. */
const LARGEST = 2_000_000_000;

/**
 * Converts a problem to VROOM's format. Its ids are our indices of stops and vehicles, plus 1.
 * Pure.
 * @returns the problem, or why VROOM cannot represent it, as a sentence.
 */
export function vroomProblem(
  problem: PlanProblem,
): { readonly problem: VroomProblem } | { readonly unsupported: string } {
  const { stops, vehicles, travel, ready, due, service, demand, capacity, dimensions } = problem;
  if (problem.swapCost > 0 && problem.planned.some((vehicle) => vehicle >= 0)) {
    return { unsupported: 'VROOM cannot represent a stop that prefers a vehicle' };
  }
  if (travel.some((leg) => leg > LARGEST)) {
    return { unsupported: 'VROOM accepts no travel time above 2,000,000,000 s' };
  }
  const nodes = stops + 2 * vehicles;
  const isAnyFixed = problem.fixedTo.some((vehicle) => vehicle >= 0);
  const amounts = (of: Float64Array, index: number, round: (amount: number) => number) =>
    Array.from(of.subarray(index * dimensions, (index + 1) * dimensions), (amount) =>
      Math.max(0, Math.min(LARGEST, round(amount))),
    );
  const jobs: VroomJob[] = [];
  for (let stop = 0; stop < stops; stop += 1) {
    const window = windowOf(ready[stop] as number, due[stop] as number);
    // The window is over before planning starts (or empty in whole seconds), so the stop is left
    // out.
    if (window === null) continue;
    const fixed = problem.fixedTo[stop] as number;
    jobs.push({
      id: stop + 1,
      location_index: stop,
      service: Math.ceil(service[stop] as number),
      ...(dimensions === 0 ? {} : { delivery: amounts(demand, stop, Math.ceil) }),
      time_windows: [window],
      ...(fixed < 0 ? {} : { skills: [fixed + 1] }),
    });
  }
  const cars: VroomVehicle[] = [];
  for (let vehicle = 0; vehicle < vehicles; vehicle += 1) {
    const [start, end] = [stops + vehicle, stops + vehicles + vehicle];
    const window = windowOf(ready[start] as number, due[end] as number);
    if (window === null) {
      return {
        unsupported: `Vehicle ${vehicle + 1} is due back before it departs, which VROOM cannot represent`,
      };
    }
    cars.push({
      id: vehicle + 1,
      start_index: start,
      end_index: end,
      time_window: window,
      ...(dimensions === 0 ? {} : { capacity: amounts(capacity, vehicle, Math.floor) }),
      ...(isAnyFixed ? { skills: [vehicle + 1] } : {}),
    });
  }
  const durations = Array.from({ length: nodes }, (_, from) =>
    Array.from(travel.subarray(from * nodes, (from + 1) * nodes), (leg) => Math.ceil(leg)),
  );
  return { problem: { vehicles: cars, jobs, matrices: { car: { durations } } } };
}

function windowOf(ready: number, due: number): readonly [number, number] | null {
  const from = Math.max(0, Math.ceil(ready));
  const to = Math.min(LARGEST, Math.floor(due));
  return from > to ? null : [from, to];
}

const vroomAnswer = z.object({
  code: z.literal(0),
  routes: z.array(
    z.object({
      vehicle: z.int(),
      steps: z.array(z.object({ type: z.string(), id: z.int().optional() })),
    }),
  ),
});

/** VROOM's result: the stops of each vehicle, in order; or what is wrong with its answer. */
type ReadVroom =
  | { readonly orders: readonly (readonly number[])[] }
  | {
      readonly fault: string;
      /** VROOM's own message, for operators; null: none. */
      readonly vroomReason: string | null;
    };

/** Reads VROOM's answer and verifies all of it. Pure. */
export function readVroom(answer: unknown, problem: PlanProblem): ReadVroom {
  const read = vroomAnswer.safeParse(answer);
  if (!read.success) return refusalOf(answer);
  const orders: number[][] = Array.from({ length: problem.vehicles }, () => []);
  for (const { vehicle, steps } of read.data.routes) {
    const order = orders[vehicle - 1];
    if (order === undefined) return { fault: `there is no vehicle ${vehicle}`, vroomReason: null };
    for (const { type, id } of steps) if (type === 'job') order.push((id ?? 0) - 1);
  }
  const fault = faultOf(problem, orders);
  return fault === null ? { orders } : { fault, vroomReason: null };
}

const ERROR_CHARS_MAX = 200;

function refusalOf(answer: unknown): Extract<ReadVroom, { fault: string }> {
  const refusal = z.object({ code: z.number(), error: z.string() }).safeParse(answer);
  if (!refusal.success || refusal.data.code === 0) {
    return { fault: 'the answer is not of its documented form', vroomReason: null };
  }
  const { code, error } = refusal.data;
  return { fault: `it refuses with code ${code}`, vroomReason: error.slice(0, ERROR_CHARS_MAX) };
}

/** Tolerance for the rounding error of sums of decimals. */
const ROUNDING = 1e-6;

/** Simulates rounds, and returns the first rule that they break; null: none. Pure. */
function faultOf(problem: PlanProblem, orders: readonly (readonly number[])[]): string | null {
  const { stops, vehicles, travel, ready, due, service, dimensions } = problem;
  const nodes = stops + 2 * vehicles;
  const seen = new Set<number>();
  for (const [vehicle, order] of orders.entries()) {
    let at = stops + vehicle;
    let time = ready[at] as number;
    const load = new Float64Array(dimensions);
    const faultAt = (stop: number, what: string) =>
      `stop ${stop + 1} on vehicle ${vehicle + 1} ${what}`;
    for (const stop of order) {
      if (!(stop >= 0 && stop < stops)) return faultAt(stop, 'does not exist');
      if (seen.has(stop)) return faultAt(stop, 'occurs twice');
      seen.add(stop);
      const fixed = problem.fixedTo[stop] as number;
      if (fixed >= 0 && fixed !== vehicle) return faultAt(stop, 'must be on another vehicle');
      for (let index = 0; index < dimensions; index += 1) {
        load[index] =
          (load[index] as number) + (problem.demand[stop * dimensions + index] as number);
        const room = problem.capacity[vehicle * dimensions + index] as number;
        if ((load[index] as number) > room + ROUNDING)
          return faultAt(stop, 'is more than it carries');
      }
      time += (service[at] as number) + (travel[at * nodes + stop] as number);
      if (time > (due[stop] as number) + ROUNDING) return faultAt(stop, 'is reached too late');
      time = Math.max(time, ready[stop] as number);
      at = stop;
    }
    const end = stops + vehicles + vehicle;
    const backAt = time + (service[at] as number) + (travel[at * nodes + end] as number);
    if (order.length > 0 && backAt > (due[end] as number) + ROUNDING) {
      return `vehicle ${vehicle + 1} is back too late`;
    }
  }
  return null;
}

/** A problem for an external solver, and how to use the orders it returns. */
export interface OrderedElsewhere<T> {
  readonly problem: PlanProblem;
  /**
   * Converts the solver's orders to a result.
   * @param orders the stops of each vehicle, by their index in the problem; they keep its rules.
   */
  toResult(orders: readonly (readonly number[])[]): T;
}

/** Returns routes with these stops in this order. Other stops are on no route. Pure. */
export function routesInOrder(
  problem: PlanProblem,
  orders: readonly (readonly number[])[],
): RouteState {
  const state = new RouteState(problem);
  for (const [vehicle, order] of orders.entries()) {
    let after = problem.stops + vehicle;
    for (const stop of order) {
      state.insert(stop, after);
      after = stop;
    }
  }
  return state;
}

import { type OrderedElsewhere, routesInOrder } from '../external-solvers/vroom.ts';
import type { SearchBudget } from '../near.ts';
import type { PlanProblem } from '../stops/feasible-order.ts';
import { ABSENT, type RouteState } from '../stops/route-state.ts';
import { searchRoutes } from '../stops/search.ts';
import {
  drive,
  type PlannedRound,
  type RoundsToPlan,
  type StopToPlan,
  type TravelS,
} from './plan-input.ts';

/**
 * Why a stop is on no round. No vehicle has the capacity, arrives in time or is back in time;
 * `no_room`: one could visit it, but not together with the other stops.
 */
export type Unmet = 'capacity' | 'window' | 'shift_ends' | 'no_room';

export interface PlannedRounds {
  /** The rounds, by vehicle. */
  readonly rounds: readonly PlannedRound[];
  /** The stops on no round, by their index in the list. */
  readonly unmet: readonly { readonly stop: number; readonly why: Unmet }[];
}

/**
 * Stands for no limit: later than anyone drives, and far from where sums of seconds lose precision.
 */
const NEVER_S = 1e9;
const UNLIMITED = 1e12;

/**
 * Plans rounds for all vehicles: as many stops as possible, each once, within its window and the
 * vehicles' capacity, in the least driving time. Locked stops stay first and in order, even if they
 * are late. Pure.
 */
export function planRounds(
  input: RoundsToPlan,
  travelS: TravelS,
  budget: SearchBudget,
): PlannedRounds {
  const task = new Task(input, travelS);
  // A single stop has one best place, which is found at once.
  const isDone = task.free.length <= 1 && input.vehicles.length <= 1;
  return task.toRounds(searchRoutes(task.problem, isDone ? { ...budget, spent: () => 1 } : budget));
}

/** `planRounds` for an external solver that orders the unlocked stops. Pure. */
export function planElsewhere(
  input: RoundsToPlan,
  travelS: TravelS,
): OrderedElsewhere<PlannedRounds> {
  const task = new Task(input, travelS);
  const { problem } = task;
  return { problem, toResult: (orders) => task.toRounds(routesInOrder(problem, orders)) };
}

/**
 * A plan as a search problem: only its unlocked stops, with each vehicle starting where it finishes
 * its locked ones.
 */
class Task {
  readonly problem: PlanProblem;
  /** The index in the list of each stop of the problem. */
  readonly free: readonly number[];
  /** The locked stops of each vehicle. */
  readonly locked: readonly (readonly number[])[];
  readonly #input: RoundsToPlan;
  readonly #travelS: TravelS;
  readonly #places: number;

  constructor(input: RoundsToPlan, travelS: TravelS) {
    const { stops, vehicles } = input;
    this.#input = input;
    this.#travelS = travelS;
    this.#places = stops.length + 2 * vehicles.length;
    this.free = [...stops.keys()].filter((index) => !(stops[index] as StopToPlan).locked);
    this.locked = vehicles.map((_, vehicle) =>
      [...stops.keys()].filter(
        (index) => stops[index]?.locked && stops[index]?.fixedTo === vehicle,
      ),
    );
    this.problem = this.#problem();
  }

  toRounds(state: RouteState): PlannedRounds {
    const [input, travelS] = [this.#input, this.#travelS];
    insertAbsent(state);
    const orders = input.vehicles.map((_, vehicle) => [
      ...(this.locked[vehicle] ?? []),
      ...this.orderOf(state, vehicle),
    ]);
    const unmet = this.free.flatMap((stop, index) =>
      state.route[index] === ABSENT ? [{ stop, why: this.whyNot(stop) }] : [],
    );
    return { rounds: orders.map((order, vehicle) => drive(input, travelS, vehicle, order)), unmet };
  }

  orderOf({ next, problem }: RouteState, vehicle: number): number[] {
    const order: number[] = [];
    let at = next[problem.stops + vehicle] as number;
    while (at < problem.stops) {
      order.push(this.free[at] as number);
      at = next[at] as number;
    }
    return order;
  }

  /** Why a stop cannot be on any vehicle, even an empty one; `no_room`: it could. */
  whyNot(stop: number): Unmet {
    const found = new Set(this.#input.vehicles.map((_, vehicle) => this.#obstacle(stop, vehicle)));
    found.delete(null);
    // The reason closest to feasible says most.
    return (
      (['no_room', 'shift_ends', 'window', 'capacity'] as const).find((why) => found.has(why)) ??
      'no_room'
    );
  }

  /** Why a stop cannot be on this vehicle alone; null: it can, or it must be on another vehicle. */
  #obstacle(stop: number, vehicle: number): Unmet | null {
    const { stops, vehicles } = this.#input;
    const { fixedTo, fromS, toS, serviceS, ...room } = stops[stop] as StopToPlan;
    if (fixedTo !== null && fixedTo !== vehicle) return null;
    const { capacity, backByS, end } = vehicles[vehicle] as (typeof vehicles)[number];
    for (const kind of ['parcels', 'weightG'] as const) {
      if (room[kind] > (capacity[kind] ?? UNLIMITED)) return 'capacity';
    }
    const { from, leavesS } = this.#beginning(vehicle);
    const beginsS = Math.max(leavesS + this.#leg(from, stop), fromS ?? 0);
    if (beginsS > (toS ?? NEVER_S)) return 'window';
    const backS = end === null ? 0 : this.#leg(stop, this.#endOf(vehicle));
    return beginsS + serviceS + backS > (backByS ?? NEVER_S) ? 'shift_ends' : 'no_room';
  }

  /** Returns where and when a vehicle finishes its locked stops. */
  #beginning(vehicle: number): { readonly from: number; readonly leavesS: number } {
    const { stops, vehicles } = this.#input;
    const round = drive(this.#input, this.#travelS, vehicle, this.locked[vehicle] ?? []);
    const last = round.calls.at(-1);
    return last === undefined
      ? { from: stops.length + vehicle, leavesS: vehicles[vehicle]?.departsS ?? 0 }
      : { from: last.stop, leavesS: last.leavesS };
  }

  #endOf(vehicle: number): number {
    return this.#input.stops.length + this.#input.vehicles.length + vehicle;
  }

  #leg(from: number, to: number): number {
    return this.#travelS[from * this.#places + to] as number;
  }

  #problem(): PlanProblem {
    const { stops, vehicles, swapS } = this.#input;
    const count = this.free.length;
    const begins = vehicles.map((_, vehicle) => this.#beginning(vehicle));
    const nodes = count + 2 * vehicles.length;
    const travel = new Float64Array(nodes * nodes);
    const place = (node: number): number | null => {
      if (node < count) return this.free[node] as number;
      const vehicle = node - count;
      if (vehicle < vehicles.length) return begins[vehicle]?.from ?? null;
      const ending = vehicle - vehicles.length;
      return vehicles[ending]?.end ? this.#endOf(ending) : null;
    };
    const places = Array.from({ length: nodes }, (_, node) => place(node));
    for (const [row, from] of places.entries()) {
      for (const [column, to] of places.entries()) {
        // A vehicle without an end arrives there at once.
        travel[row * nodes + column] = from === null || to === null ? 0 : this.#leg(from, to);
      }
    }
    const each = (
      free: (stop: StopToPlan) => number,
      start: (vehicle: number) => number,
      end: (vehicle: number) => number,
    ) =>
      Float64Array.from({ length: nodes }, (_, node) => {
        if (node < count) return free(stops[this.free[node] as number] as StopToPlan);
        return node < count + vehicles.length
          ? start(node - count)
          : end(node - count - vehicles.length);
      });
    const leaves = (vehicle: number) => begins[vehicle]?.leavesS ?? 0;
    const kinds = ['parcels', 'weightG'] as const;
    return {
      stops: count,
      vehicles: vehicles.length,
      travel,
      cost: travel,
      dimensions: kinds.length,
      ready: each(
        ({ fromS }) => fromS ?? 0,
        leaves,
        () => 0,
      ),
      due: each(
        ({ toS }) => toS ?? NEVER_S,
        leaves,
        (vehicle) => vehicles[vehicle]?.backByS ?? NEVER_S,
      ),
      service: each(
        ({ serviceS }) => serviceS,
        () => 0,
        () => 0,
      ),
      demand: Float64Array.from(
        this.free.flatMap((index) => kinds.map((kind) => stops[index]?.[kind] ?? 0)),
      ),
      capacity: Float64Array.from(
        vehicles.flatMap(({ capacity }, vehicle) =>
          kinds.map((kind) => {
            const onBoard = (this.locked[vehicle] ?? []).map((index) => stops[index]?.[kind] ?? 0);
            return (capacity[kind] ?? UNLIMITED) - onBoard.reduce((sum, each) => sum + each, 0);
          }),
        ),
      ),
      fixedTo: Int32Array.from(this.free, (index) => stops[index]?.fixedTo ?? -1),
      planned: Int32Array.from(this.free, (index) => stops[index]?.planned ?? -1),
      swapCost: swapS,
      vehicleCost: new Float64Array(vehicles.length),
    };
  }
}

/** Inserts absent stops that still fit, because the search sometimes overlooks a place. */
function insertAbsent(state: RouteState): void {
  for (let stop = 0; stop < state.problem.stops; stop += 1) {
    if (state.route[stop] !== ABSENT) continue;
    const after = firstFittingPlace(state, stop);
    if (after !== null) state.insert(stop, after);
  }
}

/** The first node after which an absent stop fits on a route; null: it fits nowhere. */
function firstFittingPlace(state: RouteState, stop: number): number | null {
  const { problem, next, earliest, latest } = state;
  const { stops, vehicles, travel, ready, due, service } = problem;
  const nodes = next.length;
  for (let vehicle = 0; vehicle < vehicles; vehicle += 1) {
    if (!state.fitsOn(stop, vehicle)) continue;
    for (let after = stops + vehicle; after < stops + vehicles; after = next[after] as number) {
      const before = next[after] as number;
      const leaves = (earliest[after] as number) + (service[after] as number);
      const arrives = leaves + (travel[after * nodes + stop] as number);
      const begins = Math.max(arrives, ready[stop] as number);
      const then = begins + (service[stop] as number) + (travel[stop * nodes + before] as number);
      if (begins <= (due[stop] as number) && then <= (latest[before] as number)) return after;
    }
  }
  return null;
}

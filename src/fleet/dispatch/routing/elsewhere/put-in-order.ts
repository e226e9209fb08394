import type { PlanProblem } from '../stops/plan-problem.ts';
import { RouteState } from '../stops/route-state.ts';

/** A problem for an external solver, and how to use the orders it returns. */
export interface OrderedElsewhere<T> {
  readonly problem: PlanProblem;
  /** @param orders by vehicle, stops by their index in the problem; they keep its rules. */
  finish(orders: readonly (readonly number[])[]): T;
}

/** Routes with these stops in this order. Other stops are on no route. Pure. */
export function putInOrder(
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

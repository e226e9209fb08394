import { expect, it } from 'vitest';
import { below, seededRandom } from '../../../../kernel/seeded-random.ts';
import { byIterations } from '../near.ts';
import { feasibleOrder, type PlanProblem } from './feasible-order.ts';

const STOPS = 80;

/** One vehicle, and windows of `width` around the times of the order 0, 1, 2… */
function narrow(width: number): PlanProblem {
  const nodes = STOPS + 2;
  const random = seededRandom(5);
  const points = Array.from({ length: nodes }, () => [below(random, 50), below(random, 50)]);
  const travel = Float64Array.from(
    points.flatMap(([x = 0, y = 0]) =>
      points.map(([u = 0, v = 0]) => Math.round(Math.hypot(x - u, y - v))),
    ),
  );
  const ready = new Float64Array(nodes);
  const due = new Float64Array(nodes).fill(1_000_000);
  due[STOPS] = 0;
  let from = STOPS;
  let time = 0;
  for (let stop = 0; stop < STOPS; stop += 1) {
    time += travel[from * nodes + stop] ?? 0;
    ready[stop] = Math.max(0, time - below(random, width));
    due[stop] = time + below(random, width);
    from = stop;
  }
  const none = new Float64Array(0);
  const free = new Int32Array(STOPS).fill(-1);
  return {
    stops: STOPS,
    vehicles: 1,
    travel,
    cost: travel,
    ready,
    due,
    service: new Float64Array(nodes),
    demand: none,
    capacity: none,
    dimensions: 0,
    fixedTo: free,
    planned: free,
    swapCost: 0,
    vehicleCost: new Float64Array(1),
  };
}

function lateStops({ travel, ready, due }: PlanProblem, order: Int32Array): number {
  let late = 0;
  let time = 0;
  let from = STOPS;
  for (const stop of [...order, STOPS + 1]) {
    time = Math.max(time + (travel[from * (STOPS + 2) + stop] ?? 0), ready[stop] ?? 0);
    if (time > (due[stop] ?? 0)) late += 1;
    from = stop;
  }
  return late;
}

it.each([2, 20, 60])(
  'finds an order with no lateness, from a bad start, with windows of %i',
  (width) => {
    const problem = narrow(width);
    const start = Array.from({ length: STOPS }, (_, index) => (index * 7) % STOPS);
    expect(lateStops(problem, Int32Array.from(start))).toBeGreaterThan(10);
    const order = feasibleOrder(problem, start, byIterations(200, 1));
    expect(order).not.toBeNull();
    expect([...(order ?? [])].sort((a, b) => a - b)).toEqual([...start].sort((a, b) => a - b));
    expect(lateStops(problem, order ?? new Int32Array(0))).toBe(0);
  },
);

it('returns nothing if there is no such order', () => {
  const problem = narrow(20);
  problem.due[3] = 0;
  problem.ready[3] = 0;
  problem.due[4] = 0;
  expect(feasibleOrder(problem, [...Array(STOPS).keys()], byIterations(30, 1))).toBeNull();
});

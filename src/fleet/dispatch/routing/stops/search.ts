import { seededRandom } from '../../../../kernel/seeded-random.ts';
import type { Labour } from '../labour.ts';
import { nearLists } from '../near.ts';
import { nodesOf, type PlanProblem } from './plan-problem.ts';
import { Recreate } from './recreate.ts';
import { ABSENT, RouteState } from './route-state.ts';
import { Ruin } from './ruin.ts';

const NEAR_MAX = 60;
/**
 * A deterioration by this share of the mean leg is accepted with probability 1/e: at first, and at
 * last.
 */
const HEAT = { first: 0.3, last: 0.003 };

/**
 * Ruin and recreate under simulated annealing. Returns the best routes found: first by the fewest
 * absent stops, then by the least cost. `start`: routes to begin from.
 */
export function searchRoutes(
  problem: PlanProblem,
  labour: Labour,
  start: RouteState | null = null,
): RouteState {
  const random = seededRandom(labour.seed);
  const nodes = nodesOf(problem);
  const near = nearLists(problem.cost, nodes, problem.stops, NEAR_MAX);
  const ruin = new Ruin(problem.stops, near, random);
  const recreate = new Recreate(problem, random);
  const now = new RouteState(problem);
  if (start !== null) now.become(start);
  recreate.recreate(now, ruin.absent, listAbsent(now, ruin.absent));
  const best = new RouteState(problem);
  best.become(now);
  const trial = new RouteState(problem);
  trial.become(now);
  const missed = new Float64Array(problem.stops).fill(1);
  let pain = painOf(now, missed);
  let done = 0;
  for (let spent = labour.spent(0); spent < 1; spent = labour.spent(done)) {
    done += 1;
    ruin.ruin(trial);
    const left = recreate.recreate(trial, ruin.absent, ruin.removed);
    const hurts = sumOf(ruin.absent, left, missed);
    const leg = best.cost / (problem.stops + 1);
    const heat = leg * HEAT.first * (HEAT.last / HEAT.first) ** spent;
    const chance = -Math.log((random() + 1) / 2 ** 32) * heat;
    const accepted =
      hurts < pain || (left === now.absent && hurts <= pain && trial.cost < now.cost + chance);
    for (let nr = 0; nr < left; nr += 1) {
      const stop = ruin.absent[nr] as number;
      missed[stop] = (missed[stop] as number) + 1;
    }
    if (!accepted) {
      trial.become(now);
      continue;
    }
    now.become(trial);
    pain = left === 0 ? 0 : sumOf(ruin.absent, left, missed);
    if (left < best.absent || (left === best.absent && now.cost < best.cost - 1e-9))
      best.become(now);
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

function painOf(state: RouteState, missed: Float64Array): number {
  let sum = 0;
  for (let stop = 0; stop < state.problem.stops; stop += 1) {
    if ((state.route[stop] as number) < 0) sum += missed[stop] as number;
  }
  return sum;
}

function sumOf(stops: Int32Array, count: number, missed: Float64Array): number {
  let sum = 0;
  for (let nr = 0; nr < count; nr += 1) sum += missed[stops[nr] as number] as number;
  return sum;
}

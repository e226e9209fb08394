import { byIterations, planRounds, straightTravel } from '../../dispatch/index.ts';
import { createPlanner, type Planner } from './planner.ts';

/** Plans in this process, the same on every machine. */
export function testPlanner(): Planner {
  return createPlanner({
    travel: async () => null,
    run: async ({ rounds, by }) =>
      planRounds(rounds, straightTravel(rounds, by), byIterations(100, 1)),
  });
}

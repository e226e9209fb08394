import { systemClock } from '../../../platform/clock.ts';
import { byIterations } from '../../dispatch/index.ts';
import { planTask } from './plan-task.ts';
import { createPlanner, type Planner } from './planner.ts';

/** A planner that plans in this process, with the same result on every machine. */
export function testPlanner(): Planner {
  return createPlanner({
    clock: systemClock,
    travel: async () => null,
    run: (task) => planTask(task, () => byIterations(100, 1), null),
  });
}

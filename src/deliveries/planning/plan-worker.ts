import { byTime, planRounds, straightTravel } from '../../dispatch/index.ts';
import { answerParent } from '../../platform/process/answer-parent.ts';
import type { PlanTask } from './planner.ts';

const SEED = 1;

await answerParent<PlanTask>(({ rounds, by, travelS, forMs }) => {
  const from = process.cpuUsage();
  const usedMs = () => {
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1_000;
  };
  return planRounds(rounds, travelS ?? straightTravel(rounds, by), byTime(usedMs, forMs, SEED));
});

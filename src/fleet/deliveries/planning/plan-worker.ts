import { createHttpClient } from '../../../platform/net/http-client.ts';
import { askVroom } from '../../../platform/net/vroom-server.ts';
import { answerParent } from '../../../platform/process/child-process.ts';
import { byTime } from '../../dispatch/index.ts';
import { planTask } from './plan-task.ts';
import type { PlanTask } from './planner.ts';

const SEED = 1;

void answerParent<PlanTask>(async ({ vroom, forMs, ...task }) => {
  const budget = () => {
    const from = process.cpuUsage();
    const usedMs = () => {
      const { user, system } = process.cpuUsage(from);
      return (user + system) / 1_000;
    };
    return byTime(usedMs, forMs, SEED);
  };
  if (vroom === null) return planTask(task, budget, null);
  const http = createHttpClient();
  try {
    return await planTask(task, budget, (problem) => askVroom(http, vroom, problem));
  } finally {
    http.close();
  }
});

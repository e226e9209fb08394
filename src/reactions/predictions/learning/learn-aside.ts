import { runAside } from '../../../platform/process/child-process.ts';
import type { AsideTask, LearnResult, LearnTask } from './learn-task.ts';

/** In a process of its own, which ends at once when `signal` is aborted. */
export type LearnAside = (task: LearnTask, signal: AbortSignal) => Promise<LearnResult>;

export function learnAside({ givesWay }: Pick<AsideTask, 'givesWay'>): LearnAside {
  return async (task, signal) => {
    const file = new URL('./learn-worker.ts', import.meta.url);
    const aside: AsideTask = { ...task, givesWay };
    // It comes from our own code of the same version.
    return (await runAside(file, aside, { signal })) as LearnResult;
  };
}

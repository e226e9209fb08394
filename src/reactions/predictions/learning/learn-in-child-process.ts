import { runInChildProcess } from '../../../platform/process/child-process.ts';
import type { ChildTask, LearnResult, LearnTask } from './learn-task.ts';

/** In a process of its own, which ends at once when `signal` is aborted. */
export type LearnInChildProcess = (task: LearnTask, signal: AbortSignal) => Promise<LearnResult>;

export function learnInChildProcess({
  givesWay,
}: Pick<ChildTask, 'givesWay'>): LearnInChildProcess {
  return async (task, signal) => {
    const file = new URL('./learn-worker.ts', import.meta.url);
    const childTask: ChildTask = { ...task, givesWay };
    // It comes from our own code of the same version.
    return (await runInChildProcess(file, childTask, { signal })) as LearnResult;
  };
}

import { runInChildProcess } from '../../../platform/process/child-process.ts';
import type { ChildTask, LearnResult, LearnTask } from './learn-task.ts';

/** Learns in a process of its own, which ends at once when `signal` is aborted. */
export type LearnInChildProcess = (task: LearnTask, signal: AbortSignal) => Promise<LearnResult>;

export function learnInChildProcess({
  givesWay,
}: Pick<ChildTask, 'givesWay'>): LearnInChildProcess {
  return async (task, signal) => {
    const file = new URL('./learn-worker.ts', import.meta.url);
    const childTask: ChildTask = { ...task, givesWay };
    // The result needs no check: it comes from our own code of the same version.
    return (await runInChildProcess(file, childTask, { signal })) as LearnResult;
  };
}

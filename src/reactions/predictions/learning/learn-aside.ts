import { runInThread } from '../../../platform/thread.ts';
import type { AsideTask, LearnResult, LearnTask } from './learn-task.ts';
import type { LearnAnswer } from './learn-worker.ts';

/** In a thread of its own, which ends at once when `signal` is aborted. */
export type LearnAside = (task: LearnTask, signal: AbortSignal) => Promise<LearnResult>;

export function learnAside({ givesWay }: Pick<AsideTask, 'givesWay'>): LearnAside {
  return async (task, signal) => {
    const file = new URL('learn-worker.ts', import.meta.url);
    const aside: AsideTask = { ...task, givesWay };
    // It comes from our own code of the same version.
    return (await runInThread(file, aside, { signal })) as LearnAnswer;
  };
}

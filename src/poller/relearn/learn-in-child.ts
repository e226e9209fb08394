import { runInChildProcess } from '../../platform/process/child-process.ts';
import { type HazardTable, hazardTableSchema } from '../hazard/table.ts';
import type { LearnTask } from './learn-worker.ts';

/** Learns in a child process, because seconds of arithmetic would delay every request. */
export async function learnInChildProcess(task: LearnTask): Promise<HazardTable> {
  const file = new URL('./learn-worker.ts', import.meta.url);
  return hazardTableSchema.parse(await runInChildProcess(file, task));
}

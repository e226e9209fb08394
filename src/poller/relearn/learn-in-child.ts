import { runInChildProcess } from '../../platform/process/child-process.ts';
import { type HazardTable, hazardTableSchema } from '../hazard/table.ts';
import type { LearnTask } from './learn-worker.ts';

/** Learns in a process of its own: seconds of arithmetic would hold up every request. */
export async function learnInChildProcess(task: LearnTask): Promise<HazardTable> {
  const file = new URL('./learn-worker.ts', import.meta.url);
  return hazardTableSchema.parse(await runInChildProcess(file, task));
}

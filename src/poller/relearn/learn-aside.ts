import { Worker } from 'node:worker_threads';
import { type HazardTable, hazardTableSchema } from '../hazard/table.ts';
import type { LearnTask } from './learn-worker.ts';

/**
 * A thread does not inherit how TypeScript is run, so it begins with a line that arranges it.
 * CommonJS, because that is what text is run as.
 */
const BEGIN = `
  const { workerData } = require('node:worker_threads');
  import('tsx/esm/api').then(({ register }) => {
    register();
    return import(workerData.file);
  });
`;

/** Learns in a thread of its own: seconds of arithmetic would hold up every request. */
export function learnAside(task: LearnTask): Promise<HazardTable> {
  const file = new URL('learn-worker.ts', import.meta.url).href;
  return new Promise((resolve, reject) => {
    const worker = new Worker(BEGIN, { eval: true, workerData: { file, task } });
    worker.once('message', (learned: unknown) => {
      const read = hazardTableSchema.safeParse(learned);
      if (read.success) resolve(read.data);
      else reject(read.error);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`learning ended with ${code} and no table`)));
  });
}

import { parentPort, workerData } from 'node:worker_threads';
import type { ParcelHistory } from '../hazard/history.ts';
import { type LearnOptions, learn } from '../hazard/learn.ts';
import type { HazardTable } from '../hazard/table.ts';

/** What the thread is given, and all it needs. */
export interface LearnTask {
  readonly histories: readonly ParcelHistory[];
  readonly prior: HazardTable;
  readonly options: LearnOptions;
}

const { histories, prior, options } = (workerData as { task: LearnTask }).task;
parentPort?.postMessage(learn(histories, prior, options));

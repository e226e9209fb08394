import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../../../platform/database.ts';
import { givingWay } from '../../../platform/giving-way.ts';
import { learn } from './learn.ts';
import type { AsideTask, LearnResult } from './learn-task.ts';

/** What it says when it is done. */
export type LearnAnswer = LearnResult;

/** Of Linux, which has priorities for threads: whatever answers somebody goes first. */
const NICE = 15;

if (process.platform === 'linux') setPriority(0, NICE);
const { task } = workerData as { task: AsideTask };
const pause = task.givesWay ? givingWay() : undefined;
const db = openDatabase({ url: task.databaseUrl });
const result = await learn(db.pipeline, task, pause).finally(() => db.end());
parentPort?.postMessage(result);

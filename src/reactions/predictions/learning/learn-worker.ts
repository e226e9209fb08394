import { openDatabase } from '../../../platform/database/database.ts';
import { answerParent } from '../../../platform/process/child-process.ts';
import { givingWay } from '../../../platform/process/giving-way.ts';
import { learn } from './learn.ts';
import type { ChildTask, LearnResult } from './learn-task.ts';

void answerParent<ChildTask>(async (task, stillWanted): Promise<LearnResult> => {
  const giveWay = task.givesWay ? givingWay() : () => {};
  const db = openDatabase({ url: task.databaseUrl });
  const pause = (): void => {
    stillWanted();
    giveWay();
  };
  return await learn(db.pipeline, task, pause).finally(() => db.end());
});

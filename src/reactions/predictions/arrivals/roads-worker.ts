import { answerParent } from '../../../platform/process/child-process.ts';
import { givingWay } from '../../../platform/process/giving-way.ts';
import { RoadModel, roadModelToJson } from '../../../prediction/index.ts';
import type { GrowTask } from './learn-roads.ts';

const SEED = 1;

void answerParent<GrowTask>(async ({ rides }, stillWanted) => {
  const giveWay = givingWay();
  const pause = (): void => {
    stillWanted();
    giveWay();
  };
  const model = new RoadModel();
  model.learn(rides, { seed: SEED, pause });
  return roadModelToJson(model);
});

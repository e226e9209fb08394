import { parentPort, workerData } from 'node:worker_threads';
import {
  binDataset,
  type Dataset,
  type Forest,
  type TrainSettings,
  trainForest,
} from '../../src/prediction/gbdt/index.ts';

/** The thread's input. */
export interface TrainTask {
  readonly data: Dataset;
  readonly target: Float64Array;
  readonly settings: readonly TrainSettings[];
}

/** The message with the thread's result. */
export interface Trained {
  readonly forests: readonly Forest[];
  readonly binS: number;
  readonly trainS: readonly number[];
}

const { data, target, settings } = (workerData as { task: TrainTask }).task;
const began = performance.now();
const binned = binDataset(data, settings[0]?.binsMax ?? 255);
const binS = (performance.now() - began) / 1_000;
const trainS: number[] = [];
const forests = settings.map((each) => {
  const from = performance.now();
  const forest = trainForest(binned, target, each);
  trainS.push((performance.now() - from) / 1_000);
  return forest;
});
parentPort?.postMessage({ forests, binS, trainS } satisfies Trained);

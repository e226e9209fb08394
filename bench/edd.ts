import { cpus, loadavg } from 'node:os';
import { Worker } from 'node:worker_threads';
import { PROJECT_ROOT } from '../src/platform/settings/yaml-settings.ts';
import {
  contributions,
  type Dataset,
  type Forest,
  forestToJson,
  pinballLoss,
  predict,
  predictAll,
  type TrainSettings,
} from '../src/prediction/gbdt/index.ts';
import { syntheticParcels } from '../src/prediction/gbdt/test-synthetic.ts';
import { growExactTree } from './baselines/exact-tree.ts';
import { type ObjectTree, objectTrees, predictObject } from './baselines/object-trees.ts';
import type { Trained, TrainTask } from './edd/train-worker.ts';
import { openWholePrediction } from './edd/whole-prediction.ts';
import { isShort, median, report, say } from './figures/report.ts';

/**
 * Measures the trees behind delivery dates: training three quantiles in a worker thread, scoring
 * rows in a batch with all three, and scoring one row with its reasons. Compared with the obvious
 * first version: trees of objects, and exact splits by sorting.
 */
const ROWS = isShort() ? 5_000 : 100_000;
const SCORED = isShort() ? 2_000 : 20_000;
const SINGLES = isShort() ? 500 : 5_000;
const TURNS = isShort() ? 3 : 9;
const TREES = isShort() ? 20 : 200;
const EXACT_ROWS = isShort() ? 1_000 : 5_000;
/** The depth at which an exact tree has as many leaves as ours, if it is full. */
const EXACT_DEPTH = 5;
const QUANTILES = [0.1, 0.5, 0.9] as const;

const BEGIN = `
  const { workerData } = require('node:worker_threads');
  import('tsx/esm/api').then(({ register }) => {
    register();
    return import(workerData.file);
  });
`;

const loadBefore = loadavg().map(rounded);
const { data, target } = syntheticParcels(ROWS, 1);
const unseen = syntheticParcels(SCORED, 2);
say(`training on ${ROWS} rows × ${data.columns.length} columns, ${TREES} trees a quantile`);
const began = performance.now();
const cpuBefore = cpuS();
const trained = await trainInChildProcess({ data, target, settings: QUANTILES.map(settingsFor) });
const trainS = (performance.now() - began) / 1_000;
const trainCpuS = cpuS() - cpuBefore;
say(`trained in ${rounded(trainS)} s, ${rounded(trainCpuS)} s of a core`);
const { forests } = trained;

const naive = forests.map((forest) => ({ start: forest.start, trees: unfold(forest) }));
const objects = Array.from({ length: SCORED }, (_, index) => objectOf(unseen.data, index));
const turns = Array.from({ length: TURNS }, () => ({
  ours: perSecond(SCORED, scoreAll),
  oursOfCore: perCoreSecond(SCORED, scoreAll),
  naive: perSecond(SCORED / 10, () => {
    for (let index = 0; index < SCORED / 10; index += 1) {
      for (const { trees, start } of naive) predictObject(trees, start, objects[index] ?? {});
    }
  }),
}));

const single = Array.from({ length: SINGLES }, (_, index) =>
  rowOf(unseen.data, index % SCORED),
).map((row) => durationMs(() => scoreOne(row)));
single.sort((a, b) => a - b);

const { predict: predictWhole, figures } = await openWholePrediction(PROJECT_ROOT);
const whole = Array.from({ length: SINGLES }, (_, index) => rowOf(unseen.data, index % SCORED)).map(
  (row, index) =>
    durationMs(() => {
      predictWhole(
        index,
        forests.map((forest) => predict(forest, row)),
      );
    }),
);
whole.sort((a, b) => a - b);
if (figures().n === 0) throw new Error('no promise was weighed');

const exactMs = durationMs(() =>
  growExactTree(firstRows(data, EXACT_ROWS), target.subarray(0, EXACT_ROWS), 0.5, EXACT_DEPTH),
);
const exactRowNs = (exactMs * 1e6) / EXACT_ROWS;
const oursRowNs = (median(trained.trainS) * 1e9) / (ROWS * TREES);

report({
  bench: 'edd',
  value: Math.round(median(turns.map((turn) => turn.ours))),
  unit: 'rows/s, each by three quantiles',
  baseline: Math.round(median(turns.map((turn) => turn.naive))),
  p50_ms: rounded(single[Math.floor(SINGLES * 0.5)] ?? 0),
  p99_ms: rounded(single[Math.floor(SINGLES * 0.99)] ?? 0),
  whole_p50_ms: rounded(whole[Math.floor(SINGLES * 0.5)] ?? 0),
  whole_p99_ms: rounded(whole[Math.floor(SINGLES * 0.99)] ?? 0),
  train_s: rounded(trainS),
  // The rate of an otherwise idle core; the other figures show how busy the machine is.
  train_cpu_s: rounded(trainCpuS),
  rows_per_core_s: Math.round(median(turns.map((turn) => turn.oursOfCore))),
  conditions: {
    rows: ROWS,
    columns: data.columns.length,
    trees: TREES,
    bin_s: rounded(trained.binS),
    train_each_s: trained.trainS.map(rounded),
    train_row_tree_ns: rounded(oursRowNs),
    exact_row_tree_ns: Math.round(exactRowNs),
    train_ratio: rounded(exactRowNs / oursRowNs),
    pinball: forests.map((forest) =>
      rounded(pinballLoss(unseen.target, predictAll(forest, unseen.data), forest.quantile)),
    ),
    model_kb: Math.round(forests.reduce((sum, each) => sum + sizeOf(each), 0) / 1_000),
    baseline_is: 'trees of objects, rows as objects',
    one_score_is: 'three quantiles and what each column did to the median',
    whole_is: 'three quantiles, choice, calendar, hours, warning and words',
    turns: TURNS,
    cores: cpus().length,
    load_before: loadBefore,
    load_after: loadavg().map(rounded),
  },
});

function settingsFor(quantile: number): TrainSettings {
  return {
    quantile,
    roundsMax: TREES,
    leavesMax: 31,
    leafRowsMin: 20,
    learningRate: 0.05,
    l2: 1,
    binsMax: 255,
    columnShare: 1,
    rowShare: 1,
    patience: 30,
    seed: 1,
  };
}

function trainInChildProcess(task: TrainTask): Promise<Trained> {
  const file = new URL('edd/train-worker.ts', import.meta.url).href;
  return new Promise((resolve, reject) => {
    const worker = new Worker(BEGIN, { eval: true, workerData: { file, task } });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with ${code}, untrained`)));
  });
}

function scoreAll(): void {
  for (const forest of forests) predictAll(forest, unseen.data);
}

function scoreOne(row: Float64Array): void {
  for (const forest of forests) predict(forest, row);
  const [, middle] = forests;
  if (middle !== undefined) contributions(middle, row);
}

function unfold(forest: Forest): ObjectTree[] {
  return objectTrees(forestToJson(forest));
}

function sizeOf(forest: Forest): number {
  return JSON.stringify(forestToJson(forest)).length;
}

function rowOf({ columns }: Dataset, index: number): Float64Array {
  return Float64Array.from(columns, ({ values }) => values[index] ?? Number.NaN);
}

function objectOf({ columns }: Dataset, index: number): Record<string, number> {
  return Object.fromEntries(columns.map(({ name, values }) => [name, values[index] ?? Number.NaN]));
}

function firstRows({ columns }: Dataset, rows: number): Dataset {
  const first = columns.map((each) => ({ ...each, values: each.values.subarray(0, rows) }));
  return { rows, columns: first };
}

function perSecond(count: number, run: () => void): number {
  return (count / durationMs(run)) * 1_000;
}

function perCoreSecond(count: number, run: () => void): number {
  const from = cpuS();
  run();
  return count / (cpuS() - from);
}

/** CPU time of all threads of this process, in seconds. */
function cpuS(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function durationMs(run: () => void): number {
  const from = performance.now();
  run();
  return performance.now() - from;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

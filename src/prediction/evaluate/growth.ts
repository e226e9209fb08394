import { CodeBook, type Words } from '../features/feature-columns.ts';
import type { Forest, TrainingOptions } from '../gbdt/index.ts';
import type { Learned, Learner } from '../model/learner.ts';
import { Stage } from '../stage/stage.ts';
import { StageBook } from '../stage/stage-features.ts';

/** Trees that were trained once, with their code book. */
export interface TrainedTrees {
  readonly forests: readonly Forest[];
  readonly words: Words;
  /** Trees that use stops, and their words. */
  readonly onTheWay: { readonly forests: readonly Forest[]; readonly words: Words };
  /** When the trees were trained: they have seen nothing later. */
  readonly treesTrainedAtMs: number;
}

/**
 * Which trees predict in a replay. `growing`: retrained when it is worth the time. `once`: trained
 * at the first prediction that counts, then never. Given trees predict what was handed over after
 * their training; they have memorized everything before, which would make calibration too
 * optimistic, so other trees predict that.
 */
export type Trees = 'growing' | 'once' | TrainedTrees;

/** Trees are retrained after this time, if there is this much more data. */
const RETRAIN_DAYS = 28;
const RETRAIN_GROWTH = 1.1;
const DAY_MS = 86_400_000;

/**
 * Code books for a replay: those of the given trees, or empty ones. Words that the trees do not
 * know get codes after those that they know.
 */
export function booksOf(trees: Trees): Pick<Learned, 'book' | 'stage'> {
  const isGrown = typeof trees !== 'string';
  return {
    book: new CodeBook(isGrown ? trees.words : {}),
    stage: new Stage({ book: new StageBook(isGrown ? trees.onTheWay.words : {}) }),
  };
}

/** Makes a learner predict with the given trees. */
export function useTrainedTrees(learner: Learner, { forests, onTheWay }: TrainedTrees): void {
  learner.useForests(forests, onTheWay.forests);
}

/**
 * Returns a function that updates the learner's trees. Call it before each prediction, in order of
 * time.
 */
export function retrainer(
  learner: Learner,
  options: { readonly trees: Trees; readonly fromMs: number; readonly training: TrainingOptions },
): (nowMs: number) => void {
  const { trees, fromMs, training } = options;
  if (typeof trees !== 'string') return switchingTrees(learner, trees, training);
  const isDue = retrainingDue(learner, fromMs, trees === 'growing');
  return (nowMs) => {
    if (isDue(nowMs)) learner.learn(nowMs, training);
  };
}

function switchingTrees(
  learner: Learner,
  trees: TrainedTrees,
  training: TrainingOptions,
): (nowMs: number) => void {
  const { treesTrainedAtMs } = trees;
  let active: 'none' | 'retrained' | 'given' = 'none';
  return (nowMs) => {
    if (nowMs >= treesTrainedAtMs && active !== 'given') {
      useTrainedTrees(learner, trees);
      active = 'given';
    } else if (nowMs < treesTrainedAtMs && active === 'none') {
      learner.learn(nowMs, training);
      active = 'retrained';
    }
  };
}

/**
 * Returns a function that says whether to train the trees now: at its first call, at the first
 * prediction that counts, and then whenever it is worth the time.
 */
function retrainingDue(
  learner: Learner,
  fromMs: number,
  isRepeated: boolean,
): (nowMs: number) => boolean {
  let trainedAtMs = Number.NEGATIVE_INFINITY;
  let trainedFrom = 0;
  return (nowMs) => {
    const isFirst = trainedAtMs < fromMs && nowMs >= fromMs;
    const isEarliest = trainedAtMs === Number.NEGATIVE_INFINITY;
    const isOld = isRepeated && nowMs - trainedAtMs >= RETRAIN_DAYS * DAY_MS;
    const hasMore = learner.lessons >= trainedFrom * RETRAIN_GROWTH;
    if (!isFirst && !isEarliest && !(isOld && hasMore)) return false;
    trainedAtMs = nowMs;
    trainedFrom = learner.lessons;
    return true;
  };
}

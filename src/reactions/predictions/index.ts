export {
  ACCURACY_AT,
  ACCURACY_BY,
  type AccuracyBy,
  type AccuracyQuery,
} from './accuracy/accuracy.sql.ts';
export {
  type Accuracy,
  type AccuracyGroup,
  accuracyOf,
  accuracyOfAll,
  type DateFigures,
} from './accuracy/accuracy.ts';
export { dropComparedBefore, dropPromisesBefore } from './accuracy/compared.sql.ts';
export { type ComparedDates, comparedDates, startComparing } from './accuracy/compared.ts';
export { startArrivals } from './arrivals/arrivals.ts';
export { growRoadsInChildProcess } from './arrivals/roads-in-child-process.ts';
export { learnInChildProcess } from './learning/learn-in-child-process.ts';
export { type LearningDeps, type LearnReport, learnOnce } from './learning/learning.ts';
export { startLearning } from './learning/start-learning.ts';
export {
  type ActiveModel,
  openActiveModel,
} from './models/active-model.ts';
export {
  type ListedModel,
  modelDuel,
  modelInUse,
  modelList,
  ROLLBACK_REFUSALS,
  type RollbackOutcome,
  rollBack,
} from './models/model-list.ts';
export { startPredicting } from './serving/consume-log.ts';
export { explainPrediction, type PredictionExplained } from './serving/explain.ts';

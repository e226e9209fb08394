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
  type ComparedDates,
  comparedDates,
  type DateFigures,
  startComparing,
} from './accuracy/accuracy.ts';
export { dropComparedBefore, dropPromisesBefore } from './accuracy/compared.sql.ts';
export { startArrivals } from './arrivals/arrivals.ts';
export { growRoadsInChildProcess } from './arrivals/learn-roads.ts';
export { learnInChildProcess } from './learning/learn-task.ts';
export { learnOnce, startLearning } from './learning/learning.ts';
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
  rollBack,
} from './models/model-list.ts';
export { startPredicting } from './serving/consume-log.ts';
export { explainPrediction, type PredictionExplained } from './serving/explain.ts';

export {
  type Accuracy,
  type AccuracyGroup,
  accuracyOf,
  accuracyOfAll,
  type DateFigures,
} from './accuracy/accuracy.ts';
export {
  ACCURACY_AT,
  ACCURACY_BY,
  type AccuracyBy,
  type AccuracyQuery,
} from './accuracy/accuracy-query.ts';
export { dropComparedBefore } from './accuracy/compared.sql.ts';
export { type ComparedDates, comparedDates, startComparing } from './accuracy/compared.ts';
export { dropPromisesBefore } from './accuracy/ledger-upkeep.sql.ts';
export { startArrivals } from './arrivals/arrivals.ts';
export { growRoadsInChildProcess } from './arrivals/roads-in-child-process.ts';
export { learnInChildProcess } from './learning/learn-in-child-process.ts';
export { type LearningDeps, type LearnReport, learnOnce } from './learning/learning.ts';
export { startLearning } from './learning/start-learning.ts';
export {
  type ActiveModel,
  openActiveModel,
} from './models/active-model.ts';
export { type ListedModel, modelDuel, modelInUse, modelList } from './models/model-list.ts';
export { ROLLBACK_REFUSALS, type RollbackOutcome, rollBack } from './models/roll-back.ts';
export { startPredicting } from './serving/consume-log.ts';
export { explainPrediction, type PredictionExplained } from './serving/explain.ts';

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
export { dropPromisesBefore, PROMISES_KEPT_MS } from './accuracy/ledger-upkeep.sql.ts';
export {
  type ModelInForce,
  openModelInForce,
} from './models/model-in-force.ts';
export { startPredicting } from './serving/follow.ts';

/** Prediction's border: what other stages may ask of it. */

export type { KeptRecord } from './chain/prediction.ts';
export { type Duel, duel } from './evaluate/duel.ts';
export { type Evaluation, evaluate } from './evaluate/evaluate.ts';
export { evaluationJson } from './evaluate/figures-json.ts';
export { evaluationTable } from './evaluate/figures-table.ts';
export { refreshModel } from './evaluate/refresh-model.ts';
export type { Score } from './evaluate/score-dates.ts';
export { trainModel } from './evaluate/train-model.ts';
export { ModelUnusable } from './gbdt/index.ts';
export { hourProfile, type Profiles } from './last-mile/hour-profile.ts';
export type { Learner } from './model/learner.ts';
export type { ModelCard } from './model/model-card.ts';
export { type Model, modelFromJson, modelToJson } from './model/model-json.ts';
export { type Foreteller, type Foretold, foretell } from './parcel/foretell.ts';
export type { Before, Moved, ParcelUnderWay, Stop } from './parcel/under-way.ts';
export type { LearningTerms } from './policy/learning-terms.ts';
export { readPredictionPolicy } from './policy/policy-file.ts';
export type { PromisedDate, PromisePlace } from './promise/promise-dates.ts';
export { openPromises, type Promises } from './promise/promises.ts';
export { type Moment, momentOf } from './sample/moment.ts';
export type { Parcel, ParcelPlace } from './sample/parcel.ts';
export { pooledSender } from './sample/pooled-sender.ts';
export { readParcelsOf } from './sample/read-open.ts';
export type { ParcelsRead, RowFault } from './sample/read-parcels.ts';
export { NO_WARNING } from './warning/decide.ts';
export { figuresOfWarnings, type WarningFigures } from './warning/score.ts';

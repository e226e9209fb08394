/** The port of predictions: what other stages may use. */

export { isLocalDate } from './calendar/local-date.ts';
export { storedWhyInWords } from './calendar/moved-words.ts';
export type { Place } from './calendar/place-calendar.ts';
export type { PredictionTexts } from './calendar/window-words.ts';
export type { PunctualityRecord, Reason } from './chain/prediction.ts';
export { driverInWords, reasonInWords } from './chain/reason-words.ts';
export { openRoads } from './engines/open-roads.ts';
export { duel } from './evaluate/duel.ts';
export { evaluate, thinFloods } from './evaluate/evaluate.ts';
export { evaluationJson } from './evaluate/figures-json.ts';
export { evaluationTable } from './evaluate/figures-table.ts';
export { refreshModel } from './evaluate/refresh-model.ts';
export type { Score } from './evaluate/score-dates.ts';
export { trainModel } from './evaluate/train-model.ts';
export { ModelUnusable, type Pause } from './gbdt/index.ts';
export { ZONE_CHARS } from './lanes/groups.ts';
export { type Profiles, SLOT_MINUTES, SLOTS } from './last-mile/day-window.ts';
export { type CourierArrival, STOPS_SHOWN_MAX, shownWindow } from './last-mile/shown-arrival.ts';
export {
  calibrationOf,
  type Dwells,
  type FinishedLeg,
  learnDwells,
  ridesOf,
  USUAL_DWELLS,
} from './last-mile/stop-learning.ts';
export { type StopAhead, type StopTime, stopTimes } from './last-mile/stop-times.ts';
export type { Driver } from './model/forecast-parcel.ts';
export type { Learner } from './model/learner.ts';
export { type ModelCard, modelCard } from './model/learner.ts';
export { type Model, modelFromJson, modelToJson } from './model/model-json.ts';
export type { Moved, ParcelUnderWay, Stop } from './parcel/due-at.ts';
export { dayOverMs } from './parcel/due-at.ts';
export { type Forecast, type ParcelPredictor, predictParcel } from './parcel/predict-parcel.ts';
export { type ScoredParcel, scoreParcel } from './parcel/score-parcel.ts';
export type { LearningTerms } from './policy/learning-terms.ts';
export { deliveryTerm, readPredictionPolicy } from './policy/policy.ts';
export type { PromisedDate, PromisePlace } from './promise/promise-dates.ts';
export { openPromises, type Promises } from './promise/promise-dates.ts';
export type { ListedRide, RideBacktest, RideHistory } from './road/evaluate/backtest-rides.ts';
export {
  evaluateRides,
  roadEvaluationJson,
  roadEvaluationTable,
} from './road/evaluate/evaluate-rides.ts';
export { type RoadRows, readFixes, readRides } from './road/evaluate/read-rides.ts';
export type { DrivenRide, DriveTime, Ride } from './road/ride/ride.ts';
export { RoadModel } from './road/road-model.ts';
export { roadModelFromJson, roadModelToJson } from './road/road-model-json.ts';
export type { Drive, Roads, RoadVehicle } from './road/roads.ts';
export { straightLineOf } from './road/straight-line.ts';
export type { RoadFix } from './road/under-way/under-way.ts';
export type { ParcelsRead } from './sample/collect-parcels.ts';
export type { Parcel, ParcelPlace } from './sample/parcel.ts';
export {
  type Moment,
  momentOf,
  type ParcelStop,
  pooledSender,
  severityOf,
  usableStops,
  type WeatherSeverity,
  weatherSeverity,
  withoutCoordinates,
} from './sample/parcel.ts';
export { readParcelsOf } from './sample/read-open.ts';
export { stopsFromJson, stopsToJson } from './sample/stops-json.ts';
export { openTerms, type PredictionTerms } from './terms.ts';
export { NO_WARNING, type WarningState, warningState } from './warning/decide.ts';
export { figuresOfWarnings, type WarningFigures } from './warning/score.ts';

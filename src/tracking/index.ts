export { announceNews, type ShipmentNews } from './announce-news.ts';
export { registerBacklogGauges } from './backlog-gauges.ts';
export type { Change } from './changes.ts';
export {
  COMMAND_AHEAD_MS_MAX,
  type CommandOutcome,
  commandShipment,
} from './command.ts';
export { type CommandAttempt, sealOldNotes } from './command-attempts.sql.ts';
export { type DoorFigures, doorFigures } from './door-figures.sql.ts';
export { eraseLeftovers } from './erasing/erase-leftovers.ts';
export { sweepLog } from './erasing/sweep-log.ts';
export { sweepUnclaimed } from './erasing/sweep-unclaimed.ts';
export {
  ESTIMATE_ZONE_SOURCES,
  type EstimateJson,
  type EstimateTimes,
  estimateJson,
  estimateLocals,
  estimateTimes,
  withEstimatesOfToday,
} from './estimate-json.ts';
export type { Explanation } from './explain.ts';
export {
  type FacilityLearning,
  startFacilityLearning,
} from './facilities/learn-facilities.ts';
export { type InboxWorker, startInboxWorker } from './inbox-worker.ts';
export { laneOf } from './lane.ts';
export {
  type LinkDecision,
  type ShownLink,
  settleLink,
  type WaitingLink,
  waitingLinks,
} from './linked.sql.ts';
export type { Command } from './machine.ts';
export {
  deleteShipment,
  findShipment,
  findShipmentOfAnyTenant,
  patchShipment,
  type ShipmentPatch,
} from './manage.ts';
export { registerMappingGauge } from './mappings/mapping-gauge.ts';
export type {
  ActivateHow,
  ActivateOutcome,
  ActiveMapping,
  ChosenVersion,
  MappingsInForce,
  OverlayHow,
  OverlayOutcome,
  StoredOverlay,
  StoredVersion,
  VersionOrigin,
} from './mappings/mappings-in-force.ts';
export {
  type MappingsInForceOptions,
  openMappingsInForce,
} from './mappings/open-mappings-in-force.ts';
export { lastDayOf, passedEstimate } from './passed-estimate.ts';
export { NO_PERSONAL, openPersonal, type Personal } from './personal.ts';
export { type PickupPlace, pickupPlace } from './pickup-place.ts';
export type { PipelineDeps } from './pipeline.ts';
export { createPipelineMetrics } from './pipeline-metrics.ts';
export {
  type ParcelSeen,
  type PredictionMade,
  recordPredictions,
  seeParcels,
} from './predict.ts';
export { type ReportPreview, reportPreview } from './preview.ts';
export { type PublicOrderParcel, publicOrderParcels } from './public-orders.sql.ts';
export { cacheTag, type Describe, type PublicEvent, type PublicTrack } from './public-track.ts';
export { eachPublicTrack, type PublicTrackRow, publicTracksByNumber } from './public-tracks.sql.ts';
export { type NewShipment, registerShipment } from './register.ts';
export { registerReturn } from './register-return.ts';
export { type Comparison, compareVersions } from './renormalize/compare-versions.ts';
export { type JobWorker, startJobWorker } from './renormalize/job-worker.ts';
export {
  cancelMappingJob,
  type MappingJob,
  mappingJob,
  mappingJobs,
  type RenormalizationOrder,
  startDiff,
  startRenormalization,
} from './renormalize/jobs.ts';
export { vocabularyOfCarriers } from './review/known-words.ts';
export type { NewRule } from './review/overlay-rule.ts';
export { type ReviewDeps, type ReviewItem, reviewItem, reviewPage } from './review/review-queue.ts';
export {
  coverageOfSeen,
  type SeenByCarrier,
  type SeenCoverage,
  seenCodes,
} from './review/seen-codes.ts';
export {
  type Decision,
  dismissReview,
  type ResolveOutcome,
  resolveReview,
  type SettleDeps,
} from './review/settle-review.ts';
export {
  openReviewCount,
  REVIEW_STATES,
  type ReviewRow,
  type ReviewState,
} from './review.sql.ts';
export { TRACKING_SEALED } from './sealed-columns.sql.ts';
export { shardOf } from './shards.ts';
export type {
  LaidOver,
  PredictedDelivery,
  Shipment,
  ShipmentState,
  ShownEstimate,
} from './shipment.ts';
export { iso, shipmentJson, trackingUrl } from './shipment-json.ts';
export {
  listShipments,
  type ShipmentFilter,
  shipmentsByIds,
  shipmentsByNumber,
} from './shipments.sql.ts';
export { shownEstimate } from './shown-estimate.ts';
export { placeName, type TimelineEvent } from './timeline.ts';
export { createTracking, type TrackingDeps } from './tracking.ts';
export { shipmentsWithTrouble } from './troubled.sql.ts';
export {
  explainShipment,
  type ShipmentView,
  type ShownEvent,
  trackOfShipment,
  viewShipment,
} from './view.ts';

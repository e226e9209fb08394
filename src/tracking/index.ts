export { archiveFiles } from './archiving/archived.sql.ts';
export { type FoundParcel, findArchived, restoreParcel } from './archiving/restore-parcel.ts';
export { sweepsOfArchive } from './archiving/sweeps-of-archive.ts';
export {
  COMMAND_AHEAD_MS_MAX,
  type CommandOutcome,
  commandShipment,
} from './commands/command.ts';
export type { CommandAttempt } from './commands/command-attempts.sql.ts';
export { findShipmentByNumber } from './commands/find-by-number.ts';
export { type Command, movesFrom } from './commands/machine.ts';
export {
  deleteShipment,
  findShipment,
  findShipmentOfAnyTenant,
  patchShipment,
  type ShipmentPatch,
} from './commands/manage.ts';
export { type RefusedCommand, refusedCommands } from './commands/refused-commands.sql.ts';
export { type NewShipment, registerShipment } from './commands/register.ts';
export { type DrawParcel, registerAllMinted, registerMinted } from './commands/register-minted.ts';
export { registerReturn } from './commands/register-return.ts';
export { dropDeletedBefore } from './erasing/erase.sql.ts';
export { eraseNamed } from './erasing/erase-named.ts';
export { holdBack } from './erasing/held-back.ts';
export { overdueParcels, sweepEnded, sweepLog, sweepUnclaimed } from './erasing/sweep-log.ts';
export {
  type FacilityLearning,
  startFacilityLearning,
} from './facilities/learn-facilities.ts';
export { createFindRecorded } from './facts/recorded.ts';
export type { ImportRow, ReadImportRow, ShipmentImport } from './imports/import.ts';
export {
  beginImport,
  IMPORT_PART_ROWS,
  importPart,
  OPEN_IMPORTS_MAX,
  showImport,
} from './imports/imports.ts';
export { startImports } from './imports/run-imports.ts';
export {
  type LinkDecision,
  type ShownLink,
  settleLink,
  type WaitingLink,
  waitingLinks,
} from './instances/linked.sql.ts';
export type {
  ActivateHow,
  ActivateOutcome,
  ActiveMapping,
  ActiveMappings,
  ChosenVersion,
  OverlayHow,
  OverlayOutcome,
  StoredOverlay,
  StoredVersion,
  VersionOrigin,
} from './mappings/active-mappings.ts';
export { registerMappingGauge } from './mappings/mapping-gauge.ts';
export {
  type ActiveMappingsOptions,
  openActiveMappings,
} from './mappings/open-active-mappings.ts';
export {
  readShipmentNotes,
  SHIPMENT_NOTES_MAX,
  type ShipmentNote,
  writeShipmentNote,
} from './notes/shipment-notes.ts';
export { NO_PERSONAL, openPersonal, type Personal } from './personal.ts';
export {
  claimPlaces,
  type PlaceRow,
  type PlaceSource,
  placeOfAddress,
  type SettledPlace,
  settlePlaces,
  wantPlaces,
} from './places/shipment-places.sql.ts';
export {
  addressHashOf,
  givenPlace,
  openPlace,
  placesOf,
  sealPlace,
  soughtAddress,
} from './places/shipment-places.ts';
export {
  type AddedProof,
  type AddProofOutcome,
  addProof,
  FILES_MAX,
  type GivenProof,
  type ProofDeps,
} from './proofs/add-proof.ts';
export { type CourierPhotos, courierPhotos } from './proofs/courier-photos.ts';
export { eraseDeliveryProofsBefore } from './proofs/delivery-proofs.sql.ts';
export type { PinOutcome } from './proofs/pin.ts';
export type { ProofFault } from './proofs/prepare-proof.ts';
export {
  type ProofsOfShipment,
  pinOf,
  proofsOfShipment,
  renewPin,
  type ShownProof,
} from './proofs/proofs-of-shipment.ts';
export type { Signature } from './proofs/signature.ts';
export { announceTracks, TRACKS_CHANNEL } from './public/announce-tracks.sql.ts';
export { type PickupPlace, pickupPlace } from './public/pickup-place.ts';
export { type PublicOrderParcel, publicOrderParcels } from './public/public-orders.sql.ts';
export {
  cacheTag,
  type Describe,
  type PublicEvent,
  type PublicTrack,
} from './public/public-track.ts';
export {
  eachPublicTrack,
  type PublicTrackRow,
  publicTracksByNumber,
} from './public/public-tracks.sql.ts';
export { announceOfMany, announceUpdates, type ShipmentUpdate } from './record/announce-updates.ts';
export { registerBacklogGauges } from './record/backlog-gauges.ts';
export type { Change } from './record/changes.ts';
export type { Fence } from './record/fence.ts';
export { type InboxWorker, startInboxWorker } from './record/inbox-worker.ts';
export type { PipelineDeps } from './record/pipeline.ts';
export { createPipelineMetrics } from './record/pipeline-metrics.ts';
export { shardOf } from './record/shards.ts';
export { type SourceFigures, sourceFigures } from './record/source-figures.sql.ts';
export { type Comparison, compareVersions } from './renormalize/compare/compare-versions.ts';
export { startJobWorker } from './renormalize/jobs/job-worker.ts';
export {
  cancelMappingJob,
  type MappingJob,
  mappingJob,
  mappingJobs,
  type RenormalizationOrder,
  startDiff,
  startRenormalization,
} from './renormalize/jobs/jobs.ts';
export type { NewRule } from './review/overlay-rule.ts';
export {
  openReviewCount,
  REVIEW_STATES,
  type ReviewRow,
  type ReviewState,
} from './review/review.sql.ts';
export { type ReviewDeps, type ReviewItem, reviewItem, reviewPage } from './review/review-queue.ts';
export {
  type Decision,
  dismissReview,
  type ResolveOutcome,
  resolveReview,
  type SettleDeps,
} from './review/settle-review.ts';
export {
  coverageOfStored,
  type StoredByCarrier,
  type StoredCoverage,
  storedCodes,
  vocabularyOfCarriers,
} from './review/stored-codes.ts';
export { TRACKING_SEALED } from './sealed-columns.sql.ts';
export { findPeopleOfEarlier } from './search/find-people-of-earlier.ts';
export {
  listShipments,
  SHIPMENT_ORDERS,
  type ShipmentListing,
  type ShipmentSearch,
} from './search/listing.sql.ts';
export { createPeopleHashes, PEOPLE_KEY } from './search/people-hashes.ts';
export { beginningsOf } from './search/terms.sql.ts';
export type {
  EstimateOverride,
  PredictedDelivery,
  Shipment,
  ShipmentState,
  ShownEstimate,
} from './shipment.ts';
export { shipmentsByIds, shipmentsByNumber, shipmentsOfNobody } from './shipments.sql.ts';
export { createTracking, type TrackingDeps } from './tracking.ts';
export { courierParcels } from './views/courier-parcels.ts';
export type { Explanation } from './views/explain.ts';
export { lastDayOf, passedEstimate } from './views/passed-estimate.ts';
export {
  type ParcelSnapshot,
  type PredictionMade,
  recordPredictions,
  seeParcels,
} from './views/predict.ts';
export { type ReportPreview, reportPreview } from './views/preview.ts';
export { iso, shipmentJson, trackingUrl } from './views/shipment-json.ts';
export { shownEstimate } from './views/shown-estimate.ts';
export { placeName, type TimelineEvent } from './views/timeline.ts';
export { tradeLaneOf } from './views/trade-lane.ts';
export { shipmentsWithTrouble } from './views/troubled.sql.ts';
export {
  explainShipment,
  type ShipmentView,
  type ShownEvent,
  trackOfShipment,
  viewShipment,
} from './views/view.ts';

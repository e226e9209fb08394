// What the composition root and commands run: the worker, sweeps, erasure, archive, gauges.

export { listArchiveFiles } from '../archiving/archived.sql.ts';
export { type FoundParcel, findArchived, restoreParcel } from '../archiving/restore-parcel.ts';
export { sweepsOfArchive } from '../archiving/sweeps-of-archive.ts';
export { startBulkJobs } from '../bulk/bulk-jobs.ts';
export { eraseNamed } from '../commands/manage.ts';
export { dropDeletedBefore } from '../erasing/erase.sql.ts';
export { holdBack } from '../erasing/held-back.ts';
export { overdueParcels, sweepEnded, sweepLog, sweepUnclaimed } from '../erasing/sweep-log.ts';
export { startFacilityLearning } from '../facilities/learn-facilities.ts';
export { createFindRecorded } from '../facts/recorded.ts';
export { startImports } from '../imports/run-imports.ts';
export { registerMappingGauge } from '../mappings/active-mappings.ts';
export { eraseDeliveryProofsBefore } from '../proofs/delivery-proofs.sql.ts';
export type { Fence } from '../record/fence.ts';
export { type InboxWorker, startInboxWorker } from '../record/inbox-worker.ts';
export { createPipelineMetrics, registerBacklogGauges } from '../record/pipeline-metrics.ts';
export { type InventedReport, inThePast, recordInvented } from '../record/record-invented.ts';
export { startJobWorker } from '../renormalize/jobs/job-worker.ts';
export { TRACKING_SEALED } from '../sealed-columns.sql.ts';
export { indexEarlierShipments } from '../search/index-earlier-shipments.ts';
export { createPeopleHashes, PEOPLE_KEY } from '../search/people-hashes.ts';
export { courierParcels } from '../views/courier-parcels.ts';
export { destinationsOf } from '../views/destinations.ts';

import { iso, type MappingJob } from '../../../tracking/index.ts';

export function jobJson(job: MappingJob) {
  return {
    id: job.id,
    kind: job.kind,
    carrier: job.carrier,
    state: job.state,
    from_version: job.fromVersion,
    to_version: job.toVersion,
    codes: job.scope.codes,
    merchant_id: job.scope.merchantId,
    notify: job.notify,
    facts_read: job.factsRead,
    facts_changed: job.factsChanged,
    shipments_changed: job.shipmentsChanged,
    shipments_failed: job.shipmentsFailed,
    by_status: job.byStatus,
    error: job.error,
    created_at: iso(job.createdAtMs),
    created_by: job.createdBy,
    started_at: iso(job.startedAtMs),
    finished_at: iso(job.finishedAtMs),
  };
}

import { z } from 'zod';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import type { MappingJob } from '../../../tracking/ports/mappings.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { listPage, paging } from '../../kit/paged.ts';
import { carrierName } from '../dead-letters/schema.ts';
import { readStatus } from '../shipments/output-schema.ts';

export const JOBS_SHOWN = 20;
const JOBS_SHOWN_MAX = 100;

export const jobsQuery = z.strictObject({
  carrier: carrierName.optional(),
  ...paging({ limit: JOBS_SHOWN, limitMax: JOBS_SHOWN_MAX }),
});

export const shownJob = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(['diff', 'renormalize']),
    carrier: z.string(),
    state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
    from_version: z.string().nullable().describe("Null: each fact's stored reading."),
    to_version: z.string(),
    codes: z
      .array(z.record(z.string(), z.string()))
      .nullable()
      .describe('Only facts with these codes. Null: all.'),
    merchant_id: z.uuid().nullable().describe("Only this merchant's. Null: everybody's."),
    notify: z.boolean(),
    facts_read: z.int(),
    facts_changed: z.int(),
    shipments_changed: z.int(),
    shipments_failed: z.int(),
    by_status: z.array(
      z.strictObject({
        from: readStatus,
        to: readStatus,
        facts: z.int(),
        shipments: z.int(),
        samples: z.array(z.strictObject({ shipment_id: z.uuid(), tracking_number: z.string() })),
      }),
    ),
    error: z.string().nullable(),
    created_at: instant,
    created_by: z.string(),
    started_at: instantOrNull,
    finished_at: instantOrNull,
  })
  .meta({ id: 'MappingJob' });

export const mappingJobList = listPage(shownJob).meta({ id: 'MappingJobList' });

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

import type { ReadStatus } from '../../../kernel/status.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows, type Row } from '../../../platform/database/query-rows.ts';
import { few, SAMPLES_MAX, type Sample, type StatusChange } from './job-changes.ts';

/** Adds to a job's results, in the transaction that found them. */
export async function addChanges(
  tx: Queryable,
  jobId: string,
  changes: readonly StatusChange[],
): Promise<void> {
  if (changes.length === 0) return;
  await tx.query({
    name: 'add_mapping_job_changes',
    text: `
      insert into mapping_job_changes as m (job_id, from_status, to_status, facts, shipments,
                                            samples)
      select $1, c.* from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::jsonb[]) c
      on conflict (job_id, from_status, to_status) do update
        set facts = m.facts + excluded.facts, shipments = m.shipments + excluded.shipments,
            samples = case when jsonb_array_length(m.samples) >= ${SAMPLES_MAX} then m.samples
                      else m.samples || excluded.samples end`,
    values: [
      jobId,
      changes.map(({ from }) => from),
      changes.map(({ to }) => to),
      changes.map(({ facts }) => facts),
      changes.map(({ shipments }) => shipments),
      changes.map(({ samples }) => JSON.stringify(samples)),
    ],
  });
}

interface ChangeRow extends Row<'mapping_job_changes', 'jobId' | 'facts' | 'shipments'> {
  fromStatus: ReadStatus;
  toStatus: ReadStatus;
  samples: Sample[];
}

/** The results of jobs so far, by job, most facts first. */
export async function changesOfJobs(
  db: Queryable,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, StatusChange[]>> {
  const rows = await queryRows<ChangeRow>(
    db,
    `select * from mapping_job_changes where job_id = any($1::uuid[])
     order by facts desc, shipments desc, from_status, to_status`,
    [jobIds],
  );
  const found = new Map<string, StatusChange[]>();
  for (const row of rows) {
    const change = {
      from: row.fromStatus,
      to: row.toStatus,
      facts: Number(row.facts),
      shipments: Number(row.shipments),
      samples: few(row.samples),
    };
    found.set(row.jobId, [...(found.get(row.jobId) ?? []), change]);
  }
  return found;
}

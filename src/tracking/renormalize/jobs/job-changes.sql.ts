import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import { firstSamples, SAMPLES_MAX, type StatusChange } from './job-changes.ts';

/** Adds changes to a job's results, in the transaction that found them. */
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

/** Returns the results of jobs so far, by job, most facts first. */
export async function changesOfJobs(
  db: Queryable,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, StatusChange[]>> {
  const rows = await queryRows<StatusChange & { readonly jobId: string }>(
    db,
    `select job_id, from_status as "from", to_status as "to", facts::float8, shipments::float8,
       samples
     from mapping_job_changes where job_id = any($1::uuid[])
     order by facts desc, shipments desc, from_status, to_status`,
    [jobIds],
  );
  const found = new Map<string, StatusChange[]>();
  for (const { jobId, ...change } of rows) {
    const changes = found.get(jobId) ?? [];
    found.set(jobId, [...changes, { ...change, samples: firstSamples(change.samples) }]);
  }
  return found;
}

import type { ReadStatus } from '../../../kernel/status.ts';
import type { Queryable } from '../../../platform/database/database.ts';
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

interface Row {
  job_id: string;
  from_status: ReadStatus;
  to_status: ReadStatus;
  facts: string;
  shipments: string;
  samples: Sample[];
}

/** The results of jobs so far, by job, most facts first. */
export async function changesOfJobs(
  db: Queryable,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, StatusChange[]>> {
  const { rows } = await db.query<Row>(
    `select * from mapping_job_changes where job_id = any($1::uuid[])
     order by facts desc, shipments desc, from_status, to_status`,
    [jobIds],
  );
  const found = new Map<string, StatusChange[]>();
  for (const row of rows) {
    const change = {
      from: row.from_status,
      to: row.to_status,
      facts: Number(row.facts),
      shipments: Number(row.shipments),
      samples: few(row.samples),
    };
    found.set(row.job_id, [...(found.get(row.job_id) ?? []), change]);
  }
  return found;
}

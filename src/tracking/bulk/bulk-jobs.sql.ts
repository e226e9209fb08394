import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryColumn, queryRow, type Row } from '../../platform/database/query-rows.ts';
import { leasedRows } from '../../platform/work/leased-rows.ts';

/** What a job does with each of its parcels. */
export interface BulkAction {
  readonly action: 'refresh' | 'tag' | 'untag';
  /** Null for actions without a tag. */
  readonly tag: string | null;
}

/** An action on many parcels, and how far it got. */
export interface BulkJob extends BulkAction {
  readonly id: string;
  /** The job whose changes it reverses. */
  readonly undoes: string | null;
  readonly total: number;
  readonly done: number;
  readonly changed: number;
  /** Null while parcels are left. */
  readonly finishedAtMs: number | null;
}

/** A job leased by a process. */
export interface HeldJob extends BulkAction {
  readonly id: string;
  readonly leaseToken: string;
  readonly tenant: Tenant;
}

type JobKey = Pick<HeldJob, 'id' | 'leaseToken'>;

const JOBS = leasedRows<JobKey>({
  table: 'bulk_jobs',
  alias: 'j',
  key: { id: { type: 'uuid', of: ({ id }) => id } },
  until: 'due_at',
  token: { column: 'lease_token', type: 'bigint', of: ({ leaseToken }) => leaseToken },
});

/** Wakes the processes that work on jobs. */
export const BULK_JOBS_CHANNEL = 'waybill_bulk_jobs';

interface NewBulkJob extends BulkAction {
  readonly id: string;
  readonly nowMs: number;
  /** The chosen parcels; null: those that the job `undoes` changed. */
  readonly shipmentIds: readonly string[] | null;
  readonly undoes: string | null;
}

/** Stores a job with its parcels. The process that stored it has five seconds to lease it first. */
export async function insertBulkJob(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  { id, action, tag, undoes, nowMs, shipmentIds }: NewBulkJob,
): Promise<void> {
  const values = [id, merchantId, mode, action, tag, undoes, nowMs];
  await tx.query({
    name: 'insert_bulk_job',
    text: `insert into bulk_jobs (id, merchant_id, mode, action, tag, undoes, total, requested_at, due_at)
           values ($1, $2, $3, $4, $5, $6, 0, to_timestamp($7 / 1000.0),
                   to_timestamp($7 / 1000.0) + interval '5 s')`,
    values,
  });
  const { rowCount } = await tx.query({
    name: 'insert_bulk_job_rows',
    text: `insert into bulk_job_rows (job_id, merchant_id, mode, shipment_id)
           select $1::uuid, $2::uuid, $3::text, each from unnest($4::uuid[]) as each
           union
           select $1::uuid, merchant_id, mode, shipment_id from bulk_job_rows
           where job_id = $5::uuid and changed and $4::uuid[] is null`,
    values: [id, merchantId, mode, shipmentIds, undoes],
  });
  await tx.query({
    name: 'count_bulk_job_rows',
    text: 'update bulk_jobs set total = $2 where id = $1',
    values: [id, rowCount],
  });
}

/** Returns a job that the current role may see; null if there is none. */
export async function bulkJobById(db: Queryable, id: string): Promise<BulkJob | null> {
  return queryRow<BulkJob>(db, {
    name: 'bulk_job_by_id',
    text: `select id, action, tag, undoes, total, done, changed, finished_at
           from bulk_jobs where id = $1`,
    values: [id],
  });
}

/**
 * Leases the job that has waited longest.
 *
 * @param only this job, which has just been stored; null: any.
 */
export async function leaseBulkJob(
  db: Queryable,
  {
    nowMs,
    untilMs,
    only,
  }: { readonly nowMs: number; readonly untilMs: number; readonly only: string | null },
): Promise<HeldJob | null> {
  const [row] = await JOBS.claim<
    Row<'bulk_jobs', 'id' | 'leaseToken' | 'merchantId' | 'mode' | 'tag'> &
      Pick<BulkAction, 'action'>
  >(db, {
    name: 'lease_bulk_job',
    find: `where j.finished_at is null
             and (j.id = $3 or $3::uuid is null and j.due_at <= to_timestamp($1 / 1000.0))
           order by j.due_at, j.id limit 1`,
    until: 'to_timestamp($2 / 1000.0)',
    returning: 'j.id, j.lease_token, j.merchant_id, j.mode, j.action, j.tag',
    values: [nowMs, untilMs, only],
  });
  if (row === undefined) return null;
  const { merchantId, mode, ...held } = row;
  return { ...held, tenant: { merchantId, mode } };
}

/** Returns parcels of a job that are still to be done. */
export function parcelsLeft(
  db: Queryable,
  jobId: string,
  most: number,
): Promise<readonly string[]> {
  return queryColumn<string>(db, {
    name: 'parcels_left_of_bulk_job',
    text: `select shipment_id from bulk_job_rows where job_id = $1 and changed is null
           order by shipment_id limit $2`,
    values: [jobId, most],
  });
}

/**
 * Records which parcels were changed, and extends the lease. Requires a transaction.
 *
 * @param isLast whether no parcel is left, so that the job ends.
 * @returns false: another process holds the job by now, and nothing was recorded.
 */
export async function settleParcels(
  tx: Queryable,
  held: HeldJob,
  changes: ReadonlyMap<string, boolean>,
  { untilMs, nowMs, isLast }: { untilMs: number; nowMs: number; isLast: boolean },
): Promise<boolean> {
  const changed = [...changes.values()].filter(Boolean).length;
  const renewed = await JOBS.change(tx, [held], {
    name: 'settle_parcels_of_bulk_job',
    set: `done = j.done + given.done, changed = j.changed + given.changed,
          due_at = to_timestamp(given.until_ms / 1000.0),
          finished_at = to_timestamp(given.finished_ms / 1000.0)`,
    given: {
      done: { type: 'int', of: () => changes.size },
      changed: { type: 'int', of: () => changed },
      until_ms: { type: 'float8', of: () => untilMs },
      finished_ms: { type: 'float8', of: () => (isLast ? nowMs : null) },
    },
  });
  if (renewed.length === 0) return false;
  await tx.query({
    name: 'settle_rows_of_bulk_job',
    text: `update bulk_job_rows r set changed = c.changed
           from unnest($2::uuid[], $3::bool[]) as c(shipment_id, changed)
           where r.job_id = $1 and r.shipment_id = c.shipment_id`,
    values: [held.id, [...changes.keys()], [...changes.values()]],
  });
  return true;
}

/** Releases a job, and wakes the processes, so that any of them continues at once. */
export async function releaseBulkJob(db: Queryable, held: HeldJob, nowMs: number): Promise<void> {
  await JOBS.extend(db, [held], nowMs);
  await db.query({
    name: 'announce_bulk_job',
    text: 'select pg_notify($1, $2)',
    values: [BULK_JOBS_CHANNEL, held.id],
  });
}

/** Removes at most `limit` jobs that ended before `beforeMs`. */
export async function dropBulkJobsBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<void> {
  await db.query({
    name: 'drop_bulk_jobs_before',
    text: `with dropped as (
             delete from bulk_jobs where id in (
               select id from bulk_jobs where finished_at < to_timestamp($1 / 1000.0)
               order by finished_at limit $2)
             returning id)
           delete from bulk_job_rows where job_id in (select id from dropped)`,
    values: [beforeMs, limit],
  });
}

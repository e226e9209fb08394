import type { CodeMatch } from '../../../adapters/contract/contract.ts';
import { definedOnly } from '../../../kernel/defined-only.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow, queryRows } from '../../../platform/database/query-rows.ts';
import type { Rows } from '../../../platform/database/rows.gen.ts';
import { type Column, leasedRows } from '../../../platform/work/leased-rows.ts';
import type { Scope } from '../scan.sql.ts';

/** The channel that announces new and cancelled jobs, without a payload. */
export const JOBS_CHANNEL = 'waybill_mapping_jobs';

type Counts = 'factsRead' | 'factsChanged' | 'shipmentsChanged' | 'shipmentsFailed';

interface StoredJob extends Omit<Rows['mapping_jobs'], 'scope'> {
  readonly scope: { readonly codes?: CodeMatch[]; readonly merchant_id?: string } | null;
}

export interface JobRow
  extends Omit<StoredJob, 'scope' | 'overlaysGeneration' | 'leaseUntilMs' | Counts>,
    Readonly<Record<Counts, number>> {
  readonly scope: Scope;
  /** The overlays' generation at the start of the scan; null if it is not known. */
  readonly overlaysGeneration: number | null;
}

type NewJob = Pick<
  JobRow,
  'id' | 'kind' | 'carrier' | 'fromVersion' | 'toVersion' | 'scope' | 'notify' | 'createdBy'
> & { readonly createdAtMs: number };

/** Stores a job; null if the merchant already has an open order for all its parcels. */
export async function insertJob(db: Queryable, job: NewJob): Promise<JobRow | null> {
  const { codes, merchantId } = job.scope;
  const scope = definedOnly({
    codes: codes ?? undefined,
    merchant_id: merchantId ?? undefined,
  });
  const row = await queryRow<StoredJob>(
    db,
    `insert into mapping_jobs (id, kind, carrier, from_version, to_version, scope, notify, state,
                               created_at, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, 'waiting', to_timestamp($8 / 1000.0), $9)
     on conflict (carrier, (scope->>'merchant_id'))
       where kind = 'renormalize' and scope->>'merchant_id' is not null and scope->'codes' is null
         and state in ('waiting', 'running')
       do nothing
     returning *`,
    [
      job.id,
      job.kind,
      job.carrier,
      job.fromVersion,
      job.toVersion,
      Object.keys(scope).length === 0 ? null : JSON.stringify(scope),
      job.notify,
      job.createdAtMs,
      job.createdBy,
    ],
  );
  if (row === null) return null;
  await announceJobs(db);
  return toJob(row);
}

/** Returns a merchant's unfinished order for all its parcels of a carrier; there is at most one. */
export async function openJobOf(
  db: Queryable,
  carrier: string,
  merchantId: string,
): Promise<JobRow | null> {
  const row = await queryRow<StoredJob>(
    db,
    `select * from mapping_jobs
     where carrier = $1 and scope->>'merchant_id' = $2 and scope->'codes' is null
       and kind = 'renormalize' and state in ('waiting', 'running')`,
    [carrier, merchantId],
  );
  return row && toJob(row);
}

async function announceJobs(db: Queryable): Promise<void> {
  await db.query('select pg_notify($1, $2)', [JOBS_CHANNEL, '']);
}

const JOBS = leasedRows<Lease>({
  table: 'mapping_jobs',
  alias: 'j',
  key: { id: { type: 'uuid', of: ({ id }) => id } },
  until: 'lease_until',
  token: { column: 'lease_token', type: 'bigint', of: ({ token }) => token },
});

/**
 * Claims the oldest job that may run, merchants' own after all others: one that waits while no
 * other of its carrier and kind runs, or one whose lease has expired, which happens only when its
 * process has died. The server's clock decides, so that processes whose clocks differ agree. Skips
 * the carriers in `except`. Null if there is none, or another process was faster.
 */
export async function claimJob(
  db: Queryable,
  leaseMs: number,
  except: readonly string[] = [],
): Promise<JobRow | null> {
  try {
    const [row] = await JOBS.claim<StoredJob>(db, {
      name: 'claim_mapping_job',
      find: `
        where j.carrier <> all($2::text[])
          and ((j.state = 'running' and j.lease_until < now())
            or (j.state = 'waiting' and not exists (
                  select from mapping_jobs o
                  where o.carrier = j.carrier and o.kind = j.kind and o.state = 'running')))
        order by j.scope->>'merchant_id' is not null, j.created_at, j.id limit 1`,
      until: 'now() + make_interval(secs => $1 / 1000.0)',
      set: `state = 'running', started_at = coalesce(j.started_at, now())`,
      returning: 'j.*',
      values: [leaseMs, except],
    });
    return row === undefined ? null : toJob(row);
  } catch (error) {
    // Another process has started the same carrier's other job at this very moment.
    if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) return null;
    throw error;
  }
}

const UNIQUE_VIOLATION = '23505';

export interface Progress {
  readonly factsRead?: number;
  readonly factsChanged?: number;
  readonly shipmentsChanged?: number;
  readonly shipmentsFailed?: number;
  /** The new position of the cursor; absent if unchanged. */
  readonly afterId?: string;
  readonly lateUntilMs?: number;
}

/** The holder's right to a job, and how long each step extends it. */
export interface Lease {
  readonly id: string;
  readonly token: string;
  readonly leaseMs: number;
}

/**
 * Adds counts, moves the cursor and extends the lease, in the transaction that does the work. False
 * means that the caller no longer holds the job and must not commit the transaction.
 */
export function advanceJob(tx: Queryable, lease: Lease, progress: Progress): Promise<boolean> {
  return changeJob(
    tx,
    'advance_mapping_job',
    { ...lease, ...progress },
    {
      set: `lease_until = now() + make_interval(secs => given.lease_ms / 1000.0),
      facts_read = j.facts_read + given.facts, facts_changed = j.facts_changed + given.changed,
      shipments_changed = j.shipments_changed + given.shipments,
      shipments_failed = j.shipments_failed + given.failed, after_id = coalesce(given.after, j.after_id),
      late_until = coalesce(to_timestamp(given.late_ms / 1000.0), j.late_until)`,
      given: {
        lease_ms: { type: 'float8', of: ({ leaseMs }) => leaseMs },
        facts: { type: 'int', of: ({ factsRead = 0 }) => factsRead },
        changed: { type: 'int', of: ({ factsChanged = 0 }) => factsChanged },
        shipments: { type: 'int', of: ({ shipmentsChanged = 0 }) => shipmentsChanged },
        failed: { type: 'int', of: ({ shipmentsFailed = 0 }) => shipmentsFailed },
        after: { type: 'uuid', of: ({ afterId = null }) => afterId },
        late_ms: { type: 'float8', of: ({ lateUntilMs = null }) => lateUntilMs },
      },
    },
  );
}

/** Changes a job if its lease is still held; returns false if another process has claimed it. */
async function changeJob<Given extends Lease>(
  db: Queryable,
  name: string,
  lease: Given,
  change: { readonly set: string; readonly given: Readonly<Record<string, Column<Given>>> },
): Promise<boolean> {
  return (await JOBS.change(db, [lease], { name, ...change })).length === 1;
}

/**
 * Starts the scan, or restarts it with the version that is active now. False as in `advanceJob`.
 */
export function beginScan(
  db: Queryable,
  lease: Lease,
  toVersion: string,
  overlaysGeneration: number | null,
  nowMs: number,
): Promise<boolean> {
  return changeJob(db, 'begin_walk', lease, {
    set: `to_version = given.version, after_id = null, late_until = null,
      scan_began_at = to_timestamp(given.now_ms / 1000.0), overlays_generation = given.generation`,
    given: {
      version: { type: 'text', of: () => toVersion },
      now_ms: { type: 'float8', of: () => nowMs },
      generation: { type: 'bigint', of: () => overlaysGeneration },
    },
  });
}

/** Marks a job as done or failed. False as in `advanceJob`. */
export async function endJob(
  db: Queryable,
  lease: Lease,
  state: 'done' | 'failed',
  error: string | null,
): Promise<boolean> {
  const isMine = await changeJob(db, 'end_mapping_job', lease, {
    // A finished job has no holder.
    set: `state = given.now, error = given.failure, lease_until = null, finished_at = now(),
      lease_token = j.lease_token + 1`,
    given: { now: { type: 'text', of: () => state }, failure: { type: 'text', of: () => error } },
  });
  await announceJobs(db);
  return isMine;
}

/**
 * Releases the job, so that another process continues at once, or (`waiting`) takes another job.
 */
export async function releaseJob(
  db: Queryable,
  lease: Lease,
  state: 'running' | 'waiting' = 'running',
): Promise<void> {
  await changeJob(db, 'release_mapping_job', lease, {
    set: `lease_until = now() - interval '1 second', state = given.now`,
    given: { now: { type: 'text', of: () => state } },
  });
  await announceJobs(db);
}

/** Cancels a job; what it has done already stays. Null if there is no such job, or it had ended. */
export async function cancelJobRow(db: Queryable, id: string): Promise<JobRow | null> {
  const row = await queryRow<StoredJob>(
    db,
    `update mapping_jobs set state = 'cancelled', lease_until = null, finished_at = now(),
       lease_token = lease_token + 1
     where id = $1 and state in ('waiting', 'running') returning *`,
    [id],
  );
  if (row === null) return null;
  await announceJobs(db);
  return toJob(row);
}

export async function jobRow(db: Queryable, id: string): Promise<JobRow | null> {
  const row = await queryRow<StoredJob>(db, 'select * from mapping_jobs where id = $1', [id]);
  return row && toJob(row);
}

/** Returns jobs, newest first, of one carrier or of all. */
export async function jobRows(
  db: Queryable,
  page: {
    readonly carrier: string | null;
    readonly limit: number;
    readonly before: string | null;
  },
): Promise<JobRow[]> {
  const rows = await queryRows<StoredJob>(
    db,
    `select * from mapping_jobs
     where ($1::text is null or carrier = $1)
       and ($3::uuid is null
            or (created_at, id) < (select created_at, id from mapping_jobs where id = $3))
     order by created_at desc, id desc limit $2`,
    [page.carrier, page.limit, page.before],
  );
  return rows.map(toJob);
}

function toJob({ leaseUntilMs: _, ...row }: StoredJob): JobRow {
  return {
    ...row,
    scope: { codes: row.scope?.codes ?? null, merchantId: row.scope?.merchant_id ?? null },
    overlaysGeneration: row.overlaysGeneration === null ? null : Number(row.overlaysGeneration),
    factsRead: Number(row.factsRead),
    factsChanged: Number(row.factsChanged),
    shipmentsChanged: Number(row.shipmentsChanged),
    shipmentsFailed: Number(row.shipmentsFailed),
  };
}

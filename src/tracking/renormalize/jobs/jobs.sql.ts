import type { CodeMatch } from '../../../adapters/contract/contract.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type { Scope } from '../scan.sql.ts';

/** Channel on which jobs are announced, new ones and cancelled ones; there is no payload. */
export const JOBS_CHANNEL = 'waybill_mapping_jobs';

export type JobKind = 'diff' | 'renormalize';
export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

export interface JobRow {
  readonly id: string;
  readonly kind: JobKind;
  readonly carrier: string;
  readonly fromVersion: string | null;
  readonly toVersion: string;
  readonly scope: Scope;
  readonly notify: boolean;
  readonly state: JobState;
  readonly afterId: string | null;
  readonly walkBeganAtMs: number | null;
  readonly lateUntilMs: number | null;
  /** Which overlays the walk began with; null: not known. */
  readonly overlaysGeneration: number | null;
  readonly factsRead: number;
  readonly factsChanged: number;
  readonly shipmentsChanged: number;
  readonly shipmentsFailed: number;
  readonly error: string | null;
  readonly leaseToken: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
}

interface Row {
  id: string;
  kind: JobKind;
  carrier: string;
  from_version: string | null;
  to_version: string;
  scope: { codes?: CodeMatch[]; merchant_id?: string } | null;
  notify: boolean;
  state: JobState;
  after_id: string | null;
  walk_began_at: Date | null;
  late_until: Date | null;
  overlays_generation: string | null;
  facts_read: string;
  facts_changed: string;
  shipments_changed: string;
  shipments_failed: string;
  error: string | null;
  lease_token: string;
  created_at: Date;
  created_by: string;
  started_at: Date | null;
  finished_at: Date | null;
}

export type NewJob = Pick<
  JobRow,
  'id' | 'kind' | 'carrier' | 'fromVersion' | 'toVersion' | 'scope' | 'notify' | 'createdBy'
> & { readonly createdAtMs: number };

/** A merchant that has an order for all its parcels already keeps it: null. */
export async function insertJob(db: Queryable, job: NewJob): Promise<JobRow | null> {
  const { codes, merchantId } = job.scope;
  const scope = {
    ...(codes === null ? {} : { codes }),
    ...(merchantId === null ? {} : { merchant_id: merchantId }),
  };
  const { rows } = await db.query<Row>(
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
  if (rows[0] === undefined) return null;
  await announceJobs(db);
  return toJob(rows[0]);
}

/** A merchant's order for all its parcels of a carrier that has not ended; there is at most one. */
export async function openJobOf(
  db: Queryable,
  carrier: string,
  merchantId: string,
): Promise<JobRow | null> {
  const { rows } = await db.query<Row>(
    `select * from mapping_jobs
     where carrier = $1 and scope->>'merchant_id' = $2 and scope->'codes' is null
       and kind = 'renormalize' and state in ('waiting', 'running')`,
    [carrier, merchantId],
  );
  return rows[0] === undefined ? null : toJob(rows[0]);
}

async function announceJobs(db: Queryable): Promise<void> {
  await db.query('select pg_notify($1, $2)', [JOBS_CHANNEL, '']);
}

/**
 * Takes the oldest job that may run, merchants' own after all others: one that waits while no other
 * of its carrier and kind runs, or one whose holder has let its lease run out, which only a dead one
 * does. Time is the server's, so that processes whose clocks differ agree on it. None of the carriers
 * in `except`. Null: there is none, or another was quicker.
 */
export async function claimJob(
  db: Queryable,
  leaseMs: number,
  except: readonly string[] = [],
): Promise<JobRow | null> {
  try {
    const { rows } = await db.query<Row>({
      name: 'claim_mapping_job',
      text: `
        update mapping_jobs set state = 'running', lease_token = lease_token + 1,
          lease_until = now() + make_interval(secs => $1 / 1000.0),
          started_at = coalesce(started_at, now())
        where id = (
          select id from mapping_jobs j
          where j.carrier <> all($2::text[])
            and ((state = 'running' and lease_until < now())
              or (state = 'waiting' and not exists (
                    select from mapping_jobs o
                    where o.carrier = j.carrier and o.kind = j.kind and o.state = 'running')))
          order by scope->>'merchant_id' is not null, created_at, id limit 1
          for update skip locked)
        returning *`,
      values: [leaseMs, except],
    });
    return rows[0] === undefined ? null : toJob(rows[0]);
  } catch (error) {
    // Another has begun the same carrier's other job at this very moment.
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
  /** Absent: as it is. */
  readonly afterId?: string;
  readonly lateUntilMs?: number;
}

/** The holder's right to a job, and how long it lasts from each step on. */
export interface Lease {
  readonly id: string;
  readonly token: string;
  readonly leaseMs: number;
}

/**
 * Counts, moves the cursor and prolongs the lease; in the transaction that does the work. False:
 * the job is no longer the caller's, and the transaction must not be committed.
 */
export async function advanceJob(
  tx: Queryable,
  { id, token, leaseMs }: Lease,
  progress: Progress,
): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'advance_mapping_job',
    text: `
      update mapping_jobs set lease_until = now() + make_interval(secs => $3 / 1000.0),
        facts_read = facts_read + $4, facts_changed = facts_changed + $5,
        shipments_changed = shipments_changed + $6, shipments_failed = shipments_failed + $7,
        after_id = coalesce($8, after_id),
        late_until = coalesce(to_timestamp($9 / 1000.0), late_until)
      where id = $1 and lease_token = $2 and state = 'running'`,
    values: [
      id,
      token,
      leaseMs,
      progress.factsRead ?? 0,
      progress.factsChanged ?? 0,
      progress.shipmentsChanged ?? 0,
      progress.shipmentsFailed ?? 0,
      progress.afterId ?? null,
      progress.lateUntilMs ?? null,
    ],
  });
  return rowCount === 1;
}

/** Begins the walk, or begins it anew with what is in force by now. False as in `advanceJob`. */
export async function beginWalk(
  db: Queryable,
  { id, token }: Lease,
  toVersion: string,
  overlaysGeneration: number | null,
  nowMs: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update mapping_jobs set to_version = $3, after_id = null, late_until = null,
       walk_began_at = to_timestamp($4 / 1000.0), overlays_generation = $5
     where id = $1 and lease_token = $2 and state = 'running'`,
    [id, token, toVersion, nowMs, overlaysGeneration],
  );
  return rowCount === 1;
}

/** False as in `advanceJob`. */
export async function endJob(
  db: Queryable,
  { id, token }: Lease,
  state: 'done' | 'failed',
  error: string | null,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update mapping_jobs set state = $3, error = $4, lease_until = null, finished_at = now()
     where id = $1 and lease_token = $2 and state = 'running'`,
    [id, token, state, error],
  );
  await announceJobs(db);
  return rowCount === 1;
}

/** Gives the job back, so that another process goes on at once, or (`waiting`) another job. */
export async function releaseJob(
  db: Queryable,
  { id, token }: Lease,
  state: 'running' | 'waiting' = 'running',
): Promise<void> {
  await db.query(
    `update mapping_jobs set lease_until = now() - interval '1 second', state = $3
     where id = $1 and lease_token = $2 and state = 'running'`,
    [id, token, state],
  );
  await announceJobs(db);
}

/** What has been done stays; null: there is no such job, or it had ended. */
export async function cancelJobRow(db: Queryable, id: string): Promise<JobRow | null> {
  const { rows } = await db.query<Row>(
    `update mapping_jobs set state = 'cancelled', lease_until = null, finished_at = now()
     where id = $1 and state in ('waiting', 'running') returning *`,
    [id],
  );
  if (rows[0] === undefined) return null;
  await announceJobs(db);
  return toJob(rows[0]);
}

export async function jobRow(db: Queryable, id: string): Promise<JobRow | null> {
  const { rows } = await db.query<Row>('select * from mapping_jobs where id = $1', [id]);
  return rows[0] === undefined ? null : toJob(rows[0]);
}

/** Newest first. */
export async function jobRows(
  db: Queryable,
  page: {
    readonly carrier: string | null;
    readonly limit: number;
    readonly before: string | null;
  },
): Promise<JobRow[]> {
  const { rows } = await db.query<Row>(
    `select * from mapping_jobs
     where ($1::text is null or carrier = $1)
       and ($3::uuid is null
            or (created_at, id) < (select created_at, id from mapping_jobs where id = $3))
     order by created_at desc, id desc limit $2`,
    [page.carrier, page.limit, page.before],
  );
  return rows.map(toJob);
}

function toJob(row: Row): JobRow {
  return {
    id: row.id,
    kind: row.kind,
    carrier: row.carrier,
    fromVersion: row.from_version,
    toVersion: row.to_version,
    scope: { codes: row.scope?.codes ?? null, merchantId: row.scope?.merchant_id ?? null },
    notify: row.notify,
    state: row.state,
    afterId: row.after_id,
    walkBeganAtMs: row.walk_began_at?.getTime() ?? null,
    lateUntilMs: row.late_until?.getTime() ?? null,
    overlaysGeneration: row.overlays_generation === null ? null : Number(row.overlays_generation),
    factsRead: Number(row.facts_read),
    factsChanged: Number(row.facts_changed),
    shipmentsChanged: Number(row.shipments_changed),
    shipmentsFailed: Number(row.shipments_failed),
    error: row.error,
    leaseToken: row.lease_token,
    createdAtMs: row.created_at.getTime(),
    createdBy: row.created_by,
    startedAtMs: row.started_at?.getTime() ?? null,
    finishedAtMs: row.finished_at?.getTime() ?? null,
  };
}

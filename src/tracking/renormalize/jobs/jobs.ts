import type { CodeMatch } from '../../../adapters/contract/contract.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import { changesOfJobs } from './job-changes.sql.ts';
import type { StatusChange } from './job-changes.ts';
import { cancelJobRow, insertJob, type JobRow, jobRow, jobRows, openJobOf } from './jobs.sql.ts';

export interface JobsDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** A job with its results so far. */
export interface MappingJob
  extends Omit<JobRow, 'leaseToken' | 'afterId' | 'lateUntilMs' | 'overlaysGeneration'> {
  readonly byStatus: readonly StatusChange[];
}

/** An order to read stored facts again with the active version. */
export interface RenormalizationOrder {
  readonly carrier: string;
  /** The active version; if another becomes active meanwhile, the job uses that one. */
  readonly toVersion: string;
  /** Only facts that have all codes of any of these; absent means all facts. */
  readonly codes?: readonly CodeMatch[];
  /** Only this merchant's parcels; absent means everybody's. */
  readonly merchantId?: string;
  /** Whether changes are published and notified as if they happened now. */
  readonly notify?: boolean;
  /** Who ordered it: an API key's id or `cli`. */
  readonly by: string;
}

/**
 * Orders a renormalization: stored facts are read again with the active version. A worker starts at
 * once, or after the carrier's earlier orders. A merchant's open order also serves a repeated
 * request: changes during its run are handled at its end.
 */
export async function startRenormalization(
  { db, clock, randomBytes }: JobsDeps,
  order: RenormalizationOrder,
): Promise<MappingJob> {
  const { carrier, merchantId = null } = order;
  for (;;) {
    const nowMs = clock.nowMs();
    const job = await insertJob(db.pipeline, {
      id: uuidV7(nowMs, randomBytes(10)),
      kind: 'renormalize',
      carrier,
      fromVersion: null,
      toVersion: order.toVersion,
      scope: { codes: order.codes ?? null, merchantId },
      notify: order.notify ?? false,
      createdBy: order.by,
      createdAtMs: nowMs,
    });
    if (job !== null) return toMappingJob(job, []);
    const open = merchantId && (await openJobOf(db.pipeline, carrier, merchantId));
    // Otherwise the open job has ended between the two statements: try again.
    if (open) return toMappingJob(open, []);
  }
}

/** An order to compare two versions over stored history. */
interface DiffOrder {
  readonly carrier: string;
  /** The version to compare with; null means each fact's current reading. */
  readonly fromVersion: string | null;
  readonly toVersion: string;
  readonly by: string;
}

/** Orders a comparison of two versions over stored history; it changes nothing. */
export async function startDiff(
  { db, clock, randomBytes }: JobsDeps,
  order: DiffOrder,
): Promise<MappingJob> {
  const nowMs = clock.nowMs();
  const job = await insertJob(db.pipeline, {
    id: uuidV7(nowMs, randomBytes(10)),
    kind: 'diff',
    carrier: order.carrier,
    fromVersion: order.fromVersion,
    toVersion: order.toVersion,
    scope: { codes: null, merchantId: null },
    notify: false,
    createdBy: order.by,
    createdAtMs: nowMs,
  });
  if (job === null)
    throw new Error('a comparison was refused, although comparisons never conflict');
  return toMappingJob(job, []);
}

/** Returns a job with its results so far; null if there is none with that id. */
export async function mappingJob(
  { db }: Pick<JobsDeps, 'db'>,
  id: string,
): Promise<MappingJob | null> {
  const job = await jobRow(db.pipeline, id);
  if (job === null) return null;
  const changes = await changesOfJobs(db.pipeline, [id]);
  return toMappingJob(job, changes.get(id) ?? []);
}

interface JobsPage {
  readonly carrier?: string | null;
  readonly limit: number;
  /** The id of a job; only older ones are returned. */
  readonly before?: string | null;
}

/** Returns jobs with their results so far, newest first. */
export async function mappingJobs(
  { db }: Pick<JobsDeps, 'db'>,
  { carrier = null, limit, before = null }: JobsPage,
): Promise<MappingJob[]> {
  const jobs = await jobRows(db.pipeline, { carrier, limit, before });
  const ids = jobs.map(({ id }) => id);
  const changes = await changesOfJobs(db.pipeline, ids);
  return jobs.map((job) => toMappingJob(job, changes.get(job.id) ?? []));
}

/**
 * Cancels a job. Facts that were already read again stay so. Null if there is no such job, or it
 * has ended.
 */
export async function cancelMappingJob(
  { db }: Pick<JobsDeps, 'db'>,
  id: string,
): Promise<MappingJob | null> {
  return (await cancelJobRow(db.pipeline, id)) === null ? null : mappingJob({ db }, id);
}

function toMappingJob(job: JobRow, byStatus: readonly StatusChange[]): MappingJob {
  const { leaseToken: _token, afterId: _after, lateUntilMs: _late, ...rest } = job;
  const { overlaysGeneration: _overlays, ...shown } = rest;
  return { ...shown, byStatus };
}

import { tags as tagsSchema } from '../../events/shipment-attributes.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant, withTransaction } from '../../platform/database/database.ts';
import { isDatabaseUnavailable } from '../../platform/database/database-errors.ts';
import type { Listener } from '../../platform/database/listen.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import { findShipment, patchShipment } from '../commands/manage.ts';
import type { Shipment } from '../shipment.ts';
import type { TrackingDeps } from '../tracking.ts';
import {
  BULK_JOBS_CHANNEL,
  type BulkAction,
  type BulkJob,
  bulkJobById,
  dropBulkJobsBefore,
  type HeldJob,
  insertBulkJob,
  leaseBulkJob,
  parcelsLeft,
  releaseBulkJob,
  settleParcels,
} from './bulk-jobs.sql.ts';

/** Maximum of parcels per job: a person who chooses more probably made a mistake. */
export const BULK_PARCELS_MAX = 50_000;
const LEASE_MS = 30_000;
const CHECK_EVERY_MS = 5_000;
/** Parcels changed before it is checked whether to stop; each takes some milliseconds. */
const PARCELS_AT_ONCE = 20;
/** How long a finished job can be shown and undone. */
const RETENTION_MS = 30 * 86_400_000;
const DROPPED_AT_ONCE = 100;

/** What jobs need. */
interface BulkDeps {
  readonly tracking: TrackingDeps;
  /** Requests a poll of the parcel; null when this hub polls no carriers. */
  readonly refresh:
    | ((tenant: Tenant, parcel: Shipment) => Promise<{ readonly outcome: string }>)
    | null;
}

const INVERSE = { tag: 'untag', untag: 'tag' } as const;

/** Whether a job's changes can be reversed. */
export function isUndoable({ action, changed, finishedAtMs }: BulkJob): boolean {
  return action !== 'refresh' && changed > 0 && finishedAtMs !== null;
}

/**
 * Stores an action on these parcels, to be done in the background; returns its id. It is durable
 * when this resolves.
 */
export async function beginBulkJob(
  { db, clock, randomBytes }: Pick<TrackingDeps, 'db' | 'clock' | 'randomBytes'>,
  tenant: Tenant,
  action: BulkAction,
  parcels: { readonly shipmentIds: readonly string[] } | { readonly undoes: string },
): Promise<string> {
  const nowMs = clock.nowMs();
  const id = uuidV7(nowMs, randomBytes(10));
  const which = { shipmentIds: null, undoes: null, ...parcels };
  await withTransaction(db.pipeline, (tx) =>
    insertBulkJob(tx, tenant, { ...action, ...which, id, nowMs }),
  );
  return id;
}

/**
 * Stores a job that reverses exactly the changes of another; returns its id. Null if there is no
 * such job, or it cannot be reversed.
 */
export async function undoBulkJob(
  tracking: TrackingDeps,
  tenant: Tenant,
  id: string,
): Promise<string | null> {
  const job = await findBulkJob(tracking, tenant, id);
  if (job === null || job.action === 'refresh' || !isUndoable(job)) return null;
  const inverse = { action: INVERSE[job.action], tag: job.tag };
  return beginBulkJob(tracking, tenant, inverse, { undoes: id });
}

/** Returns the tenant's job; null if there is none, or it was removed. */
export function findBulkJob(
  { db }: Pick<TrackingDeps, 'db'>,
  tenant: Tenant,
  id: string,
): Promise<BulkJob | null> {
  return withTenant(db.app, tenant, (tx) => bulkJobById(tx, id));
}

/**
 * Works on a new job for some time, so that the person who began it sees the result of a small one
 * at once. Another process finishes the rest.
 */
export async function workOnBulkJob(deps: BulkDeps, id: string, forMs: number): Promise<void> {
  const { clock } = deps.tracking;
  const untilMs = clock.nowMs() + forMs;
  await workOnNext(deps, id, () => clock.nowMs() >= untilMs);
}

/**
 * Works on jobs until it is stopped. Any number of processes may run it. A parcel may be done twice
 * after a crash, which changes nothing.
 */
export function startBulkJobs({
  listener,
  log,
  ...deps
}: BulkDeps & {
  readonly listener: Pick<Listener, 'on'> | null;
  readonly log: Pick<Logger, 'warn' | 'debug'>;
}): Loop {
  const { db, clock } = deps.tracking;
  const loop: Loop = startLoop({
    async run() {
      while (!loop.stopping && (await workOnNext(deps, null, () => loop.stopping)));
      await dropBulkJobsBefore(db.pipeline, clock.nowMs() - RETENTION_MS, DROPPED_AT_ONCE);
    },
    everyMs: CHECK_EVERY_MS,
    onFailure(err) {
      const level = isDatabaseUnavailable(err) ? 'debug' : 'warn';
      log[level]({ err }, 'an action on many parcels could not be continued; retrying');
    },
    wokenBy: listener === null ? null : { listener, channel: BULK_JOBS_CHANNEL },
  });
  loop.wake();
  return loop;
}

/**
 * Leases a job and works on it until it ends or `isOver` returns true. Returns whether there was a
 * job to do.
 *
 * @param only id of the job; null: the one that has waited longest.
 */
async function workOnNext(
  deps: BulkDeps,
  only: string | null,
  isOver: () => boolean,
): Promise<boolean> {
  const { db, clock } = deps.tracking;
  const nowMs = clock.nowMs();
  const held = await leaseBulkJob(db.pipeline, { nowMs, untilMs: nowMs + LEASE_MS, only });
  if (held === null) return false;
  while (await changeNextParcels(deps, held)) {
    if (!isOver()) continue;
    await releaseBulkJob(db.pipeline, held, clock.nowMs());
    break;
  }
  return true;
}

/**
 * Changes the next parcels of a job. Returns whether to continue: false when none is left, or
 * another process has taken over the job.
 */
async function changeNextParcels(deps: BulkDeps, held: HeldJob): Promise<boolean> {
  const { db, clock } = deps.tracking;
  const left = await parcelsLeft(db.pipeline, held.id, PARCELS_AT_ONCE + 1);
  const changes = new Map<string, boolean>();
  for (const id of left.slice(0, PARCELS_AT_ONCE))
    changes.set(id, await changeParcel(deps, held, id));
  const isLast = left.length <= PARCELS_AT_ONCE;
  const nowMs = clock.nowMs();
  const times = { nowMs, untilMs: nowMs + LEASE_MS, isLast };
  const isOurs = await withTransaction(db.pipeline, (tx) =>
    settleParcels(tx, held, changes, times),
  );
  return isOurs && !isLast;
}

/** Does the job's action to one parcel. Returns whether the parcel exists and was changed. */
async function changeParcel(
  { tracking, refresh }: BulkDeps,
  { tenant, action, tag }: HeldJob,
  id: string,
): Promise<boolean> {
  const found = await findShipment(tracking, tenant, id);
  if (found === null) return false;
  if (action === 'refresh') {
    const outcome = (await refresh?.(tenant, found))?.outcome;
    return outcome === 'queued' || outcome === 'fresh';
  }
  if (tag === null || found.tags.includes(tag) === (action === 'tag')) return false;
  const tags = action === 'tag' ? [...found.tags, tag] : found.tags.filter((each) => each !== tag);
  if (!tagsSchema.safeParse(tags).success) return false;
  return (await patchShipment(tracking, tenant, id, { tags })) !== null;
}

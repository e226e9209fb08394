import { isOlderWaiting } from '../../../intake/index.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import { type Database, withTransaction } from '../../../platform/database/database.ts';
import { blameOf } from '../../../platform/database/database-errors.ts';
import { activeRow } from '../../mappings/active-mappings.sql.ts';
import type { ActiveMappings } from '../../mappings/active-mappings.ts';
import type { RecordContext } from '../../record/record.ts';
import type { Tables } from '../compare/changed-readings.ts';
import { compareShipments } from '../compare/compare.ts';
import { isWholeWaiting, merchantsChangedSince } from '../later-orders.sql.ts';
import { LostJob, rewriteNumbers } from '../rewrite.ts';
import { numbersOfShipments } from '../scan.sql.ts';
import { type ScanDeps, type Scanned, scanRecorded } from '../scan.ts';
import { retryCancelled } from '../slow-statement.ts';
import { walk } from '../walk.ts';
import { addChanges } from './job-changes.sql.ts';
import { tallyChanges } from './job-changes.ts';
import type { JobDeps, Left, Run } from './job-deps.ts';
import {
  advanceJob,
  beginScan,
  endJob,
  insertJob,
  type JobRow,
  type Lease,
  type Progress,
  releaseJob,
} from './jobs.sql.ts';

/**
 * The lease of a job. A step takes far less; after a crash another process takes over after this
 * long.
 */
export const LEASE_MS = 30_000;

/**
 * Runs a claimed job from its cursor until its end. If `isStopping`, it is released. All steps can
 * be repeated, so it may have stopped anywhere. A renormalization ends with every fact in its scope
 * read by the active version. If another becomes active meanwhile, it starts over with that one,
 * and a process that cannot read the active version (an older release) releases it (`unreadable`)
 * instead of using the one it knows. Rejects on infrastructure failures; the job then waits for its
 * lease to expire.
 */
export async function runJob(
  deps: JobDeps,
  job: JobRow,
  isStopping: () => boolean,
): Promise<'ended' | 'released' | 'lost' | 'unreadable'> {
  const db = deps.db.pipeline;
  const lease = { id: job.id, token: job.leaseToken, leaseMs: deps.leaseMs ?? LEASE_MS };
  try {
    const run = job.kind === 'diff' ? diff : renormalize;
    const outcome = await run(deps, job, lease, isStopping);
    if (outcome === 'done') return 'ended';
    await releaseJob(db, lease, outcome === 'gives_way' ? 'waiting' : 'running');
    return outcome === 'unreadable' ? outcome : 'released';
  } catch (error) {
    if (error instanceof LostJob) return 'lost';
    if (blameOf(error) !== 'entry') throw error;
    deps.log.error({ err: error, job: job.id }, 'a mapping job failed');
    await endJob(db, lease, 'failed', error instanceof Error ? error.message : String(error));
    return 'ended';
  }
}

/**
 * Counts what would change in the job's scope if the other version became active, and changes
 * nothing.
 */
const diff: Run = async (deps, job, lease, isStopping) => {
  const { carrier, fromVersion, toVersion } = job;
  const from = fromVersion === null ? null : await loadTables(deps, carrier, fromVersion);
  const scan: ScanDeps = {
    db: deps.db.pipeline,
    carrier,
    scope: job.scope,
    from,
    to: await loadTables(deps, carrier, toVersion),
  };
  const step = async ({ facts, shipments }: Scanned, afterId: string): Promise<void> => {
    const tally = tallyChanges();
    await compareShipments(
      scan.db,
      deps.context(),
      shipments,
      scan.from,
      scan.to,
      tally,
      async (tookMs) => {
        await deps.pace.rest(tookMs);
        if (!(await advanceJob(scan.db, lease, {}))) throw new LostJob();
      },
    );
    const { factsChanged, shipmentsChanged } = tally;
    await withTransaction(deps.db.pipeline, async (tx) => {
      await addChanges(tx, lease.id, tally.changes());
      const progress = { factsRead: facts, factsChanged, shipmentsChanged, afterId };
      if (!(await advanceJob(tx, lease, progress))) throw new LostJob();
    });
  };
  const reasonToStop = async () => (isStopping() ? ('stopped' as const) : null);
  if ((await walk(deps, scan, job.afterId, step, reasonToStop)) !== 'done') return 'stopped';
  await endJob(deps.db.pipeline, lease, 'done', null);
  return 'done';
};

/** Loads a stored version with all merchants' rules; throws if it does not exist. */
async function loadTables(
  { mappings }: JobDeps,
  carrier: string,
  version: string,
): Promise<Tables> {
  const base = await mappings.load(carrier, version);
  if (base === null) throw new Error(`version ${version} of ${carrier} does not exist`);
  return tablesOver(mappings, base);
}

/** Returns a version with each merchant's rules applied, each compiled once. */
export function tablesOver(
  mappings: Pick<ActiveMappings, 'forMerchant'>,
  base: Tables['base'],
): Tables {
  const made = new Map<string, Tables['base']>();
  return {
    base,
    tableOf(merchantId) {
      const table = made.get(merchantId) ?? mappings.forMerchant(base, merchantId);
      made.set(merchantId, table);
      return table;
    },
  };
}

/** Time after a switch until every process uses the new version; they follow within a second. */
const ADOPTED_MS = 2_000;
/**
 * Longest wait for messages that arrived before all processes used the new version: they may have
 * been read by the old one and not be recorded yet. After this time no process is working on them,
 * and a later one will use the new version.
 */
const DRAINED_MS_MAX = 30_000;
/**
 * Time before the scan's start from which recorded facts are read again: clocks of processes may
 * differ, and a fact has the time at which its transaction began.
 */
const LATE_MARGIN_MS = 60_000;
/**
 * Length of the time ranges in which recorded facts are read; longer if there would be too many.
 */
const LATE_STRETCH_MS = 60_000;
/**
 * Limit of such time ranges. Rewritten rows are stored among new ones, so each range may have to
 * read most of what the scan has written: if their number grew with the scan, the cost would be
 * quadratic.
 */
const LATE_STRETCHES_MAX = 20;
const WAIT_AT_ONCE_MS = 250;

/**
 * Reads everything in the job's scope again with the active version, and with any that becomes
 * active meanwhile.
 */
const renormalize: Run = async (deps, job, lease, isStopping) => {
  const { carrier } = job;
  let at: Progressed = { ...job };
  for (;;) {
    // Read before this process follows the switch, so the overlays it knows are these or newer.
    const row = await activeRow(deps.db.pipeline, carrier);
    await deps.mappings.refresh();
    const version = deps.mappings.current(carrier)?.version ?? null;
    if (row !== null && !(await isActive(deps, carrier, version))) return 'unreadable';
    if (version === null) throw new Error(`${carrier} has no active mapping`);
    if (at.scanBeganAtMs === null || at.toVersion !== version) {
      const scanBeganAtMs = deps.clock.nowMs();
      const overlaysGeneration = row?.overlaysGeneration ?? null;
      const begun = { toVersion: version, overlaysGeneration, scanBeganAtMs };
      at = { ...begun, afterId: null, lateUntilMs: null };
      const db = deps.db.pipeline;
      const isStillOurs = await beginScan(db, lease, version, overlaysGeneration, scanBeganAtMs);
      if (!isStillOurs) throw new LostJob();
    }
    const outcome = await reread(deps, job, at, lease, isStopping);
    if (outcome === 'superseded') continue;
    if (outcome === 'done') await endWithLaterJobs(deps.db, job, lease, at, deps.context());
    return outcome;
  }
};

type Progressed = Pick<
  JobRow,
  'toVersion' | 'afterId' | 'lateUntilMs' | 'scanBeganAtMs' | 'overlaysGeneration'
>;
type Outcome = 'done' | 'superseded' | Exclude<Left, 'unreadable'>;

/**
 * Whether a version is active, by the database and in this process. The database is asked because a
 * process stays on the last version that it could read.
 */
async function isActive(
  { db, mappings }: JobDeps,
  carrier: string,
  version: string | null,
): Promise<boolean> {
  const row = await activeRow(db.pipeline, carrier);
  if (row !== null && row.version !== version) return false;
  return mappings.current(carrier)?.version === version;
}

/**
 * Reads everything in the job's scope again with `toVersion`, from the job's cursor: first what is
 * stored, then, once all processes use that version, what was recorded meanwhile.
 */
async function reread(
  deps: JobDeps,
  { carrier, scope, notify, createdAtMs }: JobRow,
  { toVersion, afterId, scanBeganAtMs, lateUntilMs }: Progressed,
  lease: Lease,
  isStopping: () => boolean,
): Promise<Outcome> {
  const { mappings, clock } = deps;
  const base = mappings.current(carrier);
  if (base === null || base.version !== toVersion) return 'superseded';
  /** Returns the reason to stop; null if there is none. */
  const reasonToStop = async (): Promise<Exclude<Outcome, 'done'> | null> => {
    if (isStopping()) return 'stopped';
    await mappings.refresh();
    if (!(await isActive(deps, carrier, toVersion))) return 'superseded';
    const isOwn = scope.merchantId !== null;
    return isOwn && (await isWholeWaiting(deps.db.pipeline, carrier)) ? 'gives_way' : null;
  };
  const to: Tables = { base, tableOf: (merchantId) => mappings.forMerchant(base, merchantId) };
  const scan: ScanDeps = { db: deps.db.pipeline, carrier, scope, from: null, to };
  const failed = new Set<string>();
  const step = async ({ facts, shipments }: Scanned, progress: Progress): Promise<void> => {
    const numbers = shipments.length === 0 ? [] : await numbersOfShipments(scan.db, shipments);
    await rewriteNumbers({ ...deps, failed }, lease, { ...to, scope, quiet: !notify }, numbers);
    if (!(await advanceJob(scan.db, lease, { factsRead: facts, ...progress }))) throw new LostJob();
  };
  if (lateUntilMs === null) {
    const onWindow = (scanned: Scanned, endId: string) => step(scanned, { afterId: endId });
    const outcome = await walk(deps, scan, afterId, onWindow, reasonToStop);
    if (outcome !== 'done') return outcome;
  }
  // A merchant's overlay becomes active without a switch, right before its job is created.
  const activeSinceMs = Math.max(mappings.active(carrier)?.activatedAtMs ?? 0, createdAtMs);
  const adoptedAtMs = activeSinceMs + (deps.adoptedMs ?? ADOPTED_MS);
  while (!(await isSettled(deps, adoptedAtMs))) {
    if (isStopping()) return 'stopped';
    await deps.wait(WAIT_AT_ONCE_MS);
    if (!(await advanceJob(scan.db, lease, {}))) throw new LostJob();
  }
  const untilMs = clock.nowMs() + 1;
  let fromMs = lateUntilMs ?? (scanBeganAtMs ?? 0) - LATE_MARGIN_MS;
  const stretchMs = Math.max(LATE_STRETCH_MS, Math.ceil((untilMs - fromMs) / LATE_STRETCHES_MAX));
  while (fromMs < untilMs) {
    const reason = await reasonToStop();
    if (reason !== null) return reason;
    const toMs = Math.min(fromMs + stretchMs, untilMs);
    const { shipments } = await retryCancelled('the scan of what was recorded meanwhile', () =>
      scanRecorded(scan, fromMs, toMs),
    );
    // Counts no facts: the scan has counted these already, or they are new.
    await step({ facts: 0, shipments }, { lateUntilMs: toMs });
    fromMs = toMs;
  }
  await mappings.refresh();
  return (await isActive(deps, carrier, toVersion)) ? 'done' : 'superseded';
}

/**
 * Whether nothing that was read with the previous version can be recorded any more: all processes
 * use the new one, and no older message is waiting, or not for too long.
 */
async function isSettled({ db, clock }: JobDeps, adoptedAtMs: number): Promise<boolean> {
  const nowMs = clock.nowMs();
  if (nowMs < adoptedAtMs) return false;
  return nowMs > adoptedAtMs + DRAINED_MS_MAX || !(await isOlderWaiting(db.pipeline, adoptedAtMs));
}

/**
 * Ends a renormalization, and creates another for each merchant whose own rules changed during its
 * run, because some of its parcels were read with the old rules. If it started over instead, one
 * merchant could prevent everybody's job from ending.
 */
async function endWithLaterJobs(
  db: Pick<Database, 'pipeline'>,
  job: Pick<JobRow, 'carrier' | 'scope' | 'notify' | 'createdBy'>,
  lease: Lease,
  read: { readonly toVersion: string; readonly overlaysGeneration: number | null },
  { nowMs, randomBytes }: Pick<RecordContext, 'nowMs' | 'randomBytes'>,
): Promise<void> {
  const { carrier, scope, notify, createdBy } = job;
  await withTransaction(db.pipeline, async (tx) => {
    if (!(await endJob(tx, lease, 'done', null)) || read.overlaysGeneration === null) return;
    const merchants = await merchantsChangedSince(
      tx,
      { carrier, merchantId: scope.merchantId },
      read.overlaysGeneration,
    );
    for (const merchantId of merchants) {
      await insertJob(tx, {
        id: uuidV7(nowMs, randomBytes(10)),
        kind: 'renormalize',
        carrier,
        notify,
        createdBy,
        fromVersion: null,
        toVersion: read.toVersion,
        createdAtMs: nowMs,
        scope: { ...scope, merchantId },
      });
    }
  });
}

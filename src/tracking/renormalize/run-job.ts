import { isOlderWaiting } from '../../intake/index.ts';
import type { Clock, Wait } from '../../platform/clock.ts';
import { type Database, withTransaction } from '../../platform/database.ts';
import type { Logger } from '../../platform/log.ts';
import type { MappingsInForce } from '../mappings/mappings-in-force.ts';
import type { RecordContext } from '../record.ts';
import { isTransient } from '../shard-batches.ts';
import type { Tables } from './changed-readings.ts';
import { compareShipments } from './compare.ts';
import { addChanges } from './job-changes.sql.ts';
import { tallyChanges } from './job-changes.ts';
import {
  advanceJob,
  beginWalk,
  endJob,
  type JobRow,
  type Lease,
  type Progress,
  releaseJob,
} from './jobs.sql.ts';
import type { Pace } from './pace.ts';
import { LostJob, rewriteNumbers } from './rewrite.ts';
import { numbersOfShipments } from './scan.sql.ts';
import { BEFORE_ALL, type ScanDeps, type Scanned, scanRecorded, scanWindow } from './scan.ts';

export interface JobDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly mappings: Pick<
    MappingsInForce,
    'current' | 'forMerchant' | 'active' | 'load' | 'refresh'
  >;
  readonly context: () => RecordContext;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly pace: Pace;
  readonly log: Pick<Logger, 'error' | 'info'>;
  /** Shipments looked at in one statement. */
  readonly windowShipments?: number;
  readonly leaseMs?: number;
  readonly followedMs?: number;
}

/** Some 40,000 facts: a statement of a tenth of a second, and a few megabytes to hold. */
export const WINDOW_SHIPMENTS = 4_000;
/** A step takes far less; a process that is killed is followed by another after this long. */
export const LEASE_MS = 30_000;
/** Processes follow a switch within a second. */
const FOLLOWED_MS = 2_000;
/**
 * What came before all had followed may have been read by the old table and not be recorded yet.
 * It is waited for, unless it waits this long: then no process is at it, and who reads it later
 * reads it by the new one.
 */
const DRAINED_MS_MAX = 30_000;
/** Clocks of processes may differ, and a fact bears the time at which its transaction began. */
const LATE_MARGIN_MS = 60_000;
/** Recorded facts looked at in one statement. */
const LATE_STRETCH_MS = 60_000;
const WAIT_AT_ONCE_MS = 250;

/**
 * Runs a job that was claimed, from where it stands until its end, unless `isStopping`: then it is
 * given back. What it does is repeatable, so it may have been left anywhere.
 *
 * A re-normalization ends with every fact in its scope read by the table that is in force: when
 * another comes in force meanwhile it begins anew with that one. Rejects when the machine is in the
 * way; the job then waits for its lease to run out.
 */
export async function runJob(
  deps: JobDeps,
  job: JobRow,
  isStopping: () => boolean,
): Promise<'ended' | 'released' | 'lost'> {
  const db = deps.db.pipeline;
  const lease = { id: job.id, token: job.leaseToken, leaseMs: deps.leaseMs ?? LEASE_MS };
  try {
    const ended = job.kind === 'diff' ? diff : renormalize;
    if (await ended(deps, job, lease, isStopping)) return 'ended';
    await releaseJob(db, lease);
    return 'released';
  } catch (error) {
    if (error instanceof LostJob) return 'lost';
    if (isTransient(error)) throw error;
    deps.log.error({ err: error, job: job.id }, 'a mapping job failed');
    await endJob(db, lease, 'failed', error instanceof Error ? error.message : String(error));
    return 'ended';
  }
}

/** Resolves with false when it was to stop before its end, as all of these do. */
type Run = (
  deps: JobDeps,
  job: JobRow,
  lease: Lease,
  isStopping: () => boolean,
) => Promise<boolean>;

const diff: Run = async (deps, job, lease, isStopping) => {
  const { carrier, fromVersion, toVersion } = job;
  const from = fromVersion === null ? null : await loaded(deps, carrier, fromVersion);
  const scan: ScanDeps = {
    ...{ db: deps.db.pipeline, carrier, scope: job.scope },
    ...{ from, to: await loaded(deps, carrier, toVersion) },
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
  if ((await walk(deps, scan, job.afterId, step, isStopping)) === 'stopped') return false;
  await endJob(deps.db.pipeline, lease, 'done', null);
  return true;
};

const renormalize: Run = async (deps, job, lease, isStopping) => {
  await deps.mappings.refresh();
  let at: Place = { ...job };
  for (;;) {
    const version = deps.mappings.current(job.carrier)?.version ?? null;
    if (version === null) throw new Error(`no mapping of ${job.carrier} is in force`);
    if (at.walkBeganAtMs === null || at.toVersion !== version) {
      const walkBeganAtMs = deps.clock.nowMs();
      at = { toVersion: version, afterId: null, walkBeganAtMs, lateUntilMs: null };
      const mine = await beginWalk(deps.db.pipeline, lease, version, walkBeganAtMs);
      if (!mine) throw new LostJob();
    }
    const outcome = await reread(deps, job, at, lease, isStopping);
    if (outcome === 'stopped') return false;
    if (outcome === 'superseded') continue;
    await endJob(deps.db.pipeline, lease, 'done', null);
    return true;
  }
};

type Place = Pick<JobRow, 'toVersion' | 'afterId' | 'lateUntilMs' | 'walkBeganAtMs'>;
type Outcome = 'done' | 'stopped' | 'superseded';

/** Reads everything in the job's scope by one version. */
async function reread(
  deps: JobDeps,
  { carrier, scope, notify }: JobRow,
  { toVersion, afterId, walkBeganAtMs, lateUntilMs }: Place,
  lease: Lease,
  isStopping: () => boolean,
): Promise<Outcome> {
  const { mappings, clock } = deps;
  const isSuperseded = () => mappings.current(carrier)?.version !== toVersion;
  const base = mappings.current(carrier);
  if (base === null || isSuperseded()) return 'superseded';
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
    const outcome = await walk(deps, scan, afterId, onWindow, isStopping, isSuperseded);
    if (outcome !== 'done') return outcome;
  }
  const followedAtMs =
    (mappings.active(carrier)?.activatedAtMs ?? 0) + (deps.followedMs ?? FOLLOWED_MS);
  while (!(await isSettled(deps, followedAtMs))) {
    if (isStopping()) return 'stopped';
    await deps.wait(WAIT_AT_ONCE_MS);
    if (!(await advanceJob(scan.db, lease, {}))) throw new LostJob();
  }
  const untilMs = clock.nowMs() + 1;
  let fromMs = lateUntilMs ?? (walkBeganAtMs ?? 0) - LATE_MARGIN_MS;
  while (fromMs < untilMs) {
    if (isStopping()) return 'stopped';
    if (isSuperseded()) return 'superseded';
    const toMs = Math.min(fromMs + LATE_STRETCH_MS, untilMs);
    const { shipments } = await scanRecorded(scan, fromMs, toMs);
    // They were counted by the walk, or are new.
    await step({ facts: 0, shipments }, { lateUntilMs: toMs });
    fromMs = toMs;
  }
  await mappings.refresh();
  return isSuperseded() ? 'superseded' : 'done';
}

/** Nothing that was read by what was in force before can be recorded any more. */
async function isSettled({ db, clock }: JobDeps, followedAtMs: number): Promise<boolean> {
  const nowMs = clock.nowMs();
  if (nowMs < followedAtMs) return false;
  return (
    nowMs > followedAtMs + DRAINED_MS_MAX || !(await isOlderWaiting(db.pipeline, followedAtMs))
  );
}

/** Goes through all shipments after a place; the next window is read while one is worked on. */
async function walk(
  deps: JobDeps,
  scan: ScanDeps,
  afterId: string | null,
  step: (scanned: Scanned, endId: string) => Promise<void>,
  isStopping: () => boolean,
  isSuperseded: () => boolean = () => false,
): Promise<Outcome> {
  const look = (id: string) => {
    const looking = timed(scanWindow(scan, id, deps.windowShipments ?? WINDOW_SHIPMENTS));
    looking.catch(() => {}); // whoever waits for it is told
    return looking;
  };
  for (let next = look(afterId ?? BEFORE_ALL); ; ) {
    const { result: window, tookMs } = await next;
    if (window === null) return 'done';
    if (isStopping()) return 'stopped';
    await deps.pace.rest(tookMs);
    await deps.mappings.refresh();
    if (isSuperseded()) return 'superseded';
    next = look(window.endId);
    await step(window, window.endId);
  }
}

async function timed<T>(work: Promise<T>): Promise<{ result: T; tookMs: number }> {
  const beganAt = performance.now();
  return { result: await work, tookMs: performance.now() - beganAt };
}

async function loaded({ mappings }: JobDeps, carrier: string, version: string): Promise<Tables> {
  const base = await mappings.load(carrier, version);
  if (base === null) throw new Error(`version ${version} of ${carrier} is not there`);
  return tablesOver(mappings, base);
}

/** A version with each merchant's rules laid over it, once. */
export function tablesOver(
  { forMerchant }: Pick<MappingsInForce, 'forMerchant'>,
  base: Tables['base'],
): Tables {
  const made = new Map<string, Tables['base']>();
  return {
    base,
    tableOf(merchantId) {
      const table = made.get(merchantId) ?? forMerchant(base, merchantId);
      made.set(merchantId, table);
      return table;
    },
  };
}

import { isOlderWaiting } from '../../intake/index.ts';
import type { Clock, Wait } from '../../platform/clock.ts';
import { type Database, withTransaction } from '../../platform/database.ts';
import type { Logger } from '../../platform/log.ts';
import { activeRow } from '../mappings/active-mappings.sql.ts';
import type { MappingsInForce } from '../mappings/mappings-in-force.ts';
import type { RecordContext } from '../record.ts';
import { isTransient } from '../shard-batches.ts';
import type { Tables } from './changed-readings.ts';
import { compareShipments } from './compare.ts';
import { isWholeWaiting } from './follow-ups.sql.ts';
import { endWithFollowUps } from './follow-ups.ts';
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
import { twice } from './slow-statement.ts';

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
/** Recorded facts looked at in one statement; longer where there would be too many stretches. */
const LATE_STRETCH_MS = 60_000;
/**
 * Rewritten rows lie where new ones do, so a stretch may have to look at most of what the walk has
 * written: a number of stretches that grew with the walk would make that quadratic.
 */
const LATE_STRETCHES_MAX = 20;
/** Of a window that took too long, this part is tried. */
const SMALLER_WINDOW = 0.1;
const WAIT_AT_ONCE_MS = 250;

/**
 * Runs a job that was claimed, from where it stands until its end, unless `isStopping`: then it is
 * given back. What it does is repeatable, so it may have been left anywhere.
 *
 * A re-normalization ends with every fact in its scope read by the table that is in force: when
 * another comes in force meanwhile it begins anew with that one, and a process that cannot read what
 * is in force (an older release) gives it back (`unreadable`) instead of reading by what it knows.
 * Rejects when the machine is in the way; the job then waits for its lease to run out.
 */
export async function runJob(
  deps: JobDeps,
  job: JobRow,
  isStopping: () => boolean,
): Promise<'ended' | 'released' | 'lost' | 'unreadable'> {
  const db = deps.db.pipeline;
  const lease = { id: job.id, token: job.leaseToken, leaseMs: deps.leaseMs ?? LEASE_MS };
  try {
    const ended = job.kind === 'diff' ? diff : renormalize;
    const outcome = await ended(deps, job, lease, isStopping);
    if (outcome === 'done') return 'ended';
    await releaseJob(db, lease, outcome === 'gives_way' ? 'waiting' : 'running');
    return outcome === 'unreadable' ? outcome : 'released';
  } catch (error) {
    if (error instanceof LostJob) return 'lost';
    if (isTransient(error)) throw error;
    deps.log.error({ err: error, job: job.id }, 'a mapping job failed');
    await endJob(db, lease, 'failed', error instanceof Error ? error.message : String(error));
    return 'ended';
  }
}

/** `gives_way`: a merchant's order, to one for everybody's parcels. */
type Left = 'stopped' | 'unreadable' | 'gives_way';

type Run = (
  deps: JobDeps,
  job: JobRow,
  lease: Lease,
  isStopping: () => boolean,
) => Promise<'done' | Left>;

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
  const halt = async () => (isStopping() ? ('stopped' as const) : null);
  if ((await walk(deps, scan, job.afterId, step, halt)) !== 'done') return 'stopped';
  await endJob(deps.db.pipeline, lease, 'done', null);
  return 'done';
};

const renormalize: Run = async (deps, job, lease, isStopping) => {
  const { carrier } = job;
  let at: Place = { ...job };
  for (;;) {
    // Before this process follows it: it then knows these overlays, or newer ones.
    const row = await activeRow(deps.db.pipeline, carrier);
    await deps.mappings.refresh();
    const version = deps.mappings.current(carrier)?.version ?? null;
    if (row !== null && !(await isInForce(deps, carrier, version))) return 'unreadable';
    if (version === null) throw new Error(`no mapping of ${carrier} is in force`);
    if (at.walkBeganAtMs === null || at.toVersion !== version) {
      const walkBeganAtMs = deps.clock.nowMs();
      const overlaysGeneration = row?.overlaysGeneration ?? null;
      const begun = { toVersion: version, overlaysGeneration, walkBeganAtMs };
      at = { ...begun, afterId: null, lateUntilMs: null };
      const db = deps.db.pipeline;
      const mine = await beginWalk(db, lease, version, overlaysGeneration, walkBeganAtMs);
      if (!mine) throw new LostJob();
    }
    const outcome = await reread(deps, job, at, lease, isStopping);
    if (outcome === 'superseded') continue;
    if (outcome === 'done') await endWithFollowUps(deps.db, job, lease, at, deps.context());
    return outcome;
  }
};

type Place = Pick<
  JobRow,
  'toVersion' | 'afterId' | 'lateUntilMs' | 'walkBeganAtMs' | 'overlaysGeneration'
>;
type Outcome = 'done' | 'superseded' | Exclude<Left, 'unreadable'>;

/** The database is asked: a process keeps the last version that it could read. */
async function isInForce(
  { db, mappings }: JobDeps,
  carrier: string,
  version: string | null,
): Promise<boolean> {
  const row = await activeRow(db.pipeline, carrier);
  if (row !== null && row.version !== version) return false;
  return mappings.current(carrier)?.version === version;
}

/** Reads everything in the job's scope by one version. */
async function reread(
  deps: JobDeps,
  { carrier, scope, notify, createdAtMs }: JobRow,
  { toVersion, afterId, walkBeganAtMs, lateUntilMs }: Place,
  lease: Lease,
  isStopping: () => boolean,
): Promise<Outcome> {
  const { mappings, clock } = deps;
  const base = mappings.current(carrier);
  if (base === null || base.version !== toVersion) return 'superseded';
  /** Why not to go on. */
  const halt = async (): Promise<Exclude<Outcome, 'done'> | null> => {
    if (isStopping()) return 'stopped';
    await mappings.refresh();
    if (!(await isInForce(deps, carrier, toVersion))) return 'superseded';
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
    const outcome = await walk(deps, scan, afterId, onWindow, halt);
    if (outcome !== 'done') return outcome;
  }
  // A merchant's overlay comes in force without a switch, right before it is ordered for.
  const inForceAtMs = Math.max(mappings.active(carrier)?.activatedAtMs ?? 0, createdAtMs);
  const followedAtMs = inForceAtMs + (deps.followedMs ?? FOLLOWED_MS);
  while (!(await isSettled(deps, followedAtMs))) {
    if (isStopping()) return 'stopped';
    await deps.wait(WAIT_AT_ONCE_MS);
    if (!(await advanceJob(scan.db, lease, {}))) throw new LostJob();
  }
  const untilMs = clock.nowMs() + 1;
  let fromMs = lateUntilMs ?? (walkBeganAtMs ?? 0) - LATE_MARGIN_MS;
  const stretchMs = Math.max(LATE_STRETCH_MS, Math.ceil((untilMs - fromMs) / LATE_STRETCHES_MAX));
  while (fromMs < untilMs) {
    const halted = await halt();
    if (halted !== null) return halted;
    const toMs = Math.min(fromMs + stretchMs, untilMs);
    const { shipments } = await twice('the look at what was recorded meanwhile', () =>
      scanRecorded(scan, fromMs, toMs),
    );
    // They were counted by the walk, or are new.
    await step({ facts: 0, shipments }, { lateUntilMs: toMs });
    fromMs = toMs;
  }
  await mappings.refresh();
  return (await isInForce(deps, carrier, toVersion)) ? 'done' : 'superseded';
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
async function walk<H>(
  deps: JobDeps,
  scan: ScanDeps,
  afterId: string | null,
  step: (scanned: Scanned, endId: string) => Promise<void>,
  /** Asked before each step: why not to take it; null: go on. */
  halt: () => Promise<H | null>,
): Promise<'done' | H> {
  const size = deps.windowShipments ?? WINDOW_SHIPMENTS;
  const look = (id: string) => {
    const looking = timed(
      twice('the look at a window of shipments', (again) =>
        scanWindow(scan, id, again ? Math.ceil(size * SMALLER_WINDOW) : size),
      ),
    );
    looking.catch(() => {}); // whoever waits for it is told
    return looking;
  };
  for (let next = look(afterId ?? BEFORE_ALL); ; ) {
    const { result: window, tookMs } = await next;
    if (window === null) return 'done';
    const halted = await halt();
    if (halted !== null) return halted;
    await deps.pace.rest(tookMs);
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

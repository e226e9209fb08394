import { schedule } from 'node-cron';
import type { Clock } from '../../platform/clock.ts';
import { withAdvisoryLocks } from '../../platform/database/advisory-lock.ts';
import {
  type Database,
  type Queryable,
  withTransaction,
} from '../../platform/database/database.ts';
import { waitWhile } from '../../platform/load/wait-while.ts';
import type { Sheds } from '../../platform/load/watch-load.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { Pauses, Policies } from '../budget/spend-plan.ts';
import type { PollTarget } from '../due/target.ts';
import { liveTargetsSince } from '../due/targets.sql.ts';
import type { ParcelHistory } from '../hazard/bins.ts';
import { compileTables } from '../hazard/compile.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import { type HazardTable, hazardTableSchema } from '../hazard/table.ts';
import { type IsDemo, withDemoPace } from '../policy/demo.ts';
import { policyNamed } from '../policy/policies.ts';
import type { PolicyName } from '../policy/policy.ts';
import type { LearnTask } from './learn-worker.ts';
import { activeTable, insertTable, switchActive } from './learning-store.sql.ts';

export interface RelearnDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly learn: (task: LearnTask) => Promise<HazardTable>;
  readonly load?: Sheds | undefined;
}

/** `unchanged`: no habit has changed, so last night's table stays active until the next night. */
export type Relearned = 'learned' | 'unchanged' | 'too_little' | 'busy';

const DAY_MS = 86_400_000;
/** The weight of facts halves in two weeks, so older parcels add next to nothing. */
const HISTORY_MS = 42 * DAY_MS;
/** A table learned from fewer parcels would be less reliable than the shipped prior. */
const PARCELS_MIN = 30;
const LOCK = { lockClass: 0x5742_0006, keys: [1] } as const;

/**
 * Learns from parcels' histories when updates are to be expected, in one process at a time. At
 * night the result is always activated; by day only if habits have changed, so that the hub adapts
 * to a strike or a new facility within hours.
 */
export async function relearn(deps: RelearnDeps, when: 'night' | 'day'): Promise<Relearned> {
  const { pipeline } = deps.db;
  const outcome = await withAdvisoryLocks(pipeline, LOCK, async (): Promise<Relearned> => {
    const nowMs = deps.clock.nowMs();
    const active = await activeHazardTable(pipeline);
    const histories = await learningHistories(pipeline, nowMs - HISTORY_MS);
    if (histories.length < PARCELS_MIN) return 'too_little';
    const version = `learned-${new Date(nowMs).toISOString().slice(0, 16).replace(':', '')}`;
    const options = { untilMs: nowMs, version };
    const table = await deps.learn({ histories, prior: active ?? SHIPPED_PRIOR, options });
    if (when === 'day' && (active === null || table.drift.length === 0)) return 'unchanged';
    if (!(await switchHazardTable(deps.db, active?.version ?? null, table, nowMs))) return 'busy';
    const { learned, drift } = table;
    deps.log.info({ version, ...learned, drift: drift.length }, 'learned when updates come');
    return 'learned';
  });
  return outcome ?? 'busy';
}

/** In UTC: after the day's deliveries in America, before the morning's in Europe. */
const NIGHTLY = '17 3 * * *';
const BY_DAY = '47 7,11,15,19,23 * * *';

/** Repeats learning until `stop`, which waits for the current pass. */
export function startRelearning(
  deps: RelearnDeps,
  onLearned: () => Promise<void>,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const isShed = () => deps.load?.sheds('learning') === true;
  let running: Promise<void> = Promise.resolve();
  const run = (when: 'night' | 'day') => () => {
    running = running
      .then(() => waitWhile(isShed, { signal }))
      .then(() => (signal.aborted ? null : relearn(deps, when)))
      .then((outcome) => (outcome === 'learned' ? onLearned() : undefined))
      .catch((err: unknown) =>
        deps.log.warn({ err }, 'relearning failed and will be retried next time'),
      );
  };
  const tasks = [
    schedule(NIGHTLY, run('night'), { timezone: 'UTC' }),
    schedule(BY_DAY, run('day'), { timezone: 'UTC' }),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(tasks.map((task) => task.destroy()));
      await running;
    },
  };
}

/** The active policy and table; `refresh` loads the newest table. */
export interface PoliciesInUse {
  current(): Policies;
  /** Checks whether another table was activated, by this process or another, and loads it. */
  refresh(): Promise<void>;
}

/** Starts with the policies shipped with this version, until `refresh` has run. */
export function createPoliciesInUse(
  db: Pick<Database, 'pipeline'>,
  name: PolicyName,
  pauses: Pauses,
  isDemo: IsDemo = () => false,
): PoliciesInUse {
  const policiesWith = (tables: Policies['tables']): Policies => ({
    policy: withDemoPace(policyNamed(name, tables), isDemo),
    tables,
    pauses,
  });
  let policies = policiesWith(compileTables(SHIPPED_PRIOR));
  return {
    current: () => policies,
    async refresh() {
      const table = await activeHazardTable(db.pipeline);
      if (table === null || table.version === policies.tables.version) return;
      policies = policiesWith(compileTables(table));
    },
  };
}

/** The most parcels of one learning: a minute's work at most. */
const HISTORIES_MAX = 50_000;

/**
 * Returns the histories of live parcels with an update since `sinceMs`; test parcels are excluded.
 */
export async function learningHistories(
  db: Queryable,
  sinceMs: number,
  limit: number = HISTORIES_MAX,
): Promise<readonly ParcelHistory[]> {
  const targets = await liveTargetsSince(db, sinceMs, limit);
  return targets.map((target) => ({
    trackingNumber: target.trackingNumber,
    carrier: target.carrier,
    service: target.service,
    timeZone: target.timeZone,
    createdAtMs: target.createdAtMs,
    edd: target.edd === null ? null : { date: target.edd },
    ...observedUntil(target),
    facts: target.history
      .map(([status, atS]) => ({ status, atMs: atS * 1_000 }))
      .sort((one, other) => one.atMs - other.atMs),
  }));
}

/**
 * Returns until when a parcel was observed. A healthy push reports by itself; otherwise only a poll
 * shows that nothing happened.
 */
function observedUntil(target: PollTarget): Pick<ParcelHistory, 'watchedUntilMs'> {
  if (target.push === 'healthy') return {};
  const { createdAtMs, lastPolledAtMs, lastUpdateAtMs } = target;
  return { watchedUntilMs: Math.max(createdAtMs, lastPolledAtMs ?? 0, lastUpdateAtMs ?? 0) };
}

/** Returns the active table; null if none was ever learned, or the stored one is unreadable. */
export async function activeHazardTable(db: Queryable): Promise<HazardTable | null> {
  const content = await activeTable(db);
  const read = hazardTableSchema.safeParse(content);
  return read.success ? read.data : null;
}

/**
 * Stores a table and activates it, if the active one is still the one it was learned from. Returns
 * false if another process was first.
 *
 * @param from version that was active; null if none was.
 */
export async function switchHazardTable(
  { pipeline }: Pick<Database, 'pipeline'>,
  from: string | null,
  table: HazardTable,
  nowMs: number,
): Promise<boolean> {
  return withTransaction(pipeline, async (tx) => {
    await insertTable(tx, table.version, nowMs, table);
    return switchActive(tx, from, table.version);
  });
}

import { schedule } from 'node-cron';
import type { Clock } from '../../platform/clock.ts';
import { withAdvisoryLocks } from '../../platform/database/advisory-lock.ts';
import type { Database } from '../../platform/database/database.ts';
import { waitWhile } from '../../platform/load/wait-while.ts';
import type { Sheds } from '../../platform/load/watch-load.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import type { HazardTable } from '../hazard/table.ts';
import type { LearnTask } from './learn-worker.ts';
import { activeHazardTable, learningHistories, switchHazardTable } from './learning-store.ts';

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
  const givesWay = () => deps.load?.sheds('learning') === true;
  let running: Promise<void> = Promise.resolve();
  const run = (when: 'night' | 'day') => () => {
    running = running
      .then(() => waitWhile(givesWay, { signal }))
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

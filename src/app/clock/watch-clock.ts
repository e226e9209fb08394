import type { Machines } from '../../platform/machines.ts';
import { dropActivityAfter } from '../../platform/observability/activity/activity.sql.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import { bookAheadNow } from '../../poller/index.ts';
import { pullBack, TOLERANCE_MS } from './pull-back.sql.ts';
import { type AheadLimit, BIG_TABLES, STORED_TIMES } from './stored-times.ts';

const EVERY_MS = 60_000;

const TABLES = new Map<string, Record<string, AheadLimit>>();
for (const [name, limit] of Object.entries(STORED_TIMES)) {
  const [table = '', column = ''] = name.split('.');
  TABLES.set(table, { ...TABLES.get(table), [column]: limit });
}

/**
 * At once and every minute, pulls back stored times that are farther ahead of the clock than it
 * stores them: it was ahead and has been set back, and until then nothing would be due.
 */
export function watchClock({
  database: { pipeline: db },
  clock,
  log,
  shutdown,
}: Pick<Machines, 'database' | 'clock' | 'log' | 'shutdown'>): Loop {
  let latestMs: number | null = null;

  async function pullAllBack(): Promise<void> {
    const nowMs = clock.nowMs();
    const limitMs = nowMs + TOLERANCE_MS;
    // What the hub did before it was stopped, or in another process.
    const hasActedAhead = (await dropActivityAfter(db, limitMs)) > 0;
    const jumped = hasActedAhead || (latestMs ?? 0) > limitMs;
    const isThorough = jumped || latestMs === null;
    if (jumped) latestMs = Number.POSITIVE_INFINITY; // until all has been pulled back
    const rows: Record<string, number> = {};
    for (const [table, limits] of TABLES) {
      if (BIG_TABLES.has(table) && !isThorough) continue;
      const count = await pullBack(db, table, limits, { nowMs, jumped });
      if (count > 0) rows[table] = count;
    }
    if (isThorough) await bookAheadNow(db, nowMs);
    latestMs = nowMs;
    if (!jumped && Object.keys(rows).length === 0) return;
    log.warn({ rows }, 'the clock was set back: stored times ahead of it were pulled back');
  }

  const loop = startLoop({
    everyMs: EVERY_MS,
    run: pullAllBack,
    onFailure: (err) => log.warn({ err }, 'times ahead of the clock could not be pulled back'),
  });
  shutdown.onStop('times ahead of the clock', () => loop.stop());
  loop.wake();
  return loop;
}

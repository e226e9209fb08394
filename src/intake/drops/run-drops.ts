import { isDatabaseUnavailable } from '../../platform/database/database-errors.ts';
import { ObjectStoreUnavailable } from '../../platform/objects/object-store.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import type { Timers } from '../../platform/work/timers.ts';
import type { HeldDrop } from './drop.ts';
import type { DropPlace } from './drop-place.ts';
import { leaseDrops } from './drops.sql.ts';
import { type FileWatchDeps, watchFiles } from './watch-files.ts';
import { LEASE_MS, type WorkDropDeps, workDrop } from './work-drop.ts';

export interface RunDropsDeps extends FileWatchDeps, Omit<WorkDropDeps, 'stopping'> {
  readonly log: Pick<Logger, 'info' | 'warn' | 'debug'>;
  readonly timers?: Timers;
}

/**
 * Processes the files dropped in one place until it is stopped. Any number of processes may do so.
 */
export interface DropRunner {
  /** Runs a pass, and resolves when all due work is done. For tests. */
  idle(): Promise<void>;
  /** Whether a file is being read now. */
  readonly isReading: boolean;
  /** Stops after the batches in progress. */
  stop(): Promise<void>;
}

/** Files read at once, so that a large one does not delay those that arrive every minute. */
const AT_ONCE = 3;

/** Starts the processing of the files that are dropped in a place. */
export function startDrops(deps: RunDropsDeps, place: DropPlace): DropRunner {
  const { store } = place;
  const { db, clock, log, timers } = deps;
  const watch = watchFiles(deps, place);
  const running = new Set<Promise<void>>();
  const work: WorkDropDeps = { ...deps, stopping: () => loop.stopping };
  let isAway = false;

  async function check(): Promise<void> {
    await watch.check().then(
      () => {
        if (isAway) log.info({ place: store.name }, 'the place where files are dropped is back');
        isAway = false;
      },
      (err: unknown) => {
        // Files that are recorded already may be read nevertheless.
        if (!isAway && !isDatabaseUnavailable(err)) {
          log.warn({ err, place: store.name }, 'dropped files could not be listed; retrying');
        }
        isAway = err instanceof ObjectStoreUnavailable || isAway;
      },
    );
    await lease();
  }

  async function lease(): Promise<void> {
    const limit = AT_ONCE - running.size;
    if (limit <= 0 || loop.stopping) return;
    const nowMs = clock.nowMs();
    const drops = await leaseDrops(db.pipeline, [store.name], {
      ...{ nowMs, untilMs: nowMs + LEASE_MS, limit },
    });
    for (const drop of drops) start(drop);
  }

  function start(drop: HeldDrop): void {
    const run = workDrop(work, store, drop)
      .catch((err: unknown) => {
        const level = isDatabaseUnavailable(err) ? 'debug' : 'warn';
        log[level]({ err, drop_id: drop.id }, 'a dropped file could not be read; retrying');
      })
      .finally(() => {
        running.delete(run);
        loop.wake();
      });
    running.add(run);
  }

  const loop: Loop = startLoop({
    run: check,
    everyMs: place.checkEveryMs,
    onFailure: (err) => log.debug({ err }, 'dropped files could not be looked for'),
    ...(timers === undefined ? {} : { timers }),
  });
  loop.wake();
  return {
    async idle() {
      do {
        await loop.now();
        await Promise.all(running);
      } while (running.size > 0);
      await loop.now();
      if (running.size > 0) await this.idle();
    },
    get isReading() {
      return running.size > 0;
    },
    async stop() {
      await loop.stop();
      await Promise.all(running);
    },
  };
}

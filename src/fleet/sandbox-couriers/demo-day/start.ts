import { DEMO_CHANNEL, DEMO_LOCK, findDemo } from '../../../merchants/index.ts';
import { withAdvisoryLocks } from '../../../platform/database/advisory-lock.ts';
import type { Machines } from '../../../platform/machines.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import { readStreets } from '../streets.ts';
import type { DemoDayDeps } from './deps.ts';
import { readTown } from './plan-day.ts';
import { playDemoDay } from './play-day.ts';

/** How often the couriers move. */
const MOVE_EVERY_MS = 15_000;

interface Around {
  readonly shutdown: Pick<Machines['shutdown'], 'onStop'>;
  readonly database: Pick<Machines['database'], 'pipeline'>;
  readonly listener: Pick<Machines['listener'], 'on'>;
  readonly log: Pick<Machines['log'], 'warn'>;
}

/**
 * Moves the own couriers of the demo merchant and their deliveries, from when its history is
 * complete until it is removed or its week is over. A hub without a demo does nothing after its
 * start.
 */
export function startDemoDay(
  { database: { pipeline }, listener, log, shutdown }: Around,
  deps: Omit<DemoDayDeps, 'town' | 'streets' | 'mayContinue'>,
): Pick<Loop, 'now'> {
  let map: Pick<DemoDayDeps, 'town' | 'streets'> | null = null;
  const mayContinue = () => !loop.stopping;
  const loop = startLoop({
    async run() {
      if ((await findDemo(pipeline))?.demoState !== 'made') return;
      map ??= { town: readTown(), streets: readStreets() };
      const all = { ...deps, ...map, mayContinue };
      const isAnyLeft = await withAdvisoryLocks(pipeline, DEMO_LOCK, async () => {
        // The removal may have begun just before.
        const still = await findDemo(pipeline);
        return still?.demoState === 'made' && (await playDemoDay(all, still.createdAtMs));
      });
      // Null: another process is at it, which may end before the work does.
      if (isAnyLeft !== false) loop.wake(MOVE_EVERY_MS);
    },
    everyMs: null,
    wokenBy: { listener, channel: DEMO_CHANNEL },
    onFailure: (err) => log.warn({ err }, 'the demo’s couriers do not move; will be tried again'),
    retryMs: MOVE_EVERY_MS,
  });
  loop.wake();
  shutdown.onStop('demo couriers', () => loop.stop());
  return loop;
}

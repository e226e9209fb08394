import { DEMO_CHANNEL, DEMO_LOCK, findDemo } from '../../../merchants/index.ts';
import { withAdvisoryLocks } from '../../../platform/database/advisory-lock.ts';
import type { Machines } from '../../../platform/machines.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import { readStreets, type Streets } from '../streets.ts';
import { readTown } from './plan-day.ts';
import { type DemoDayDeps, playDemoDay } from './play-day.ts';

/** How often the couriers move. */
const MOVE_EVERY_MS = 15_000;

/**
 * Moves the own couriers of the demo merchant and their deliveries, from when its history is
 * complete until it is removed. A hub without a demo does nothing after its start.
 */
export function startDemoDay(
  { database: { pipeline }, listener, log, shutdown }: Machines,
  deps: Omit<DemoDayDeps, 'town' | 'streets'>,
): void {
  const town = readTown();
  let streets: Streets | null = null;
  const loop = startLoop({
    async run() {
      const demo = await findDemo(pipeline);
      if (demo?.demoState !== 'made') return;
      loop.wake(MOVE_EVERY_MS);
      streets ??= readStreets();
      const all = { ...deps, town, streets };
      await withAdvisoryLocks(pipeline, DEMO_LOCK, async () => {
        // The removal may have begun just before.
        const still = await findDemo(pipeline);
        if (still?.demoState === 'made') await playDemoDay(all, still.createdAtMs);
      });
    },
    everyMs: null,
    wokenBy: { listener, channel: DEMO_CHANNEL },
    onFailure: (err) => log.warn({ err }, 'the demo’s couriers do not move; will be tried again'),
    retryMs: MOVE_EVERY_MS,
  });
  loop.wake();
  shutdown.onStop('demo couriers', () => loop.stop());
}

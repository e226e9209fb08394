import { systemClock } from '../clock.ts';
import { createLog } from '../observability/log.ts';
import { openWakeQueue } from './queue.ts';

/**
 * A process that takes a wake-up and never finishes it, for the test that kills it. Its one
 * argument is JSON; it writes `holding` once it holds the wake-up.
 */
const { name, address, databaseUrl, key } = JSON.parse(process.argv[2] ?? '{}') as {
  name: string;
  address: { path: string } | null;
  databaseUrl: string;
  key: string;
};
const queue = await openWakeQueue({
  name,
  namespace: 'test',
  redis: address && { address },
  databaseUrl,
  clock: systemClock,
  log: createLog({ level: 'silent' }),
});
await queue.start(
  () => {
    process.stdout.write('holding\n');
    return new Promise(() => {});
  },
  { concurrency: 1 },
);
await queue.wake(key, systemClock.nowMs());

import { expect, test } from 'vitest';
import { createLog } from './log.ts';
import { createShutdown } from './shutdown.ts';

const log = createLog({ level: 'silent' });

test('a part that fails to stop keeps no other from stopping, and is reported', async () => {
  const stopped: string[] = [];
  const shutdown = createShutdown(log);
  shutdown.onStop('database', () => void stopped.push('database'));
  shutdown.onStop('broken', () => Promise.reject(new Error('no')));
  shutdown.onStop('throwing', () => {
    throw new Error('no');
  });
  expect(await shutdown.stop('test')).toBe(false);
  expect(stopped).toEqual(['database']);
});

test('what started first stops last', async () => {
  const stopped: string[] = [];
  const shutdown = createShutdown(log);
  for (const name of ['lock', 'database', 'server']) {
    shutdown.onStop(name, async () => {
      await Promise.resolve();
      stopped.push(name);
    });
  }
  expect(await shutdown.stop('test')).toBe(true);
  expect(stopped).toEqual(['server', 'database', 'lock']);
});

test('a second signal while stopping stops nothing twice', async () => {
  let count = 0;
  const shutdown = createShutdown(log);
  shutdown.onStop('part', () => {
    count += 1;
  });
  await Promise.all([shutdown.stop('SIGINT'), shutdown.stop('SIGINT')]);
  expect(count).toBe(1);
  expect(shutdown.stopping).toBe(true);
});

import { expect, test } from 'vitest';
import { createLog } from '../observability/log.ts';
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

test('a stop requested while a part is starting waits for it and stops it too', async () => {
  const stopped: string[] = [];
  const shutdown = createShutdown(log);
  let isUp = (): void => {};
  const up = new Promise<void>((resolve) => {
    isUp = resolve;
  });
  shutdown.whileStarting(up.then(() => shutdown.onStop('late', () => void stopped.push('late'))));
  const stopping = shutdown.stop('SIGINT');
  expect(shutdown.stopping).toBe(true);
  isUp();
  expect(await stopping).toBe(true);
  expect(stopped).toEqual(['late']);
});

test('a failed start still stops the parts it had started', async () => {
  const stopped: string[] = [];
  const shutdown = createShutdown(log);
  shutdown.onStop('early', () => void stopped.push('early'));
  shutdown.whileStarting(Promise.reject(new Error('no')));
  expect(await shutdown.stop('could not start')).toBe(true);
  expect(stopped).toEqual(['early']);
});

import { tmpdir } from 'node:os';
import { expect, it, vi } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import { createWriteFailures, WRITE_FAILURE_MS } from '../../platform/database/database-errors.ts';
import type { S3Settings } from '../../platform/objects/s3-store.ts';
import { askDatabase, storageTrouble } from './readiness.ts';

/** A hub whose data folder holds nothing, so that the disk of this machine does not matter. */
const elsewhere = { data: tmpdir(), databaseUrl: 'postgres://db/waybill', s3: {} as S3Settings };

it('names the last failed write for a minute', () => {
  const clock = manualClock(0);
  const writeFailures = createWriteFailures(clock);
  const trouble = () => storageTrouble({ config: elsewhere, writeFailures });
  expect(trouble()).toEqual([]);
  writeFailures.onRefused(Object.assign(new Error('could not extend file'), { code: '53100' }));
  expect(trouble()).toEqual([
    'writes: failed within the last minute, because the disk of the database is full',
  ]);
  clock.advance(WRITE_FAILURE_MS + 1);
  expect(trouble()).toEqual([]);
});

it.each([
  ['a process with look-ups is degraded', ['api', 'webhooks'], {}, 'degraded'],
  ['one without a replica is not ready', ['api'], null, 'notReady'],
  ['one that only writes is not ready', ['webhooks'], {}, 'notReady'],
])('while the primary hangs, %s', async (_, roles, replica, where) => {
  vi.useFakeTimers();
  const database = { replica, publicRead: { query: async () => ({}) } };
  const answer = askDatabase({ config: { roles }, database } as never, new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(4_000);
  vi.useRealTimers();
  const text = expect.stringContaining('database: no answer');
  expect(await answer).toEqual({ notReady: [], degraded: [], [where]: [text] });
});

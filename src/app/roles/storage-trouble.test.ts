import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import { createWriteFailures, WRITE_FAILURE_MS } from '../../platform/database/database-errors.ts';
import type { S3Settings } from '../../platform/objects/s3-store.ts';
import { storageTrouble } from './serve-http.ts';

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

import { afterAll, beforeAll, expect, it } from 'vitest';
import { manualClock } from '../clock.ts';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { openDatabase } from './database.ts';
import { createWriteFailures, WRITE_FAILURE_MS } from './database-errors.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const withCode = (code: string) => Object.assign(new Error('any'), { code });

it('a disk that is full is remembered for a minute after the last failure, and no longer', () => {
  const clock = manualClock(0);
  const failures = createWriteFailures(clock);
  expect(failures.recent()).toBeNull();
  failures.onServerError(withCode('53100'));
  clock.advance(WRITE_FAILURE_MS / 2);
  failures.onServerError(withCode('53100'));
  clock.advance(WRITE_FAILURE_MS);
  expect(failures.recent()).toBe('the disk of the database is full');
  clock.advance(1);
  expect(failures.recent()).toBeNull();
});

it('a rejected write counts unless its content is to blame', () => {
  const failures = createWriteFailures(manualClock(0));
  failures.onRefused(withCode('23505'));
  failures.onRefused(withCode('40001'));
  expect(failures.recent()).toBeNull();
  failures.onRefused(withCode('ECONNREFUSED'));
  expect(failures.recent()).toBe('the database was not available');
});

it('every pool reports what its server refuses', async () => {
  const failures = createWriteFailures(manualClock(0));
  const { onServerError } = failures;
  const db = openDatabase({ url: database.url, onServerError });
  const fail = (code: string) =>
    `do $$ begin raise exception 'injected' using errcode = '${code}'; end $$`;
  try {
    for (const pool of [db.app, db.pipeline, db.publicRead, db.owner]) {
      await expect(pool.query(fail('23505'))).rejects.toThrow('injected');
    }
    expect(failures.recent()).toBeNull();
    await expect(db.app.query(fail('53100'))).rejects.toThrow('injected');
    expect(failures.recent()).toBe('the disk of the database is full');
    await expect(db.pipeline.query(fail('25006'))).rejects.toThrow('injected');
    expect(failures.recent()).toBe('the database is read-only');
  } finally {
    await db.end();
  }
});

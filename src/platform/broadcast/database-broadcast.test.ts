import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Database, openDatabase } from '../database/database.ts';
import { openListener } from '../database/listen.ts';
import { createTestDatabase } from '../test-postgres.ts';
import { openDatabaseBroadcast } from './database-broadcast.ts';
import { expectBroadcast } from './test-broadcast.ts';

let test: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase({ url: test.url });
});
afterAll(async () => {
  await db.end();
  await test.drop();
});

it('carries words to the others, in order, and not to oneself', async () => {
  const open = async () => {
    const listener = openListener({ url: test.url });
    const onError = vi.fn();
    const options = { db: db.pipeline, listener, channel: 'waybill_test', onError };
    const broadcast = openDatabaseBroadcast(options);
    await listener.ready;
    return { broadcast, onError, close: () => listener.close() };
  };
  const [one, two] = [await open(), await open()];
  await expectBroadcast(one.broadcast, two.broadcast);
  expect(one.onError).not.toHaveBeenCalled();
  await one.broadcast.close();
  await Promise.all([one.close(), two.close()]);
});

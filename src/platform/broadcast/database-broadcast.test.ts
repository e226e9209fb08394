import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Database, openDatabase } from '../database/database.ts';
import { openListener } from '../database/listen.ts';
import { createTestDatabase } from '../test-postgres.ts';
import { BROADCAST_CHARS_MAX } from './broadcast.ts';
import { openDatabaseBroadcast } from './database-broadcast.ts';

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
    const heard: (string | null)[] = [];
    broadcast.on((text) => heard.push(text));
    await listener.ready;
    return { broadcast, heard, onError, close: () => listener.close() };
  };
  const [one, two] = [await open(), await open()];
  const long = 'x'.repeat(BROADCAST_CHARS_MAX);
  const said = [long, ...Array.from({ length: 250 }, (_, nr) => `word ${nr}`)];
  for (const text of said) one.broadcast.send(text);
  const words = (of: typeof one) => of.heard.filter((text) => text !== null);
  await vi.waitFor(() => expect(words(two)).toEqual(said), { timeout: 20_000 });
  two.broadcast.send('an answer');
  await vi.waitFor(() => expect(words(one)).toEqual(['an answer']), { timeout: 20_000 });
  expect(one.onError).not.toHaveBeenCalled();
  await one.broadcast.close();
  await Promise.all([one.close(), two.close()]);
});

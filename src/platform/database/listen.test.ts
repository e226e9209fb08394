import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { presentSessions } from '../process/presence.ts';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { type Listener, openListener } from './listen.ts';

let database: TestDatabase;
let admin: pg.Client;
let listener: Listener;
let lost: Error[];

beforeEach(async () => {
  database = await createTestDatabase({ migrate: false });
  admin = new pg.Client(database.url);
  await admin.connect();
  lost = [];
  listener = openListener({ url: database.url, onLost: (error) => lost.push(error) });
});
afterEach(async () => {
  await listener.close();
  await admin.end();
  await database.drop();
});

/** A listener whose notifications can be awaited one by one. */
function hearings() {
  const received: (string | null)[] = [];
  let wake = (): void => {};
  return {
    received,
    receive(payload: string | null) {
      received.push(payload);
      wake();
    },
    async reach(count: number) {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return received;
    },
  };
}

const END_LISTENERS = `select pg_terminate_backend(pid) from pg_stat_activity
  where application_name = 'waybill listen' and datname = current_database()`;

test('after the connection broke every listener is woken, and receives again', async () => {
  await listener.ready;
  const { receive, reach } = hearings();
  listener.on('news', receive);
  await admin.query('select 1'); // LISTEN was sent before this
  await admin.query(END_LISTENERS);
  expect(await reach(1)).toEqual([null]);
  await admin.query("notify news, 'again'");
  expect(await reach(2)).toEqual([null, 'again']);
  expect(lost).toHaveLength(1);
});

test('others see its session as the kinds that it shows, also after the connection broke', async () => {
  await listener.ready;
  await listener.show('files');
  await admin.query(END_LISTENERS);
  await vi.waitFor(async () => {
    expect(lost).toHaveLength(1);
    expect(await presentSessions(admin, 'files')).toEqual(new Set([listener.session]));
  });
});

test('a server that cannot be reached is tried again, and each failure is reported', async () => {
  const other = openListener({
    url: database.url.replace(/\/test_[0-9a-f]+/, '/absent'),
    onLost: (error) => lost.push(error),
  });
  const waited = other.ready.catch((error: Error) => error.message);
  await vi.waitFor(() => expect(lost.length).toBeGreaterThanOrEqual(2), 10_000);
  await other.close();
  expect(lost[0]?.message).toContain('absent');
  expect(await waited).toContain('closed');
});

test('a listener from before the first connection receives from then on', async () => {
  const { receive, reach } = hearings();
  listener.on('news', receive);
  await listener.ready;
  await admin.query("notify news, 'one'");
  expect((await reach(2)).at(-1)).toBe('one');
});

test('an unsubscribed listener receives no more, others on the channel still do', async () => {
  await listener.ready;
  const gone = hearings();
  const staying = hearings();
  const off = listener.on('news', gone.receive);
  listener.on('news', staying.receive);
  off();
  while (staying.received.length === 0) await admin.query("notify news, 'x'");
  expect(gone.received).toEqual([]);
});

test('an invalid channel name is rejected before it reaches SQL', () => {
  expect(() => listener.on('a; drop table b', () => {})).toThrow('not a channel name');
});

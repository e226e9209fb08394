import { afterAll, beforeAll, expect, it } from 'vitest';
import { dropOldNotifications } from './retention.sql.ts';
import { startTestNotifications, type TestNotifications } from './test-notifications.ts';

const DAY_MS = 86_400_000;

const RETENTION = { messagesMs: 90 * DAY_MS, subscriptionsMs: 180 * DAY_MS };
let t: TestNotifications;
beforeAll(async () => {
  t = await startTestNotifications();
});
afterAll(() => t.close());

const drop = (laterMs: number, limit = 2, elapsedMs = () => 0) =>
  dropOldNotifications(
    t.hub.db.pipeline,
    t.hub.clock.nowMs() + laterMs,
    limit,
    RETENTION,
    elapsedMs,
  );

async function count(table: 'notifications' | 'notification_windows'): Promise<number> {
  const { rows } = await t.hub.db.pipeline.query<{ count: number }>(
    `select count(*)::int as count from ${table}`,
  );
  return rows[0]?.count ?? 0;
}

async function delivered(count: number): Promise<void> {
  // A minute ago, as local time in New York.
  const atMs = t.hub.clock.nowMs() - 5 * 3_600_000 - 60_000;
  const at = new Date(atMs).toISOString().slice(0, 19);
  for (let index = 0; index < count; index += 1) {
    await t.ingest(await t.register(), { events: [{ code: 'DEL', at }] });
  }
}

it('drops all that has expired in one go, in batches, and what is for ever after 400 days', async () => {
  await delivered(5);
  expect([await count('notifications'), await count('notification_windows')]).toEqual([5, 5]);
  expect(await drop(89 * DAY_MS)).toBe(0);
  expect(await drop(91 * DAY_MS)).toBe(5);
  expect([await count('notifications'), await count('notification_windows')]).toEqual([0, 5]);
  expect(await drop(399 * DAY_MS)).toBe(0);
  expect(await drop(401 * DAY_MS)).toBe(5);
  expect(await count('notification_windows')).toBe(0);
});

it('stops when its time is over and goes on the next time', async () => {
  await delivered(5);
  let calls = 0;
  const elapsedMs = () => (calls++ < 1 ? 0 : 60_000);
  expect(await drop(91 * DAY_MS, 2, elapsedMs)).toBe(2);
  expect(await drop(91 * DAY_MS)).toBe(3);
});

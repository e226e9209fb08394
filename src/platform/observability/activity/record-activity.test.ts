import { pino } from 'pino';
import { Counter, Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { manualClock } from '../../clock.ts';
import { type Database, openDatabase } from '../../database/database.ts';
import { createTestDatabase, type TestDatabase } from '../../test-postgres.ts';
import { activitySince, addActivity, dropActivityBefore } from './activity.sql.ts';
import { ACTIVITY_KINDS, activityOf, hoursOf } from './activity.ts';
import { recordActivity } from './record-activity.ts';

const NOON_MS = Date.UTC(2031, 2, 10, 12);
const MINUTE_MS = 60_000;

let testDatabase: TestDatabase;
let db: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = openDatabase({ url: testDatabase.url });
});
afterAll(async () => {
  await db.end();
  await testDatabase.drop();
});

it('sums the activity of two processes, counts nothing twice, and deletes old rows', async () => {
  const clock = manualClock(NOON_MS);
  const stops: (() => Promise<void> | void)[] = [];
  const process = () => {
    const metrics = new Registry();
    const name = 'waybill_webhook_attempts_total';
    const sent = new Counter({ name, help: 'h', registers: [metrics], labelNames: ['outcome'] });
    const loop = recordActivity({
      metrics,
      clock,
      database: db,
      log: pino({ level: 'silent' }),
      shutdown: { onStop: (_, stop) => void stops.push(stop) },
    });
    return { sent, loop };
  };
  const [one, other] = [process(), process()];
  one.sent.inc({ outcome: '2xx' }, 3);
  other.sent.inc({ outcome: '5xx' }, 4);
  await one.loop.now();
  await other.loop.now();
  await one.loop.now();
  clock.advance(6 * MINUTE_MS);
  one.sent.inc({ outcome: '2xx' }, 5);
  await one.loop.now();

  const slots = await activitySince(db.pipeline, NOON_MS);
  expect(slots.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([
    { atMs: NOON_MS, kind: 'failed_webhooks', value: 4 },
    { atMs: NOON_MS, kind: 'webhooks', value: 7 },
    { atMs: NOON_MS + 5 * MINUTE_MS, kind: 'webhooks', value: 5 },
  ]);
  expect(hoursOf(slots, clock.nowMs()).at(-1)).toMatchObject({ webhooks: 12, polls: 0 });

  await addActivity(
    db.pipeline,
    NOON_MS,
    activityOf(() => 1),
  );
  expect(await activitySince(db.pipeline, NOON_MS)).toHaveLength(ACTIVITY_KINDS.length + 1);
  expect(await dropActivityBefore(db.pipeline, NOON_MS + 1)).toBe(ACTIVITY_KINDS.length);
  expect(await activitySince(db.pipeline, NOON_MS)).toHaveLength(1);
  one.sent.inc({ outcome: '2xx' }, 2);
  for (const stop of stops) await stop();
  expect(await activitySince(db.pipeline, NOON_MS + 1)).toEqual([
    { atMs: NOON_MS + 5 * MINUTE_MS, kind: 'webhooks', value: 7 },
  ]);
});

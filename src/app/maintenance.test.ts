import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startAcme } from '../tracking/test-acme.ts';
import type { TestTracking } from '../tracking/test-tracking.ts';
import { testMaintenance } from './test-maintenance.ts';

const MINUTE_MS = 60_000;
let hub: TestTracking;
beforeEach(async () => {
  hub = await startAcme();
  // Only the timers of maintenance: the database has timers of its own.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await hub.close();
});

it('the database accepts each of its statements, and ended things are removed', async () => {
  const { db, clock } = hub;
  const lines: { msg: string; err?: { message: string }; notifications?: number }[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) });
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'ACME-1' });
  const window = `insert into notification_windows (merchant_id, mode, shipment_id, subject, channel,
      address_hash, published_until, notification_id)
    values ($1, $2, $3, $4, 'email', '\\x01', $5, gen_random_uuid())`;
  const { merchantId, mode } = hub.tenant;
  const longAgo = new Date(clock.nowMs() - 48 * 60 * MINUTE_MS);
  await db.pipeline.query(window, [merchantId, mode, shipment.id, 'ended', longAgo]);
  await db.pipeline.query(window, [merchantId, mode, shipment.id, 'once for ever', 'infinity']);

  const promise = `insert into edd_promises (id, merchant_id, mode, shipment_id, whose, source, shown_at,
      stage, carrier, service_level, lane, date)
    values (gen_random_uuid(), $1, $2, $3, 'ours', 'rule', $4, 'created', 'acme', '', $5, '2024-01-01')`;
  const shownAt = (days: number) => new Date(clock.nowMs() - days * 24 * 60 * MINUTE_MS);
  await db.pipeline.query(promise, [merchantId, mode, shipment.id, shownAt(740), 'old']);
  await db.pipeline.query(promise, [merchantId, mode, shipment.id, shownAt(700), 'kept']);

  const maintenance = await testMaintenance(hub, { log });
  vi.advanceTimersByTime(MINUTE_MS);
  await maintenance.sweep();
  await maintenance.close();

  const gone = { msg: 'expired data was removed', notifications: 1, promises: 1 };
  expect(lines).toEqual([expect.objectContaining(gone)]);
  const promises = await db.pipeline.query('select lane from edd_promises');
  expect(promises.rows).toEqual([{ lane: 'kept' }]);
  const left = await db.pipeline.query('select subject from notification_windows');
  expect(left.rows).toEqual([{ subject: 'once for ever' }]);
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Tenant } from '../../kernel/tenant.ts';
import { ensureMerchant } from '../../merchants/index.ts';
import type { Consumer } from '../../platform/event-log/log-consumer.ts';
import { createLog } from '../../platform/observability/log.ts';
import { commandShipment, deleteShipment, NO_PERSONAL } from '../../tracking/ports/shipments.ts';
import { startAcme } from '../../tracking/test-acme.ts';
import type { TestTracking } from '../../tracking/test-tracking.ts';
import { dropCountsBefore } from './counting.sql.ts';
import { startCounting } from './counting.ts';
import { readAnalytics } from './read.ts';

let hub: TestTracking;
let counting: Consumer;
let other: Tenant;
const log = createLog({ level: 'silent' });
const begin = () => startCounting({ tracking: hub.deps, listener: { on: () => () => {} }, log });

beforeAll(async () => {
  hub = await startAcme();
  const of = { id: crypto.randomUUID(), slug: 'other', name: 'other' };
  other = { merchantId: (await ensureMerchant(hub.db.pipeline, of)).id, mode: 'test' };
  counting = begin();
});
afterAll(async () => {
  await counting?.stop();
  await hub?.close();
});

async function register(trackingNumber: string) {
  const personal = {
    ...NO_PERSONAL,
    origin: { country: 'DE', postal_code: '10115' },
    destination: { country: 'FR', postal_code: '75001' },
  };
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber, personal });
  return shipment.id;
}

async function move(id: string, ...statuses: readonly ('picked_up' | 'in_transit')[]) {
  for (const status of statuses) {
    hub.clock.advance(60_000);
    const command = { status, subStatus: null, occurredAtMs: null, note: null, apiKeyId: null };
    const outcome = await commandShipment(hub.deps, hub.tenant, id, command);
    expect(outcome.kind).toBe('done');
  }
}

async function counted(tenant = hub.tenant, by: 'carrier' | 'lane' = 'carrier') {
  while ((await counting.lag()) > 0) await counting.idle();
  return readAnalytics(hub.db, tenant, { weeks: 4, by, carrier: null, nowMs: hub.clock.nowMs() });
}

/** The whole rows of counts, so that a wrong count is found wherever it is. */
async function rows() {
  const { rows: all } = await hub.db.pipeline.query(
    `select kind, carrier, week::text, lane, measure, n from analytics_counts
     where n <> 0 order by kind, carrier, week, lane, measure`,
  );
  return all;
}

it('counts parcels as they come, once however often the log is read, and separately by merchant', async () => {
  const id = await register('COUNTED1');
  await register('COUNTED2');
  await move(id, 'picked_up', 'in_transit');
  const found = await counted();
  expect(found.total.registered).toBe(2);
  expect(found.groups).toMatchObject([{ name: 'acme', figures: { registered: 2 } }]);
  expect((await counted(hub.tenant, 'lane')).groups.map(({ name }) => name)).toEqual([
    'DE-10 → FR-75',
  ]);
  expect((await counted(other)).total.registered).toBe(0);
  expect((await counted({ ...hub.tenant, mode: 'live' })).total.registered).toBe(0);
  const before = await rows();
  expect(before.length).toBeGreaterThan(0);
  // The same happens after a restore of the cursors, or a crash between the counts and the cursor.
  await counting.stop();
  await hub.db.pipeline.query(
    `update consumer_cursors set position = 0 where consumer = 'analytics'`,
  );
  expect(await counting.lag()).toBeGreaterThan(0);
  counting = begin();
  expect((await counted()).total.registered).toBe(2);
  expect(await rows()).toEqual(before);
});

it('keeps the counts of an erased parcel, and nothing that identifies it', async () => {
  const id = await register('ERASED1');
  const before = (await counted()).total.registered;
  await deleteShipment(hub.deps, hub.tenant, id);
  expect((await counted()).total.registered).toBe(before);
  const { rowCount } = await hub.db.pipeline.query(
    'select from analytics_parcels where shipment_id = $1',
    [id],
  );
  expect(rowCount).toBe(0);
});

it('drops old weeks', async () => {
  await counted();
  expect(await dropCountsBefore(hub.db.pipeline, 0, 1_000)).toBe(0);
  const all = (await rows()).length;
  const laterMs = hub.clock.nowMs() + 30 * 86_400_000;
  expect(await dropCountsBefore(hub.db.pipeline, laterMs, 3)).toBe(3);
  expect(await rows()).toHaveLength(all - 3);
});

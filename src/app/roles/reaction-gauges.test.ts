import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMetrics } from '../../platform/observability/metrics.ts';
import { startAcme } from '../../tracking/test-acme.ts';
import type { TestTracking } from '../../tracking/test-tracking.ts';
import { registerReactionGauges } from './reaction-gauges.ts';

let hub: TestTracking;
beforeAll(async () => {
  hub = await startAcme();
});
afterAll(() => hub.close());

it('figures report messages by state, cases, endpoints and shops as of the scrape', async () => {
  const metrics = createMetrics({ processMetrics: false });
  registerReactionGauges({ metrics, database: hub.db, clock: hub.clock });
  const { merchantId, mode } = hub.tenant;
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'ACME-1' });
  const about = [merchantId, mode, shipment.id, new Date(hub.clock.nowMs() - 1)];
  const lines = async () => (await metrics.metrics()).split('\n');
  expect(await lines()).toContain('waybill_exceptions{state="open"} 0');
  await hub.db.pipeline.query(
    `insert into notifications (id, merchant_id, mode, shipment_id, occurred_at, milestone, template,
       channel, audience, address_hash, subject, state, created_at)
     values (gen_random_uuid(), $1, $2, $3, $4, 'delivered', 'delivered', 'email', 'recipient',
       '\\x01', 'delivered', 'dead', $4)`,
    about,
  );
  await hub.db.pipeline.query(
    `insert into exception_cases (id, merchant_id, mode, shipment_id, carrier, kind, opened_by,
       trigger, attempts, opened_at, updated_at, deadline_at, lane, tracking_number)
     values (gen_random_uuid(), $1, $2, $3, 'acme', 'damaged', 'facts', 'x', 0, $4, $4, $4,
       'US-US', 'ACME-1')`,
    about,
  );
  await hub.db.pipeline.query(
    `insert into shops (id, merchant_id, mode, platform, url, state, sealed, settings,
       imports_from, created_at)
     select gen_random_uuid(), $1, $2, 'shopify', 'https://' || state || '.example', state, '\\x01',
       '{}', $3, $3 from unnest('{connected,disabled}'::text[]) as state`,
    [merchantId, mode, new Date(hub.clock.nowMs())],
  );
  const text = await lines();
  for (const line of [
    'waybill_notifications{state="dead"} 1',
    'waybill_notifications{state="queued"} 0',
    'waybill_exceptions{state="open"} 1',
    'waybill_exceptions{state="overdue"} 1',
    'waybill_webhook_endpoints{state="disabled"} 0',
    'waybill_webhook_endpoints{state="failing"} 0',
    'waybill_shops{platform="shopify",state="authorize"} 0',
    'waybill_shops{platform="shopify",state="connected"} 1',
    'waybill_shops{platform="shopify",state="paused"} 0',
    'waybill_shops{platform="shopify",state="disabled"} 1',
  ]) {
    expect(text).toContain(line);
  }
  await hub.db.pipeline.query("delete from shops where state = 'connected'");
  expect(await lines()).toContain('waybill_shops{platform="shopify",state="connected"} 0');
  await hub.db.pipeline.query('delete from shops');
  expect((await lines()).filter((line) => line.startsWith('waybill_shops{'))).toEqual([]);
});

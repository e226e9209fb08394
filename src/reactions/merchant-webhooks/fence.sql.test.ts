import { afterAll, beforeAll, expect, it } from 'vitest';
import { endpointsById, markDisabled } from './endpoints/endpoints.sql.ts';
import { createEndpoint } from './endpoints/endpoints.ts';
import { fenceDeliveries } from './fence.sql.ts';
import { startTestWebhooks, type TestWebhooks } from './test-webhooks.ts';

let hooks: TestWebhooks;
beforeAll(async () => {
  hooks = await startTestWebhooks();
});
afterAll(() => hooks.close());

it('an endpoint without events in the backup begins above the floor, as the lost hub may have sent one', async () => {
  const { db, deps, tenant, clock } = hooks;
  const made = await createEndpoint(deps, tenant, { url: 'https://a.example/', events: ['*'] });
  const id = made?.endpoint.id ?? '';
  await fenceDeliveries(db.pipeline, { nowMs: clock.nowMs(), floor: 1_000_000 });
  const [row] = await endpointsById(db.pipeline, [id]);
  const version = Number(row?.version);
  expect(await markDisabled(db.pipeline, { id, version }, 'gone', clock.nowMs())).toBe(1_000_001);
});

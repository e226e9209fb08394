import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, TEST_WEBHOOK_SECRET, type TestHub } from '../../testing/test-hub.ts';

/** Parcels of a carrier without an adapter, which a bridge reports. */
const NUMBER = '1LS717793482164';
const PUSH = readFileSync(
  new URL('../../../adapters/bridges/easypost/fixtures/push-in-transit.json', import.meta.url),
  'utf8',
);

let hub: TestHub;
let call: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
});
afterAll(() => hub.close());

/** Sends EasyPost's push about a parcel of this carrier, as EasyPost names it. */
async function push(carrier: string): Promise<number> {
  const body = PUSH.replaceAll('794800000011', NUMBER).replaceAll(
    '"carrier": "FedEx"',
    `"carrier": "${carrier}"`,
  );
  const { webhook } = hub.adapters.get('easypost') ?? {};
  const signed = webhook?.sign(body, TEST_WEBHOOK_SECRET, hub.clock.nowMs());
  const answer = await fetch(`${hub.url}/webhooks/carrier/easypost`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signed?.headers },
    body,
  });
  await answer.arrayBuffer();
  await hub.settled();
  return answer.status;
}

it('a parcel of a carrier without an adapter is tracked through a bridge that knows it', async () => {
  const made = await call('POST', '/v1/shipments', { tracking_number: NUMBER });
  expect(made.body).toMatchObject({ carrier: 'lasership', status: 'created', warnings: [] });
  expect(await push('LaserShipV2')).toBe(200);
  const shown = await call('GET', `/v1/shipments/${made.body['id']}`);
  expect(shown.body).toMatchObject({ carrier: 'lasership' });
  expect(['in_transit', 'at_facility']).toContain(shown.body['status']);
  const explained = await call('GET', `/v1/shipments/${made.body['id']}/explain`);
  expect(explained.text).toContain('easypost');
  const listed = await call('GET', '/v1/shipments?carrier=lasership');
  expect(listed.body['data']).toHaveLength(1);
});

it('a push about a carrier that the catalogue does not know changes nothing', async () => {
  const before = await call('GET', '/v1/shipments?carrier=lasership');
  expect(await push('NobodyKnowsThem')).toBe(200);
  const after = await call('GET', '/v1/shipments?carrier=lasership');
  expect(after.body).toEqual(before.body);
});

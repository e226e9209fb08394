import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

const PUBLIC_URL = 'https://track.shop.example';
const NUMBER = '9400111202555842332607';

let hub: TestHub;
let api: Caller;
let carrier: string;
beforeAll(async () => {
  hub = await createTestHub({ publicUrl: PUBLIC_URL });
  api = callerOf(hub, (await hub.newKey()).text);
  carrier = hub.adapters.carriers()[0]?.manifest.name ?? '';
});
afterAll(() => hub.close());

function dataOf({ body }: { readonly body: Readonly<Record<string, unknown>> }) {
  const { data } = body;
  return Array.isArray(data) ? (data as readonly Readonly<Record<string, unknown>>[]) : [];
}

it('every response and every event with a shipment contains the URL of its page', async () => {
  const url = `${PUBLIC_URL}/track/${carrier}/${NUMBER}`;
  const wanted = { carrier, tracking_number: NUMBER };
  const { body: made } = await api('POST', '/v1/shipments', wanted);
  const path = `/v1/shipments/${made['id']}`;
  const batch = await api('POST', '/v1/shipments/batch', { shipments: [wanted] });
  const list = await api('GET', '/v1/shipments');
  const one = await api('GET', path);
  const patched = await api('PATCH', path, { tags: ['x'] });
  const moved = await api('POST', `${path}/status`, { status: 'picked_up' });
  const events = await api('GET', '/v1/events');
  const inLists = [batch, list, events].flatMap(dataOf);
  const shipments = [
    ...[made, one.body, patched.body, moved.body],
    ...inLists.map((each) => each['body'] ?? (each['type'] ? each['data'] : each)),
  ];
  expect(shipments).toHaveLength(9);
  for (const each of shipments) expect(each).toMatchObject({ tracking_url: url });
});

it('a number with a slash or a space links to its page correctly', async () => {
  const { body } = await api('POST', '/v1/shipments', { carrier, tracking_number: 'A/1?x#y' });
  const stored = encodeURIComponent(String(body['tracking_number']));
  expect(body['tracking_url']).toBe(`${PUBLIC_URL}/track/${carrier}/${stored}`);
});

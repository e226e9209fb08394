import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestConsole } from '../../http/console/hub/test-console.ts';
import { type Caller, callerOf } from '../../http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../http/testing/test-hub.ts';
import { createLog } from '../../platform/observability/log.ts';
import { ShopFailure } from '../shop-failure.ts';
import { reportFailure } from './report-failure.ts';

let hub: TestHub;
let call: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey({ merchant: 'berlin', mode: 'live' })).text);
});
afterAll(() => hub.close());

async function connect(url: string): Promise<string> {
  const answer = await call('POST', '/v1/shops', { platform: 'generic', url });
  expect(answer.status, answer.text).toBe(201);
  return String(answer.body['id']);
}

async function fail(id: string, kind: ShopFailure['kind']): Promise<void> {
  const { db, clock, shops } = hub;
  const { randomBytes } = hub.tracking;
  const opened = await shops.open(id);
  if (opened === null) throw new Error('there is no such shop');
  const deps = { db, clock, randomBytes, log: createLog({ level: 'silent' }) };
  await reportFailure(deps, opened.shop, new ShopFailure(kind, 'webhooks.unknownFailure'));
}

const statusOf = async (id: string) => (await call('GET', `/v1/shops/${id}`)).body['status'];
/** The events of the feed about one shop. */
async function eventsOf(id: string): Promise<unknown[]> {
  const { body } = await call('GET', '/v1/events?type=shop.disabled');
  return (body['data'] as { data: { id: string } }[]).filter(({ data }) => data.id === id);
}

it('disables a shop that refuses its credentials, and says so once however many calls failed', async () => {
  const id = await connect('https://refuses.example');
  await Promise.all([1, 2, 3].map(() => fail(id, 'credentials')));
  const event = {
    ...{ type: 'shop.disabled', sequence: 1, previous_attributes: { status: 'connected' } },
    data: {
      ...{ id, mode: 'live', platform: 'generic', url: 'https://refuses.example' },
      status: 'disabled',
      disabled_reason: expect.any(String),
      disabled_at: new Date(hub.clock.nowMs()).toISOString(),
    },
  };
  expect(await eventsOf(id)).toMatchObject([event]);
  await call('PATCH', `/v1/shops/${id}`, { status: 'connected' });
  await fail(id, 'credentials');
  expect(await eventsOf(id)).toMatchObject([event, { sequence: 2 }]);
});

it('disables a shop after three days without an answer, and no shop that only refuses a request', async () => {
  const id = await connect('https://silent.example');
  for (let nr = 0; nr < 30; nr += 1) {
    expect(await statusOf(id)).toBe('connected');
    await fail(id, 'refused');
    if (nr >= 10) await fail(id, 'unavailable');
    if (nr < 29) hub.clock.advance(4 * 3_600_000);
  }
  expect(await statusOf(id)).toBe('disabled');
  expect(await eventsOf(id)).toHaveLength(1);
});

it('tells operators, and leads them to the shop', async () => {
  const id = await connect('https://noticed.example');
  await fail(id, 'credentials');
  const { cookie, visit } = await openTestConsole(hub);
  const { text } = await visit('/console/hub', cookie);
  expect(text).toContain(
    `<a href="/console/shops/${id}">The shop https://noticed.example of berlin`,
  );
  const page = await visit(`/console/shops/${id}`, cookie);
  expect(page.status).toBe(200);
  expect(page.text).toContain('https://noticed.example');
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { carrierAccount, carrierAccountList } from '../carrier-accounts/schema.ts';
import { carrierList, detection } from '../carriers/schema.ts';
import { apiKeyList, createdApiKey } from './routes.ts';

let hub: TestHub;
let call: Caller;
let other: Caller;
let carrier: string;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
  carrier = hub.adapters.carriers().find(({ webhook }) => webhook)?.manifest.name ?? '';
});
afterAll(() => hub.close());

describe('carrier accounts', () => {
  it.each([
    [{}],
    [{ carrier: 'nobody', label: 'x', webhook_secrets: ['s'] }],
    [{ carrier: '{carrier}', label: '', webhook_secrets: ['s'] }],
    [{ carrier: '{carrier}', label: 'x', webhook_secrets: [] }],
    [{ carrier: '{carrier}', label: 'x', webhook_secrets: [''] }],
    [{ carrier: '{carrier}', label: 'x', webhook_secrets: Array(9).fill('s') }],
  ])('are rejected when something is missing or wrong: %j', async (sent) => {
    const body = JSON.stringify(sent).replace('{carrier}', carrier);
    expect((await call('POST', '/carrier-accounts', body)).status).toBe(422);
  });

  it('accept the carrier’s pushes with their own secret until they are removed', async () => {
    const secret = 'a-secret-of-this-test';
    const made = await call('POST', '/carrier-accounts', {
      carrier,
      label: 'Main',
      webhook_secrets: [secret],
    });
    expect(made.status).toBe(201);
    const account = carrierAccount.parse(made.body);
    expect(account.webhook_url).toBe(`${hub.url}/webhooks/carrier/${carrier}/${account.id}`);
    const address = account.webhook_url ?? '';
    const push = async () => {
      const signed = hub.adapters.get(carrier)?.webhook?.sign('{}', secret, hub.clock.nowMs());
      const path = new URL(address).pathname;
      return (await callerOf(hub, null)('POST', path, signed?.body, signed?.headers)).status;
    };
    expect(await push()).toBe(200);
    const list = await call('GET', '/carrier-accounts');
    expect(carrierAccountList.parse(list.body).data).toEqual([account]);
    expect(list.text + made.text).not.toContain(secret);
    expect((await other('GET', '/carrier-accounts')).body['data']).toEqual([]);
    expect((await other('DELETE', `/carrier-accounts/${account.id}`)).status).toBe(404);
    expect((await call('DELETE', `/carrier-accounts/${account.id}`)).status).toBe(204);
    expect((await call('DELETE', '/carrier-accounts/no-id')).status).toBe(404);
    hub.clock.advance(1_001);
    expect(await push()).toBe(404);
  });
});

describe('API keys', () => {
  it('are created only in the mode of the key that creates them', async () => {
    const refused = await call('POST', '/api-keys', { name: 'x', mode: 'live' });
    expect(refused.status).toBe(403);
    const live = callerOf(hub, (await hub.newKey({ mode: 'live' })).text);
    expect((await live('POST', '/api-keys', { name: 'x', mode: 'test' })).status).toBe(403);
    const made = await live('POST', '/api-keys', { name: 'x', mode: 'live' });
    expect(String(made.body['key'])).toMatch(/^wb_live_/);
  });

  it('are rejected without a name, with unknown scopes and with none', async () => {
    for (const sent of [
      {},
      { name: '' },
      { name: 'x', scopes: ['root'] },
      { name: 'x', scopes: [] },
    ]) {
      expect((await call('POST', '/api-keys', sent)).status).toBe(422);
    }
  });

  it('are shown once and listed without their secret, to their merchant only', async () => {
    const made = createdApiKey.parse((await call('POST', '/api-keys', { name: 'once' })).body);
    expect(made.scopes).toEqual(['shipments:read', 'shipments:write']);
    const list = await call('GET', '/api-keys');
    expect(apiKeyList.parse(list.body).data.map(({ id }) => id)).toContain(made.id);
    expect(list.text).not.toContain(made.key);
    expect((await other('GET', '/api-keys')).text).not.toContain(made.id);
    expect((await other('DELETE', `/api-keys/${made.id}`)).status).toBe(404);
    expect((await call('DELETE', '/api-keys/no-id')).status).toBe(404);
  });
});

describe('carriers', () => {
  it('are listed with what this installation knows about them', async () => {
    const { data } = carrierList.parse((await call('GET', '/carriers?reach=direct')).body);
    expect(data.map(({ id }) => id)).toEqual(
      hub.adapters.carriers().map(({ manifest }) => manifest.name),
    );
    const own = data.find(({ id }) => id === carrier);
    expect(own?.push?.url).toBe(`${hub.url}/webhooks/carrier/${carrier}`);
  });

  it('may allow less than a call a second, with the exact rate', async () => {
    const { data } = carrierList.parse((await call('GET', '/carriers?reach=direct')).body);
    const stated = data.map(({ limits }) => limits?.calls_per_second);
    const limits = hub.adapters.carriers().map(({ manifest }) => manifest.limits.callsPerSecond);
    expect(stated).toEqual(limits);
    expect(stated.some((each) => each !== null && !Number.isInteger(each))).toBe(true);
  });

  it('include those of the catalogue, whose members are null without an adapter', async () => {
    const { data, next_cursor: next } = carrierList.parse((await call('GET', '/carriers')).body);
    expect(next).toBeNull();
    expect(data.length).toBeGreaterThan(450);
    expect(data.find(({ id }) => id === 'yodel')).toMatchObject({
      name: 'Yodel',
      reach: 'bridge',
      countries: ['GB'],
      bridges: ['aftership', '17track', 'trackingmore'],
      public_tracking_url: 'https://www.yodel.co.uk/tracking/{number}',
      capabilities: null,
      quality: null,
      limits: null,
      credentials: null,
      environments: null,
      push: null,
      time_zone_policy: null,
      retention: null,
      docs: null,
      sources: null,
    });
    expect(data.find(({ id }) => id === 'ups')).toMatchObject({
      reach: 'direct',
      bridges: expect.arrayContaining(['easypost']),
    });
  });

  it('are filtered by reach and country, and paged', async () => {
    const page = async (query: string) =>
      carrierList.parse((await call('GET', `/carriers?${query}`)).body);
    const british = await page('country=GB&reach=bridge&limit=2');
    expect(british.data.map(({ id }) => id)).toEqual(['apc-overnight', 'arrow-xl']);
    const next = await page(
      `country=GB&reach=bridge&limit=1&cursor=${encodeURIComponent(british.next_cursor ?? '')}`,
    );
    expect(next.data.map(({ id }) => id)).toEqual(['collect-plus']);
    const detected = await page('country=AO&reach=detected');
    expect(detected.data.map(({ id }) => id)).toEqual(['angola-post']);
    expect((await call('GET', '/carriers?reach=far')).status).toBe(422);
    expect((await call('GET', '/carriers?country=gb')).status).toBe(422);
  });

  it('are detected from a number, best first, or not at all', async () => {
    const none = await call('GET', '/detect?tracking_number=hello');
    expect(none.body).toEqual({ number: 'hello', candidates: [] });
    const some = await call('GET', '/detect?tracking_number=RA%20123%20456%20785%20US');
    const { candidates } = detection.parse(some.body);
    expect(candidates[0]).toMatchObject({ check_digit: 'valid', tracking_number: 'RA123456785US' });
    expect((await call('GET', '/detect')).status).toBe(422);
    expect((await call('GET', '/detect?tracking_number=1&carrier=x')).status).toBe(422);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTurn } from '../../kernel/test-runs.ts';
import { openTestPublic, type TestPublic } from '../public/tracking/test-public.ts';
import { callerOf } from '../testing/test-client.ts';
import { newDriver } from '../testing/test-driver.ts';
import { signingKey, type TestHub } from '../testing/test-hub.ts';

/**
 * The bare front server handles hot routes; Express has the same table. Both must respond the same
 * to every request, otherwise moving a route would change the API.
 */
const sites: TestPublic[] = [];
const hubs: TestHub[] = [];
beforeAll(async () => {
  for (const hotInFront of [true, false]) {
    const site = await openTestPublic({ hotInFront });
    await site.track({ number: '123', order: 'an-order' });
    sites.push(site);
    hubs.push(site.hub);
  }
});
afterAll(async () => {
  for (const site of sites) await site.close();
});

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** `{carrier}` is any carrier that pushes, `{encoded}` its percent-encoded name. */
function pathOf(path: string, { adapters }: TestHub): string {
  const name = adapters.carriers().find(({ webhook }) => webhook)?.manifest.name ?? '';
  const encoded = `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
  return path.replace('{carrier}', name).replace('{encoded}', encoded);
}

async function both({ method = 'POST', path, headers = {}, body }: Sent) {
  return Promise.all(
    hubs.map(async (hub) => {
      const sent = body === undefined ? {} : { body };
      return answerOf(hub, { method, path: pathOf(path, hub), headers, ...sent });
    }),
  );
}

async function answerOf(hub: TestHub, { method = 'POST', path, headers = {}, body }: Sent) {
  const answer = await fetch(hub.url + path, {
    method,
    headers: { 'x-request-id': 'the-same-for-both', ...headers },
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  });
  const all: Record<string, string> = {};
  answer.headers.forEach((value, name) => {
    if (name !== 'date') all[name] = value;
  });
  return { status: answer.status, headers: all, body: await answer.text() };
}

/** Values each hub generates. */
const DRAWN =
  /(?:del|cou)_[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|WB\d{14}|127\.0\.0\.1:\d+/g;
const plain = (notified: unknown): unknown =>
  JSON.parse(JSON.stringify(notified).replaceAll(DRAWN, '…'));

/** Bodies that no route accepts. */
const WRONG = ['', '{', 'null', '[]', '{"a":1}', '"\ud800"', `[${'1,'.repeat(600)}1]`] as const;

/**
 * A shop and two couriers' phones at one hub: valid and invalid requests to every hot route that
 * needs a key, and the responses. Generated names are left out.
 */
async function lunchAt(hub: TestHub) {
  const shop = (await hub.newKey()).text;
  const reader = (await hub.newKey({ scopes: ['shipments:read'] })).text;
  const call = callerOf(hub, shop);
  const [ada, ben] = [await newDriver(hub, call, 'Ada'), await newDriver(hub, call, 'Ben')];
  for (const { call: phone } of [ada, ben]) await phone('POST', '/driver/shift', { shift: 'on' });
  const notified: unknown[] = [];
  const routes = new Set<string>();
  async function tell(key: string | null, path: string, body?: unknown, more: object = {}) {
    const headers = {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...more,
    };
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const sent = text === undefined ? { path, headers } : { path, headers, body: text };
    const answer = await answerOf(hub, sent);
    routes.add(path.replace('/v1', '').replaceAll(/del_[^/]+|cou_[^/]+/g, ':id'));
    notified.push(plain({ path, sent: text?.slice(0, 80), more, ...answer }));
    return answer.body;
  }
  const place = { lat: 53.5436, lng: 9.9885 };
  const wanted = { origin: place, destination: { lat: 53.5453, lng: 9.9467 } };
  const WANTED = { ...wanted, package_size: 'small', phone: '+4915112345678' };
  const create = async (body: unknown, more?: object) => {
    const answer = await tell(shop, '/v1/deliveries', body, more);
    return String((JSON.parse(answer) as { delivery_id?: string }).delivery_id);
  };
  const id = await create(WANTED);
  const again = { 'idempotency-key': 'the same' };
  expect(await create(WANTED, again)).toBe(await create(WANTED, again));
  await create({ ...WANTED, package_size: 'medium' }, again);
  const positions = [
    { courier_id: ada.id, ts: new Date(hub.clock.nowMs()).toISOString(), ...place },
  ];
  const own = positions.map(({ courier_id: _, ...each }) => each);
  const [accept, decline] = [`/v1/deliveries/${id}/accept`, `/v1/deliveries/${id}/decline`];
  const bodies: readonly (readonly [string, unknown])[] = [
    ['/v1/deliveries', WANTED],
    ['/v1/positions', positions],
    [`/v1/couriers/${ada.id}/positions`, own],
    ['/v1/driver/positions', own],
    [accept, { courier_id: ben.id }],
    [decline, { courier_id: ben.id }],
  ];
  let turn = 0;
  for (const [path, body] of bodies) {
    const keys = path.startsWith('/v1/driver') ? [ada.key] : [shop, reader, ada.key];
    for (const key of [...keys, null, 'wb_test_nobody', `wbd_${'x'.repeat(32)}`]) {
      turn += 1;
      for (const wrong of inTurn(WRONG, turn, 3)) await tell(key, path, wrong);
      await tell(key, path);
      await tell(key, path, body, { 'content-type': 'text/plain' });
      await tell(key, path, body, { 'content-encoding': 'gzip' });
    }
    await tell(keys[0] ?? null, path, `"${'x'.repeat(1_100_000)}"`);
    await tell(shop, `${path}?unknown=1`, body);
    await tell(shop, `${path.slice('/v1'.length)}/`, body);
  }
  // Ben has declined by now; Ada accepts, and both get the same answer again.
  await tell(ada.key, accept, { courier_id: ben.id });
  for (const [key, body] of [
    ...[[ada.key], [ada.key, {}], [ben.key], [ben.key, { courier_id: ben.id }]],
    ...[
      [shop, { courier_id: ada.id }],
      [shop, { courier_id: 'cou_unknown' }],
    ],
  ] as const) {
    await tell(key as string, accept, body);
  }
  for (const key of [ben.key, ada.key]) await tell(key, decline, { reason: 'flat tyre' });
  for (const each of ['accept', 'decline']) {
    await tell(ada.key, `/v1/deliveries/del_${'0'.repeat(32)}/${each}`, {});
  }
  return { notified, routes };
}

function pushOf(hub: TestHub | undefined, carrier: string, payload: string) {
  const webhook = hub?.adapters.get(carrier)?.webhook;
  if (!hub || !webhook) throw new Error(`${carrier} signs nothing`);
  return webhook.sign(payload, signingKey(webhook), hub.clock.nowMs());
}

describe('a hot route', () => {
  it.each<[string, Sent, number]>([
    ['an unknown carrier', { path: '/webhooks/carrier/nobody', body: '{}' }, 404],
    ['an unknown account', { path: '/webhooks/carrier/{carrier}/nobody', body: '{}' }, 404],
    ['a missing signature', { path: '/webhooks/carrier/{carrier}', body: '{}' }, 401],
    ['another method', { method: 'GET', path: '/webhooks/carrier/{carrier}' }, 405],
    ['a slash at the end', { path: '/webhooks/carrier/{carrier}/', body: '{}' }, 401],
    ['an empty segment', { path: '/webhooks/carrier//x', body: '{}' }, 404],
    ['capitals in a fixed segment', { path: '/Webhooks/carrier/fedex', body: '{}' }, 404],
    ['an encoded carrier', { path: '/webhooks/carrier/{encoded}', body: '{}' }, 401],
    ['an encoded slash', { path: '/webhooks/carrier/a%2Fb', body: '{}' }, 404],
    ['a path that does not decode', { path: '/webhooks/carrier/%zz', body: '{}' }, 400],
    ['a NUL in the path', { path: '/webhooks/carrier/%00', body: '{}' }, 400],
    ['the versioned path', { path: '/v1/webhooks/carrier/{carrier}', body: '{}' }, 401],
    ['a doubled version', { path: '/v1/v1/webhooks/carrier/{carrier}', body: '{}' }, 404],
  ])('answers %s the same in the front server and in Express', async (_, sent, status) => {
    const [front, express] = await both(sent);
    expect(front).toEqual(express);
    expect(front?.status).toBe(status);
  });

  it.each<[string, Record<string, string>, string, number]>([
    ['a content encoding', { 'content-encoding': 'gzip' }, '{}', 415],
    ['a body over the limit', {}, 'x'.repeat(1_048_577), 413],
  ])(
    'answers %s the same when the headers are those of a carrier',
    async (_, more, payload, status) => {
      const path = pathOf('/webhooks/carrier/{carrier}', hubs[0] as TestHub);
      const { headers, body } = pushOf(hubs[0], path.split('/').at(-1) ?? '', payload);
      const [front, express] = await both({ path, headers: { ...headers, ...more }, body });
      expect(front).toEqual(express);
      expect(front?.status).toBe(status);
    },
  );

  it('keeps the connection of a small rejected push, and ends that of a large one', async () => {
    const path = '/webhooks/carrier/{carrier}';
    for (const [bytes, connection] of [
      [1_000, 'keep-alive'],
      [500_000, 'close'],
    ] as const) {
      const answers = await both({ path, body: 'x'.repeat(bytes) });
      expect(answers.map(({ status }) => status)).toEqual([401, 401]);
      expect(answers.map(({ headers }) => headers['connection'])).toEqual([connection, connection]);
    }
  });

  it('answers an accepted push of every pushing carrier the same', async () => {
    for (const { manifest, webhook } of hubs[0]?.adapters.list() ?? []) {
      if (webhook === undefined) continue;
      const { headers, body } = pushOf(hubs[0], manifest.name, '{"not":"a report"}');
      const path = `/webhooks/carrier/${manifest.name}`;
      const [front, express] = await both({ path, headers: { ...headers }, body });
      expect(front).toEqual(express);
      expect(front?.status).toBe(200);
    }
  });

  it('of any kind is answered the same, whatever the method, the version and the parameters', async () => {
    const routes = hubs[0]?.routes.filter(({ hot }) => hot) ?? [];
    expect(routes.length).toBeGreaterThan(5);
    for (const [place, { path }] of routes.entries()) {
      const streams = path.endsWith('/live');
      for (const value of streams ? ['nobody'] : ['123', 'nobody', '%20', 'a%2Fb']) {
        const filled = path
          .replaceAll(/:[a-z_]+/g, value)
          .replace('/track/123/', '/track/{carrier}/');
        for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']) {
          for (const version of inTurn(['', '/v1'], place + method.length, 2)) {
            const accept = { accept: method === 'HEAD' ? 'text/html' : 'application/json' };
            const sent = { method, path: version + filled, headers: accept };
            const [front, express] = await both(sent);
            expect([method, sent.path, front]).toEqual([method, sent.path, express]);
          }
        }
      }
    }
  });

  it('with a key and a body is answered the same, whatever the sender', async () => {
    const [front, express] = await Promise.all(hubs.map(lunchAt));
    expect(front?.notified).toEqual(express?.notified);
    const keyed = hubs[0]?.routes.filter(({ hot, path }) => hot && /deliver|position/.test(path));
    const missed = keyed?.flatMap(({ path }) => (front?.routes.has(path) ? [] : [path]));
    expect(missed).toEqual([]);
    const statuses = new Set(front?.notified.map((each) => (each as { status: number }).status));
    // With every kind of outcome.
    expect([...statuses].sort()).toEqual([
      ...[200, 201, 202, 204, 400, 401, 403, 404, 409, 413, 415, 422],
    ]);
  });
});

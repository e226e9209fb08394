import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPublic, type TestPublic } from '../resources/public-tracking/test-public.ts';
import { TEST_WEBHOOK_SECRET, type TestHub } from '../testing/test-hub.ts';

/**
 * Hot routes are answered by the bare front; the same table stands on Express. Whatever is sent,
 * both must answer alike, or an operator who moves a route would change the API.
 */
const sites: TestPublic[] = [];
const hubs: TestHub[] = [];
beforeAll(async () => {
  for (const hotInFront of [true, false]) {
    const site = await openTestPublic({ hotInFront });
    await site.follow({ number: '123', order: 'an-order' });
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

/** `{carrier}` stands for any carrier that pushes, `{encoded}` for its name in percent signs. */
function pathOf(path: string, { adapters }: TestHub): string {
  const name = adapters.list().find(({ webhook }) => webhook)?.manifest.name ?? '';
  const encoded = `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
  return path.replace('{carrier}', name).replace('{encoded}', encoded);
}

async function both({ method = 'POST', path, headers = {}, body }: Sent) {
  return Promise.all(
    hubs.map(async (hub) => {
      const answer = await fetch(hub.url + pathOf(path, hub), {
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
    }),
  );
}

function pushOf(hub: TestHub | undefined, carrier: string, payload: string) {
  const sign = hub?.adapters.get(carrier)?.webhook?.sign;
  if (!hub || !sign) throw new Error(`${carrier} signs nothing`);
  return sign(payload, TEST_WEBHOOK_SECRET, hub.clock.nowMs());
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
  ])('answers %s alike in the front and in Express', async (_, sent, status) => {
    const [front, express] = await both(sent);
    expect(front).toEqual(express);
    expect(front?.status).toBe(status);
  });

  it.each<[string, Record<string, string>, string, number]>([
    ['a content encoding', { 'content-encoding': 'gzip' }, '{}', 415],
    ['a body over the limit', {}, 'x'.repeat(1_048_577), 413],
  ])(
    'answers %s alike, where its headers are those of a carrier',
    async (_, more, payload, status) => {
      const path = pathOf('/webhooks/carrier/{carrier}', hubs[0] as TestHub);
      const { headers, body } = pushOf(hubs[0], path.split('/').at(-1) ?? '', payload);
      const [front, express] = await both({ path, headers: { ...headers, ...more }, body });
      expect(front).toEqual(express);
      expect(front?.status).toBe(status);
    },
  );

  it('keeps the connection of a small push that is refused, and ends that of a large one', async () => {
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

  it('answers an accepted push of every carrier that pushes alike', async () => {
    for (const { manifest, webhook } of hubs[0]?.adapters.list() ?? []) {
      if (webhook === undefined) continue;
      const { headers, body } = pushOf(hubs[0], manifest.name, '{"not":"a report"}');
      const path = `/webhooks/carrier/${manifest.name}`;
      const [front, express] = await both({ path, headers: { ...headers }, body });
      expect(front).toEqual(express);
      expect(front?.status).toBe(200);
    }
  });

  it('of any kind is answered alike, whatever the method, the version and the parameters', async () => {
    const routes = hubs[0]?.routes.filter(({ hot }) => hot) ?? [];
    expect(routes.length).toBeGreaterThan(5);
    for (const { path } of routes) {
      const streams = path.endsWith('/live');
      for (const value of streams ? ['nobody'] : ['123', 'nobody', '%20', 'a%2Fb']) {
        const filled = path
          .replaceAll(/:[a-z_]+/g, value)
          .replace('/track/123/', '/track/{carrier}/');
        for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']) {
          for (const version of ['', '/v1']) {
            const accept = { accept: method === 'HEAD' ? 'text/html' : 'application/json' };
            const sent = { method, path: version + filled, headers: accept };
            const [front, express] = await both(sent);
            expect([method, sent.path, front]).toEqual([method, sent.path, express]);
          }
        }
      }
    }
  });
});

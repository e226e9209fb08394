import { IncomingMessage, request } from 'node:http';
import { connect, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap, createOperatorKey, dropApiKey } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { createIsLocal } from './loopback.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';

let plain: TestHub;
let behindProxy: TestHub;
/** Known to the outside by another name, and without a trusted proxy. */
let known: TestHub;
beforeAll(async () => {
  known = await createTestHub({ publicUrl: 'https://track.shop.example' });
  plain = await createTestHub();
  behindProxy = await createTestHub({ trustedProxies: ['127.0.0.0/8', '::1'] });
  for (const hub of [plain, behindProxy, known]) await bootstrap(keysOf(hub), KEY);
});
afterAll(async () => {
  await plain.close();
  await behindProxy.close();
  await known.close();
});

const keysOf = ({ db, clock }: TestHub) => ({ db, clock, randomBytes: systemRandom });

interface Got {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Uses node's own client, which allows any Host header. */
function ask(
  hub: TestHub,
  path: string,
  headers: Readonly<Record<string, string>>,
  form?: Readonly<Record<string, string>>,
): Promise<Got> {
  const body = form && new URLSearchParams(form).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const incoming = request(
      hub.url + path,
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...(body === undefined ? {} : type), ...headers },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }),
        );
      },
    );
    incoming.on('error', reject).end(body);
  });
}

/** Like an unconfigured proxy: HTTP/1.0, with the Host from its own settings. */
function askAsOldProxy(hub: TestHub, path: string): Promise<number> {
  const { hostname, port, host } = new URL(hub.url);
  const head = `GET ${path} HTTP/1.0\r\nHost: ${host}\r\nConnection: close\r\n`;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${head}Authorization: Bearer ${KEY}\r\n\r\n`);
    });
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', reject).on('close', () => resolve(Number(text.slice(9, 12))));
  });
}

const bearer = { authorization: `Bearer ${KEY}` };

describe('the bootstrap key', () => {
  it('is an operator’s on the machine itself', async () => {
    for (const path of ['/v1/ops', '/v1/ops/dead-letters']) {
      expect([path, (await ask(plain, path, bearer)).status]).toEqual([path, 200]);
    }
    const { port } = new URL(plain.url);
    const named = await ask(plain, '/v1/ops', { ...bearer, host: `localhost:${port}` });
    expect(named.status).toBe(200);
  });

  it('works for the API under /v1 only: without it, browsers are led to the page in the console', async () => {
    for (const [path, to] of [
      ['/ops', '/console/hub'],
      ['/ops/dead-letters?carrier=dhl', '/console/hub/dead-letters?carrier=dhl'],
      ['/ops/mapping-jobs/none', '/console/hub/mapping-jobs/none'],
      ['/ops/edd/accuracy?at=stage', '/console/hub/edd/accuracy?at=stage'],
      ['/ops/mailbox/1/html', '/console/hub/mailbox/1/html'],
      ['/ops/shipments/1?lang=de', '/console/shipments/1?lang=de'],
      ['/ops/exceptions/1/evidence/2', '/console/exceptions/1/evidence/2'],
      ['/ops/fleet', '/console/deliveries/map'],
      ['/ops/dispatch/1', '/console/deliveries/1'],
      ['/ops/couriers', '/console/deliveries/couriers'],
      ['/console/dispatch', '/console/deliveries'],
      ['/ops/%2F%2Fevil.example', '/console/hub/%2F%2Fevil.example'],
    ] as const) {
      const moved = await ask(plain, path, { ...bearer, accept: 'text/html' });
      expect([path, moved.status, moved.headers.location]).toEqual([path, 303, to]);
      const asProgram = await ask(plain, path, { ...bearer, accept: 'application/json' });
      expect([path, asProgram.status]).toEqual([path, 404]);
    }
  });

  it.each([
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-for', '203.0.113.9'],
    ['x-forwarded-for', ''],
    ['X-Forwarded-For', '::1'],
    ['forwarded', 'for=127.0.0.1'],
    ['x-real-ip', '127.0.0.1'],
    ['x-forwarded-host', 'localhost'],
    ['x-forwarded-proto', 'http'],
    ['via', '1.1 proxy'],
    ['x-forwarded-prefix', '/'],
    ['x-original-forwarded-for', '127.0.0.1'],
    ['x-envoy-external-address', '127.0.0.1'],
    ['cf-ray', '0'],
    ['cdn-loop', 'proxy'],
    ['cf-connecting-ip', '127.0.0.1'],
    ['host', 'track.example.com'],
    ['host', '127.0.0.1.example.com'],
    ['host', 'localhost.example.com'],
  ])('is a merchant’s when the request was forwarded: %s: %s', async (name, value) => {
    const got = await ask(plain, '/v1/ops', { ...bearer, [name]: value });
    expect([got.status, JSON.parse(got.text).errors[0].fix]).toEqual([
      403,
      'Call it on loopback, or create an operator’s key: waybill keys create --ops.',
    ]);
    // It remains valid as a merchant's key.
    expect((await ask(plain, '/v1/shipments', { ...bearer, [name]: value })).status).toBe(200);
  });

  it('is a merchant’s, and metrics are closed, through a proxy that does not identify itself', async () => {
    expect(await askAsOldProxy(plain, '/v1/ops')).toBe(403);
    expect(await askAsOldProxy(plain, '/v1/shipments')).toBe(200);
    expect(await askAsOldProxy(plain, '/metrics')).toBe(401);
    for (const [path, status] of [
      ['/v1/ops', 403],
      ['/v1/shipments', 200],
      ['/metrics', 401],
    ] as const) {
      expect([path, (await ask(known, path, bearer)).status]).toEqual([path, status]);
    }
    const signed = await signIn(known, KEY);
    expect([signed.status, cookieOf(signed)]).toEqual([403, '']);
  });

  it.each([
    'http://localhost:8080',
    'http://127.0.0.1',
    'http://[::1]:8080',
    'http://0.0.0.0:8080',
    'http://[::]:8080',
  ])('is an operator’s while the hub is known as %s', (publicUrl) => {
    const front = { trustedProxies: [], publicUrl: () => publicUrl };
    const incoming = new IncomingMessage(new Socket());
    Object.defineProperty(incoming.socket, 'remoteAddress', { value: '::ffff:127.0.0.1' });
    Object.assign(incoming, { httpVersion: '1.1', headers: { host: 'localhost:8080' } });
    expect(createIsLocal(front)(incoming)).toBe(true);
    const elsewhere = { ...front, publicUrl: () => 'https://localhost.shop.example' };
    expect(createIsLocal(elsewhere)(incoming)).toBe(false);
    // A configured list names all proxies; here loopback is not one of them.
    const named = { ...elsewhere, trustedProxies: ['10.0.0.0/8'] };
    expect(createIsLocal(named)(incoming)).toBe(true);
  });

  it('is a merchant’s when loopback is a trusted proxy, whatever the headers say', async () => {
    const tries: Readonly<Record<string, string>>[] = [
      {},
      { 'x-forwarded-for': '127.0.0.1' },
      { 'x-forwarded-for': '127.0.0.1, 127.0.0.1' },
      { 'x-forwarded-for': '203.0.113.9' },
    ];
    for (const headers of tries) {
      expect((await ask(behindProxy, '/v1/ops', { ...bearer, ...headers })).status).toBe(403);
    }
  });
});

it('an operator’s key is one from anywhere', async () => {
  const { text } = await createOperatorKey(keysOf(behindProxy), {
    name: 'o',
    scopes: ['ops:read', 'ops:write'],
  });
  const headers = { authorization: `Bearer ${text}`, 'x-forwarded-for': '203.0.113.9' };
  expect((await ask(behindProxy, '/v1/ops', headers)).status).toBe(200);
});

it('a merchant that names its key like the first one gains nothing', async () => {
  const made = await plain.newKey();
  const named = await fetch(`${plain.url}/v1/api-keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${made.text}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bootstrap', scopes: ['admin'] }),
  });
  const { key } = (await named.json()) as { key: string };
  expect((await ask(plain, '/v1/ops', { authorization: `Bearer ${key}` })).status).toBe(403);
});

/** The cookies a response sets, as a browser would send them back. */
function cookieOf({ headers }: Got): string {
  return ((headers['set-cookie'] as string[] | undefined) ?? [])
    .map((cookie) => cookie.split(';')[0])
    .filter((pair) => pair && !pair.endsWith('='))
    .join('; ');
}

const csrfOf = ({ text }: Got) => /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';

async function signIn(hub: TestHub, key: string, headers: Readonly<Record<string, string>> = {}) {
  const page = await ask(hub, '/console/sign-in', headers);
  const form = { csrf: csrfOf(page), key, next: '/console/hub/review' };
  return ask(hub, '/console/sign-in', { ...headers, cookie: cookieOf(page) }, form);
}

describe('signing in', () => {
  it('sets a cookie that no script reads and no other site sends, and returns to the page', async () => {
    const signed = await signIn(plain, KEY);
    expect([signed.status, signed.headers.location]).toEqual([303, '/console/hub/review']);
    const [session] = signed.headers['set-cookie'] as string[];
    expect(session).toMatch(
      /^waybill_desk=[\w-]{43}; Max-Age=43200; Path=\/console; HttpOnly; SameSite=Lax$/,
    );
    const page = await ask(plain, '/console/hub/review', { cookie: cookieOf(signed) });
    expect(page.status).toBe(200);
    const csp = String(page.headers['content-security-policy']);
    expect(csp).toContain("default-src 'none'");
    expect(csp).not.toContain('unsafe');
    expect(page.text).not.toMatch(/<script(?! type="module" src="\/)/);
  });

  it('is required for every page, and rejects keys that are not an operator’s', async () => {
    for (const path of [
      '/console/hub',
      '/console/hub/dead-letters',
      '/console/hub/mappings',
      '/console/hub/carriers',
    ]) {
      const got = await ask(plain, path, { accept: 'text/html' });
      expect([got.status, String(got.headers.location)]).toEqual([
        303,
        expect.stringMatching(/^\/console\/sign-in/),
      ]);
    }
    const merchant = await plain.newKey();
    for (const key of [merchant.text, 'wb_ops_unknown', 'nonsense', '']) {
      const got = await signIn(plain, key);
      expect([got.status, cookieOf(got)]).toEqual([403, '']);
    }
  });

  it('redirects to nothing outside of the console', async () => {
    for (const next of [
      'https://evil.example',
      '//evil.example',
      '/console/hub/../track',
      '/opsx',
      'ops',
    ]) {
      const page = await ask(plain, `/console/sign-in?next=${encodeURIComponent(next)}`, {});
      expect(page.text).toContain('name="next" value="/console"');
    }
  });

  it('by the bootstrap key ends when a request does not come from the machine', async () => {
    const signed = await signIn(plain, KEY);
    const cookie = cookieOf(signed);
    const elsewhere = await ask(plain, '/console/hub', {
      cookie,
      'x-forwarded-for': '203.0.113.9',
    });
    expect(elsewhere.status).toBe(303);
    const refused = await signIn(plain, KEY, { 'x-forwarded-for': '203.0.113.9' });
    expect([refused.status, cookieOf(refused)]).toEqual([403, '']);
  });

  it('ends with the key, and after a day', async () => {
    const keys = keysOf(plain);
    const { key, text } = await createOperatorKey(keys, { name: 'o', scopes: ['ops:read'] });
    const cookie = cookieOf(await signIn(plain, text));
    expect((await ask(plain, '/console/hub', { cookie })).status).toBe(200);
    await dropApiKey(keys, { merchantId: key.merchantId, mode: key.mode }, key.id);
    expect((await ask(plain, '/console/hub', { cookie })).status).toBe(303);
    const other = cookieOf(await signIn(plain, KEY));
    plain.clock.advance(12 * 3_600_000 + 1);
    expect((await ask(plain, '/console/hub', { cookie: other })).status).toBe(303);
  });

  it('is rate-limited against guessing', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 24; i += 1) {
      statuses.push((await signIn(behindProxy, `wb_ops_guess_${i}`)).status);
    }
    expect(statuses.slice(0, 3)).toEqual([403, 403, 403]);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('forms of the console', () => {
  it('have no effect without the session’s own token, or from another site', async () => {
    const cookie = cookieOf(await signIn(plain, KEY));
    const page = await ask(plain, '/console/hub', { cookie });
    const csrf = csrfOf(page);
    const replay = (headers: Readonly<Record<string, string>>, form: Record<string, string>) =>
      ask(plain, '/console/hub/dead-letters/replay', headers, { all: 'true', ...form });
    expect((await replay({ cookie }, { csrf })).status).toBe(303);
    expect((await replay({ cookie }, {})).status).toBe(403);
    expect((await replay({ cookie }, { csrf: `x${csrf}` })).status).toBe(403);
    const other = cookieOf(await signIn(plain, KEY));
    expect((await replay({ cookie: other }, { csrf })).status).toBe(403);
    const signs: Readonly<Record<string, string>>[] = [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const sign of signs)
      expect((await replay({ cookie, ...sign }, { csrf })).status).toBe(403);
    // Without a session, redirects to sign in; the API never accepts the cookie's rights.
    expect((await replay({}, { csrf })).headers.location).toBe('/console/sign-in');
    expect((await ask(plain, '/v1/ops/dead-letters', { cookie })).status).toBe(401);
  });

  it('change nothing for a viewer’s key', async () => {
    const { text } = await createOperatorKey(keysOf(plain), { name: 'l', scopes: ['ops:read'] });
    const cookie = cookieOf(await signIn(plain, text));
    const page = await ask(plain, '/console/hub', { cookie });
    expect(page.text).toContain('viewer');
    const form = { csrf: csrfOf(page), all: 'true' };
    expect((await ask(plain, '/console/hub/dead-letters/replay', { cookie }, form)).status).toBe(
      403,
    );
  });

  it('show no text from the URL, and have no versioned path', async () => {
    const cookie = cookieOf(await signIn(plain, KEY));
    const evil = encodeURIComponent('"><script>alert(1)</script>');
    for (const path of [
      `/console/hub/dead-letters?carrier=${evil}&done=${evil}`,
      `/console/hub/review?cursor=${evil}`,
      `/console/hub/mappings/${evil}`,
      `/console/hub/mapping-jobs/${evil}`,
    ]) {
      const got = await ask(plain, path, { cookie });
      expect([path, got.status < 500, got.text.includes('<script>')]).toEqual([path, true, false]);
    }
    expect((await ask(plain, '/v1/ops/sign-in', {})).status).toBe(404);
  });
});

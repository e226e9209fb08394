import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../platform/net/http-client.ts';
import type { Purgeable, Purger } from '../purger.ts';
import { cloudFrontPurger, cloudflarePurger, fastlyPurger, httpPurger } from './purgers.ts';

interface Call {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const PARCELS: readonly Purgeable[] = [
  { tag: 'track:acme:A1', paths: ['/track/A1', '/v1/track/A1'] },
  { tag: 'track:acme:A%26%3C2', paths: ['/track/A%26%3C2', '/v1/track/A%26%3C2'] },
];
const NOW_MS = Date.UTC(2026, 4, 1);
const http = createHttpClient();
let calls: Call[] = [];
let answer: { status: number; headers?: Record<string, string>; body?: string };
let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    calls.push({ line: `${method} ${url}`, headers, body: await text(request) });
    response.writeHead(answer.status, answer.headers).end(answer.body ?? '{"success":true}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  calls = [];
});
afterAll(() => {
  http.close();
  server.close();
});

const PURGERS: readonly [string, () => Purger][] = [
  [
    'http',
    () =>
      httpPurger(
        { name: 'p', url: `${origin}/`, method: 'PURGE', header: 'Cache-Tag', token: 't0k' },
        http,
      ),
  ],
  ['cloudflare', () => cloudflarePurger({ name: 'p', zoneId: 'z1', token: 't0k', origin }, http)],
  [
    'fastly',
    () => fastlyPurger({ name: 'p', serviceId: 's1', token: 't0k', soft: true, origin }, http),
  ],
  [
    'cloudfront',
    () =>
      cloudFrontPurger(
        { name: 'p', distributionId: 'D1', accessKeyId: 'AKTEST', secretAccessKey: 't0k', origin },
        http,
        () => NOW_MS,
      ),
  ],
];

describe.each(PURGERS)('a purger of %s', (_, open) => {
  it('has done when the cache says so', async () => {
    answer = { status: 200 };
    expect(await open().purge(PARCELS)).toEqual({ outcome: 'done' });
  });

  it('says what was refused, with nothing of the answer, and when to come again', async () => {
    answer = { status: 403, body: 'the token t0k is no good' };
    expect(await open().purge(PARCELS)).toMatchObject({ outcome: 'failed', reason: 'status 403' });
    answer = { status: 429, headers: { 'retry-after': '7' } };
    expect(await open().purge(PARCELS)).toMatchObject({ retryAfterS: 7 });
    answer = { status: 302, headers: { location: '/elsewhere' } };
    expect(await open().purge(PARCELS)).toMatchObject({ reason: 'status 302' });
  });
});

it('a cache that cannot be reached is a failure like another', async () => {
  const config = { name: 'p', url: 'http://127.0.0.1:1/', method: 'PURGE', header: 'Cache-Tag' };
  const purger = httpPurger({ ...config, method: 'PURGE', token: null }, http);
  expect(await purger.purge(PARCELS)).toMatchObject({ outcome: 'failed', reason: 'network' });
});

it('PURGE goes out once for each tag', async () => {
  answer = { status: 200 };
  await PURGERS[0]?.[1]().purge(PARCELS);
  expect(calls.map(({ line, headers }) => [line, headers['cache-tag']]).sort()).toEqual([
    ['PURGE /', 'track:acme:A%26%3C2'],
    ['PURGE /', 'track:acme:A1'],
  ]);
  expect(calls[0]?.headers.authorization).toBe('Bearer t0k');
});

it('Cloudflare and Fastly get all tags in one call', async () => {
  answer = { status: 200 };
  await PURGERS[1]?.[1]().purge(PARCELS);
  await PURGERS[2]?.[1]().purge(PARCELS);
  const tags = PARCELS.map(({ tag }) => tag);
  expect(calls.map(({ line, body }) => [line, JSON.parse(body)])).toEqual([
    ['POST /client/v4/zones/z1/purge_cache', { tags }],
    ['POST /service/s1/purge', { surrogate_keys: tags }],
  ]);
  expect(calls[1]?.headers).toMatchObject({ 'fastly-key': 't0k', 'fastly-soft-purge': '1' });
});

it('a 200 of Cloudflare that does not say success is none', async () => {
  answer = { status: 200, body: '{"success":false,"errors":[{"code":1094}]}' };
  expect(await PURGERS[1]?.[1]().purge(PARCELS)).toMatchObject({ outcome: 'failed' });
});

it('CloudFront gets paths in a signed document', async () => {
  answer = { status: 201 };
  await PURGERS[3]?.[1]().purge(PARCELS);
  const [call] = calls;
  expect(call?.line).toBe('POST /2020-05-31/distribution/D1/invalidation');
  expect(call?.body).toContain('<Path>/track/A1*</Path><Path>/v1/track/A1*</Path>');
  expect(call?.body).toContain('<Quantity>4</Quantity>');
  expect(call?.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKTEST\/20260501\/us-east-1\/cloudfront\/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
  );
});

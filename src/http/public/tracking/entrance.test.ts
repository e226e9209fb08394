import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { openTestPublic, type TestPublic } from './test-public.ts';

let site: TestPublic;
beforeAll(async () => {
  site = await openTestPublic({ start: { trustedProxies: [], demos: () => demos } });
});
afterAll(() => site.close());

const DEMO = '990000000001';
const MOVING = '990000000002';
const demos: Record<string, string> = {};
const get = (path: string, accept?: string) =>
  site.call('GET', path, undefined, accept === undefined ? {} : { accept });
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

it.each([
  ['/', 'application/json'],
  ['/', '*/*'],
  ['/v1', BROWSER],
  ['/v1/', BROWSER],
])('returns nothing to a program at %s with %s', async (path, accept) => {
  const { status, headers, body } = await get(path, accept);
  expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  expect(body['detail']).toBe('There is nothing at this path.');
});

it('shows demo parcels, console and docs to the person who started the hub', async () => {
  const [carrier] = site.carriers;
  await site.track({ number: DEMO, carrier });
  demos[carrier] = DEMO;
  const { status, text, headers } = await get('/', BROWSER);
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
  const hrefs = [...text.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => href);
  expect(hrefs).toEqual(
    expect.arrayContaining([
      `/track/${carrier}/${DEMO}`,
      '/console',
      '/console/setup',
      '/docs',
      '/track',
    ]),
  );
  for (const [, guide] of text.matchAll(/href="\/docs\/guides\/([^"]+)"/g)) {
    expect(existsSync(`${PROJECT_ROOT}docs/${guide}.md`)).toBe(true);
  }
});

it('versions the start page, so that its script can check for changes', async () => {
  const [carrier] = site.carriers;
  const parcel = await site.track({ number: MOVING, carrier });
  demos[carrier] = MOVING;
  const version = async () => /data-version="(\w+)"/.exec((await get('/', BROWSER)).text)?.[1];
  const before = await version();
  expect(before).toMatch(/^\w{12}$/);
  expect(await version()).toBe(before);
  await parcel.move('picked_up');
  expect(await version()).not.toBe(before);
  const script = /src="(\/assets\/start\.\w+\.js)"/.exec((await get('/', BROWSER)).text)?.[1];
  expect((await get(script ?? '/nowhere')).status).toBe(200);
});

it('redirects a browser with a signed-in session to the desk', async () => {
  const answer = await site.call('GET', '/', undefined, {
    accept: BROWSER,
    'x-forwarded-for': '203.0.113.9',
    cookie: 'a=b; waybill_desk_in=1',
  });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console']);
});

it.each([
  { 'x-forwarded-for': '203.0.113.9' },
  { 'x-forwarded-for': '127.0.0.1' },
  { forwarded: 'for=127.0.0.1' },
  { 'cf-connecting-ip': '127.0.0.1' },
  { via: '1.1 proxy' },
])('redirects a browser behind a proxy from the root to the form: %j', async (passedOn) => {
  const { status, headers } = await site.call('GET', '/', undefined, {
    accept: BROWSER,
    ...passedOn,
  });
  expect([status, headers.get('location')]).toEqual([303, '/track']);
  expect((await get('/track', BROWSER)).status).toBe(200);
});

it('tells crawlers to stay off parcels and the API', async () => {
  const { status, headers, text } = await get('/robots.txt');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(text.split('\n')).toEqual(['User-agent: *', 'Disallow: /track', 'Disallow: /v1', '']);
});

it('serves an icon at the URL browsers request', async () => {
  const { status, headers } = await get('/favicon.ico');
  expect([status, headers.get('content-type')]).toEqual([200, 'image/x-icon']);
  expect(headers.get('cache-control')).toBe('public, max-age=86400');
});

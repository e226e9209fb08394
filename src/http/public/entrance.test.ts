import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestPublic, type TestPublic } from './test-public.ts';

let site: TestPublic;
beforeAll(async () => {
  site = await openTestPublic();
});
afterAll(() => site.close());

const get = (path: string, accept?: string) =>
  site.call('GET', path, undefined, accept === undefined ? {} : { accept });
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

it.each([
  ['/', 'application/json'],
  ['/', '*/*'],
  ['/v1', BROWSER],
  ['/v1/', BROWSER],
])('there is nothing for a program at %s with %s', async (path, accept) => {
  const { status, headers, body } = await get(path, accept);
  expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  expect(body['detail']).toBe('There is nothing at this path.');
});

it('a browser is led from the root to the form', async () => {
  const { status, headers } = await get('/', BROWSER);
  expect([status, headers.get('location')]).toEqual([303, '/track']);
  expect((await get('/track', BROWSER)).status).toBe(200);
});

it('crawlers are told to leave parcels and the API alone', async () => {
  const { status, headers, text } = await get('/robots.txt');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(text.split('\n')).toEqual(['User-agent: *', 'Disallow: /track', 'Disallow: /v1', '']);
});

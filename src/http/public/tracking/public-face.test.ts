import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPublic, type TestPublic } from './test-public.ts';

describe('the lookup rate limit', () => {
  let site: TestPublic;
  beforeAll(async () => {
    site = await openTestPublic({ rate: { burst: 20, perS: 2 } });
    await site.track({ number: 'LIMIT1' });
  });
  afterAll(() => site.close());
  const get = (path: string, headers: Record<string, string> = {}) =>
    site.call('GET', path, undefined, headers);

  it('counts hits, misses, pages, streams and orders alike, and sends Retry-After', async () => {
    const paths = ['/v1/track/LIMIT1', '/v1/track/NOPE', '/track/LIMIT1', '/v1/track/NOPE/live'];
    for (let i = 0; i < 10; i += 1) {
      expect((await get(paths[i % paths.length] ?? '')).status).not.toBe(429);
    }
    expect((await get('/v1/track?order=NOPE&postal_code=1')).status).toBe(404);
    const refused = await get('/v1/track/LIMIT1');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('ratelimit-limit')).toBe('20');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(refused.headers.get('ratelimit-reset')).toBe('1');
    expect((await get('/v1/track/LIMIT1/live')).status).toBe(429);
    expect((await get('/v1/track?order=NOPE')).status).toBe(429);
    const page = await get('/track/LIMIT1', { accept: 'text/html' });
    expect([page.status, page.headers.get('retry-after')]).toEqual([429, '1']);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.text).toContain('<h1>Please wait a moment</h1>');
    site.hub.clock.advance(1_000);
    expect((await get('/v1/track/LIMIT1')).status).toBe(200);
  });
});

describe('the files that pages load', () => {
  let site: TestPublic;
  beforeAll(async () => {
    site = await openTestPublic();
    await site.track({ number: 'PAGE1' });
  });
  afterAll(() => site.close());

  it('return 404 for an unknown file', async () => {
    for (const file of ['nope.js', '..%2f..%2fpackage.json', '__proto__']) {
      expect((await site.call('GET', `/assets/${file}`)).status).toBe(404);
    }
  });

  it('exist, are cacheable for ever, and are small', async () => {
    const page = await site.call('GET', '/track/PAGE1', undefined, { accept: 'text/html' });
    const files = [...page.text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
      ([, url]) => url,
    );
    expect(files).toHaveLength(2);
    let bytes = Buffer.byteLength(page.text);
    for (const file of files) {
      const asset = await site.call('GET', file ?? '');
      expect(asset.status).toBe(200);
      expect(asset.headers.get('cache-control')).toContain('immutable');
      if (file?.endsWith('.js')) expect(Buffer.byteLength(asset.text)).toBeLessThan(15_000);
      bytes += Buffer.byteLength(asset.text);
    }
    expect(bytes).toBeLessThan(50_000);
  });

  it('are allowed by the policy, which allows nothing else', async () => {
    const page = await site.call('GET', '/track/PAGE1', undefined, { accept: 'text/html' });
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(page.text).not.toMatch(/ style="| on\w+="|<script(?![^>]*\bsrc=)/);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  });
});

describe('the public routes', () => {
  const sites: TestPublic[] = [];
  beforeAll(async () => {
    for (const hotInFront of [true, false]) {
      const site = await openTestPublic({ hotInFront });
      await site.track({ number: 'ALIKE1', order: 'A-1' });
      sites.push(site);
    }
  });
  afterAll(async () => {
    for (const site of sites) await site.close();
  });

  it.each([
    ['GET', '/track', {}],
    ['GET', '/track?order=A-1', { accept: 'application/json' }],
    ['GET', '/v1/track/ALIKE1', {}],
    ['GET', '/v1/track/ALIKE1', { 'if-none-match': '*' }],
    ['HEAD', '/v1/track/ALIKE1', {}],
    ['GET', '/track/ALIKE1/', { accept: 'text/html', 'accept-language': 'es' }],
    ['GET', '/track/%61like1', { accept: 'application/json' }],
    ['GET', '/track/NOPE', { accept: 'text/html' }],
    ['GET', '/track/NOPE/live', {}],
    ['HEAD', '/track/ALIKE1/live', {}],
    ['GET', '/track/nobody/ALIKE1', { accept: 'application/json' }],
    ['GET', '/assets/nope.js', {}],
    ['POST', '/track/ALIKE1', {}],
  ])('%s %s is answered the same by front and Express', async (method, path, headers) => {
    const [front, express] = await Promise.all(
      sites.map(async ({ call }) => {
        const same = { ...headers, 'x-request-id': 'same' };
        const answer = await call(method, path, undefined, same);
        const cookies: Record<string, string> = {};
        answer.headers.forEach((value, name) => {
          if (name !== 'date') cookies[name] = value;
        });
        return { status: answer.status, text: answer.text, headers: cookies };
      }),
    );
    expect(front).toEqual(express);
  });
});

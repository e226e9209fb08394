import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPublic, type TestPublic } from './test-public.ts';

let site: TestPublic;
beforeAll(async () => {
  site = await openTestPublic();
});
afterAll(() => site.close());

const json = { accept: 'application/json' };
const html = { accept: 'text/html' };
const get = (path: string, headers?: Record<string, string>) =>
  site.call('GET', path, undefined, headers);

describe('a number nobody tracks', () => {
  it.each(['/v1/track/NOBODY', '/v1/track/nobody/NOBODY'])('is a problem at %s', async (path) => {
    const { status, headers, body } = await get(path);
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ status: 404, title: 'Not found' });
  });

  it('is a page with the form for a browser, in its language', async () => {
    const { status, headers, text } = await get('/track/NOBODY', {
      ...html,
      'accept-language': 'de-AT',
    });
    expect(status).toBe(404);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).toContain('<html lang="de">');
    expect(text).toMatch(/<input[^>]*value="NOBODY"/);
  });

  it.each([
    ['x'.repeat(65)],
    ['%0A'],
    ['a%1Bb'],
    ['live'],
    ['%F0%9F%93%A6'],
    ['__proto__'],
    ["'%20or%201=1--"],
    ['%E2%80%AE123'],
  ])('%s is not found, and causes no error', async (number) => {
    expect((await get(`/v1/track/${number}`)).status).toBe(404);
    expect((await get(`/track/${number}`, html)).status).toBe(404);
    expect((await get(`/v1/track/${number}/live`)).status).toBe(404);
  });

  it('is shown on the page as text, never as markup', async () => {
    const { text } = await get('/track/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E', html);
    expect(text).not.toContain('<script>alert');
    expect(text).toContain('&quot;>&lt;script>alert(1)&lt;/script>');
  });
});

describe('a number that one carrier has', () => {
  beforeAll(async () => {
    const { move } = await site.track({ number: 'TRACKME1' });
    await move('picked_up');
    await move('in_transit');
  });

  it('is JSON under /v1 whatever the Accept header, and at the root on request', async () => {
    const versioned = await get('/v1/track/TRACKME1', html);
    const answer = await get('/track/TRACKME1', json);
    expect([versioned.status, answer.status]).toEqual([200, 200]);
    expect(versioned.body).toEqual(answer.body);
    expect(versioned.body).toMatchObject({
      tracking_number: 'TRACKME1',
      carrier: site.carriers[0],
      status: 'in_transit',
      confirmed: true,
    });
    expect((await get(`/v1/track/${site.carriers[0]}/TRACKME1`)).body).toEqual(versioned.body);
    expect((await get(`/v1/track/${site.carriers[1]}/TRACKME1`)).status).toBe(404);
  });

  it('is found as people type it', async () => {
    expect((await get('/v1/track/trackme1')).status).toBe(200);
    expect((await get('/v1/track/%20track%20me-1%20')).status).toBe(200);
  });

  it.each([
    ['/track/TRACKME1', json, 'application/json; charset=utf-8'],
    ['/track/TRACKME1', html, 'text/html; charset=utf-8'],
  ])(
    'may be cached for seconds by shared caches, and is not indexed by search engines',
    async (path, accept, type) => {
      const { headers } = await get(path, accept);
      const value = (name: string) => headers.get(name) ?? '';
      expect(value('content-type')).toBe(type);
      const [, maxAgeS] = /^public, max-age=0, s-maxage=(\d+)$/.exec(value('cache-control')) ?? [];
      expect(Number(maxAgeS)).toBeGreaterThanOrEqual(10);
      expect(Number(maxAgeS)).toBeLessThanOrEqual(30);
      const isPage = type.startsWith('text/html');
      expect(value('vary')).toBe(`Accept, Accept-Language${isPage ? ', Accept-Encoding' : ''}`);
      expect(value('cache-tag')).toBe(`track:${site.carriers[0]}:TRACKME1`);
      expect(value('x-robots-tag')).toBe('noindex');
    },
  );

  it('sends no Vary under /v1, where the answer is always the same JSON', async () => {
    for (const headers of [json, html, { 'accept-language': 'fr' }]) {
      expect((await get('/v1/track/TRACKME1', headers)).headers.get('vary')).toBeNull();
      expect((await get('/v1/track/NOBODY', headers)).headers.get('vary')).toBeNull();
    }
  });

  it('states the language of its page, found or not', async () => {
    for (const path of ['/track/TRACKME1', '/track/NOBODY', '/track', '/track?order=x']) {
      const german = await get(path, { ...html, 'accept-language': 'de-CH' });
      expect([path, german.headers.get('content-language')]).toEqual([path, 'de']);
      expect(german.text).toContain('<html lang="de">');
    }
    const chosen = await get('/track/TRACKME1?lang=es', html);
    expect(chosen.headers.get('content-language')).toBe('es');
  });

  it('answers 304 to a matching entity tag, separately for each format and language', async () => {
    const answers = await Promise.all([
      get('/track/TRACKME1', json),
      get('/track/TRACKME1', html),
      get('/track/TRACKME1', { ...html, 'accept-language': 'fr' }),
      get('/track/TRACKME1?lang=en', html),
    ]);
    const tags = answers.map(({ headers }) => headers.get('etag') ?? '');
    expect(new Set(tags).size).toBe(tags.length);
    const again = await Promise.all([
      get('/track/TRACKME1', { ...json, 'if-none-match': `"other", W/${tags[0]}` }),
      get('/track/TRACKME1', { ...html, 'if-none-match': tags[1] ?? '' }),
      get('/track/TRACKME1', { ...html, 'if-none-match': tags[0] ?? '' }),
      get('/track/TRACKME1', { ...json, 'if-none-match': '*' }),
    ]);
    expect(again.map(({ status }) => status)).toEqual([304, 304, 200, 304]);
    expect(again[0]?.text).toBe('');
    expect(again[0]?.headers.get('etag')).toBe(tags[0]);
  });

  it('answers HEAD like GET, without the body', async () => {
    const whole = await get('/v1/track/TRACKME1');
    const head = await site.call('HEAD', '/v1/track/TRACKME1');
    expect(head.text).toBe('');
    expect(head.headers.get('content-length')).toBe(whole.headers.get('content-length'));
    expect(head.headers.get('etag')).toBe(whole.headers.get('etag'));
  });

  it('shows an update at once, with a new entity tag', async () => {
    const { move } = await site.track({ number: 'NEWS1' });
    const before = await get('/v1/track/NEWS1');
    await move('picked_up');
    const after = await get('/v1/track/NEWS1', {
      'if-none-match': before.headers.get('etag') ?? '',
    });
    expect([before.body['status'], after.status, after.body['status']]).toEqual([
      'created',
      200,
      'picked_up',
    ]);
  });
});

describe('a number that two carriers have', () => {
  beforeAll(async () => {
    for (const carrier of site.carriers) await site.track({ number: 'BOTH1', carrier });
  });

  it('is a choice with a URL for each', async () => {
    for (const [path, accept] of [
      ['/v1/track/BOTH1', html],
      ['/track/BOTH1', json],
    ] as const) {
      const { status, headers, body } = await get(path, accept);
      expect(status).toBe(300);
      const choices = body['choices'] as { carrier: string; url: string }[];
      expect(choices.map(({ carrier }) => carrier)).toEqual([...site.carriers]);
      expect(headers.has('vary')).toBe(path.startsWith('/track'));
      for (const { carrier, url } of choices) {
        const chosen = await get(url.replace(site.hub.url, ''), json);
        expect(chosen.body).toMatchObject({ carrier, tracking_number: 'BOTH1' });
      }
    }
  });

  it('is a page with links for a browser, and keeps the language', async () => {
    const { status, text } = await get('/track/BOTH1?lang=de', html);
    expect(status).toBe(300);
    for (const carrier of site.carriers) {
      expect(text).toContain(`href="/track/${carrier}/BOTH1?lang=de"`);
    }
  });

  it('has a stream for each, and none without a choice', async () => {
    const { status, body } = await get('/v1/track/BOTH1/live');
    expect(status).toBe(300);
    expect(JSON.stringify(body)).toContain(`/v1/track/${site.carriers[0]}/BOTH1/live`);
  });
});

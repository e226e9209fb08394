import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPublic, type TestPublic } from '../public/tracking/test-public.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const PATHS = ['/nowhere', '/v1/nowhere', '/v1/shipments/1/nowhere'];

let site: TestPublic;
beforeAll(async () => {
  site = await openTestPublic();
});
afterAll(() => site.close());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  site.call(method, path, undefined, headers);

describe.each(PATHS)('%s, which leads nowhere,', (path) => {
  it('is a page for people, in their language, with the lookup on it', async () => {
    const { status, headers, text } = await get(path, {
      accept: BROWSER,
      'accept-language': 'de-AT',
    });
    expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(text).toContain('<html lang="de">');
    expect(text).toContain('Seite nicht gefunden');
    expect(text).toContain('action="/track');
    expect(text).not.toContain('nowhere');
  });

  it.each(['application/json', '*/*', 'application/problem+json'])(
    'is a problem for programs that accept %s, with suitable advice',
    async (accept) => {
      const { status, headers, body } = await get(path, { accept });
      expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json']);
      expect(headers.get('vary')).toBe('Accept, Accept-Language');
      expect(body).toMatchObject({
        type: '/docs/errors#not_found',
        fix: 'Check the path; /openapi.json and /docs list all paths.',
      });
    },
  );

  it('is a problem for a request with a body', async () => {
    const { headers } = await get(path, { accept: BROWSER }, 'POST');
    expect(headers.get('content-type')).toBe('application/problem+json');
  });
});

describe('a number that nobody tracks', () => {
  it('is a page for people, and a problem with advice for programs', async () => {
    const page = await get('/track/NOBODYS1', { accept: BROWSER });
    expect([page.status, page.headers.get('content-type')]).toEqual([
      404,
      'text/html; charset=utf-8',
    ]);
    for (const path of ['/track/NOBODYS1', '/v1/track/NOBODYS1', '/v1/track/acme/NOBODYS1']) {
      const { status, body } = await get(path, { accept: 'application/json' });
      expect(status).toBe(404);
      expect(body['fix']).toBe(
        'Check it for typing errors; a number is known here only after a shop has registered it.',
      );
    }
  });
});

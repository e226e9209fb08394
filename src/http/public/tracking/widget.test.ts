import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPublic, type TestPublic } from './test-public.ts';

let site: TestPublic;
beforeAll(async () => {
  site = await openTestPublic();
});
afterAll(() => site.close());

describe('the lookup for other sites', () => {
  it('may be loaded by any page, and is cached for an hour', async () => {
    const { status, headers, text } = await site.call('GET', '/widget.js');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(headers.get('cache-control')).toBe('public, max-age=3600');
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(text.length).toBeLessThan(4_096);
    expect(text).toContain('"de":["Sendungsnummer","Bestellnummer","Verfolgen"]');
    const etag = headers.get('etag') ?? '';
    const again = await site.call('GET', '/widget.js', undefined, { 'if-none-match': etag });
    expect(again.status).toBe(304);
  });

  it('is documented with the code to copy, on a page that nobody may frame', async () => {
    const { status, headers, text } = await site.call('GET', '/widget');
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(text).toContain(`&lt;script src=&quot;${site.hub.url}/widget.js&quot; async>`);
  });
});

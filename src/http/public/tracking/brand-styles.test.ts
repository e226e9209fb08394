import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadPageAssets } from './pages/assets.ts';
import { openTestPublic, type TestPublic } from './test-public.ts';

let site: TestPublic;
beforeAll(async () => {
  site = await openTestPublic();
});
afterAll(() => site.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  site.call('GET', path, undefined, { accept: 'text/html', ...headers });

describe('a parcel of one merchant', () => {
  it('uses its branding: name, logo, colour, texts, contact', async () => {
    const { tenant } = await site.track({ number: 'LOOK1', merchant: 'acme' });
    const plain = await get('/track/LOOK1');
    await site.brandings.store(
      tenant,
      {
        name: 'Acme Outfitters',
        logo_url: 'https://cdn.acme.example/logo.svg?v=2',
        color: '#0a7d4b',
        website: 'https://acme.example/',
        support_email: 'help+parcels@acme.example',
        texts: { en: { intro: 'Thanks!', footer: 'Acme Ltd' } },
      },
      null,
    );
    const { headers, text } = await get('/track/LOOK1');
    expect(text).toContain('<title>Being prepared · LOOK1 · Acme Outfitters</title>');
    expect(text).toContain(
      '<img class="logo" src="https://cdn.acme.example/logo.svg?v=2" alt="Acme Outfitters"',
    );
    expect(text).toContain('--button:#0a7d4b');
    expect(text).toContain('<meta property="og:title" content="Being prepared · LOOK1"/>');
    expect(text).toContain('<meta property="og:site_name" content="Acme Outfitters"/>');
    const image = 'https://cdn.acme.example/logo.svg?v=2';
    expect(text).toContain(`<meta property="og:image" content="${image}"/>`);
    expect(text).toContain('href="mailto:help%2Bparcels@acme.example"');
    for (const words of ['Thanks!', 'Acme Ltd']) expect(text).toContain(words);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("img-src 'self' https://cdn.acme.example;");
    expect(headers.get('etag')).not.toBe(plain.headers.get('etag'));
    const again = await get('/track/LOOK1', { 'if-none-match': headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
  });

  it('is shown without it while its shop cannot be read', async () => {
    await site.track({ number: 'LOOK0', merchant: 'acme' });
    vi.spyOn(site.orders, 'get').mockImplementationOnce(() => {
      throw new Error('away');
    });
    expect((await get('/track/LOOK0')).status).toBe(200);
  });

  it.each([
    'https://*',
    'https://*/l.png',
    'https://*.example/l.png',
    'https://a.example,b.example/l.png',
    "https://a.example'unsafe-inline'/l.png",
    'https://a.example;script-src/l.png',
    'https://a.example/l.png; script-src *',
    'https://a.example/l.png https://b.example/l.png',
    'https://[::1]/l.png',
  ])('keeps its policy whatever logo an older version accepted: %s', async (url) => {
    const { tenant } = await site.track({ number: 'LOOK3', merchant: 'odd' });
    await site.brandings.store(tenant, { name: 'Odd' }, null);
    const plain = (await get('/track/LOOK3')).headers.get('content-security-policy');
    await site.brandings.store(tenant, { name: 'Odd', logo_url: url }, null);
    const { headers, text } = await get('/track/LOOK3');
    expect(text).toContain('Odd');
    expect(headers.get('content-security-policy')).toBe(plain);
    expect(text).not.toContain('<img');
    const assets = loadPageAssets();
    expect(assets.contentSecurityPolicy({ css: null, logoUrl: url })).toBe(
      assets.contentSecurityPolicy(null),
    );
  });

  it('loads its logo from one origin, whatever its path contains', () => {
    const policy = loadPageAssets().contentSecurityPolicy({
      css: null,
      logoUrl: 'https://cdn.example:8443/w_36,h_36/*/logo.png?a=b,c',
    });
    expect(policy).toContain("img-src 'self' https://cdn.example:8443;");
    expect(policy).not.toMatch(/[,*]/);
  });

  it('allows only our own images when the merchant has no logo', async () => {
    const { tenant } = await site.track({ number: 'LOOK2', merchant: 'plain' });
    await site.brandings.store(tenant, { name: 'Plain', color: '#ff0000' }, null);
    const { headers, text } = await get('/track/LOOK2');
    expect(headers.get('content-security-policy')).toContain("img-src 'self';");
    expect(text).not.toContain('<img');
  });
});

describe('a number that several merchants have', () => {
  it('has neutral branding and names none of them', async () => {
    const { tenant } = await site.track({ number: 'BOTH1', merchant: 'acme' });
    const before = await get('/track/BOTH1');
    expect(before.text).toContain('Acme Outfitters');
    const other = await site.track({ number: 'BOTH1', merchant: 'second' });
    const { headers, text } = await get('/track/BOTH1');
    expect(text).not.toMatch(/Acme|second|mailto/);
    expect(text).toContain('· Waybill</title>');
    expect(headers.get('etag')).not.toBe(before.headers.get('etag'));
    await other.remove();
    expect((await get('/track/BOTH1')).text).toContain('Acme Outfitters');
    expect(tenant.mode).toBe('test');
  });

  it('has the branding of the merchant whose personal link opens it', async () => {
    const mine = await site.track({ number: 'BOTH2', merchant: 'acme' });
    await site.track({ number: 'BOTH2', merchant: 'second' });
    const [carrier] = site.carriers;
    const { text } = await get(`/track/${carrier}/BOTH2?t=${site.token(mine.id)}`);
    expect(text).toContain('Acme Outfitters');
  });
});

describe('an order', () => {
  it('uses its merchant’s branding', async () => {
    await site.track({ number: 'ORD1', merchant: 'acme', order: 'LOOK-1' });
    expect((await get('/track?order=LOOK-1')).text).toContain('alt="Acme Outfitters"');
  });
});

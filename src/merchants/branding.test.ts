import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tenant } from '../kernel/tenant.ts';
import { type ManualClock, manualClock } from '../platform/clock.ts';
import { type Database, openDatabase } from '../platform/database/database.ts';
import { createTestDatabase, type TestDatabase } from '../platform/test-postgres.ts';
import { type Brandings, brandingFrom, createBrandings, isHttpsUrl } from './branding.ts';
import { ensureMerchant } from './tenants.sql.ts';

const merchantId = '00000000-0000-7000-8000-0000000000b1';
const live: Tenant = { merchantId, mode: 'live' };
const test: Tenant = { merchantId, mode: 'test' };

let made: TestDatabase;
let db: Database;
let clock: ManualClock;
let brandings: Brandings;

beforeAll(async () => {
  made = await createTestDatabase();
  db = openDatabase({ url: made.url });
  clock = manualClock(Date.UTC(2026, 2, 10));
  brandings = createBrandings({ db, clock });
  await ensureMerchant(db.pipeline, { id: merchantId, slug: 'acme', name: 'Acme' });
});
afterAll(async () => {
  await db.end();
  await made.drop();
});

describe('a merchant’s branding', () => {
  it('is its name if nothing was stored, and null for an unknown merchant', async () => {
    expect(await brandings.brandingOf(live)).toMatchObject({ name: 'Acme', logoUrl: null });
    expect(await brandings.stored(live)).toEqual({
      document: {},
      generation: 0,
      updatedAtMs: null,
    });
    const nobody = { merchantId: '00000000-0000-7000-8000-0000000000b2', mode: 'live' } as const;
    expect((await brandings.brandingOf(nobody)).name).toBe('');
  });

  it('of test mode is shown in test mode only, that of live mode in both', async () => {
    await brandings.store(test, { name: 'Trial' }, null);
    expect((await brandings.brandingOf(test)).name).toBe('Trial');
    expect((await brandings.brandingOf(live)).name).toBe('Acme');
    await db.pipeline.query('delete from branding');
    await brandings.store(live, { name: 'Real' }, null);
    expect((await brandings.brandingOf(test)).name).toBe('Real');
    expect((await brandings.brandingOf(live)).name).toBe('Real');
  });

  it('is stored over the generation that was read, or not at all', async () => {
    await db.pipeline.query('delete from branding');
    expect((await brandings.store(live, { name: 'One' }, 0))?.generation).toBe(1);
    expect(await brandings.store(live, { name: 'Two' }, 0)).toBeNull();
    expect(await brandings.store(live, { name: 'Two' }, 7)).toBeNull();
    expect((await brandings.store(live, { name: 'Two' }, 1))?.generation).toBe(2);
    expect((await brandings.store(live, { name: 'Three' }, null))?.generation).toBe(3);
    await db.pipeline.query('delete from branding');
    expect(await brandings.store(live, { name: 'Four' }, 3)).toBeNull();
  });

  it('changed by another process is seen after some seconds', async () => {
    const other = createBrandings({ db, clock });
    await other.brandingOf(live);
    await brandings.store(live, { name: 'Later' }, null);
    expect((await other.brandingOf(live)).name).not.toBe('Later');
    clock.advance(5_000);
    expect((await other.brandingOf(live)).name).toBe('Later');
  });

  it('names an uploaded logo by the hub’s public URL, for mails', async () => {
    const logo = `/logos/${'0a'.repeat(32)}.png`;
    const publicUrl = () => 'https://track.example.com';
    await brandings.store(live, { name: 'A', logo_url: logo }, null);
    const shown = await createBrandings({ db, clock, publicUrl }).brandingOf(live);
    expect(shown.logoUrl).toBe(`https://track.example.com${logo}`);
    expect(brandingFrom({ logo_url: '/logos/../x.png' }, '').logoUrl).toBeNull();
  });
});

describe('a stored document', () => {
  it('shows nothing that could do harm, whatever was stored', () => {
    const shown = brandingFrom(
      {
        name: 7,
        logo_url: 'javascript:alert(1)',
        website: 'http://example.com',
        support_url: 'https://user@example.com/',
        color: 'red;background:url(x)',
        default_language: 'xx',
        texts: { de: { footer: 'HRB 1' }, xx: { footer: 'no' }, en: 'text', fr: null },
      },
      'Acme',
    );
    expect(shown).toEqual({
      name: 'Acme',
      logoUrl: null,
      color: null,
      website: null,
      supportEmail: null,
      supportUrl: null,
      address: null,
      defaultLanguage: 'en',
      texts: {
        de: { intro: null, footer: 'HRB 1' },
        en: { intro: null, footer: null },
        fr: { intro: null, footer: null },
      },
    });
  });

  it('has addresses of the secure web only', () => {
    expect(isHttpsUrl('https://example.com/logo.png?x=1')).toBe(true);
    for (const bad of ['', 'x', 'http://a.b', 'https://u:p@a.b', 'data:image/png,x', '//a.b']) {
      expect([bad, isHttpsUrl(bad)]).toEqual([bad, false]);
    }
  });
});

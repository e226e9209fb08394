import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pickupPoint } from '../../src/http/public/personal-link/test-self-service.ts';
import {
  openTestPublic,
  type Registered,
  type TestPublic,
} from '../../src/http/public/tracking/test-public.ts';
import { STATUSES } from '../../src/kernel/status.ts';
import type { SelfServiceOffers } from '../../src/reactions/exceptions/index.ts';
import {
  CHROMIUM,
  clickThrough,
  closePages,
  DESKTOP,
  faintTexts,
  HAS_CHROMIUM,
  openPage,
  PHONE,
  sharedBrowser,
  stumblingBlocks,
} from './tracking-page-browser.ts';

/**
 * What a reader can do on the tracking page, in a real browser: with any text from merchants,
 * carriers and readers, in any colour.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const redirectOption = (kind: 'pickup_point' | 'hold_at_facility') => ({
  kind,
  eligibility: 'eligible' as const,
  dates: null,
  reasons: null,
  charge: null,
  needsContact: false,
});

/** Everything at once: more than any parcel offers. */
const ALL: SelfServiceOffers = {
  reschedule: { dates: ['2026-03-12', '2026-03-13'], by: 'carrier' },
  points: [pickupPoint(), pickupPoint({ id: 'P-2', kind: 'locker', temporarilyClosed: true })],
  redirect: {
    by: 'carrier',
    options: [redirectOption('pickup_point'), redirectOption('hold_at_facility')],
  },
  address: {
    current: { name: 'Alex Sample', line1: '12 Example Street', city: 'Boulder', country: 'US' },
    state: 'asked',
  },
  proofAvailable: true,
  deliveryRequests: [
    {
      kind: 'reschedule',
      state: 'accepted',
      date: '2026-03-13',
      window: 'morning',
      pointId: null,
      atMs: 0,
    },
  ],
  photos: { sent: 2, most: 10 },
  pickup: { state: 'goes', location: null, point: pickupPoint() },
};

/** Runs if it is interpreted as markup, an attribute, a style or a URL. */
const EVIL = `"'><img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>{{7*7}}</style>`;
const LONG = `${'Überlandpaketzustellgesellschaft'.repeat(4)} & Söhne 名前名前名前`;

describe.skipIf(!HAS_CHROMIUM)('the tracking page as a place to act', () => {
  let site: TestPublic;
  let browser: Browser;
  let parcel: Registered;
  let page: string;
  const link = (lang = 'en') => `${site.hub.url}${page}?t=${site.token(parcel.id)}&lang=${lang}`;
  beforeAll(async () => {
    [site, browser] = await Promise.all([openTestPublic(), sharedBrowser()]);
    parcel = await site.track({ number: 'ACT1', order: 'A-1001' });
    for (const status of ['picked_up', 'in_transit', 'out_for_delivery'] as const) {
      await parcel.move(status);
    }
    await parcel.move('delivery_attempted', 'recipient_unavailable');
    const [carrier] = site.carriers;
    page = `/track/${carrier}/ACT1`;
    await site.brandings.store(parcel.tenant, { name: 'Acme', color: '#0a7d4b' }, null);
  });
  beforeEach(() => {
    site.service.offered = ALL;
    site.service.outcome = { outcome: 'accepted', by: 'carrier' };
    site.service.photosOutcome = { outcome: 'added', added: 1 };
    site.service.deliveryRequests.splice(0);
  });
  afterEach(async () => {
    await closePages(browser);
  });
  afterAll(async () => {
    await closePages(browser);
    await site.close();
  });

  it.each([
    ['en', PHONE, 'light', '#0a7d4b'],
    ['de', PHONE, 'dark', '#ffd400'],
    ['de', DESKTOP, 'light', '#ffffff'],
    ['en', DESKTOP, 'dark', '#000000'],
    ['fr', PHONE, 'light', '#ff0000'],
    ['es', PHONE, 'dark', '#777777'],
  ] as const)(
    'can be read and used in %s on %o, %s, in %s',
    async (lang, viewport, colorScheme, color) => {
      await site.brandings.store(parcel.tenant, { name: 'Acme', color }, null);
      const opened = await openPage(browser, { viewport, colorScheme });
      await opened.page.goto(link(lang));
      await opened.page.evaluate(() => {
        for (const each of Array.from(document.querySelectorAll('details'))) each.open = true;
      });
      expect(await faintTexts(opened.page)).toEqual([]);
      expect(await stumblingBlocks(opened.page)).toEqual([]);
      expect(opened.complaints).toEqual([]);
      expect(await opened.page.evaluate(() => document.body.textContent)).not.toMatch(/\{\w+\}/);
    },
  );

  it('needs no script: a day is chosen, an address corrected, a place picked, messages ordered', async () => {
    const opened = await openPage(browser, { javaScriptEnabled: false });
    const view = opened.page;
    await view.goto(link());
    await view.getByText('Another day').click();
    await view.getByLabel('Friday, March 13').check();
    await view.getByLabel('Time of day').selectOption('evening');
    await clickThrough(view.getByRole('button', { name: 'Request this day' }));
    expect(new URL(view.url()).searchParams.get('t')).not.toBeNull();
    await view.getByText('Correct it').click();
    await view.getByLabel('City').fill('Denver');
    await clickThrough(view.getByRole('button', { name: 'Send this address' }));
    await view.getByText('Collect it yourself').click();
    await clickThrough(view.getByRole('button', { name: 'Have it delivered to Corner Shop' }));
    await view.getByLabel('Photos').setInputFiles([
      { name: 'box.jpg', mimeType: 'image/jpeg', buffer: Buffer.from([0xff, 0xd8, 0xff, 1]) },
      { name: 'label.jpg', mimeType: 'image/jpeg', buffer: Buffer.from([0xff, 0xd8, 0xff, 2]) },
    ]);
    await clickThrough(view.getByRole('button', { name: 'Send photos' }));
    expect(new URL(view.url()).hash).toBe('#photos');
    expect(await view.getByText('Photos received: 2 of at most 10').isVisible()).toBe(true);
    site.service.photosOutcome = { outcome: 'unknown_type' };
    await view.getByLabel('Photos').setInputFiles([
      {
        name: 'box.jpg',
        mimeType: 'image/jpeg',
        buffer: Buffer.from('<script>alert(1)</script>'),
      },
    ]);
    await clickThrough(view.getByRole('button', { name: 'Send photos' }));
    expect(await view.getByRole('alert').textContent()).toContain('Only JPEG, PNG and WebP photos');
    await view.goto(link());
    await view.getByText('Get updates about this parcel').click();
    await view.getByLabel('Email address').fill('a@example.com');
    await clickThrough(view.getByRole('button', { name: 'Send me updates' }));
    expect(await view.locator('h1').textContent()).toBe('Check your email');
    await clickThrough(view.getByText('Back to the parcel'));
    expect(await view.locator('h1').textContent()).toBe('Delivery attempted');
    expect(site.service.deliveryRequests.map(([kind]) => kind)).toEqual([
      'reschedule',
      'confirm-address',
      'redirect',
      'photos',
      'photos',
    ]);
    expect(site.subscriptions.splice(0)).toHaveLength(1);
    // The response to a file that is not a photo.
    expect(opened.complaints).toEqual([expect.stringContaining('422')]);
  });

  it('returns with the input when it cannot be used', async () => {
    site.service.offered = { ...ALL, address: { current: null, state: 'asked' } };
    const { page: view } = await openPage(browser);
    await view.goto(link('de'));
    await view.evaluate(() => {
      for (const each of Array.from(document.forms)) each.noValidate = true;
    });
    await view.getByLabel('Ort', { exact: true }).fill('Köln');
    await clickThrough(view.getByRole('button', { name: 'Diese Adresse senden' }));
    await view.waitForSelector('.wrong');
    expect(await view.getByLabel('Ort', { exact: true }).inputValue()).toBe('Köln');
    const street = view.getByLabel('Straße und Hausnummer');
    expect(await street.getAttribute('aria-invalid')).toBe('true');
    expect(await view.locator('.wrong').first().textContent()).toBe('Bitte füllen Sie das aus.');
    expect(await stumblingBlocks(view)).toEqual([]);
    expect(await faintTexts(view)).toEqual([]);
  });

  it('keeps a half-filled form when an update comes, and shows the update', async () => {
    const { page: view, complaints } = await openPage(browser);
    await view.goto(link());
    await view.waitForSelector('[data-live-note]:not([hidden])');
    await view.getByText('Another day').click();
    const field = view.getByLabel('Note for the driver');
    await field.pressSequentially('ring tw');
    await parcel.move('out_for_delivery');
    await view.evaluate(() =>
      window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })),
    );
    await view.waitForFunction(
      () => document.querySelector('h1')?.textContent === 'Out for delivery',
    );
    expect(await field.inputValue()).toBe('ring tw');
    expect(await field.isVisible()).toBe(true);
    expect(await view.evaluate(() => document.activeElement?.id)).toBe('reschedule-instructions');
    expect(complaints).toEqual([]);
  });

  it('shows an update whose transition the next one skips, without an error', async () => {
    const { page: view, complaints } = await openPage(browser);
    await view.goto(link());
    await view.waitForSelector('[data-live-note]:not([hidden])');
    const skipped = view.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const main = document.querySelector('main') as HTMLElement;
          new MutationObserver((_, observer) => {
            observer.disconnect();
            document.startViewTransition(() => {}).finished.then(() => resolve());
          }).observe(main, { childList: true });
        }),
    );
    await parcel.move('exception');
    await view.evaluate(() =>
      window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })),
    );
    await skipped;
    expect(complaints).toEqual([]);
  });

  it('runs nothing that a merchant, a carrier or a reader wrote, in any field', async () => {
    const [carrier] = site.carriers;
    const evil = await site.track({ number: 'EVIL1', merchant: 'evil', order: EVIL });
    await evil.move('picked_up');
    await evil.move('exception', EVIL.slice(0, 60).replace(/[^a-z_]/gi, '_'));
    await site.brandings.store(
      evil.tenant,
      {
        name: EVIL,
        logo_url: `https://x.test/"onerror=alert(1)`,
        color: '#0a7d4b',
        website: `https://x.test/"><script>alert(1)</script>`,
        support_email: `"><b>@x.test`,
        support_url: `https://x.test/'onmouseover=alert(1)`,
        address: EVIL,
        texts: { en: { intro: EVIL, footer: EVIL } },
      },
      null,
    );
    const place = { street: EVIL, city: EVIL, region: EVIL, postalCode: EVIL, country: EVIL };
    const hours = [{ weekday: 'monday' as const, opens: EVIL, closes: EVIL }];
    site.service.offered = {
      ...ALL,
      points: [pickupPoint({ id: EVIL, name: EVIL, address: place, hours })],
      address: { current: { name: EVIL, line1: EVIL, city: EVIL, country: EVIL }, state: 'asked' },
      deliveryRequests: [
        {
          kind: 'pickup_point',
          state: 'accepted',
          date: EVIL,
          window: null,
          pointId: EVIL,
          atMs: 0,
        },
      ],
      pickup: {
        state: 'waits',
        location: EVIL,
        point: pickupPoint({ id: EVIL, name: EVIL, address: place, hours }),
      },
    };
    const { page: view } = await openPage(browser);
    const alerts: string[] = [];
    view.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      void dialog.dismiss();
    });
    const requests: string[] = [];
    view.on('request', (request) => requests.push(request.url()));
    const mine = `${site.hub.url}/track/${carrier}/EVIL1?t=${site.token(evil.id)}`;
    await view.goto(mine);
    await view.evaluate(() => {
      for (const each of Array.from(document.querySelectorAll('details'))) each.open = true;
    });
    expect(await view.locator('script:not([src])').count()).toBe(0);
    expect(await view.locator('img:not(.logo), [onerror], [onload], [onmouseover]').count()).toBe(
      0,
    );
    expect(await view.evaluate(() => document.body.textContent)).toContain(
      '<script>alert(2)</script>',
    );
    // Including the reader's own text, back in the form.
    await view.goto(mine);
    await view.evaluate((text) => {
      const form = document.querySelector<HTMLFormElement>('#correct-address');
      for (const field of Array.from(form?.querySelectorAll('input') ?? [])) {
        if (field.type !== 'hidden') field.removeAttribute('maxlength');
        if (field.type !== 'hidden') field.value = text;
      }
      form?.submit();
    }, EVIL);
    await view.waitForSelector('.wrong');
    expect(await view.getByLabel('City').inputValue()).toBe(EVIL);
    const origins = new Set(requests.map((url) => new URL(url).origin));
    // A logo whose URL is not only a URL is not shown.
    expect([...origins].filter((origin) => origin !== site.hub.url)).toEqual([]);
    expect(alerts).toEqual([]);
  });

  it('reveals the reader’s page to no other site, and passes the token to nobody', async () => {
    const opened = await openPage(browser);
    const view = opened.page;
    const notified: string[] = [];
    await view.route('https://shop.test/**', (route) => {
      notified.push(route.request().headers()['referer'] ?? '', route.request().url());
      return route.fulfill({ body: 'the shop' });
    });
    const branding = {
      name: 'Acme',
      website: 'https://shop.test/',
      logo_url: 'https://shop.test/l.svg',
    };
    await site.brandings.store(parcel.tenant, branding, null);
    await view.goto(link());
    await view.locator('.brand').click();
    await view.waitForURL('https://shop.test/');
    expect(notified.filter((each) => each !== '')).toEqual([
      'https://shop.test/l.svg',
      'https://shop.test/',
    ]);
    await site.brandings.store(parcel.tenant, { name: 'Acme' }, null);
  });

  it('holds long names and words without a scroll bar', async () => {
    await site.brandings.store(
      parcel.tenant,
      {
        name: LONG,
        texts: { en: { intro: LONG, footer: LONG } },
        support_email: `${'x'.repeat(60)}@shop.test`,
      },
      null,
    );
    const point = pickupPoint({ name: LONG, address: { ...pickupPoint().address, street: LONG } });
    site.service.offered = {
      ...ALL,
      points: [point],
      address: { current: { name: LONG, line1: LONG }, state: 'asked' },
    };
    const { page: view } = await openPage(browser, { viewport: { width: 320, height: 700 } });
    await view.goto(link());
    await view.evaluate(() => {
      for (const each of Array.from(document.querySelectorAll('details'))) each.open = true;
    });
    const wide = await view.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(320);
    await site.brandings.store(parcel.tenant, { name: 'Acme' }, null);
  });

  it('appears on a shop’s page as a widget that leads here, whatever the shop’s style', async () => {
    const { page: view, complaints } = await openPage(browser);
    const policy = `default-src 'none'; script-src ${site.hub.url}; style-src 'unsafe-inline'; form-action ${site.hub.url}`;
    const shop = createServer((_request, response) => {
      response
        .writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy })
        .end(
          `<!doctype html><html lang="de"><title>Shop</title><link rel="icon" href="data:,"><style>input,button{display:none!important}</style>
           <script src="${site.hub.url}/widget.js" async></script>
           <waybill-lookup color="#ffd400"><a href="${site.hub.url}/track">Track</a></waybill-lookup>`,
        );
    });
    await new Promise<void>((resolve) => {
      shop.listen(0, '127.0.0.1', resolve);
    });
    await view.goto(`http://127.0.0.1:${(shop.address() as AddressInfo).port}/`);
    const field = view.getByLabel('Sendungsnummer');
    await field.fill('ACT1');
    await view.getByRole('button', { name: 'Verfolgen' }).click();
    await view.waitForURL(`${site.hub.url}/track/ACT1`);
    shop.close();
    expect(complaints.filter((each) => !each.includes('data:,'))).toEqual([]);
  });

  it.each(STATUSES)('has a page that can be read at %s, with advice or none', async (status) => {
    const { page: view, complaints } = await openPage(browser, { viewport: PHONE });
    const number = `ST${STATUSES.indexOf(status)}`;
    const one = await site.track({ number });
    for (const step of WAYS[status] ?? []) await one.move(step);
    await view.goto(`${site.hub.url}/track/${number}`);
    expect(await faintTexts(view)).toEqual([]);
    expect(await stumblingBlocks(view)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

/** The commands that lead to a status. */
const WAYS: Partial<Record<(typeof STATUSES)[number], readonly (typeof STATUSES)[number][]>> = {
  picked_up: ['picked_up'],
  in_transit: ['picked_up', 'in_transit'],
  at_facility: ['picked_up', 'at_facility'],
  out_for_delivery: ['picked_up', 'out_for_delivery'],
  available_for_pickup: ['picked_up', 'in_transit', 'available_for_pickup'],
  delivery_attempted: ['picked_up', 'out_for_delivery', 'delivery_attempted'],
  exception: ['exception'],
  returning: ['picked_up', 'returning'],
  delivered: ['picked_up', 'out_for_delivery', 'delivered'],
  returned_to_sender: ['picked_up', 'returning', 'returned_to_sender'],
  cancelled: ['cancelled'],
};

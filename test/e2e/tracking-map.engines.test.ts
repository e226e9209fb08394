import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  openTestPublic,
  TEST_READER,
  type TestPublic,
} from '../../src/http/public/tracking/test-public.ts';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../src/http/testing/test-driver.ts';
import { sealPlace } from '../../src/tracking/ports/predictions.ts';
import {
  CHROMIUM,
  closePages,
  DESKTOP,
  DRAWS,
  DRAWS_NOTHING,
  HAS_CHROMIUM,
  hardToUse,
  openPage,
  PATIENCE_MS,
  PHONE,
  sharedBrowser,
  stumblingBlocks,
} from './tracking-page-browser.ts';

/**
 * The courier's position, on the page of a personal link: on a map, without one, and without
 * script.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const DESTINATION = { lat: 53.5605, lng: 9.962, precision: 'rooftop' } as const;

/** What tests read of a drawn map. */
interface DrawnMap {
  getSource(
    id: string,
  ): { serialize(): { data: { features: { properties: { heading: number } }[] } } } | undefined;
}

interface Parcel {
  readonly id: string;
  readonly number: string;
}

describe.skipIf(!HAS_CHROMIUM)('the map of the tracking page', () => {
  let site: TestPublic;
  let browser: Browser;
  let call: Caller;
  let ada: TestDriver;
  let parcels: readonly Parcel[] = [];
  beforeAll(async () => {
    [site, browser] = await Promise.all([openTestPublic({ listens: true }), sharedBrowser(DRAWS)]);
    call = callerOf(site.hub, (await site.hub.newKey()).text);
    ada = await newDriver(site.hub, call, 'Ada Lovelace');
    parcels = [await newParcel(1), await newParcel(2), await newParcel(3), await newParcel(4)];
    expect((await ada.call('POST', '/driver/shift', { shift: 'on' })).status).toBe(200);
    const listed = { parcels: parcels.map(({ id }) => ({ shipment_id: id })) };
    expect((await call('PUT', `/couriers/${ada.id}/route`, listed)).status).toBe(200);
    for (const parcel of parcels) await scanned(parcel, 'LOAD');
  });
  beforeEach(() => movesTo(53.5511));
  afterEach(async () => {
    await closePages(browser);
  });
  afterAll(async () => {
    await closePages(browser);
    await site?.close();
  });

  async function newParcel(index: number): Promise<Parcel> {
    const made = await call('POST', '/shipments', {
      carrier: 'fleet',
      destination: {
        line1: `Street ${index}`,
        postal_code: '22767',
        city: 'Hamburg',
        country: 'DE',
      },
      recipient: { email: TEST_READER, name: 'Grace Recipient' },
    });
    const { id, tracking_number: number } = made.body;
    const { db, keyring } = site.hub;
    await db.pipeline.query(
      `insert into shipment_places (shipment_id, merchant_id, mode, place, precision, source)
       select id, merchant_id, mode, $2, 'rooftop', 'merchant' from shipments where id = $1
       on conflict (shipment_id) do update set place = excluded.place,
         precision = excluded.precision, source = excluded.source`,
      [id, sealPlace(keyring, String(id), DESTINATION)],
    );
    return { id: String(id), number: String(number) };
  }

  let serial = 0;
  async function scanned({ number }: Parcel, code: string): Promise<void> {
    serial += 1;
    site.hub.clock.advance(1_000);
    const at = new Date(site.hub.clock.nowMs()).toISOString();
    const event = { id: `e-${serial}`, type: 'scan', at, tracking_number: number, code };
    const answer = await ada.call('POST', '/driver/events', [event]);
    expect(answer.body['results']).toMatchObject([{ outcome: 'accepted' }]);
    await site.hub.settled();
  }

  async function movesTo(lat: number, lng = 9.95, heading?: number): Promise<void> {
    site.hub.clock.advance(60_000);
    const ts = new Date(site.hub.clock.nowMs()).toISOString();
    const position = { ts, lat, lng, heading, accuracy_m: 5 };
    const sent = await ada.call('POST', '/driver/positions', [position]);
    expect(sent.body).toMatchObject({ accepted: 1 });
  }

  const parcel = (index: number) => parcels[index] as Parcel;
  const link = ({ id, number }: Parcel, lang = 'en') =>
    `${site.hub.url}/track/fleet/${number}?t=${site.token(id)}&lang=${lang}`;
  const isMapFile = ({ url }: { readonly url: string }) => url.includes('/maps/');

  /** The test drives the live stream's clock until the page shows it. */
  async function shows(page: Page, wanted: Record<string, unknown>): Promise<void> {
    await vi.waitFor(
      async () => {
        site.timers.elapse();
        const shown = await page.evaluate(() => {
          const lines = Array.from(document.querySelectorAll('#courier > p'));
          const shown = lines.filter((line) => line.checkVisibility());
          return {
            at: document.getElementById('courier-frame')?.dataset['at'] ?? null,
            isMap: document.getElementById('courier-frame')?.checkVisibility() ?? false,
            words: shown.map(({ textContent }) => textContent).join(' '),
          };
        });
        expect(shown).toMatchObject(wanted);
      },
      { timeout: PATIENCE_MS, interval: 200 },
    );
  }

  it('is drawn from our own files alone, and moves with the courier', async () => {
    const { page, requests, complaints } = await openPage(browser);
    await page.goto(link(parcel(0)));
    await shows(page, { isMap: true, at: '53.5511,9.95' });
    const before = await page.locator('#courier-frame .map').screenshot();
    await movesTo(53.5577);
    await shows(page, {
      at: '53.5577,9.95',
      words: expect.stringMatching(/Ada was last seen at .*about 850 m away\. ?You are next/),
    });
    expect(before.equals(await page.locator('#courier-frame .map').screenshot())).toBe(false);
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.getByRole('button', { name: 'Show the whole way' }).click();
    await vi.waitFor(() => expect(requests.filter(isMapFile).length).toBeGreaterThan(5), {
      timeout: PATIENCE_MS,
    });
    expect(requests.filter(({ url }) => !url.startsWith(site.hub.url))).toEqual([]);
    // Compressed, as browsers request it, with the tiles of the first view.
    expect(requests.filter(isMapFile).reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(
      700_000,
    );
    expect(complaints).toEqual([]);
  });

  it('shows courier and destination when the courier stood still before the page was opened', async () => {
    await movesTo(DESTINATION.lat, DESTINATION.lng);
    const { page } = await openPage(browser);
    await page.goto(link(parcel(0)));
    await shows(page, { isMap: true, at: `${DESTINATION.lat},${DESTINATION.lng}` });
    const colours = () => coloursIn(page, ['--tone', '--ink']);
    await vi.waitFor(async () => {
      const [courier = 0, destination = 0] = await colours();
      expect(courier).toBeGreaterThan(50);
      expect(destination).toBeGreaterThan(50);
    }, PATIENCE_MS);
  });

  it('points the courier where the phone says, until there is a move to tell it from', async () => {
    await movesTo(53.5511, 9.95, 90);
    const { page } = await openPage(browser);
    await page.goto(link(parcel(0)));
    await shows(page, { isMap: true });
    const heading = () =>
      page.evaluate(() => {
        const frame = document.getElementById('courier-frame');
        const map: DrawnMap = Object.getOwnPropertyDescriptor(frame ?? {}, 'map')?.value;
        return map.getSource('waybill-crowd')?.serialize().data.features[0]?.properties.heading;
      });
    await vi.waitFor(async () => expect(await heading()).toBe(90), { timeout: PATIENCE_MS });
    await movesTo(53.5577);
    await shows(page, { at: '53.5577,9.95' });
    await vi.waitFor(async () => expect(await heading()).toBeCloseTo(0), {
      timeout: PATIENCE_MS,
    });
  });

  it('loads nothing of it for readers who may not see the courier', async () => {
    const { page, requests } = await openPage(browser);
    await page.goto(`${site.hub.url}/track/fleet/${parcel(0).number}`);
    await page.waitForSelector('[data-live-note]:not([hidden])');
    await movesTo(53.5522);
    site.timers.elapse();
    expect(await page.locator('#courier').count()).toBe(0);
    expect(requests.filter(isMapFile)).toEqual([]);
  });

  it('is text if the browser cannot draw, or runs no script', async () => {
    const plain = await sharedBrowser(DRAWS_NOTHING);
    try {
      const { page, requests, complaints } = await openPage(plain);
      await page.goto(link(parcel(0)));
      await movesTo(53.5533);
      await shows(page, { isMap: false, words: expect.stringContaining('about 1.1 km away') });
      expect(requests.filter(({ url }) => url.includes('maplibre'))).toEqual([]);
      expect(complaints).toEqual([]);
      const scriptless = await openPage(plain, { javaScriptEnabled: false });
      for (const [lang, words] of [
        ['en', /Ada was last seen at .*, about 1.1\skm away\. ?You are next/],
        ['de', /Ada: zuletzt gesehen um .* Uhr, etwa 1,1\skm entfernt\. ?Sie sind als Nächstes/],
        ['fr', /Ada : dernière position à .*, à environ 1,1\skm\. ?Vous êtes le prochain arrêt/],
        ['es', /Ada: última posición a las .*, a unos 1,1\skm\. ?La suya es la próxima parada/],
      ] as const) {
        await scriptless.page.goto(link(parcel(0), lang));
        expect(await scriptless.page.locator('#courier').textContent()).toMatch(words);
        expect(await scriptless.page.locator('#courier-frame').isVisible()).toBe(false);
      }
    } finally {
      await plain.close();
    }
  });

  it('shows a placeholder with a text while the stop is not among the next three', async () => {
    const { page } = await openPage(browser);
    await page.goto(link(parcel(3)));
    await shows(page, {
      isMap: true,
      words: expect.stringMatching(/3 stops before you You see roughly where/),
    });
    expect(await page.content()).not.toContain('53.5511');
  });

  it.each([
    ['en', PHONE, 'light'],
    ['de', PHONE, 'dark'],
    ['de', DESKTOP, 'light'],
  ] as const)('is accessible: %s, %o, %s', async (lang, viewport, colorScheme) => {
    const { page } = await openPage(browser, { viewport, colorScheme });
    await page.goto(link(parcel(1), lang));
    await shows(page, { isMap: true, at: '53.5511,9.95' });
    await movesTo(53.5544, 9.954);
    await shows(page, { at: '53.5544,9.954' });
    expect(await hardToUse(page)).toEqual([]);
    expect(await stumblingBlocks(page)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(viewport.width);
    const folder = process.env['WAYBILL_SCREENSHOTS'];
    if (folder) {
      const path = `${folder}/courier-map-${lang}-${viewport.width}-${colorScheme}.png`;
      await page.screenshot({ path, fullPage: true });
    }
  });

  it('still shows the route after a change of colour scheme, and after a lost WebGL context', async () => {
    const { page } = await openPage(browser);
    await page.goto(link(parcel(1)));
    await shows(page, { isMap: true, at: '53.5511,9.95' });
    const drawing = page.locator('#courier-frame .map');
    let light = await drawing.screenshot();
    await vi.waitFor(
      async () => {
        const before = light;
        light = await drawing.screenshot();
        expect(light.equals(before)).toBe(true);
      },
      { timeout: PATIENCE_MS, interval: 500 },
    );
    const colours = (isLight: boolean) =>
      vi.waitFor(async () => expect((await drawing.screenshot()).equals(light)).toBe(isLight), {
        timeout: PATIENCE_MS,
        interval: 500,
      });
    await page.emulateMedia({ colorScheme: 'dark' });
    await colours(false);
    await page.emulateMedia({ colorScheme: 'light' });
    await colours(true);
    await page.evaluate(() => {
      const canvas = document.querySelector('canvas');
      if (canvas) canvas.id = 'lost';
      canvas?.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
    });
    // The courier stands still: the map is drawn again without a move.
    await page.locator('#courier-frame[data-drawn] canvas:not(#lost)').waitFor();
    await shows(page, { isMap: true, at: '53.5511,9.95' });
    await colours(true);
  });

  it('follows the page without a stream', async () => {
    const { page } = await openPage(browser);
    await page.route('**/live?*', (route) => route.abort());
    await page.goto(link(parcel(1)));
    await page.waitForSelector('#courier');
    const check = () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await check();
    await shows(page, { isMap: true, at: '53.5511,9.95' });
    await movesTo(53.5522);
    await check();
    await shows(page, { at: '53.5522,9.95' });
  });

  it('is gone with the end of the shift, and back with the next one', async () => {
    const { page } = await openPage(browser);
    await page.goto(link(parcel(0)));
    await shows(page, { isMap: true, at: '53.5511,9.95' });
    await ada.call('POST', '/driver/shift', { shift: 'off' });
    await shows(page, { isMap: false, words: '' });
    await ada.call('POST', '/driver/shift', { shift: 'on' });
    await movesTo(53.5522);
    await shows(page, { isMap: true, at: '53.5522,9.95' });
  });
});

/** How many pixels in the middle of the drawn map have each of the page's colours. */
async function coloursIn(page: Page, names: readonly string[]): Promise<readonly number[]> {
  const drawing = await page.locator('#courier-frame .map').screenshot();
  const given = { png: drawing.toString('base64'), names };
  return page.evaluate(async ({ png, names }) => {
    const bytes = Uint8Array.from(atob(png), (each) => each.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes]));
    const { width, height } = picture;
    // Two marks of one place stand beside each other.
    const side = 120;
    const canvas = new OffscreenCanvas(side, side);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    const colours = names.map((name) => {
      const frame = document.getElementById('courier-frame') as HTMLElement;
      context.fillStyle = getComputedStyle(frame).getPropertyValue(name).trim();
      context.fillRect(0, 0, 1, 1);
      return context.getImageData(0, 0, 1, 1).data;
    });
    context.drawImage(picture, (side - width) / 2, (side - height) / 2);
    const { data } = context.getImageData(0, 0, side, side);
    return colours.map((colour) => {
      let found = 0;
      for (let at = 0; at < data.length; at += 4) {
        const isIt = [0, 1, 2].every(
          (index) => Math.abs((data[at + index] ?? 0) - (colour[index] ?? 0)) < 24,
        );
        if (isIt) found += 1;
      }
      return found;
    });
  }, given);
}

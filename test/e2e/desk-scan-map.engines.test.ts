import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestPublic, type TestPublic } from '../../src/http/public/tracking/test-public.ts';
import { callerOf } from '../../src/http/testing/test-client.ts';
import { TEST_WEBHOOK_SECRET } from '../../src/http/testing/test-hub.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import { pushHeaders } from '../support/fedex-push.ts';
import {
  axeFaults,
  CHROMIUM,
  closePages,
  DESKTOP,
  DRAWS,
  DRAWS_NOTHING,
  HAS_CHROMIUM,
  openPage,
  PATIENCE_MS,
  PHONE,
  sharedBrowser,
} from './tracking-page-browser.ts';

/**
 * Where a parcel was scanned, on its page at the desk: on streets, without WebGL, and without
 * script.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** One of a single colour, 1 px. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkqPpfDwAEOgHPoQpHZgAAAABJRU5ErkJggg==',
  'base64',
);
/** What tests read of a drawn map. */
interface DrawnMap {
  queryRenderedFeatures(query: object): {
    properties: Record<string, unknown>;
    geometry: { coordinates: unknown };
  }[];
  project(place: unknown): { x: number; y: number };
}

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const NUMBER = '794644790138';
const SCANS = [
  ['PU', '2026-03-08T09:00:00-06:00', 'MEMPHIS', 'TN'],
  ['AR', '2026-03-09T08:00:00-06:00', 'DALLAS', 'TX'],
  ['OD', '2026-03-10T07:00:00-08:00', 'FRESNO', 'CA'],
] as const;

describe.skipIf(!HAS_CHROMIUM)('the map of scans at the desk', () => {
  const requested: string[] = [];
  const tiles = createServer((request, response) => {
    requested.push(request.url ?? '');
    response.setHeader('access-control-allow-origin', '*');
    response.writeHead(200, { 'content-type': 'image/png' }).end(PIXEL);
  });
  let site: TestPublic;
  const browsers: Browser[] = [];
  let path: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      tiles.listen(0, '127.0.0.1', resolve);
    });
    const origin = `http://127.0.0.1:${(tiles.address() as AddressInfo).port}`;
    site = await openTestPublic({ map: { style: `${origin}/{z}/{x}/{y}.png`, credit: '© Maps' } });
    const { hub } = site;
    await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
    const made = await callerOf(hub, KEY)('POST', '/v1/shipments', {
      carrier: 'fedex',
      tracking_number: NUMBER,
      destination: { line1: 'Street 1', city: 'Fresno', postal_code: '93650', country: 'US' },
    });
    path = `/console/shipments/${made.body['id']}`;
    const scanEvents = SCANS.map(([eventType, date, city, stateOrProvinceCode]) => ({
      date,
      eventType,
      scanLocation: { city, stateOrProvinceCode, countryCode: 'US' },
    }));
    const trackResults = [
      { trackingNumberInfo: { trackingNumber: NUMBER, carrierCode: 'FDXG' }, scanEvents },
    ];
    const completeTrackResults = [{ trackingNumber: NUMBER, trackResults }];
    const body = JSON.stringify({ transactionId: 'test', output: { completeTrackResults } });
    const headers = pushHeaders(body, TEST_WEBHOOK_SECRET);
    const sent = await fetch(`${hub.url}/webhooks/carrier/fedex`, {
      method: 'POST',
      headers,
      body,
    });
    expect(sent.status).toBe(200);
    await hub.settled();
  });
  afterEach(async () => {
    for (const browser of browsers.splice(0)) await closePages(browser);
  });
  afterAll(async () => {
    await site?.close();
    tiles.close();
  });

  async function open(
    args: readonly string[],
    options: Parameters<typeof openPage>[1] = {},
    language = 'en',
  ) {
    const browser = await sharedBrowser(args);
    browsers.push(browser);
    const opened = await openPage(browser, options);
    const { page } = opened;
    await page.goto(`${site.hub.url}/console`);
    await page.getByLabel('Key').fill(KEY);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.goto(`${site.hub.url}${path}?lang=${language}`);
    return opened;
  }

  async function keep(page: Page, name: string): Promise<void> {
    const folder = process.env['WAYBILL_SCREENSHOTS'];
    if (folder) await page.locator('.scan-map').screenshot({ path: `${folder}/${name}.png` });
  }

  it('draws the route on the configured streets, beside its table', async () => {
    const { page, complaints } = await open(DRAWS, { viewport: DESKTOP });
    await page.locator('#map-frame[data-drawn]').waitFor();
    await page.locator('#map-frame .credit:not([hidden])').waitFor();
    expect(await page.locator('#map-frame .credit').textContent()).toBe('© Maps');
    await vi.waitFor(() => expect(requested.length).toBeGreaterThan(0), { timeout: PATIENCE_MS });
    expect(requested.every((url) => /^\/\d+\/\d+\/\d+\.png$/.test(url))).toBe(true);
    expect(await page.locator('.scan-map tbody tr').count()).toBe(SCANS.length);
    expect(await axeFaults(page)).toEqual([]);
    // Also with the keyboard alone.
    await page.getByRole('button', { name: 'Zoom in' }).focus();
    const before = requested.length;
    await page.keyboard.press('Enter');
    await vi.waitFor(() => expect(requested.length).toBeGreaterThan(before), {
      timeout: PATIENCE_MS,
    });
    await keep(page, 'desk-scan-map-streets');
    // A click in the list highlights the place on the map, and the other way round.
    const rows = page.locator('.scan-map tbody tr');
    await rows.nth(1).click();
    await page.locator('#map-frame[data-selected=scan-2]').waitFor();
    expect(await rows.nth(1).getAttribute('aria-current')).toBe('true');
    // The last place may be outside the part that was zoomed to.
    await page.getByRole('button', { name: 'All', exact: true }).click();
    const position = await page.waitForFunction(() => {
      const frame = document.getElementById('map-frame');
      const map: DrawnMap = Object.getOwnPropertyDescriptor(frame ?? {}, 'map')?.value;
      const stops = map.queryRenderedFeatures({ layers: ['waybill-stops'] });
      const last = stops.find(({ properties }) => properties['id'] === 'scan-3');
      return last ? map.project(last.geometry.coordinates) : null;
    });
    await page
      .locator('#map-frame .map')
      .click({ position: (await position.jsonValue()) as { x: number; y: number } });
    await page.locator('#map-frame[data-selected=scan-3]').waitFor();
    expect(await rows.nth(2).getAttribute('aria-current')).toBe('true');
    expect(await rows.nth(1).getAttribute('aria-current')).toBeNull();
    expect(complaints).toEqual([]);
  });

  it.each([
    ['without WebGL', DRAWS_NOTHING, true],
    ['without script', DRAWS, false],
  ] as const)('is a table %s, and requests nothing', async (name, args, javaScriptEnabled) => {
    requested.splice(0);
    const { page, complaints, requests } = await open(args, {
      viewport: PHONE,
      javaScriptEnabled,
    });
    // A phone shows it on demand.
    await page.locator('#scans').click();
    await page.locator('.scan-map tbody tr').first().waitFor();
    expect(await page.locator('#map-frame').isVisible()).toBe(false);
    expect(await page.locator('.scan-map tbody tr').count()).toBe(SCANS.length);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    if (javaScriptEnabled) {
      // The header stays in view, and may cover half of a button.
      await page.evaluate(() => scrollTo(0, 0));
      expect(await axeFaults(page)).toEqual([]);
    }
    await keep(page, `desk-scan-map-${name.replaceAll(' ', '-')}`);
    expect([requested, requests.filter(({ url }) => url.includes('maplibre'))]).toEqual([[], []]);
    expect(complaints).toEqual([]);
  });
});

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchOpen } from '../../src/fleet/deliveries/test-matching.ts';
import { callerOf } from '../../src/http/testing/test-client.ts';
import { newDriver } from '../../src/http/testing/test-driver.ts';
import { OPS_BOOTSTRAP_KEY, openOpsHub } from '../support/hubs/ops-hub.ts';
import {
  axeFaults,
  CHROMIUM,
  clickThrough,
  DESKTOP,
  DRAWS,
  faintTexts,
  HAS_CHROMIUM,
  launchBrowser,
  openPage,
  PHONE,
  stumblingBlocks,
} from './tracking-page-browser.ts';

/** The dispatcher's board in a browser: what waits, on a map and as a list, and who shall bring it. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const SHOP = { lat: 53.5436, lng: 9.9885 };

describe.skipIf(!HAS_CHROMIUM)('the dispatch board', () => {
  let open: Awaited<ReturnType<typeof openOpsHub>>;
  let browser: Browser;
  beforeAll(async () => {
    [open, browser] = await Promise.all([openOpsHub('listening'), launchBrowser(DRAWS)]);
    const { hub } = open;
    const merchant = callerOf(hub, OPS_BOOTSTRAP_KEY);
    for (const [nr, name] of ['Ada Example', 'Ben Example'].entries()) {
      const driver = await newDriver(hub, merchant, name);
      await driver.call('POST', '/driver/shift', { shift: 'on' });
      const ts = new Date(hub.clock.nowMs()).toISOString();
      const at = { lat: SHOP.lat + nr / 500, lng: SHOP.lng };
      await driver.call('POST', '/driver/positions', [{ ts, ...at }]);
    }
    const places = { origin: SHOP, destination: { lat: 53.55, lng: 9.97 } };
    const wanted = { ...places, package_size: 'small', phone: '+4930231250' };
    for (let nr = 0; nr < 3; nr += 1) {
      const made = await merchant('POST', '/deliveries', wanted);
      expect(made.status, made.text).toBe(201);
    }
    hub.clock.advance(60_000);
    await matchOpen(hub.deliveries);
  });
  afterAll(async () => {
    await browser?.close();
    await open?.close();
  });

  async function signIn(page: Page): Promise<void> {
    await page.goto(`${open.hub.url}/console/hub`);
    await page.getByLabel('Key').fill(OPS_BOOTSTRAP_KEY);
    await page.getByRole('button', { name: 'Open the desk' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  }

  async function openDesk(page: Page): Promise<void> {
    await page.goto(`${open.hub.url}/console`);
    await page.getByLabel('Key').fill(OPS_BOOTSTRAP_KEY);
    await page.getByRole('button', { name: 'Open the desk' }).click();
    await page.getByRole('heading', { name: 'Shipments' }).waitFor();
    await page.goto(`${open.hub.url}/console/deliveries`);
    await page.getByRole('heading', { name: 'Dispatch' }).waitFor();
  }

  async function isFine(page: Page, name: string, width: number): Promise<void> {
    expect(await axeFaults(page)).toEqual([]);
    expect(await faintTexts(page)).toEqual([]);
    expect(await stumblingBlocks(page)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
    const folder = process.env['WAYBILL_SCREENSHOTS'];
    if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }

  for (const [name, viewport] of [
    ['phone', PHONE],
    ['desktop', DESKTOP],
  ] as const) {
    it(`shows what waits on a map and as a list: ${name}`, async () => {
      const { page, complaints } = await openPage(browser, { viewport });
      await signIn(page);
      await page.goto(`${open.hub.url}/console/deliveries`);
      await page.locator('#map-frame:not([hidden])').waitFor();
      await page.locator('#map-table a[data-map-item]').first().click();
      const why = page.locator('#map-chosen a');
      await why.waitFor();
      await isFine(page, `dispatch-${name}`, viewport.width);
      await clickThrough(why);
      await page.getByRole('heading', { name: 'Who was asked' }).waitFor();
      await isFine(page, `dispatch-why-${name}`, viewport.width);
      expect(complaints).toEqual([]);
    });

    it(`shows the merchant its own at the desk: ${name}`, async () => {
      const { page, complaints } = await openPage(browser, { viewport });
      await openDesk(page);
      await page.locator('#map-frame:not([hidden])').waitFor();
      await page.locator('#map-table a[data-map-item]').first().click();
      const why = page.locator('#map-chosen a');
      await why.waitFor();
      await isFine(page, `desk-dispatch-${name}`, viewport.width);
      await clickThrough(why);
      await page.getByRole('heading', { name: 'Who was asked' }).waitFor();
      await isFine(page, `desk-dispatch-why-${name}`, viewport.width);
      expect(complaints).toEqual([]);
    });
  }

  it('shows an update as soon as it is published, without polling', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await openDesk(page);
    // From here on the page's timers do not run: only a push triggers an update.
    await page.clock.install();
    await page.goto(`${open.hub.url}/console/deliveries`);
    const rows = page.locator('#map-table tbody tr');
    await rows.first().waitFor();
    const before = await rows.count();
    await page.clock.pauseAt(Date.now() + 60_000);
    const courier = page.locator('#map-table a[data-map-item]').first();
    await courier.focus();
    const merchant = callerOf(open.hub, OPS_BOOTSTRAP_KEY);
    const made = await merchant('POST', '/deliveries', {
      origin: SHOP,
      destination: { lat: 53.56, lng: 9.98 },
      package_size: 'small',
      phone: '+4930231250',
    });
    await page.getByText(String(made.body['tracking_number'])).first().waitFor();
    expect(await rows.count()).toBe(before + 1);
    expect(await courier.evaluate((link) => link === document.activeElement)).toBe(true);
  });

  it('lets the merchant’s dispatcher assign and offer anew at the desk without script', async () => {
    const { page } = await openPage(browser, { viewport: PHONE, javaScriptEnabled: false });
    await openDesk(page);
    await clickThrough(page.getByRole('link', { name: /Why, assign/ }).first());
    await page.getByLabel('Courier', { exact: true }).selectOption({ index: 0 });
    await clickThrough(page.getByRole('button', { name: 'Assign', exact: true }));
    await page.getByText('Assigned. The courier’s phone shows it.').waitFor();
    await page.getByLabel('Courier', { exact: true }).selectOption({ value: '' });
    await clickThrough(page.getByRole('button', { name: 'Change', exact: true }));
    await page.getByText('Offered anew: couriers near the pickup are asked.').waitFor();
  });

  it('lets a dispatcher assign without script', async () => {
    const { page } = await openPage(browser, { viewport: PHONE, javaScriptEnabled: false });
    await signIn(page);
    await page.goto(`${open.hub.url}/console/deliveries`);
    await clickThrough(page.getByRole('link', { name: /Why, assign/ }).first());
    await page.getByLabel('Courier', { exact: true }).selectOption({ index: 0 });
    await clickThrough(page.getByRole('button', { name: 'Assign', exact: true }));
    await page.getByText('Assigned. The courier’s phone shows it.').waitFor();
    await page.getByRole('button', { name: 'Change', exact: true }).waitFor();
  });
});

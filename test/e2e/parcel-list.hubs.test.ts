import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestDesk } from '../../src/http/console/kit/test-desk.ts';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import { openConsole } from './console-browser.ts';
import {
  axeFaults,
  CHROMIUM,
  closePages,
  HAS_CHROMIUM,
  PHONE,
  sharedBrowser,
} from './tracking-page-browser.ts';

/** The list of parcels in a real browser, with the console's script. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const DESKTOP = { width: 1280, height: 800 };
const PARCELS = 45;

let hub: TestHub;
let browser: Browser;
let cookie: string;
let merchant: Caller;
beforeAll(async () => {
  if (!HAS_CHROMIUM) return;
  hub = await createTestHub();
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  cookie = (await openTestDesk(hub, hub.members)).owner;
  merchant = callerOf(hub, KEY);
  for (let at = 0; at < PARCELS; at += 1) {
    const { body } = await merchant('POST', '/v1/shipments', {
      carrier: 'fleet',
      order_id: String(1001 + at),
      service_level: 'standard',
      promised_date: at % 5 === 0 ? '2026-03-01' : '2026-12-24',
      recipient: { name: `Annabella Quist-${at}`, email: `a${at}@example.com` },
      destination: { city: 'Charleston', region: 'SC', postal_code: '29401', country: 'US' },
    });
    const steps =
      at % 3 === 0 ? ['picked_up', 'out_for_delivery'] : at % 3 === 1 ? ['picked_up'] : [];
    for (const status of steps) {
      hub.clock.advance(60_000);
      await merchant('POST', `/v1/shipments/${body['id']}/status`, { status });
    }
  }
  browser = await sharedBrowser();
});
afterAll(async () => {
  await closePages(browser);
  await hub?.close();
});

function openList(viewport: { width: number; height: number }) {
  return openConsole(browser, { url: hub.url, cookie }, '/console/shipments', { viewport });
}

/** Without those of the frame, which its own tests check. */
const faultsOf = async (page: Page) =>
  (await axeFaults(page)).filter((fault) => !fault.startsWith('region'));

const rows = (page: Page) => page.locator('table.rows tbody tr');
const tab = (page: Page, name: RegExp) => page.getByRole('link', { name });

it.skipIf(!HAS_CHROMIUM)(
  'shows many dense rows on a desktop, and one card a parcel on a phone',
  async () => {
    const { page, complaints } = await openList(DESKTOP);
    const boxes = await rows(page).evaluateAll((all) =>
      all
        .map((row) => row.getBoundingClientRect())
        .map(({ top, bottom, height }) => ({ top, bottom, height })),
    );
    expect(Math.max(...boxes.map(({ height }) => height))).toBeLessThanOrEqual(40);
    expect(boxes[0]?.top).toBeLessThan(260);
    expect(boxes.filter(({ bottom }) => bottom <= DESKTOP.height).length).toBeGreaterThanOrEqual(
      14,
    );
    const names = [
      'All 45',
      'Needs attention 0',
      'In transit 15',
      'Out for delivery 15',
      'Delivered 0',
    ];
    for (const name of names)
      expect(await page.getByRole('link', { name, exact: true }).count()).toBe(1);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      DESKTOP.width,
    );
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
    const phone = (await openList(PHONE)).page;
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      PHONE.width,
    );
    const first = await rows(phone).first().boundingBox();
    expect(first?.height).toBeLessThan(140);
    expect(await faultsOf(phone)).toEqual([]);
    await phone.context().close();
  },
);

it.skipIf(!HAS_CHROMIUM)(
  'filters at once, and has a bar of actions only while something is selected',
  async () => {
    const { page, complaints } = await openList(DESKTOP);
    await tab(page, /^Late/).click();
    await page.waitForURL(/tab=late/);
    await expect.poll(() => rows(page).count()).toBe(9);
    const filter = page.locator('summary', { hasText: 'Carrier' });
    const fleet = page.locator('input[name="carrier"][value="fleet"]');
    await filter.click();
    await fleet.check();
    await page.waitForURL(/tab=late&carrier=fleet/);
    // A filter that is set before the page of a tab has come keeps the tab.
    await page.goto(`${hub.url}/console/shipments`);
    let answer = (): Promise<void> => Promise.resolve();
    await page.route(/tab=transit$/, (route) => {
      answer = () => route.continue();
    });
    await tab(page, /^In transit/).click();
    await filter.click();
    await fleet.check();
    await page.waitForURL(/tab=transit&carrier=fleet/);
    await answer();
    await expect.poll(() => rows(page).count()).toBe(15);
    // A page that comes right after a filter was pressed does not undo it.
    await page.goto(`${hub.url}/console/shipments?tab=out`);
    await fleet.evaluate((each: HTMLInputElement) => {
      each.click();
      each.checked = false;
    });
    await page.waitForURL(/carrier=fleet/);
    await page.goto(`${hub.url}/console/shipments`);
    expect(await page.locator('.bulk').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await page.context().close();
  },
);

it.skipIf(!HAS_CHROMIUM)(
  'adds a parcel whose carrier is guessed while the person types on',
  async () => {
    const { page, complaints } = await openList(DESKTOP);
    await page.getByRole('link', { name: 'Add parcel' }).click();
    await page.getByLabel('Tracking number').fill('1Z999AA10123456784');
    await page.getByText('Looks like UPS.').waitFor();
    await page.getByLabel('Recipient', { exact: true }).fill('Annabella Quist');
    await page.getByRole('button', { name: 'Add parcel' }).click();
    await page.getByText('The parcel has been added').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  },
);

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import {
  CHROMIUM,
  closePages,
  DESKTOP,
  HAS_CHROMIUM,
  hardToUse,
  openPage,
  PHONE,
  sharedBrowser,
} from './tracking-page-browser.ts';

/** Couriers in the console, in a real browser. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';

describe.skipIf(!HAS_CHROMIUM)('couriers', () => {
  let hub: TestHub;
  let browser: Browser;
  let call: Caller;
  beforeAll(async () => {
    [hub, browser] = await Promise.all([createTestHub(), sharedBrowser()]);
    await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
    call = callerOf(hub, KEY);
  });
  afterEach(async () => {
    await closePages(browser);
  });
  afterAll(async () => {
    await closePages(browser);
    await hub?.close();
  });

  async function signIn(page: Page): Promise<void> {
    await page.goto(`${hub.url}/console`);
    await page.getByLabel('Key').fill(KEY);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
  }

  const isReadable = async (page: Page) => {
    expect([page.url(), await hardToUse(page)]).toEqual([page.url(), []]);
  };

  it('are added from an empty hub, and the page notices the enrolled phone', async () => {
    const { page, complaints } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    await page.goto(`${hub.url}/console/deliveries/couriers`);
    await page.getByRole('heading', { name: 'No couriers yet.' }).waitFor();
    await isReadable(page);
    await page.getByRole('main').getByRole('link', { name: 'Add courier' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Ada Example');
    await page.getByRole('button', { name: 'Add courier' }).click();
    await page.getByRole('img', { name: /QR code/ }).waitFor();
    await page.getByText('Waiting for the phone…').waitFor();
    await isReadable(page);
    const link = await page.getByLabel('Link for the phone').inputValue();
    const code = link.split('#enrol=')[1];
    const device = { name: 'Phone of Ada' };
    await callerOf(hub, null)('POST', '/v1/driver/enrol', { code, device });
    await page.getByText('Enrolled: Phone of Ada').waitFor();
    expect(await page.getByRole('img', { name: /QR code/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Go to the courier' }).click();
    await page.getByRole('heading', { name: 'Ada Example' }).waitFor();
    expect(complaints).toEqual([]);
  });

  /** Opens the page of a new courier whose route has a stop in each of these streets. */
  async function openRoute(page: Page, name: string, along: readonly string[]) {
    const { body: courier } = await call('POST', '/v1/couriers', { name, vehicle: 'van' });
    const parcels = [];
    for (const line1 of along) {
      const destination = { line1, city: 'Vaduz', postal_code: '9490', country: 'LI' };
      const { body } = await call('POST', '/v1/shipments', { carrier: 'fleet', destination });
      parcels.push({ shipment_id: String(body['id']) });
    }
    const id = String(courier['id']);
    await call('PUT', `/v1/couriers/${id}/route`, { parcels });
    await signIn(page);
    await page.goto(`${hub.url}/console/deliveries/couriers/${id}`);
    const streets = async () => {
      const all = await page.locator('ol.route b').allTextContents();
      return all.map((text) => text.split(',')[0]);
    };
    return { id, streets };
  }

  it.each([
    ['a phone', PHONE, 'dark'],
    ['a desktop', DESKTOP, 'light'],
  ] as const)(
    'have a route whose stops are moved with the keyboard, on %s',
    async (name, viewport, colorScheme) => {
      const { page, complaints } = await openPage(browser, { viewport, colorScheme });
      const { id, streets } = await openRoute(page, `On ${name}`, ['Weg 1', 'Weg 2', 'Weg 3']);
      expect(await streets()).toEqual(['Weg 1', 'Weg 2', 'Weg 3']);
      await page.getByRole('button', { name: 'Move stop 3 up' }).focus();
      await page.keyboard.press('Enter');
      await page.getByText('The order has changed.').waitFor();
      expect(await streets()).toEqual(['Weg 1', 'Weg 3', 'Weg 2']);
      // The focus stays with the stop, so that it moves on with the next key.
      await page.keyboard.press('Enter');
      await page.locator('ol.route > li:first-child', { hasText: 'Weg 3' }).waitFor();
      expect(await streets()).toEqual(['Weg 3', 'Weg 1', 'Weg 2']);
      await isReadable(page);
      for (const path of ['couriers', `couriers/${id}/edit`, 'shifts']) {
        await page.goto(`${hub.url}/console/deliveries/${path}`);
        await isReadable(page);
      }
      expect(complaints).toEqual([]);
    },
  );

  it('have a route whose stops are dragged; Escape leaves them where they were', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP });
    const { streets } = await openRoute(page, 'Dragged', ['Gasse 1', 'Gasse 2', 'Gasse 3']);
    const stop = (street: string) => page.locator('ol.route > li', { hasText: street });
    const top = { x: 40, y: 2 };
    await stop('Gasse 3').locator('b').dragTo(stop('Gasse 1'), { targetPosition: top });
    await page.getByText('The order has changed.').waitFor();
    expect(await streets()).toEqual(['Gasse 3', 'Gasse 1', 'Gasse 2']);
    await stop('Gasse 2').locator('b').hover();
    await page.mouse.down();
    await stop('Gasse 3').hover({ position: top });
    await stop('Gasse 3').hover({ position: { x: 42, y: 2 } });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    expect(await streets()).toEqual(['Gasse 3', 'Gasse 1', 'Gasse 2']);
  });
});

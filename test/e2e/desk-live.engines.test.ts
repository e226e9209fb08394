import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PAGE_CHANGED } from '../../src/http/maps/map-data.ts';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import {
  axeFaults,
  CHROMIUM,
  closePages,
  DESKTOP,
  DRAWS,
  HAS_CHROMIUM,
  hardToUse,
  openPage,
  PATIENCE_MS,
  PHONE,
  sharedBrowser,
} from './tracking-page-browser.ts';

/** Live updates of the desk's rows, and a parcel's map, in a real browser. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';

describe.skipIf(!HAS_CHROMIUM)('the desk while parcels move', { timeout: 300_000 }, () => {
  let hub: TestHub;
  let browser: Browser;
  let call: Caller;
  const ids: string[] = [];
  const numbers: string[] = [];
  beforeAll(async () => {
    [hub, browser] = await Promise.all([createTestHub({ listens: true }), sharedBrowser(DRAWS)]);
    await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
    call = callerOf(hub, KEY);
    for (const index of [1, 2]) {
      const { body } = await call('POST', '/v1/shipments', {
        carrier: 'fleet',
        order_id: `A-${index}`,
        destination: {
          line1: 'Elbchaussee 1',
          city: 'Hamburg',
          country: 'DE',
          lat: 53.54,
          lng: 9.9,
        },
      });
      ids.push(String(body['id']));
      numbers.push(String(body['tracking_number']));
    }
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

  it('updates rows automatically, keeps the selection, and announces what has happened', async () => {
    const { page, complaints } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    await page.goto(`${hub.url}/console/shipments`);
    const row = page.locator(`tr[data-row="${ids[0]}"]`);
    await row.getByRole('checkbox').check();
    await row.getByRole('link').focus();
    const { status } = await call('POST', `/v1/shipments/${ids[0]}/status`, {
      status: 'picked_up',
    });
    expect(status).toBe(200);
    await row.locator('.pill', { hasText: 'picked up' }).waitFor();
    expect(await row.getByRole('checkbox').isChecked()).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe(numbers[0]);
    await page.locator('#news', { hasText: `${numbers[0]}: picked up` }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    const gone = page.locator(`tr[data-row="${ids[1]}"].gone`);
    expect((await call('DELETE', `/v1/shipments/${ids[1]}`)).status).toBe(204);
    await gone.waitFor();
    await page.locator('#news', { hasText: `${numbers[1]} is no longer tracked.` }).waitFor();
    // A page that was read before a change, and comes after it.
    const out = row.locator('.pill', { hasText: 'out for delivery' });
    await page.route(
      /shipments$/,
      async (route) => {
        const response = await route.fetch();
        await call('POST', `/v1/shipments/${ids[0]}/status`, { status: 'out_for_delivery' });
        await out.waitFor();
        await route.fulfill({ response });
      },
      { times: 1 },
    );
    await page.evaluate(
      (changed) =>
        new Promise<void>((resolve) => {
          document.addEventListener(changed, () => resolve(), { once: true });
          dispatchEvent(new PopStateEvent('popstate'));
        }),
      PAGE_CHANGED,
    );
    await out.waitFor();
    expect(complaints).toEqual([]);
  });

  it.each([
    ['a phone', PHONE, 'light'],
    ['a desktop in the dark', DESKTOP, 'dark'],
  ] as const)(
    'draws a parcel’s route, and offers to redirect it, on %s',
    async (_, viewport, colorScheme) => {
      for (const [code, lat, lng] of [
        ['KOLN', 50.9, 7],
        ['BREMEN', 53.1, 8.8],
      ] as const) {
        await call('POST', '/v1/facilities', {
          code,
          name: `${code} depot`,
          type: 'hub',
          lat,
          lng,
        });
      }
      await hub.settled();
      const scans = ['KOLN', 'BREMEN'].map((facility_code, index) => ({
        tracking_number: numbers[0],
        code: 'ARRIVE',
        facility_code,
        scanned_at: new Date(hub.clock.nowMs() - (3 - index) * 3_600_000).toISOString(),
      }));
      await call('POST', '/v1/scans', scans);
      await hub.settled();
      const { page, complaints } = await openPage(browser, { viewport, colorScheme });
      await signIn(page);
      await page.goto(`${hub.url}/console/shipments/${ids[0]}`);
      if (viewport === PHONE) await page.locator('#scans').click();
      await page.getByRole('img', { name: /^A line through 2 places/ }).waitFor();
      expect(await hardToUse(page)).toEqual([]);
      await page.locator('summary', { hasText: 'More actions' }).click();
      await page.getByRole('link', { name: 'Redirect…' }).filter({ visible: true }).click();
      await page.getByRole('heading', { name: 'Redirect or hold' }).waitFor();
      expect(await hardToUse(page)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );

  it('is in German on request, and breaks no word at 320 px', async () => {
    const context = await browser.newContext({
      viewport: { width: 320, height: 700 },
      locale: 'de-DE',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${hub.url}/console/sign-in`);
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
    const fits = async () =>
      expect([page.url(), await brokenWords(page)]).toEqual([page.url(), []]);
    await fits();
    await page.getByLabel('Schlüssel').fill(KEY);
    await page.getByRole('button', { name: 'Konsole öffnen' }).click();
    await page.getByRole('heading', { name: 'Start' }).waitFor();
    const broken: unknown[] = [];
    for (const path of [
      '/console/shipments?sort=created_at',
      ...ids.map((id) => `/console/shipments/${id}`),
      ...['/console/analytics', '/console/password', '/console/second-factor'],
      ...['/console/connections', '/console/import', '/console/deliveries', '/console/setup'],
      ...['/console/setup/address', '/console/carriers?carrier=dhl', '/console/sender'],
      ...['/console/look', '/console/webhooks', '/console/keys', '/console/members'],
      ...[
        '/console/security',
        '/console/actions',
        '/console/messages?tab=rules',
        '/console/retention',
      ],
      '/console/messages/out_for_delivery/de',
    ]) {
      await page.goto(`${hub.url}${path}`);
      for (const one of await page.locator('main details:not([open], .menu) > summary').all()) {
        if (await one.isVisible()) await one.click();
      }
      for (const menu of await page.locator('main details.menu > summary').all()) {
        if (!(await menu.isVisible())) continue;
        await menu.click();
        const inMenu = await brokenWords(page);
        if (inMenu.length > 0) broken.push([path, inMenu]);
        await page.keyboard.press('Escape');
      }
      expect([path, await page.locator('main').getAttribute('lang')]).toEqual([path, null]);
      // Elsewhere, the bars at the page's edges may cover a part of some control.
      await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
      const faults = [...(await brokenWords(page)), ...(await axeFaults(page))];
      if (faults.length > 0) broken.push([path, faults]);
    }
    expect(broken).toEqual([]);
    await page.goto(`${hub.url}/console/shipments/${ids[0]}/redirect`);
    await page.getByRole('heading', { name: 'Umleiten oder lagern' }).waitFor();
    await fits();
    // The reader chooses another language, for this browser.
    await page.getByRole('link', { name: 'Français' }).click();
    await page.goto(`${hub.url}/console/shipments`);
    await page.getByRole('heading', { name: 'Colis' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
  });
});

/**
 * Words broken across two lines, and whether the page is wider than its window; numbers and codes
 * may break.
 */
function brokenWords(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const broken: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const within = node.parentElement;
      if (within === null || within.closest('code, select, .unseen, .wrap, script')) continue;
      if (!within.checkVisibility()) continue;
      for (const { 0: word, index } of (node.textContent ?? '').matchAll(/\p{L}{3,}/gu)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const tops = new Set(Array.from(range.getClientRects(), ({ top }) => Math.round(top)));
        if (tops.size > 1) broken.push(word);
      }
    }
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) broken.push(`${scrollWidth} px`);
    return broken;
  });
}

import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { matchOpen } from '../../src/fleet/deliveries/test-matching.ts';
import { PAGE_CHANGED } from '../../src/http/maps/map-data.ts';
import { callerOf } from '../../src/http/testing/test-client.ts';
import { newDriver } from '../../src/http/testing/test-driver.ts';
import { OPS_BOOTSTRAP_KEY, openOpsHub } from '../support/hubs/ops-hub.ts';
import {
  CHROMIUM,
  clickThrough,
  closePages,
  DESKTOP,
  DRAWS,
  HAS_CHROMIUM,
  hardToUse,
  openPage,
  PHONE,
  sharedBrowser,
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
  /** Draws no map, which takes most of the time of a test that looks at none. */
  let plain: Browser;
  beforeAll(async () => {
    [open, browser, plain] = await Promise.all([
      openOpsHub('listening'),
      sharedBrowser(DRAWS),
      sharedBrowser(),
    ]);
    const { hub } = open;
    const merchant = callerOf(hub, OPS_BOOTSTRAP_KEY);
    for (const [index, name] of ['Ada Example', 'Ben Example'].entries()) {
      const driver = await newDriver(hub, merchant, name);
      await driver.call('POST', '/driver/shift', { shift: 'on' });
      const ts = new Date(hub.clock.nowMs()).toISOString();
      const at = { lat: SHOP.lat + index / 500, lng: SHOP.lng };
      await driver.call('POST', '/driver/positions', [{ ts, ...at }]);
    }
    const places = { origin: SHOP, destination: { lat: 53.55, lng: 9.97 } };
    const wanted = { ...places, package_size: 'small', phone: '+4930231250' };
    for (let index = 0; index < 3; index += 1) {
      const made = await merchant('POST', '/deliveries', wanted);
      expect(made.status, made.text).toBe(201);
    }
    hub.clock.advance(60_000);
    await matchOpen(hub.deliveries);
  });
  // A map that is left open takes processor time from the next test.
  afterEach(() =>
    Promise.all(
      [browser, plain].flatMap((each) => each.contexts()).map((context) => context.close()),
    ),
  );
  afterAll(async () => {
    await closePages(browser);
    await plain?.close();
    await open?.close();
  });

  async function signIn(page: Page): Promise<void> {
    await page.goto(`${open.hub.url}/console/hub`);
    await page.getByLabel('Key').fill(OPS_BOOTSTRAP_KEY);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  }

  async function openDesk(page: Page): Promise<void> {
    await page.goto(`${open.hub.url}/console`);
    await page.getByLabel('Key').fill(OPS_BOOTSTRAP_KEY);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('heading', { name: 'Home', exact: true }).waitFor();
    await page.goto(`${open.hub.url}/console/deliveries`);
    await page.getByRole('heading', { name: 'Board', exact: true }).waitFor();
  }

  /** The card of a delivery that somebody has to bring, by its place from the top. */
  const toAssign = (page: Page) => page.locator('section[aria-labelledby=to-assign] .delivery');
  const laneOf = (page: Page, name: string) =>
    page.locator('.courier-row', { has: page.locator('h3', { hasText: name }) });

  /**
   * Presses a card and begins to drag. Nothing scrolls meanwhile: Chromium would drag what has come to
   * the place that was pressed.
   */
  async function take(page: Page, card: Locator): Promise<void> {
    const [head, state] = [card.locator('.delivery-head'), card.locator('.delivery-state')];
    await state.hover();
    await head.hover();
    await page.mouse.down();
    await state.hover();
  }

  async function drag(page: Page, card: Locator, to: Locator): Promise<void> {
    await take(page, card);
    await to.hover();
    await page.mouse.up();
  }

  async function newDelivery(): Promise<string> {
    const { body } = await callerOf(open.hub, OPS_BOOTSTRAP_KEY)('POST', '/deliveries', {
      origin: SHOP,
      destination: { lat: 53.56, lng: 9.98 },
      package_size: 'small',
      phone: '+4930231250',
    });
    return String(body['tracking_number']);
  }

  async function isFine(page: Page, name: string, width: number): Promise<void> {
    // Elsewhere, the bars at the page's edges may cover a part of some control.
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    expect(await hardToUse(page)).toEqual([]);
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
      // On a phone, it follows the columns, and is drawn once it is near.
      await page.locator('#map').scrollIntoViewIfNeeded();
      await page.locator('#map-frame:not([hidden])').waitFor();
      await page.locator('#map-table a[data-map-item]').first().click();
      const why = page.locator('#map-chosen a');
      await why.waitFor();
      await isFine(page, `dispatch-${name}`, viewport.width);
      await clickThrough(why);
      await page.getByRole('heading', { name: 'How it was decided' }).waitFor();
      await isFine(page, `dispatch-why-${name}`, viewport.width);
      expect(complaints).toEqual([]);
    });

    it(`shows the merchant its own at the desk: ${name}`, async () => {
      const { page, complaints } = await openPage(browser, { viewport });
      await openDesk(page);
      await page.locator('#map').scrollIntoViewIfNeeded();
      await page.locator('#map-frame:not([hidden])').waitFor();
      await page.locator('#map-table a[data-map-item]').first().click();
      const why = page.locator('#map-chosen a');
      await why.waitFor();
      await isFine(page, `desk-dispatch-${name}`, viewport.width);
      await clickThrough(why);
      await page.getByRole('heading', { name: 'How it was decided' }).waitFor();
      await isFine(page, `desk-dispatch-why-${name}`, viewport.width);
      expect(complaints).toEqual([]);
    });
  }

  it('shows an update as soon as it is published, without polling', async () => {
    const { page } = await openPage(plain, { viewport: DESKTOP });
    await openDesk(page);
    // From here on the page's timers do not run: only a push triggers an update.
    await page.clock.install();
    await page.goto(`${open.hub.url}/console/deliveries`);
    await toAssign(page).first().waitFor();
    const before = await toAssign(page).count();
    await page.clock.pauseAt(Date.now() + 60_000);
    const first = page.locator('#map-table .delivery a[data-map-item]').first();
    await first.focus();
    await toAssign(page).first().locator('summary').click();
    // Nothing is replaced during a click.
    await page.clock.runFor(100);
    const number = await newDelivery();
    await page.getByText(number).first().waitFor();
    expect(await toAssign(page).count()).toBe(before + 1);
    // What the person has opened stays open.
    expect(await toAssign(page).first().locator('details').getAttribute('open')).not.toBe(null);
  });

  it('says who is closest, and assigns with one click', async () => {
    const { page, complaints } = await openPage(plain, { viewport: DESKTOP });
    await openDesk(page);
    const number = await newDelivery();
    const card = toAssign(page).filter({ hasText: number });
    await card.getByText(/^Best: (Ada|Ben) Example, \d+ min away/).waitFor();
    const button = card.getByRole('button', { name: /^Assign to/ });
    const name = /Assign to (\w+ \w+)/.exec((await button.textContent()) ?? '')?.[1] ?? '';
    await button.click();
    await page.getByText('Assigned. The courier’s phone shows it.').waitFor();
    await laneOf(page, name).locator('.delivery', { hasText: number }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('assigns, changes the courier and offers again by dragging', async () => {
    const { page } = await openPage(plain, { viewport: DESKTOP });
    await openDesk(page);
    const number = await newDelivery();
    await drag(
      page,
      toAssign(page).filter({ hasText: number }),
      laneOf(page, 'Ben Example').locator('h3'),
    );
    const bens = laneOf(page, 'Ben Example').locator('.delivery', { hasText: number });
    await drag(page, bens, laneOf(page, 'Ada Example').locator('h3'));
    const adas = laneOf(page, 'Ada Example').locator('.delivery', { hasText: number });
    await drag(page, adas, page.locator('#to-assign'));
    await toAssign(page).filter({ hasText: number }).waitFor();
  });

  it('assigns what is dragged, although the page changes meanwhile', async () => {
    const { page } = await openPage(plain, { viewport: DESKTOP });
    await openDesk(page);
    const number = await newDelivery();
    const card = toAssign(page).filter({ hasText: number });
    await take(page, card);
    await laneOf(page, 'Ben Example').locator('h3').hover();
    await page.evaluate((name) => document.dispatchEvent(new CustomEvent(name)), PAGE_CHANGED);
    await laneOf(page, 'Ben Example').locator('h3').hover();
    await page.mouse.up();
    await laneOf(page, 'Ben Example').locator('.delivery', { hasText: number }).waitFor();
  });

  it('assigns with the keyboard', async () => {
    const { page } = await openPage(plain, { viewport: DESKTOP });
    await openDesk(page);
    const number = await newDelivery();
    await toAssign(page).filter({ hasText: number }).getByRole('link', { name: number }).focus();
    await page.keyboard.press('a');
    await page.keyboard.press('Enter');
    await page.locator('.courier-row .delivery', { hasText: number }).waitFor();
  });

  it('lets a dispatcher assign and offer again without script', async () => {
    const { page } = await openPage(plain, { viewport: PHONE, javaScriptEnabled: false });
    await openDesk(page);
    const number = await newDelivery();
    await page.reload();
    const card = page.locator('.delivery', { hasText: number });
    await clickThrough(card.getByRole('button', { name: /^Assign to/ }));
    await page.getByText('Assigned. The courier’s phone shows it.').waitFor();
    await card.locator('summary').click();
    await clickThrough(card.getByRole('button', { name: 'Offer it again' }));
    await page.getByText('Offered again: couriers near the pickup are being asked.').waitFor();
  });

  it('lets a dispatcher choose among all couriers without script', async () => {
    const { page } = await openPage(plain, { viewport: PHONE, javaScriptEnabled: false });
    await signIn(page);
    await newDelivery();
    await page.goto(`${open.hub.url}/console/deliveries`);
    await toAssign(page).first().locator('summary').click();
    await clickThrough(
      toAssign(page).first().getByRole('link', { name: 'Why, and all other couriers' }),
    );
    await page.getByLabel('Courier', { exact: true }).selectOption({ index: 0 });
    await clickThrough(page.getByRole('button', { name: 'Assign', exact: true }));
    await page.getByText('Assigned. The courier’s phone shows it.').waitFor();
    await page.getByRole('button', { name: 'Change', exact: true }).waitFor();
  });
});

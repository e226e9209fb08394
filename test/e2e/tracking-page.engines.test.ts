import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  fedexPush,
  PUSH_SECRET,
  parcelNumber,
  pushHeaders,
  type Scan,
} from '../support/fedex-push.ts';
import {
  callApi,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import {
  CHROMIUM,
  closePages,
  DESKTOP,
  faintTexts,
  HAS_CHROMIUM,
  openPage,
  PHONE,
  sharedBrowser,
  stumblingBlocks,
} from './tracking-page-browser.ts';

/** The tracking page in a real browser, on a real hub that receives real signed pushes. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const HISTORY: readonly Scan[] = [
  { code: 'OC', date: '2025-06-02T09:12:00-08:00' },
  { code: 'PU', date: '2025-06-02T16:20:00-08:00' },
  { code: 'AR', date: '2025-06-03T13:31:00-06:00' },
];
const OUT: Scan = { code: 'OD', date: '2025-06-04T07:41:00-05:00' };
const DELIVERED: Scan = { code: 'DL', date: '2025-06-04T14:12:00-05:00' };

describe.skipIf(!HAS_CHROMIUM)('the tracking page', () => {
  let data: string;
  let hub: RunningHub;
  let browser: Browser;
  let serial = 0;
  beforeAll(async () => {
    data = newDataFolder();
    const started = startHub(data, {
      WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
      WAYBILL_PUBLIC_RATE: 'off',
    });
    [hub, browser] = await Promise.all([started, sharedBrowser()]);
  });
  afterEach(async () => {
    await closePages(browser);
  });
  afterAll(async () => {
    await closePages(browser);
    await hub.stop();
    removeDataFolder(data);
  });

  async function push(number: string, scans: readonly Scan[]): Promise<void> {
    const body = fedexPush({ number, scans });
    const url = new URL('/webhooks/carrier/fedex', hub.url);
    const answer = await fetch(url, { method: 'POST', headers: pushHeaders(body), body });
    expect(answer.status).toBe(200);
  }

  /** A parcel with that history; resolves to its page's path once all of it is visible. */
  async function trackParcel(scans: readonly Scan[]): Promise<{ number: string; path: string }> {
    serial += 1;
    const number = parcelNumber(serial);
    await push(number, scans);
    await callApi(hub.url, 'POST', '/v1/shipments', { carrier: 'fedex', tracking_number: number });
    await expect.poll(() => statusOf(number)).toMatch(/^(?!created|none)/);
    return { number, path: new URL(`/track/${number}`, hub.url).href };
  }

  /** As its page shows it; `none`: no status yet. */
  async function statusOf(number: string): Promise<string> {
    const answer = await fetch(new URL(`/v1/track/${number}`, hub.url));
    return answer.ok ? ((await answer.json()) as { status: string }).status : 'none';
  }

  const headline = (page: Page) => page.getByRole('heading', { level: 1 });
  const live = (page: Page) => page.locator('[data-live-note]:visible');

  it('changes without a reload when a webhook arrives, and announces it', async () => {
    const { number, path } = await trackParcel(HISTORY);
    const { page, complaints } = await openPage(browser);
    await page.goto(path);
    await headline(page).getByText('At a facility').waitFor();
    await live(page).waitFor();
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    const link = page.getByRole('link', { name: 'Track another parcel' });
    await link.focus();

    await push(number, [...HISTORY, OUT]);
    await headline(page).getByText('Out for delivery').waitFor();
    await push(number, [...HISTORY, OUT, DELIVERED]);
    await headline(page).getByText('Delivered').waitFor();

    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
    expect(await page.title()).toBe(`Delivered · ${number} · Waybill`);
    expect(await page.getByRole('status').textContent()).toBe('Updated: Delivered');
    expect(await page.locator('.events li').count()).toBe(5);
    expect(await link.evaluate((one) => one === document.activeElement)).toBe(true);
    // A delivered parcel needs no stream.
    expect(await live(page).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('is complete without script', async () => {
    const { path, number } = await trackParcel([...HISTORY, OUT]);
    const { page, requests } = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(path);
    const text = ((await page.locator('main').textContent()) ?? '').replace(/[\u202f\u00a0]/g, ' ');
    for (const part of ['FedEx', number, 'Out for delivery', 'Memphis, TN, US']) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/1:31 PM\s+UTC−06:00/);
    expect(text).toContain('Wednesday, June 4, 2025');
    expect(requests.some(({ url }) => url.endsWith('/live'))).toBe(false);
    await page.getByRole('link', { name: 'Deutsch' }).click();
    await headline(page).getByText('In Zustellung').waitFor();
  });

  it('polls when it may have no stream', async () => {
    const { number, path } = await trackParcel(HISTORY);
    const { page } = await openPage(browser);
    await page.clock.install();
    await page.route('**/live', (route) => route.fulfill({ status: 503 }));
    const refused = page.waitForResponse('**/live');
    await page.goto(path);
    await refused;
    await push(number, [...HISTORY, OUT]);
    await expect
      .poll(async () => {
        await page.clock.fastForward(31_000);
        return headline(page).textContent();
      })
      .toBe('Out for delivery');
    expect(await live(page).count()).toBe(0);
  });

  it('is small on the first view', async () => {
    const { path } = await trackParcel([...HISTORY, OUT]);
    const { page, requests, complaints } = await openPage(browser);
    await page.goto(path);
    await live(page).waitFor();
    const loaded = requests.filter(({ url }) => !url.endsWith('/live'));
    expect(loaded.length).toBeLessThanOrEqual(4);
    expect(loaded.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(50_000);
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            resolve(list.getEntries().reduce((sum, each) => sum + Reflect.get(each, 'value'), 0));
          }).observe({ type: 'layout-shift', buffered: true });
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(0)));
        }),
    );
    expect(shift).toBeLessThanOrEqual(0.02);
    expect(complaints).toEqual([]);
  });

  it('is reachable by keyboard, with visible focus', async () => {
    const { path } = await trackParcel([...HISTORY, OUT]);
    const { page } = await openPage(browser);
    await page.goto(path);
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: one } = document;
        const style = one && getComputedStyle(one);
        const outlined = style?.outlineStyle !== 'none' && style?.outlineWidth !== '0px';
        return { name: one?.textContent ?? '', outlined };
      });
    await page.keyboard.press('Tab');
    expect(await focused()).toEqual({ name: 'Skip to the parcel', outlined: true });
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    const names: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      await page.keyboard.press('Tab');
      const { name, outlined } = await focused();
      expect([name, outlined]).toEqual([name, true]);
      names.push(name);
    }
    expect(names).toEqual([
      'Get updates about this parcel',
      'Track another parcel',
      'English',
      'Deutsch',
      'Español',
      'Français',
    ]);
  });

  it('finds a parcel by its form, without script too', async () => {
    const { number } = await trackParcel(HISTORY);
    for (const javaScriptEnabled of [true, false]) {
      const { page } = await openPage(browser, { javaScriptEnabled });
      await page.goto(new URL('/track', hub.url).href);
      await page.getByLabel('Tracking number').fill(` ${number.slice(0, 4)} ${number.slice(4)} `);
      await page.getByRole('button', { name: 'Track' }).click();
      await headline(page).getByText('At a facility').waitFor();
    }
  });

  describe.each([
    ['light', PHONE],
    ['dark', PHONE],
    ['light', DESKTOP],
    ['dark', DESKTOP],
  ] as const)('in %s at %o', (colorScheme, viewport) => {
    it('is readable, without obstacles for assistive technology', async () => {
      const moving = await trackParcel([...HISTORY, OUT]);
      const ended = await trackParcel([...HISTORY, OUT, DELIVERED]);
      const trouble = await trackParcel([...HISTORY, { ...OUT, code: 'SE' }]);
      const find = new URL('/track', hub.url).href;
      const missing = new URL('/track/NOBODY', hub.url).href;
      const paths = [moving.path, ended.path, trouble.path, find, missing];
      const { page } = await openPage(browser, { colorScheme, viewport });
      for (const path of paths) {
        await page.goto(path);
        expect(await faintTexts(page)).toEqual([]);
        expect(await stumblingBlocks(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(
          viewport.width,
        );
      }
    });
  });

  it('fits the narrowest phones in every language', async () => {
    const { path } = await trackParcel([...HISTORY, OUT]);
    const { page } = await openPage(browser, { viewport: { width: 320, height: 640 } });
    for (const language of ['en', 'de', 'es', 'fr']) {
      await page.goto(`${path}?lang=${language}`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    }
  });

  it('does not move for readers who prefer reduced motion', async () => {
    const { path } = await trackParcel([...HISTORY, OUT]);
    const { page } = await openPage(browser, { reducedMotion: 'reduce' });
    await page.goto(path);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });
});

import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import {
  CHROMIUM,
  closePages,
  HAS_CHROMIUM,
  hardToUse,
  openPage,
  PHONE,
  sharedBrowser,
} from './tracking-page-browser.ts';

/** A first-time user connects the sandbox shop, with what the console says as the only help. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const MINUTES_3_MS = 180_000;

describe.skipIf(!HAS_CHROMIUM)('a shop', { timeout: 600_000 }, () => {
  const data = newDataFolder();
  let hub: RunningHub;
  let browser: Browser;
  beforeAll(async () => {
    [hub, browser] = await Promise.all([
      startHub(data, { WAYBILL_SANDBOX: 'on' }),
      sharedBrowser(),
    ]);
  });
  afterAll(async () => {
    await closePages(browser);
    await hub?.stop();
    removeDataFolder(data);
  });

  it.each([{ width: 1280, height: 800 }, PHONE])(
    'is connected within three minutes and nine clicks, $width px wide',
    async (viewport) => {
      const { page } = await openPage(browser, { viewport });
      await page.goto(new URL('/console/sign-in', hub.url).href);
      await page.getByLabel('Key').fill(HUB_TEST_KEY);
      await page.getByRole('button', { name: 'Open the console' }).click();
      await page.getByRole('heading', { name: 'Home', exact: true }).waitFor();
      const startedAtMs = performance.now();
      let clicks = 0;
      const click = async (target: Locator) => {
        clicks += 1;
        await target.click();
      };
      const go = async (name: string) => {
        const link = page.getByRole('link', { name, exact: true }).filter({ visible: true });
        if ((await link.count()) === 0) await click(page.locator('.thumb-bar > .menu > summary'));
        await click(link.first());
      };
      await go('Settings');
      await go('Shops');
      await click(page.getByRole('link', { name: 'Connect WooCommerce' }));
      expect(await hardToUse(page)).toEqual([]);
      await click(page.getByRole('button', { name: 'Continue' }));
      await click(page.getByRole('link', { name: 'Allow in WooCommerce' }));
      await click(page.getByRole('link', { name: 'Approve' }));
      await page.getByText('The shop is connected.').waitFor();
      // What was found appears without a reload.
      await page.getByText('3 orders with 2 parcels.').waitFor({ timeout: 60_000 });
      await page.getByText('waits for a tracking number').waitFor();
      const tookMs = performance.now() - startedAtMs;
      const seconds = (tookMs / 1_000).toFixed(1);
      process.stdout.write(
        `journey new user ${viewport.width}: connect ${seconds} s, ${clicks} clicks\n`,
      );
      expect(tookMs).toBeLessThan(MINUTES_3_MS);
      expect(clicks).toBeLessThanOrEqual(9);
      expect(await hardToUse(page)).toEqual([]);
      await page.locator('.removal > summary').click();
      await page.getByRole('button', { name: 'Yes, disconnect' }).click();
      await page.getByText('The shop is disconnected').waitFor();
      await page.context().close();
    },
  );
});

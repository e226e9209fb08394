import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildDocsSite } from '../../tools/docs-site/build.ts';
import {
  axeFaults,
  CHROMIUM,
  closePages,
  DESKTOP,
  HAS_CHROMIUM,
  openPage,
  PHONE,
  sharedBrowser,
} from './tracking-page-browser.ts';

/** The docs as files, below a folder of somebody's web server. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** One of each kind. */
const PAGES = [
  '',
  ...['webhooks', 'recipes', 'comparison', 'compat/easypost', 'carriers', 'carriers/ups'].map(
    (guide) => `docs/guides/${guide}/`,
  ),
  ...['docs/guides/shops/shopify/', 'docs/guides/console/', 'docs/api/shipments/', 'docs/errors/'],
];
const isLoaded = (image: HTMLImageElement | SVGElement) =>
  image instanceof HTMLImageElement && image.naturalWidth > 0;

describe.skipIf(!HAS_CHROMIUM)('the docs site', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-docs-'));
  let server: Server;
  let browser: Browser;
  let url: string;
  beforeAll(async () => {
    await buildDocsSite(folder);
    const app = express();
    app.use('/some/folder', express.static(folder));
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/folder/`;
    browser = await sharedBrowser();
  });
  afterAll(async () => {
    await closePages(browser);
    server?.close();
    rmSync(folder, { recursive: true });
  });

  it('is readable and usable on a phone, and on a desktop in the dark', async () => {
    const { page, complaints } = await openPage(browser);
    for (const path of PAGES) {
      await page.goto(url + path);
      await page.locator('main h1').first().waitFor();
      for (const picture of await page.locator('main img').all()) {
        await picture.scrollIntoViewIfNeeded();
        await vi.waitFor(async () => expect(await picture.evaluate(isLoaded)).toBe(true));
      }
      const phone = await axeFaults(page);
      await page.setViewportSize(DESKTOP);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect([path, phone, await axeFaults(page)]).toEqual([path, [], []]);
      await page.setViewportSize(PHONE);
      await page.emulateMedia({ colorScheme: 'light' });
    }
    expect(complaints).toEqual([]);
  });

  it.each([
    ['webhook signature', 'Verify the signature of a webhook'],
    ['poll interval', 'When a parcel is polled, and the poll interval'],
    ['delete recipient', 'Delete a shipment and its recipient'],
    ['connect carrier', 'Connect a carrier'],
  ])('finds the section about %s first, and opens it', async (words, heading) => {
    const { page, complaints } = await openPage(browser, { viewport: DESKTOP });
    await page.goto(`${url}docs/`);
    await page.getByRole('searchbox').fill(words);
    await page.keyboard.press('Enter');
    await page.locator('.hits a').first().click();
    expect(decodeURI(new URL(page.url()).hash)).not.toBe('');
    const shown = page.getByRole('heading', { name: heading });
    await shown.waitFor();
    expect(await shown.evaluate((each) => each.getBoundingClientRect().top)).toBeLessThan(200);
    expect(complaints).toEqual([]);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deskCookie } from '../../bench/pages/desk-cookie.ts';
import { PICTURE_BYTES_MAX, pictureSize } from '../docs/pictures.ts';
import {
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { openConsole } from './console-browser.ts';
import {
  CHROMIUM,
  closePages,
  DRAWS,
  HAS_CHROMIUM,
  sharedBrowser,
} from './tracking-page-browser.ts';

/**
 * The pictures of the docs, of a hub with its demo. `npm run docs:pictures` stores them in
 * `docs/images`; otherwise they are only compared in size with those.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const SIZE = { width: 1200, height: 750 };
const QUALITY = 0.82;
/** Time limit for the demo, which takes a minute on an idle machine. */
const FILLED_MS = 400_000;
/** Some parcel of the demo has one of these at any hour. */
const UNDER_WAY = 'out_for_delivery,at_facility,in_transit';
/** Fewer would make an empty picture. */
const PARCELS_MIN = 20;

describe.skipIf(!HAS_CHROMIUM)('the pictures of the docs', { timeout: FILLED_MS }, () => {
  const stored = join(import.meta.dirname, '../../docs/images');
  const folder = process.env['DOCS_PICTURES'] ?? mkdtempSync(join(tmpdir(), 'waybill-pictures-'));
  const data = newDataFolder();
  let hub: RunningHub;
  let browser: Browser;
  let page: Page;
  let parcel: { readonly id: string; readonly number: string };
  beforeAll(async () => {
    [hub, browser] = await Promise.all([
      startHub(data, { WAYBILL_DEMO: 'on' }),
      sharedBrowser(DRAWS),
    ]);
    const who = { url: hub.url.origin, cookie: await deskCookie(hub.url) };
    ({ page } = await openConsole(browser, who, '/console/demo', { viewport: SIZE }));
    await openDemo();
    parcel = await parcelUnderWay();
  }, 2 * FILLED_MS);
  afterAll(async () => {
    await closePages(browser);
    await hub?.stop();
    removeDataFolder(data);
    if (process.env['DOCS_PICTURES'] === undefined) rmSync(folder, { recursive: true });
  });

  /** Switches to the demo, which the hub fills in the background after its start. */
  async function openDemo(): Promise<void> {
    const button = page.getByRole('button', { name: 'Open the demo' }).first();
    const within = { timeout: FILLED_MS, interval: 1_000 };
    await vi.waitFor(async () => {
      await page.reload();
      expect(await button.count()).toBe(1);
    }, within);
    await button.click();
    await page.getByRole('button', { name: 'Leave the demo' }).waitFor();
    await vi.waitFor(async () => {
      await page.goto(`${hub.url.origin}/console/shipments`);
      expect(await page.getByText('is being filled').count()).toBe(0);
      expect(await page.locator('tr[data-row]').count()).toBeGreaterThan(PARCELS_MIN);
    }, within);
  }

  async function parcelUnderWay(): Promise<{ readonly id: string; readonly number: string }> {
    await page.goto(`${hub.url.origin}/console/shipments?status=${UNDER_WAY}`);
    const link = page.locator('tr[data-row] td.main a').first();
    const href = (await link.getAttribute('href')) ?? '';
    const number = (await link.textContent())?.trim() ?? '';
    return { id: /shipments\/([^?]+)/.exec(href)?.[1] ?? '', number };
  }

  it.each([
    ['tracking-page', '/track/{number}'],
    ['console', '/console/shipments?carrier=dhl,fedex,ups'],
    ['parcel', '/console/shipments/{id}'],
    ['dispatch', '/console/deliveries'],
  ] as const)('%s is light and dark, small, and of the stored size', async (name, path) => {
    const at = path.replace('{number}', parcel.number).replace('{id}', parcel.id);
    for (const colours of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: colours });
      await page.goto(hub.url.origin + at);
      await page.waitForLoadState('networkidle');
      await page.evaluate(() => document.fonts.ready.then(() => {}));
      if (name === 'dispatch') await page.locator('#map-frame[data-drawn]').waitFor();
      const file = `${name}${colours === 'dark' ? '-dark' : ''}.webp`;
      const bytes = await webp(page, await page.screenshot());
      writeFileSync(join(folder, file), bytes);
      expect([file, bytes.length < PICTURE_BYTES_MAX]).toEqual([file, true]);
      expect(pictureSize(bytes)).toEqual(pictureSize(readFileSync(join(stored, file))));
    }
  });
});

/** The browser itself writes WebP, so that nothing has to be installed for it. */
async function webp(page: Page, png: Buffer): Promise<Buffer> {
  const empty = await page.context().newPage();
  const url = await empty.evaluate(
    async ([base64, quality]) => {
      const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes]));
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.getContext('2d', { alpha: false })?.drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', quality);
    },
    [png.toString('base64'), QUALITY] as const,
  );
  await empty.close();
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

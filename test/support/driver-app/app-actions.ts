import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { axeFaults } from '../../e2e/tracking-page-browser.ts';

/** Courier actions in the app, and what every screen must satisfy. */

/** `WAYBILL_SCREENSHOTS=folder`: stores screenshots there. */
const SCREENSHOTS = process.env['WAYBILL_SCREENSHOTS'];

/** One section of the app, by the bar at the bottom. */
export async function section(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await page.locator(`nav a[aria-current=page]`, { hasText: name }).waitFor();
}

/** From any screen: the stops, the stop in that street, the delivery form. */
export async function openDelivery(page: Page, street: string, outcome: string): Promise<void> {
  await section(page, 'Stops');
  await page.locator('ol.stops').getByRole('link', { name: street }).click();
  await page.getByRole('link', { name: outcome, exact: true }).click();
  await page.locator('form.door').waitFor();
}

/** Not by 'Saved.', which may still be that of the previous stop. */
export async function confirmDelivery(page: Page): Promise<void> {
  await page.locator('form.door button[type=submit]').click();
  await page.locator('form.door').waitFor({ state: 'detached' });
}

export async function takePhoto(page: Page, photo: Buffer): Promise<void> {
  const file = { name: 'door.jpg', mimeType: 'image/jpeg', buffer: photo };
  await page.setInputFiles('form.door input[type=file]', file);
  await page.locator('.photo img').waitFor();
}

export async function sign(page: Page): Promise<void> {
  const pad = page.locator('.pad');
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (box === null) throw new Error('there is nothing to sign on');
  await page.mouse.move(box.x + 30, box.y + 40);
  await page.mouse.down();
  for (let step = 1; step <= 12; step += 1) {
    await page.mouse.move(box.x + 30 + step * 12, box.y + 40 + (step % 3) * 14);
  }
  await page.mouse.up();
  await page.getByText('Signed.').waitFor();
}

export async function expectAccessible(page: Page): Promise<void> {
  const found = await axeFaults(page);
  expect([page.url(), found]).toEqual([page.url(), []]);
}

/** Nothing is wider than a small phone, in light and dark; optionally takes a screenshot. */
export async function expectFits(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 320, height: 640 });
    const widthPx = await page.evaluate(() => document.documentElement.scrollWidth);
    expect([name, colorScheme, widthPx]).toEqual([name, colorScheme, 320]);
    // As high as the whole page: otherwise the bar at the bottom would cover a part.
    const heightPx = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width: 320, height: Math.max(640, heightPx) });
    await expectAccessible(page);
    if (SCREENSHOTS !== undefined) {
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({
        path: join(SCREENSHOTS, `${name}-${colorScheme}.png`),
        fullPage: true,
      });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  if (before !== null) await page.setViewportSize(before);
}

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import {
  axeFaults,
  CHROMIUM,
  closePages,
  DESKTOP,
  faintTexts,
  HAS_CHROMIUM,
  openPage,
  sharedBrowser,
  tooWide,
} from './tracking-page-browser.ts';

/**
 * `/docs` in a real browser: every linked page is readable and usable, also on the smallest phone.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const SMALL_PHONE = { width: 320, height: 640 };
/** Fewer would mean that links were not found. */
const PAGES_MIN = 30;

describe.skipIf(!HAS_CHROMIUM)('the documents', () => {
  let hub: TestHub;
  let browser: Browser;
  beforeAll(async () => {
    [hub, browser] = await Promise.all([createTestHub(), sharedBrowser()]);
  });
  afterAll(async () => {
    await closePages(browser);
    await hub?.close();
  });

  /** Every page under `/docs` that one of them links to, and a search. */
  async function pages(): Promise<readonly string[]> {
    const found = new Set(['/docs', '/docs/errors', '/docs/search?q=webhook', '/docs/x/y']);
    for (const from of ['/docs', '/docs/errors']) {
      const html = await (await fetch(hub.url + from, { headers: { accept: 'text/html' } })).text();
      for (const [, path = ''] of html.matchAll(/href="(\/docs(?:\/[^"#?]*)?)["#]/g)) {
        if (!path.endsWith('.md')) found.add(path);
      }
    }
    return [...found].sort();
  }

  it('are readable and usable on the smallest phone, and on a desktop in the dark', async () => {
    const { page, complaints } = await openPage(browser);
    const all = await pages();
    expect(all.length).toBeGreaterThan(PAGES_MIN);
    const faults: Record<string, unknown> = {};
    for (const path of all) {
      await page.goto(hub.url + path);
      await page.setViewportSize(SMALL_PHONE);
      await page.emulateMedia({ colorScheme: 'light' });
      const found: unknown[] = [...(await axeFaults(page)), ...(await tooWide(page))];
      await page.setViewportSize(DESKTOP);
      await page.emulateMedia({ colorScheme: 'dark' });
      found.push(...(await faintTexts(page)), ...(await tooWide(page)));
      if (found.length > 0) faults[path] = found;
    }
    expect(faults).toEqual({});
    // The page of an unknown path is a 404, and so is the icon, which a browser requests once.
    expect(complaints.filter((each) => !each.includes('404'))).toEqual([]);
  });

  it('show samples in the chosen language, without a script and on the next page', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP, javaScriptEnabled: false });
    await page.goto(`${hub.url}/docs/guides/quickstart`);
    const shown = () => page.locator('.samples pre:visible').first().getAttribute('class');
    expect(await shown()).toBe('sh');
    await page.locator('.samples .tabs .python').first().click();
    expect(await shown()).toBe('python');
    await page.getByRole('radio', { name: 'TypeScript' }).check();
    expect(await shown()).toBe('ts');
    const scripted = await openPage(browser, { viewport: DESKTOP });
    await scripted.page.goto(`${hub.url}/docs/guides/quickstart`);
    await scripted.page.getByRole('radio', { name: 'Python' }).check();
    await scripted.page.goto(`${hub.url}/docs/api/shipments`);
    await scripted.page.getByRole('radio', { name: 'Python', checked: true }).waitFor();
    await scripted.page.keyboard.press('Control+k');
    await scripted.page.keyboard.type('webhooks\n');
    await scripted.page.getByRole('link', { name: 'Webhooks and events' }).first().waitFor();
  });

  it('copy a sample in the chosen language, where scripts run', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(`${hub.url}/docs/guides/quickstart`);
    await page.getByRole('radio', { name: 'Python' }).check();
    const sample = page.locator('.copyable:has(.samples)').first();
    await sample.getByRole('button', { name: 'Copy' }).click();
    await sample.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe((await sample.locator('pre.python').textContent())?.trimEnd());
    const plain = await openPage(browser, { viewport: DESKTOP, javaScriptEnabled: false });
    await plain.page.goto(`${hub.url}/docs/guides/quickstart`);
    expect(await plain.page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
  });

  it('open their contents on a phone without a script', async () => {
    const { page } = await openPage(browser, { viewport: SMALL_PHONE, javaScriptEnabled: false });
    await page.goto(`${hub.url}/docs`);
    const contents = page.getByRole('navigation', { name: 'Contents' });
    expect(await contents.isVisible()).toBe(false);
    await page.getByRole('link', { name: 'Contents' }).click();
    await contents.getByText('For developers of shops').click();
    await contents.getByRole('link', { name: 'For merchants' }).click();
    await page.getByRole('heading', { name: 'For merchants', level: 1 }).waitFor();
    expect(await contents.isVisible()).toBe(false);
  });
});

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import {
  axeFaults,
  CHROMIUM,
  DESKTOP,
  faintTexts,
  HAS_CHROMIUM,
  launchBrowser,
  openPage,
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
    [hub, browser] = await Promise.all([createTestHub(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await hub?.close();
  });

  /** Every page under `/docs` that one of them links to, and a search. */
  async function pages(): Promise<readonly string[]> {
    const found = new Set(['/docs', '/docs/errors', '/docs/search?q=webhook', '/docs/search?q=']);
    for (const from of ['/docs', '/docs/errors']) {
      const html = await (await fetch(hub.url + from, { headers: { accept: 'text/html' } })).text();
      for (const [, path = ''] of html.matchAll(/href="(\/docs(?:\/[^"#?]*)?)["#]/g)) {
        found.add(path);
      }
    }
    return [...found].sort();
  }

  it.each([
    ['the smallest phone', SMALL_PHONE, 'light'],
    ['a desktop in the dark', DESKTOP, 'dark'],
  ] as const)('are readable and usable on %s', async (_, viewport, colorScheme) => {
    const { page, complaints } = await openPage(browser, { viewport, colorScheme });
    const all = await pages();
    expect(all.length).toBeGreaterThan(PAGES_MIN);
    const faults: Record<string, unknown> = {};
    for (const path of all) {
      await page.goto(hub.url + path);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      const found = [...(await axeFaults(page)), ...(await faintTexts(page))];
      if (found.length > 0 || overflow > 0) faults[path] = { found, overflow };
    }
    expect(faults).toEqual({});
    expect(complaints).toEqual([]);
  });
});

import { cpus, loadavg } from 'node:os';
import type { Page } from 'playwright-core';
import {
  CHROMIUM,
  HAS_CHROMIUM,
  launchBrowser,
  openPage,
} from '../../test/e2e/tracking-page-browser.ts';
import { newDataFolder, removeDataFolder, startHub } from '../../test/support/hubs/hub-process.ts';
import { isShort, report, say } from '../figures/report.ts';

/**
 * Measures what a user sees after `npm start` with the URL of the ready line: how soon a demo
 * parcel moves on the open page, and when all have arrived, counted from the ready line. The
 * baseline is our own target: a move within a minute.
 */
const MOVE_TARGET_S = 60;
const ARRIVED_TARGET_S = 360;
const CHECK_EVERY_MS = 100;
/** The selector of the demo parcels on the page. */
const CARDS = '.demos > li';

if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
  process.exit(0);
}
const data = newDataFolder();
const hub = await startHub(data, { WAYBILL_SANDBOX: 'on' });
const readyAt = performance.now();
const sinceReadyS = () => Math.round((performance.now() - readyAt) / 100) / 10;
const browser = await launchBrowser();
try {
  const { page } = await openPage(browser);
  await page.goto(new URL('/', hub.url).href);
  const shownS = sinceReadyS();
  const first = await until(page, (now, before) => before !== '' && textOf(now) !== before);
  say(`a parcel was seen moving after ${first} s`);
  const arrived = isShort()
    ? null
    : await until(page, (cards) => cards.length > 1 && cards.every(({ tone }) => tone === 'done'));
  report({
    bench: 'first-minutes',
    value: first,
    unit: 's until a demo parcel is seen moving',
    baseline: MOVE_TARGET_S,
    p50_ms: Math.round(first * 1_000),
    p99_ms: Math.round((arrived ?? first) * 1_000),
    conditions: {
      ready_ms: Math.round(hub.readyMs),
      page_shown_s: shownS,
      all_delivered_s: arrived,
      target_s: [MOVE_TARGET_S, ARRIVED_TARGET_S],
      cores: cpus().length,
      load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    },
  });
  if (first > MOVE_TARGET_S || (arrived ?? 0) > ARRIVED_TARGET_S) process.exitCode = 1;
} finally {
  await browser.close();
  await hub.stop();
  removeDataFolder(data);
}

interface Card {
  readonly text: string;
  /** The state that decides its colour, such as `moving` or `done`. */
  readonly tone: string;
}

function textOf(cards: readonly Card[]): string {
  return cards.map(({ text }) => text).join('\n');
}

/**
 * Polls the page, which updates itself, until the condition holds; returns the seconds since the
 * ready line.
 */
async function until(
  page: Page,
  isSo: (now: readonly Card[], before: string) => boolean,
): Promise<number> {
  let before = '';
  for (;;) {
    if (sinceReadyS() > 2 * ARRIVED_TARGET_S) throw new Error(`the page stands at:\n${before}`);
    // In one call, because an update replaces the whole page.
    const cards = await page.locator(CARDS).evaluateAll((all) =>
      all.map((each) => ({
        text: each.textContent ?? '',
        tone: each.getAttribute('data-tone') ?? '',
      })),
    );
    if (isSo(cards, before)) return sinceReadyS();
    before = textOf(cards);
    await new Promise((resolve) => setTimeout(resolve, CHECK_EVERY_MS));
  }
}

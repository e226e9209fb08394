import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HUB } from '../../src/http/console/hub/table.ts';
import type { DeskRow } from '../../src/http/console/kit/desk-row.ts';
import { parcelNumber } from '../support/fedex-push.ts';
import { fillOps } from '../support/hubs/filled-ops-hub.ts';
import { BROKEN, OPS_BOOTSTRAP_KEY, openOpsHub, PERSONAL, push } from '../support/hubs/ops-hub.ts';
import {
  CHROMIUM,
  clickThrough,
  closePages,
  DESKTOP,
  HAS_CHROMIUM,
  hardToUseAnywhere,
  openPage,
  sharedBrowser,
  tabTo,
} from './tracking-page-browser.ts';

/** The console in a real browser, without script, on a hub that received real signed pushes. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** Pages that are empty, or that depend on the query string. */
const MORE = ['/console/hub/shipments?number=none', '/console/hub/templates/created?language=en'];

/** Pages without the console's bar, which others embed in a frame. */
const FRAMED = ['/console/hub/mailbox/:name/html', '/console/hub/templates/:template/html'];

/** The paths of all pages for operators. */
const OPS_PAGES = Object.values<DeskRow>(HUB).flatMap(({ method, path, mediaType }) =>
  method === 'GET' && mediaType === undefined && !FRAMED.includes(path) ? [path] : [],
);

/** A URL of each page: its path, or a link on another page; null: nothing links to it. */
async function addressesOf(
  page: Page,
  pages: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const found = new Map<string, string | null>();
  const linked = new Set<string>();
  const visit = async (path: string, address: string) => {
    found.set(path, address);
    await page.goto(new URL(address, page.url()).href);
    const links = await page
      .locator('a[href^="/console/hub"]')
      .evaluateAll((all) => all.map((each) => each.getAttribute('href') ?? ''));
    for (const link of links) linked.add(link.split('#')[0] ?? '');
  };
  for (const path of pages.filter((each) => !each.includes(':'))) await visit(path, path);
  for (const path of pages.filter((each) => each.includes(':'))) {
    const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '[^/?]+')}(?:\\?.*)?$`);
    const address = [...linked].find((each) => pattern.test(each));
    if (address === undefined) found.set(path, null);
    else await visit(path, address);
  }
  return found;
}

describe.skipIf(!HAS_CHROMIUM)('the console', () => {
  let open: Awaited<ReturnType<typeof openOpsHub>>;
  let browser: Browser;
  let parcel: Awaited<ReturnType<typeof fillOps>>;
  beforeAll(async () => {
    [open, browser] = await Promise.all([openOpsHub('pages'), sharedBrowser()]);
    parcel = await fillOps(open);
  });
  afterEach(async () => {
    await closePages(browser);
  });
  afterAll(async () => {
    await closePages(browser);
    await open.close();
  });

  async function signIn(page: Page): Promise<void> {
    // Several sign-ins within a moment would look like guessing.
    open.hub.clock.advance(60_000);
    await page.goto(`${open.hub.url}/console/hub`);
    await page.getByLabel('Key').fill(OPS_BOOTSTRAP_KEY);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  }

  it('can be signed in to, resolves an unknown code, and the parcels change', async () => {
    const { page, complaints } = await openPage(browser, {
      viewport: DESKTOP,
      javaScriptEnabled: false,
    });
    await signIn(page);
    await clickThrough(page.getByRole('link', { name: 'Carriers', exact: true }));
    await clickThrough(page.getByRole('link', { name: 'Unknown codes', exact: true }));
    expect(await page.getByText('Suggestion: delivery attempted').count()).toBe(1);
    const content = await page.content();
    expect(PERSONAL.filter((marker) => content.includes(marker))).toEqual([]);
    await clickThrough(page.getByRole('button', { name: /^Accept: delivery attempted/ }));
    await page.getByText('The rule is active').waitFor();
    await open.hub.runJobs();
    await clickThrough(page.getByRole('link', { name: 'Refresh' }));
    const row = page.getByRole('row', { name: /out for delivery delivery attempted/ });
    expect(await row.textContent()).toContain(parcelNumber(0));
    await clickThrough(row.getByRole('link', { name: parcelNumber(0) }));
    expect(await page.locator('.page-head').textContent()).toMatch(/attempt/i);
    expect(complaints).toEqual([]);
  });

  it('replays a dead letter, which comes back, and dismisses it', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP, javaScriptEnabled: false });
    await signIn(page);
    await clickThrough(page.getByRole('link', { name: 'Carriers', exact: true }));
    await clickThrough(page.getByRole('link', { name: 'Failed updates', exact: true }));
    expect(await page.getByRole('row').count()).toBe(3);
    await clickThrough(page.getByRole('row').nth(1).getByRole('link'));
    const content = await page.content();
    expect(PERSONAL.filter((marker) => content.includes(marker))).toEqual([]);
    await clickThrough(page.getByRole('button', { name: 'Process again' }));
    await page.getByText('Queued for processing').waitFor();
    await open.hub.settled();
    await page.goto(`${open.hub.url}/console/hub/dead-letters`);
    expect(await page.getByRole('row').count()).toBe(3);
    await clickThrough(page.getByRole('row').nth(1).getByRole('link'));
    await page.getByLabel('Reason for dismissing it').fill('a test');
    await clickThrough(page.getByRole('button', { name: 'Dismiss' }));
    await page.getByText('Dismissed. It is kept').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
  });

  it('checks an overlay, reports errors, and activates it', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP, javaScriptEnabled: false });
    await signIn(page);
    await page.goto(`${open.hub.url}/console/hub/mappings/fedex`);
    const field = page.getByLabel('Overlay as YAML');
    const before = await field.inputValue();
    await field.fill(`${before}  - { match: { event: "QY" }, status: arrived }\n`);
    await clickThrough(page.getByRole('button', { name: 'Check only' }));
    expect(await page.getByText('arrived').count()).toBeGreaterThan(0);
    await field.fill(`${before}  - { match: { event: "QY" }, status: exception }\n`);
    await clickThrough(page.getByRole('button', { name: 'Activate', exact: true }).first());
    await page.getByText('The overlay is active').waitFor();
    expect(await field.inputValue()).toContain('QY');
  });

  it('shows all of its sections on any desktop', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    for (const width of [1280, 1024, 800]) {
      await page.setViewportSize({ width, height: 800 });
      const hidden = await page.locator('.app > .nav li > a').evaluateAll((links) =>
        links.flatMap((link) => {
          const { width: shown, right } = link.getBoundingClientRect();
          return shown > 0 && right <= window.innerWidth ? [] : [link.textContent];
        }),
      );
      expect([width, hidden]).toEqual([width, []]);
      expect(await page.getByRole('link', { name: 'Operators', exact: true }).isVisible()).toBe(
        true,
      );
    }
  });

  it('finds a parcel by its number and shows why it has its status', async () => {
    const { page, complaints } = await openPage(browser, { javaScriptEnabled: false });
    await signIn(page);
    await page.getByLabel('Tracking number or id').fill(parcel.number);
    await page.getByLabel('Tracking number or id').press('Enter');
    await page.getByRole('heading', { level: 1, name: parcel.number }).waitFor();
    await page.getByText('why?').first().click();
    await page.locator('details.why[open] > details > summary').first().click();
    expect(
      await page
        .getByText(/fleet\.yaml:\d+/)
        .first()
        .isVisible(),
    ).toBe(true);
    for (const image of await page.locator('img.thumb').all()) {
      await image.scrollIntoViewIfNeeded();
      await expect
        .poll(() => image.evaluate((img) => (img as HTMLImageElement).naturalWidth))
        .toBeGreaterThan(0);
    }
    expect(complaints).toEqual([]);
  });

  it('signs out, and the session is no longer valid', async () => {
    const { page } = await openPage(browser, { javaScriptEnabled: false });
    await signIn(page);
    const cookies = await page.context().cookies();
    const session = cookies.find(({ name }) => name === 'waybill_desk');
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/console' });
    await page.getByText('More', { exact: true }).click();
    const menu = page.locator('.thumb-bar .sheet');
    await menu.locator('summary').click();
    await clickThrough(menu.getByRole('button', { name: 'Sign out' }));
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.context().addCookies(cookies);
    await page.goto(`${open.hub.url}/console/hub/review`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Sign in');
  });

  it('works with the keyboard alone, with visible focus', async () => {
    await push(open.hub, `${BROKEN}  `);
    await open.hub.settled();
    const { page, complaints } = await openPage(browser, {
      viewport: DESKTOP,
      javaScriptEnabled: true,
    });
    await page.goto(`${open.hub.url}/console/hub`);
    const unseen = [...(await tabTo(page, 'Key'))];
    await page.keyboard.type(OPS_BOOTSTRAP_KEY);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    for (const name of ['Failed updates', 'just now', 'Reason for dismissing it']) {
      unseen.push(...(await tabTo(page, name)));
      if (name !== 'Reason for dismissing it') {
        const before = page.url();
        await page.keyboard.press('Enter');
        await page.waitForURL((url) => url.href !== before);
      }
    }
    await page.keyboard.type('Sent to us by mistake');
    await page.keyboard.press('Enter');
    await page.waitForURL(/done=dismissed/);
    expect([unseen, complaints]).toEqual([[], []]);
  });

  it('is readable and usable on a phone, and on a desktop in the dark', async () => {
    const { page, complaints } = await openPage(browser);
    await signIn(page);
    const looked = await addressesOf(page, OPS_PAGES);
    expect([...looked].filter(([, address]) => address === null).map(([of]) => of)).toEqual([]);
    const faults: Record<string, unknown> = {};
    for (const path of [...looked.values(), ...MORE].filter((each) => each !== null)) {
      await page.goto(`${open.hub.url}${path}`);
      const found = await hardToUseAnywhere(page);
      if (found.length > 0) faults[path] = found;
    }
    expect(faults).toEqual({});
    expect(complaints).toEqual([]);
  });
});

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openTestDesk } from '../../src/http/console/kit/test-desk.ts';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import type { Tenant } from '../../src/kernel/tenant.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import { type Listener, openListener } from '../../src/platform/database/listen.ts';
import type { Loop } from '../../src/platform/work/loop.ts';
import { startBulkJobs } from '../../src/tracking/ports/running.ts';
import { beginBulkJob, workOnBulkJob } from '../../src/tracking/ports/shipments.ts';
import { openConsole } from './console-browser.ts';
import {
  CHROMIUM,
  clickThrough,
  closePages,
  HAS_CHROMIUM,
  hardToUse,
  type OpenPage,
  PHONE,
  sharedBrowser,
} from './tracking-page-browser.ts';

/** The console's lists in a real browser: finding, filtering, previews, and work on many parcels. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const DESKTOP = { width: 1280, height: 800 };
/** More than a page of the list. */
const PARCELS = 45;

describe.skipIf(!HAS_CHROMIUM)('lists of the console', () => {
  let hub: TestHub;
  let browser: Browser;
  let cookie: string;
  let call: Caller;
  let quist: string;
  let tenant: Tenant;
  let listener: Listener;
  let work: Loop;
  beforeAll(async () => {
    [hub, browser] = await Promise.all([createTestHub(), sharedBrowser()]);
    const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
    tenant = { ...(await bootstrap(keys, KEY)), mode: 'test' };
    listener = openListener({ url: hub.databaseUrl });
    const log = { warn() {}, debug() {} };
    work = startBulkJobs({ tracking: hub.tracking, refresh: null, listener, log });
    cookie = (await openTestDesk(hub, hub.members)).owner;
    call = callerOf(hub, KEY);
    for (let at = 0; at < PARCELS; at += 1) {
      const { body } = await call('POST', '/v1/shipments', {
        carrier: 'fleet',
        order_id: `A-${1_000 + at}`,
        recipient: { name: at === 7 ? 'Annabella Quist' : `Ada Byron-${at}` },
        destination: { city: 'Vaduz', postal_code: '9490', country: 'LI' },
      });
      if (at === 7) quist = String(body['id']);
      for (const status of at % 3 === 0 ? ['picked_up', 'out_for_delivery'] : []) {
        hub.clock.advance(60_000);
        await call('POST', `/v1/shipments/${body['id']}/status`, { status });
      }
    }
  });
  afterEach(async () => {
    await closePages(browser);
  });
  afterAll(async () => {
    await closePages(browser);
    await work?.stop();
    await listener?.close();
    await hub?.close();
  });

  function open(path: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
    const who = { url: hub.url, cookie };
    return openConsole(browser, who, path, { viewport: DESKTOP, ...options });
  }

  /** A case of the parcel of Annabella Quist. */
  async function openCase(): Promise<string> {
    const { body } = await call('POST', '/v1/exceptions', { shipment_id: quist, kind: 'damaged' });
    return String(body['id']);
  }

  it('find a parcel by the beginning of a name in the palette', async () => {
    const { page, complaints } = await open('/console');
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Go to anything' });
    await palette.getByRole('combobox').fill('annab');
    await palette.getByRole('option', { name: /Annabella Quist/ }).waitFor();
    expect(await hardToUse(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${hub.url}/console/shipments/${quist}`);
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('show another page only after the form that is being sent', async () => {
    const { page } = await open('/console/keys');
    const asked: string[] = [];
    let deliver = () => {};
    const delayed = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    await page.route('**/console/keys', async (route) => {
      asked.push(route.request().method());
      if (route.request().method() === 'POST') await delayed;
      await route.continue();
    });
    await page.locator('summary', { hasText: 'New key' }).click();
    await page.getByLabel('Name', { exact: true }).fill('slow key');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await page.getByRole('button', { name: 'Create key' }).click();
    await sent;
    await page.getByLabel('Name', { exact: true }).fill('next key');
    await page.evaluate(() => dispatchEvent(new PopStateEvent('popstate')));
    // Requests are seen in their order: the page's own would have come before this one.
    await page.evaluate(async () => void (await fetch('/healthz')));
    expect(asked).toEqual(['POST']);
    const shown = page.waitForResponse((response) => response.request().method() === 'GET');
    deliver();
    await shown;
    await page.getByRole('cell', { name: 'slow key', exact: true }).waitFor();
    expect(asked).toEqual(['POST', 'GET']);
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('next key');
  });

  it('find a parcel by the beginning of a name in the header', async () => {
    const { page, complaints } = await open('/console/exceptions');
    await page.getByRole('searchbox').fill('annab');
    await page.getByRole('searchbox').press('Enter');
    await page.waitForURL(/q=annab/);
    expect(await rows(page).count()).toBe(1);
    await clickThrough(rows(page).getByRole('link'));
    await page.getByText('Annabella Quist').first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('have tabs with counts, and filters that act at once and are in the URL', async () => {
    const { page, complaints } = await open('/console/shipments');
    const tabs = page.getByRole('navigation', { name: 'Parcels' });
    for (const name of ['All 45', 'Needs attention 0', 'In transit 0', 'Out for delivery 15']) {
      expect([name, await tabs.getByRole('link', { name, exact: true }).count()]).toEqual([
        name,
        1,
      ]);
    }
    expect(await tabs.getByRole('link', { name: 'Delivered 0' }).count()).toBe(1);
    await page.getByText('Status', { exact: true }).first().click();
    await page.getByLabel('out for delivery').check();
    await page.waitForURL(/status=out_for_delivery/);
    await expect.poll(() => rows(page).count()).toBe(15);
    await page.getByLabel('label created').check();
    await expect.poll(() => new URL(page.url()).searchParams.getAll('status').length).toBe(2);
    await page.reload();
    expect(await rows(page).count()).toBe(40);
    await page.getByRole('link', { name: 'Clear filters' }).click();
    await page.waitForURL((url) => !url.searchParams.has('status'));
    await tabs.getByRole('link', { name: /^Out for delivery/ }).click();
    await page.waitForURL(/tab=out/);
    await expect.poll(() => rows(page).count()).toBe(15);
    expect(await hardToUse(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('filter by a day once it is typed to its end', async () => {
    const { page } = await open('/console/shipments');
    await page.locator('.chips summary', { hasText: 'Date' }).click();
    const since = page.getByLabel('Added since');
    await since.focus();
    // The year is 0202 meanwhile.
    await page.keyboard.type('0310202');
    expect(await since.evaluate((field: HTMLInputElement) => field.validity.valid)).toBe(false);
    expect(page.url()).not.toContain('added_since');
    await page.keyboard.type('6');
    await page.getByText('Date: added since Mar 10').waitFor();
    expect(page.url()).toContain('added_since=2026-03-10');
  });

  it('preview a row beside the list by the space bar, until Esc', async () => {
    const { page, complaints } = await open('/console/shipments?q=annab');
    await page.keyboard.press('j');
    await page.keyboard.press('Space');
    await page.locator('#panel').getByText('Annabella Quist').waitFor();
    expect(await hardToUse(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('#panel').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('tag the whole result, also beyond the page, and undo it', async () => {
    const { page, complaints } = await open('/console/shipments');
    await rows(page).first().getByRole('checkbox').check();
    await page.getByLabel('Select all 45').check();
    await page.locator('.bulk summary').click();
    await page.locator('#new-tag').fill('spring');
    expect(await hardToUse(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add tag' }).click();
    await page.getByText('45 parcels now have the tag “spring”.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('The tag “spring” was removed from 45 parcels.').waitFor();
    await page.goto(`${hub.url}/console/shipments?tag=spring`);
    expect(await rows(page).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('archive what is selected, and undo it', async () => {
    const { page, complaints } = await open('/console/shipments?tab=out');
    for (const at of [0, 1]) await rows(page).nth(at).getByRole('checkbox').check();
    await page.getByText('2 selected').waitFor();
    await page.getByRole('button', { name: 'Archive', exact: true }).click();
    await page.getByText('2 parcels archived.').waitFor();
    await expect.poll(() => rows(page).count()).toBe(13);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('2 parcels are back in the list.').waitFor();
    await expect.poll(() => rows(page).count()).toBe(15);
    expect(complaints).toEqual([]);
  });

  it('show what another process has done to many parcels, and keep what is selected', async () => {
    const { body } = await call('GET', '/v1/shipments?status=out_for_delivery');
    const ids = (body['data'] as { id: string }[]).map(({ id }) => id);
    const [other = '', done = ''] = ids.slice(-2);
    const action = { action: 'tag', tag: 'archived' } as const;
    const job = await beginBulkJob(hub.tracking, tenant, action, { shipmentIds: [done] });
    const { page } = await open(`/console/shipments?tab=out&job=${job}`);
    await page.getByText('0 of 1 parcels are done').waitFor();
    await page.locator(`[data-row="${other}"]`).getByRole('checkbox').check();
    await workOnBulkJob({ tracking: hub.tracking, refresh: null }, job, 0);
    await page.getByText('1 parcel archived.').waitFor();
    expect(await page.locator(`[data-row="${done}"]`).count()).toBe(0);
    expect(await page.locator('tr:has(:checked)').getAttribute('data-row')).toBe(other);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('1 parcel is back').waitFor();
  });

  it('get a parcel added by a pasted number', async () => {
    const { page, complaints } = await open('/console/shipments');
    await page.getByRole('link', { name: 'Add parcel' }).click();
    await page.getByLabel('Tracking number').fill(' 1Z 999 AA1 01 2345 6784 ');
    await page.getByText('Looks like UPS.').waitFor();
    await page.getByLabel('Recipient', { exact: true }).fill('Grace Hopper');
    await page.getByRole('radio', { name: /Do not notify/ }).check();
    expect(await hardToUse(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add parcel' }).click();
    await page.getByText('The parcel has been added').waitFor();
    expect(complaints).toEqual([]);
  });

  it('let a case be closed in the panel beside the queue', async () => {
    await openCase();
    const { page, complaints } = await open('/console/exceptions');
    await page.keyboard.press('j');
    await page.keyboard.press('Space');
    const panel = page.locator('#panel');
    await panel.getByRole('button', { name: 'Close as resolved' }).waitFor();
    expect(await hardToUse(page)).toEqual([]);
    await panel.getByRole('button', { name: 'Close as resolved' }).click();
    await page.getByRole('heading', { name: 'Nothing to do' }).waitFor();
    expect(await panel.isVisible()).toBe(false);
    expect(await hardToUse(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('send the forms of a page in order, however fast they are pressed', async () => {
    await openCase();
    const { page, complaints } = await open('/console/exceptions');
    await clickThrough(rows(page).getByRole('link', { name: 'damaged', exact: true }));
    await page.getByText('Record a refund', { exact: true }).first().click();
    await page.getByRole('textbox', { name: 'Amount' }).fill('49');
    await page.getByRole('button', { name: 'Record a refund' }).click();
    await page.getByRole('button', { name: 'Close as resolved' }).click();
    await page.getByRole('button', { name: 'Reopen' }).waitFor();
    await page.getByRole('listitem').filter({ hasText: '49.00 EUR' }).first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('let a case be closed on its own page on a phone', async () => {
    await openCase();
    const { page, complaints } = await open('/console/exceptions', { viewport: PHONE });
    await clickThrough(rows(page).getByRole('link', { name: 'damaged', exact: true }));
    expect(await hardToUse(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close as resolved' }).click();
    await page.getByRole('button', { name: 'Reopen' }).waitFor();
    await clickThrough(page.getByRole('main').getByRole('link', { name: 'Exceptions' }));
    await page.getByRole('heading', { name: 'Nothing to do' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('filter, and act on several parcels, without script', async () => {
    const { page } = await open('/console/shipments', { javaScriptEnabled: false });
    await page.getByText('Status', { exact: true }).first().click();
    await page.getByLabel('out for delivery').check();
    await clickThrough(page.getByRole('button', { name: 'Apply' }));
    expect(await rows(page).count()).toBe(15);
    await rows(page).first().getByRole('checkbox').check();
    await page.locator('.bulk summary').click();
    await page.locator('#new-tag').fill('call back');
    await clickThrough(page.getByRole('button', { name: 'Add tag' }));
    await page.getByText('1 parcel now has the tag “call back”.').waitFor();
    await clickThrough(page.getByRole('button', { name: 'Undo' }));
    await page.getByText('The tag “call back” was removed from 1 parcel.').waitFor();
    await clickThrough(rows(page).getByRole('link').first());
    await page.getByText('Edit tags', { exact: true }).click();
    await page.getByLabel('Tags, separated by commas').fill('gift');
    await page.getByLabel('Tags, separated by commas').press('Enter');
    await page.getByText('The tags are saved.').waitFor();
  });

  it('print what they say, without what can be pressed', async () => {
    const { page } = await open('/console/shipments');
    await page.emulateMedia({ media: 'print' });
    expect(await rows(page).first().isVisible()).toBe(true);
    for (const name of ['checkbox', 'button', 'searchbox'] as const) {
      expect([name, await page.getByRole(name).count()]).toEqual([name, 0]);
    }
    expect(await page.locator('.nav, .chips').filter({ visible: true }).count()).toBe(0);
  });

  it('list their shortcuts on “?”', async () => {
    const { page, complaints } = await open('/console/shipments');
    await page.keyboard.press('?');
    const shortcuts = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    for (const does of ['go to anything', 'next row', 'select the row', 'preview the row']) {
      await shortcuts.getByText(does).waitFor();
    }
    expect(await hardToUse(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => shortcuts.isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });
});

const rows = (page: Page) => page.locator('tr[data-row]');

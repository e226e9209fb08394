import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { newDriver } from '../../src/http/testing/test-driver.ts';
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
  openPage,
  PHONE,
  sharedBrowser,
} from './tracking-page-browser.ts';

/**
 * What people come for, role by role, in a hub with its default settings. A journey counts its
 * clicks and is timed; times are printed for docs/benchmarks.md and are no assertion.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const VADUZ = { lat: 47.141, lng: 9.521 };
/** Each may be added once. */
const UPS_NUMBERS = ['1Z999AA10123456784', '1Z12345E0205271688'] as const;
const VIEWPORTS = [{ width: 1280, height: 800 }, PHONE] as const;

/** What somebody does on a page; every click counts, and typing does not. */
interface Hand {
  readonly page: Page;
  readonly click: (at: Locator) => Promise<void>;
  /** Opens a page by its link in the navigation, which a phone has in a menu. */
  readonly go: (name: string) => Promise<void>;
}

describe.skipIf(!HAS_CHROMIUM)('journeys through the console', { timeout: 900_000 }, () => {
  const data = newDataFolder();
  let hub: RunningHub;
  let browser: Browser;
  let call: Caller;
  let parcel: string;
  beforeAll(async () => {
    [hub, browser] = await Promise.all([
      startHub(data, { WAYBILL_SANDBOX: 'off' }),
      sharedBrowser(),
    ]);
    call = callerOf({ url: hub.url.origin }, HUB_TEST_KEY);
    const { body } = await call('POST', '/v1/shipments', {
      carrier: 'fleet',
      recipient: { name: 'Annabella Quist', email: 'annabella@example.com' },
      destination: { line1: 'Städtle 1', city: 'Vaduz', postal_code: '9490', country: 'LI' },
    });
    parcel = String(body['id']);
  });
  afterEach(async () => {
    await closePages(browser);
  });
  afterAll(async () => {
    await closePages(browser);
    await hub?.stop();
    removeDataFolder(data);
  });

  const at = (path: string) => new URL(path, hub.url).href;

  /** Somebody who has signed in with the hub's key, unless they only visit. */
  async function open(path: string, options: BrowserContextOptions, signsIn = true): Promise<Page> {
    const { page } = await openPage(browser, options);
    if (signsIn) {
      await page.goto(at('/console/sign-in'));
      await page.getByLabel('Key').fill(HUB_TEST_KEY);
      await page.getByRole('button', { name: 'Open the console' }).click();
      await page.getByRole('heading', { name: 'Home', exact: true }).waitFor();
    }
    await page.goto(at(path));
    return page;
  }

  /** Does a journey and prints one line about it; returns its clicks. */
  async function journey(
    role: string,
    what: string,
    page: Page,
    act: (hand: Hand) => Promise<void>,
  ): Promise<number> {
    const { width = 0 } = page.viewportSize() ?? {};
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
    await act({ page, click, go });
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
    process.stdout.write(`journey ${role} ${width}: ${what} ${seconds} s, ${clicks} clicks\n`);
    return clicks;
  }

  describe.each(VIEWPORTS)('in a window $width px wide', (viewport) => {
    it('new user: opens the console of the new hub and adds a parcel', async () => {
      const page = await open('/', { viewport }, false);
      const number = UPS_NUMBERS[VIEWPORTS.indexOf(viewport)] ?? '';
      const clicks = await journey('new user', 'sign in and add a parcel', page, async (hand) => {
        await hand.click(page.getByRole('link', { name: 'Open the console', exact: true }));
        await page.getByLabel('Key').fill(HUB_TEST_KEY);
        await hand.click(page.getByRole('button', { name: 'Open the console' }));
        await hand.click(page.getByRole('link', { name: 'Add parcel' }).first());
        await page.getByLabel('Tracking number').fill(number);
        await page.getByText('Looks like UPS.').waitFor();
        await page.getByLabel('Recipient', { exact: true }).fill('Grace Hopper');
        await hand.click(page.getByRole('button', { name: 'Add parcel' }));
        await page.getByText('The parcel has been added').waitFor();
      });
      expect(clicks).toBeLessThanOrEqual(4);
    });

    it('support: finds a parcel by part of the recipient’s name', async () => {
      const page = await open('/console', { viewport });
      const clicks = await journey('support', 'find a parcel', page, async ({ click }) => {
        await page.getByRole('searchbox').fill('annab');
        await page.getByRole('searchbox').press('Enter');
        await page.waitForURL(/q=annab/);
        await click(page.locator('tr[data-row] a').first());
        await page.getByRole('heading', { name: 'Timeline' }).waitFor();
      });
      expect(clicks).toBeLessThanOrEqual(2);
    });

    it('support: works a case', async () => {
      await call('POST', '/v1/exceptions', { shipment_id: parcel, kind: 'damaged' });
      const page = await open('/console', { viewport });
      const clicks = await journey('support', 'work a case', page, async ({ click, go }) => {
        await go('Exceptions');
        await click(page.locator('tr[data-row] a').first());
        await click(page.getByText('Record a refund', { exact: true }).first());
        await page.getByRole('textbox', { name: 'Amount' }).fill('49');
        await click(page.getByRole('button', { name: 'Record a refund' }));
        await click(page.getByRole('button', { name: 'Close as resolved' }));
        await page.getByRole('button', { name: 'Reopen' }).waitFor();
      });
      expect(clicks).toBeLessThanOrEqual(5);
    });

    it('manager: sees which carrier is late', async () => {
      const page = await open('/console', { viewport });
      const clicks = await journey('manager', 'compare carriers', page, async ({ go }) => {
        await go('Analytics');
        await page.getByRole('heading', { name: /On time and at the first attempt/ }).waitFor();
      });
      expect(clicks).toBeLessThanOrEqual(2);
    });

    it('dispatcher: assigns a delivery', async () => {
      const driver = await newDriver(
        { url: hub.url.origin },
        (method, path, body) => call(method, `/v1${path}`, body),
        `Ada ${viewport.width}`,
      );
      const as = callerOf({ url: hub.url.origin }, driver.key);
      await as('POST', '/v1/driver/shift', { shift: 'on' });
      await as('POST', '/v1/driver/positions', [{ ts: new Date().toISOString(), ...VADUZ }]);
      const wanted = { origin: VADUZ, destination: { lat: 47.16, lng: 9.51 } };
      const size = { package_size: 'small', phone: '+4232301234' };
      const { body } = await call('POST', '/v1/deliveries', { ...wanted, ...size });
      const number = String(body['tracking_number']);
      const page = await open('/console/deliveries', { viewport });
      const card = page.locator('section[aria-labelledby=to-assign] .delivery', {
        hasText: number,
      });
      await card.getByRole('button', { name: /^Assign to/ }).waitFor();
      const clicks = await journey('dispatcher', 'assign a delivery', page, async ({ click }) => {
        await click(card.getByRole('button', { name: /^Assign to/ }));
        await page.getByText('Assigned. The courier’s phone shows it.').waitFor();
      });
      expect(clicks).toBeLessThanOrEqual(2);
    });

    it('courier: is added by the dispatcher, and enrols a phone', async () => {
      const page = await open('/console/deliveries/couriers', { viewport });
      const name = `Zoë ${viewport.width}`;
      const clicks = await journey('courier', 'enrol the first phone', page, async ({ click }) => {
        await click(page.getByRole('link', { name: 'Add courier' }).first());
        await page.getByLabel('Name', { exact: true }).fill(name);
        await click(page.getByRole('button', { name: 'Add courier' }));
        const link = await page.locator('#link').inputValue();
        const phone = await open(link, { viewport: PHONE, isMobile: true, hasTouch: true }, false);
        await click(phone.getByRole('button', { name: 'Set up' }));
        await phone.getByRole('button', { name: 'Start shift' }).waitFor();
      });
      expect(clicks).toBeLessThanOrEqual(3);
    });

    it('operator: looks for what the hub could not read', async () => {
      const page = await open('/console', { viewport });
      const clicks = await journey('operator', 'see dead letters', page, async ({ go }) => {
        await go('Hub');
        await page.getByRole('heading', { name: 'Overview' }).waitFor();
        await go('Failed updates');
        await page.getByRole('heading', { name: 'Failed updates', level: 1 }).waitFor();
      });
      expect(clicks).toBeLessThanOrEqual(4);
    });

    it('recipient: sees where the parcel is', async () => {
      const { body } = await call('GET', `/v1/shipments/${parcel}`);
      const page = await open('/track', { viewport }, false);
      const clicks = await journey('recipient', 'track a parcel', page, async ({ click }) => {
        await page.getByLabel('Tracking number').fill(String(body['tracking_number']));
        await click(page.getByRole('button', { name: 'Track' }));
        await page.getByText(String(body['tracking_number'])).first().waitFor();
      });
      expect(clicks).toBe(1);
    });

    it('developer: finds how to verify webhooks, and makes a key', async () => {
      const page = await open('/docs', { viewport });
      const clicks = await journey('developer', 'find a guide, make a key', page, async (hand) => {
        await page.getByRole('searchbox').fill('webhook signature');
        await page.getByRole('searchbox').press('Enter');
        await page.waitForURL(/q=webhook/);
        await hand.click(
          page
            .getByRole('main')
            .getByRole('link', { name: /webhook/i })
            .first(),
        );
        await page.goto(at('/console/keys'));
        await hand.click(page.locator('summary', { hasText: 'New key' }));
        await page.getByLabel('Name', { exact: true }).fill(`shop ${viewport.width}`);
        await hand.click(page.getByRole('button', { name: /^(Create|Make|Add)/ }));
        await page
          .getByText(/wb_(test|live)_[\w-]{20}/)
          .first()
          .waitFor();
      });
      expect(clicks).toBeLessThanOrEqual(3);
    });

    it('translator: reads the console and a message in German', async () => {
      const page = await open('/console', { viewport });
      const clicks = await journey('translator', 'read a message', page, async ({ click, go }) => {
        await click(page.getByRole('link', { name: 'Deutsch' }));
        await page.getByRole('heading', { name: 'Start', exact: true }).waitFor();
        await go('Nachrichten');
        await click(page.getByRole('link', { name: 'Texte', exact: true }));
        await click(page.locator('main a[href$="/out_for_delivery/de"]').first());
        await page.frameLocator('iframe').locator('body').waitFor();
      });
      expect(clicks).toBeLessThanOrEqual(5);
    });
  });
});

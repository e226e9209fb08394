import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTestPublic, type TestPublic } from '../../src/http/public/tracking/test-public.ts';
import { type EmulatedPhone, openEmulatedPhone } from '../support/driver-app/emulated-phone.ts';
import { axeFaults, CHROMIUM, HAS_CHROMIUM, PATIENCE_MS } from './tracking-page-browser.ts';

/**
 * Notifications on the recipient's own device, in a real browser. The test simulates the push
 * service.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** The public half of a key pair whose private half nobody has. */
const KEY = `B${'A'.repeat(86)}`;
const GIVEN = {
  endpoint: 'https://push.example.com/send/abc',
  expirationTime: null,
  keys: { p256dh: 'B'.repeat(87), auth: 'A'.repeat(22) },
};

const soon = (check: () => Promise<unknown>) =>
  vi.waitFor(check, { timeout: PATIENCE_MS, interval: 100 });

describe.skipIf(!HAS_CHROMIUM)('notifications on a device', { timeout: 300_000 }, () => {
  let site: TestPublic;
  let folder = '';
  let phone: EmulatedPhone;
  let path: string;
  beforeAll(async () => {
    site = await openTestPublic({ offersOf: async () => ({ sms: false, pushKey: KEY }) });
    const [carrier] = site.carriers;
    await site.track({ number: 'PUSH1' });
    path = `/track/${carrier}/PUSH1`;
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-track-push-'));
    phone = await openEmulatedPhone(join(folder, 'phone'));
  });
  afterEach(async () => {
    await phone?.context.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => site?.close());

  /** The page's offer, with a push service that answers this; null: it never answers. */
  async function openOffer(given: typeof GIVEN | null): Promise<Page> {
    const { page, context } = phone;
    await context.addInitScript((answer) => {
      if (typeof PushManager === 'undefined') return;
      PushManager.prototype.subscribe = async (options) => {
        Object.assign(window, {
          openedWith: [...new Uint8Array(options?.applicationServerKey as never)],
        });
        if (answer === null) throw new Error('no push service');
        return { ...answer, toJSON: () => answer } as never;
      };
    }, given);
    await page.goto(`${site.hub.url}${path}`);
    await page
      .getByRole('link', { name: /updates|notif|e-?mail/i })
      .first()
      .click();
    await page.locator('form[data-key]').waitFor();
    return page;
  }

  it('are requested by one button, with a worker for parcels’ pages only', async () => {
    await phone.context.grantPermissions(['notifications'], { origin: site.hub.url });
    const page = await openOffer(GIVEN);
    expect(await axeFaults(page)).toEqual([]);
    await page.locator('form[data-key] button').click();
    await soon(async () => expect(site.subscriptions).toHaveLength(1));
    const [subscription] = site.subscriptions.splice(0);
    expect([subscription?.channel, JSON.parse(subscription?.address ?? '')]).toEqual([
      'push',
      GIVEN,
    ]);
    const scopes = () =>
      page.evaluate(async () =>
        (await navigator.serviceWorker.getRegistrations()).map(({ scope, active }) => [
          new URL(scope).pathname + new URL(scope).search,
          active?.state,
        ]),
      );
    await soon(async () => expect(await scopes()).toEqual([[`/track/?push=${KEY}`, 'activated']]));
    // It shows the push as it arrives.
    const session = await phone.context.newCDPSession(page);
    const known = new Promise<string>((resolve) => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const [first] = registrations;
        if (first !== undefined) resolve(first.registrationId);
      });
    });
    await session.send('ServiceWorker.enable');
    const message = { title: 'Out for delivery', body: 'PUSH1 is on the vehicle.', tag: 'PUSH1' };
    const registrationId = await known;
    const push = () =>
      session.send('ServiceWorker.deliverPushMessage', {
        origin: site.hub.url,
        registrationId,
        data: JSON.stringify({ ...message, url: `${site.hub.url}${path}` }),
      });
    const shown = () =>
      page.evaluate(async () => {
        const [registration] = await navigator.serviceWorker.getRegistrations();
        const all = (await registration?.getNotifications()) ?? [];
        return all.map(({ title, body, tag }) => ({ title, body, tag }));
      });
    // One may be lost while the worker starts; its tag prevents it from being shown twice.
    await soon(async () => {
      await push();
      expect(await shown()).toEqual([message]);
    });
    expect(phone.complaints).toEqual([]);
  });

  it('are not requested again and again if the browser does not support them', async () => {
    await phone.context.grantPermissions(['notifications'], { origin: site.hub.url });
    const page = await openOffer(null);
    await page.locator('form[data-key] button').click();
    await page.locator('form[data-key] [role="alert"]').waitFor();
    expect(site.subscriptions).toEqual([]);
    // It can be retried, and the other channels are there.
    expect(await page.locator('form[data-key] button').isEnabled()).toBe(true);
    expect(await page.locator('input[type="email"]').isVisible()).toBe(true);
    expect(await axeFaults(page)).toEqual([]);
  });
});

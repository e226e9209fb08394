import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { driverAppRoutes } from '../../src/fleet/pages/driver-app/routes.ts';
import { callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { expectFits, section } from '../support/driver-app/app-actions.ts';
import { type EmulatedPhone, openEmulatedPhone } from '../support/driver-app/emulated-phone.ts';
import { CHROMIUM, HAS_CHROMIUM, PATIENCE_MS } from './tracking-page-browser.ts';

/**
 * How the driver's app handles a push message, as far as a browser without a push service can
 * show.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const soon = (check: () => Promise<unknown>) =>
  vi.waitFor(check, { timeout: PATIENCE_MS, interval: 100 });

describe.skipIf(!HAS_CHROMIUM)('a message to the driver’s app', { timeout: 300_000 }, () => {
  let folder = '';
  let hub: TestHub;
  let phone: EmulatedPhone;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-driver-push-'));
    hub = await createTestHub({ publicRoutes: () => driverAppRoutes() });
    const merchant = callerOf(hub, (await hub.newKey({ scopes: ['admin'] })).text);
    const courier = await merchant('POST', '/couriers', { name: 'Ada', vehicle: 'bike' });
    const enrolment = await merchant('POST', `/couriers/${courier.body['id']}/enrolments`);
    phone = await openEmulatedPhone(join(folder, 'phone'));
    await phone.context.grantPermissions(['notifications'], { origin: hub.url });
    await phone.page.goto(String(enrolment.body['url']));
    await phone.page.getByRole('button', { name: 'Set up' }).click();
    await phone.page.getByRole('heading', { name: 'Today’s stops' }).waitFor();
  });
  afterAll(async () => {
    await phone?.context.close();
    await hub?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The service worker's registration, as the browser's own tools call it. */
  async function registrationOf(session: CDPSession): Promise<string> {
    const known = new Promise<string>((resolve) => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const [first] = registrations;
        if (first !== undefined) resolve(first.registrationId);
      });
    });
    await session.send('ServiceWorker.enable');
    return known;
  }

  const shown = (page: Page) =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration('/driver');
      const all = (await registration?.getNotifications()) ?? [];
      return all.map(({ title, body, tag }) => ({ title, body, tag }));
    });

  it('is shown while the app is not visible, in its language, and disappears when it is', async () => {
    const { page, context } = phone;
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await soon(async () => expect(await page.evaluate(() => caches.has('push-words'))).toBe(true));
    const session = await context.newCDPSession(page);
    const registrationId = await registrationOf(session);
    const push = () =>
      session.send('ServiceWorker.deliverPushMessage', {
        origin: hub.url,
        registrationId,
        data: JSON.stringify({ kind: 'offer' }),
      });
    // A page of the same origin that is not part of the app.
    await page.goto(`${hub.url}/docs`);
    expect(await shown(page)).toEqual([]);
    const message = { title: 'A delivery for you', body: 'Tap to see it.', tag: 'offer' };
    // The worker considers the app open for a moment longer: a push during that time is not shown.
    await soon(async () => {
      await push();
      expect(await shown(page)).toEqual([message]);
    });
    await push();
    await page.goto(`${hub.url}/driver`);
    await page.getByRole('heading', { name: 'Today’s stops' }).waitFor();
    await soon(async () => expect(await shown(page)).toEqual([]));
  });

  it('is the courier’s choice, with its state shown if no push service answers', async () => {
    const { page } = phone;
    await section(page, 'Settings');
    await page.getByText('Off. You see deliveries only while the app is open.').waitFor();
    await expectFits(page, 'push');
    await page.getByRole('button', { name: 'Tell me', exact: true }).click();
    await page.getByText('No answer from the browser’s push service. Try again later.').waitFor();
    await page.getByRole('button', { name: 'Tell me', exact: true }).waitFor();
    expect(phone.complaints).toEqual([]);
  });
});

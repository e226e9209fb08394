import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { matchOpen } from '../../src/deliveries/test-matching.ts';
import { driverAppRoutes } from '../../src/http/index.ts';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { confirmDoor, expectFits } from '../support/driver-app/app-actions.ts';
import { type EmulatedPhone, openEmulatedPhone } from '../support/driver-app/emulated-phone.ts';
import { TEXTS } from '../support/driver-app/fake-server.ts';
import { CHROMIUM, HAS_CHROMIUM } from './tracking-page-browser.ts';

/** Two couriers are asked for one delivery; one brings it, and the other sees that it is gone. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const PATIENCE_MS = 50_000;
const soon = (check: () => Promise<unknown>) =>
  vi.waitFor(check, { timeout: PATIENCE_MS, interval: 100 });
const SHOP = { lat: 53.5511, lng: 9.9355 };
const WANTED = {
  ...{ origin: SHOP, origin_address: 'Kleine Freiheit 7, 22767 Hamburg, Germany' },
  destination: { lat: 53.5453, lng: 9.9467 },
  destination_address: {
    ...{ line1: 'Große Elbstraße 68', postal_code: '22767', city: 'Hamburg', country: 'DE' },
  },
  ...{ package_size: 'small', phone: '+4915112345678' },
};

describe.skipIf(!HAS_CHROMIUM)('offers in the driver’s app', { timeout: 300_000 }, () => {
  let folder = '';
  let hub: TestHub;
  let merchant: Caller;
  const phones: EmulatedPhone[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-driver-offers-'));
    hub = await createTestHub({ listens: true, publicRoutes: () => driverAppRoutes(TEXTS) });
    merchant = callerOf(hub, (await hub.newKey({ scopes: ['admin'] })).text);
  }, 180_000);
  afterAll(async () => {
    for (const { context } of phones) await context.close();
    await hub?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A courier who is on shift, beside the shop, with the app in front. */
  async function atWork(name: string): Promise<Page> {
    const courier = await merchant('POST', '/couriers', { name, vehicle: 'bike' });
    const enrolment = await merchant('POST', `/couriers/${courier.body['id']}/enrolments`);
    const phone = await openEmulatedPhone(join(folder, name));
    phones.push(phone);
    const { page } = phone;
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(String(enrolment.body['url']));
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('button', { name: 'Start shift' }).click();
    const self = `/couriers/${courier.body['id']}`;
    await soon(async () =>
      expect((await merchant('GET', self)).body).toMatchObject({ shift: 'on' }),
    );
    const ts = new Date(hub.clock.nowMs()).toISOString();
    const sent = await merchant('POST', '/positions', [
      { courier_id: courier.body['id'], ts, ...SHOP },
    ]);
    expect(sent.status, sent.text).toBe(202);
    return page;
  }

  it('shows one delivery on both phones; one brings it, and the other sees that it is gone', async () => {
    const [ada, ben] = [await atWork('Ada'), await atWork('Ben')];
    const made = await merchant('POST', '/deliveries', WANTED);
    const url = `/deliveries/${made.body['delivery_id']}`;
    await matchOpen(hub.deliveries);
    for (const page of [ada, ben]) {
      await page.getByRole('link', { name: 'A delivery for you' }).click();
      await page.getByText('Kleine Freiheit 7').waitFor();
      await page.getByText('22767 Hamburg', { exact: true }).waitFor();
      expect(await page.getByText('Elbstraße').count()).toBe(0);
    }
    await expectFits(ben, 'offers');
    await ada.getByRole('button', { name: 'Take it' }).click();
    await ben.getByText('Nobody is asking you at the moment.').waitFor();
    await ada.getByRole('link', { name: 'Große Elbstraße 68' }).click();
    await ada.getByText('Fetch it here').waitFor();
    await expectFits(ada, 'pickup');
    await ada.getByRole('button', { name: 'I have it' }).click();
    await ada.getByRole('heading', { name: 'Fetch it here' }).waitFor({ state: 'detached' });
    const isNow = (phase: string) =>
      soon(async () =>
        expect((await merchant('GET', url)).body).toMatchObject({
          ...{ phase, courier: { name: 'Ada' } },
        }),
      );
    await isNow('picked_up');
    hub.clock.advance(600_000);
    await ada.getByRole('link', { name: 'Delivered', exact: true }).click();
    await ada.locator('form.door').waitFor();
    await confirmDoor(ada);
    await isNow('delivered');
    expect(phones.map(({ complaints }) => complaints)).toEqual([[], []]);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeHub, json } from '../../src/fleet/driver/test-fake-hub.ts';
import { confirmDelivery, expectFits, section } from '../support/driver-app/app-actions.ts';
import { dayOf } from '../support/driver-app/day.ts';
import { type EmulatedPhone, openEmulatedPhone } from '../support/driver-app/emulated-phone.ts';
import { type FakeServer, serveDriverApp } from '../support/driver-app/fake-server.ts';
import { CHROMIUM, HAS_CHROMIUM } from './tracking-page-browser.ts';

/** The recipient is still there: a wrong PIN is reported while the form is open. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const RIGHT = '4711';

describe.skipIf(!HAS_CHROMIUM)('a PIN at the door', { timeout: 240_000 }, () => {
  let folder = '';
  let hub: FakeHub;
  let server: FakeServer;
  let phone: EmulatedPhone;
  let left = 2;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-pin-'));
    hub = new FakeHub();
    hub.route = dayOf(2, ['pin']);
    left = 2;
    hub.instead = ({ form }) => {
      const sent = form?.find((part) => part.name === 'pin');
      if (sent === undefined || !('text' in sent) || sent.text === RIGHT) return null;
      left -= 1;
      const pin = { outcome: 'wrong', attempts_left: left };
      return json(201, { proofs: [{ shipment_id: 'x', missing: ['pin'], pin }] });
    };
    server = await serveDriverApp(hub);
    phone = await openEmulatedPhone(join(folder, 'profile'));
  });
  afterEach(async () => {
    await phone?.context.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is reported as wrong while the recipient is there, and can be tried again at once', async () => {
    const { page } = phone;
    await page.goto(`${server.url}/driver#enrol=GOOD`);
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByText('0 of 2 done').waitFor();
    await page.locator('ol.stops').getByRole('link').first().click();
    await page.getByRole('link', { name: 'Delivered', exact: true }).click();
    await page.getByLabel('Who took it?').fill('Kim');
    const pin = page.getByRole('textbox', { name: 'PIN of the recipient' });
    const confirm = page.getByRole('button', { name: 'Confirm delivery' });
    await pin.fill('1111');
    await confirm.click();
    await page.getByText('The PIN is wrong. Ask for it again. Attempts left: 1.').waitFor();
    await expectFits(page, 'door-pin-wrong');
    // Nothing is recorded, and no input is lost.
    expect(await page.getByLabel('Who took it?').inputValue()).toBe('Kim');
    expect(hub.effects).toEqual([]);
    await pin.fill('2222');
    await confirm.click();
    await page.getByText('The PIN is locked after too many wrong ones.').waitFor();
    await section(page, 'Settings');
    await page.getByRole('combobox').selectOption('de');
    await page.getByRole('navigation').getByRole('link').first().click();
    await page.locator('ol.stops').getByRole('link').first().click();
    await page.getByRole('link', { name: 'Zugestellt', exact: true }).click();
    left = 2;
    await page.locator('input.code').fill('3333');
    await page.locator('form.door button[type=submit]').click();
    await page.getByText('Die PIN ist falsch.').waitFor();
    await expectFits(page, 'door-pin-wrong-de');
    await page.locator('input.code').fill(RIGHT);
    await confirmDelivery(page);
    const delivered = () =>
      hub.effects.flatMap(({ content: { status } }) => (status === undefined ? [] : [status]));
    await expect.poll(delivered).toEqual(['delivered']);
    expect(phone.complaints).toEqual([]);
  });

  it('is accepted offline, and checked when there is a network', async () => {
    const { page } = phone;
    await page.goto(`${server.url}/driver#enrol=GOOD`);
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByText('0 of 2 done').waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await phone.context.setOffline(true);
    await page.locator('ol.stops').getByRole('link').first().click();
    await page.getByRole('link', { name: 'Delivered', exact: true }).click();
    await page.getByRole('textbox', { name: 'PIN of the recipient' }).fill('1111');
    await confirmDelivery(page);
    await phone.context.setOffline(false);
    await section(page, 'Queue');
    await page.getByText('The PIN was wrong;').waitFor();
    expect(phone.complaints).toEqual([]);
  });
});

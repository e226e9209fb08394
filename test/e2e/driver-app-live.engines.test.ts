import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { driverAppRoutes } from '../../src/fleet/pages/driver-app/routes.ts';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { type EmulatedPhone, openEmulatedPhone } from '../support/driver-app/emulated-phone.ts';
import { CHROMIUM, HAS_CHROMIUM } from './tracking-page-browser.ts';

/**
 * Changes by others to a courier’s day are on the phone at once; handed-in parcels are the
 * building’s.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** Less than the minute after which a phone without a stream would poll. */
const PATIENCE_MS = 50_000;

describe.skipIf(!HAS_CHROMIUM)('the driver’s app with a network', { timeout: 300_000 }, () => {
  let folder = '';
  let hub: TestHub;
  let merchant: Caller;
  let phone: EmulatedPhone;
  let courierId = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-driver-live-'));
    hub = await createTestHub({ listens: true, publicRoutes: () => driverAppRoutes() });
    merchant = callerOf(hub, (await hub.newKey({ scopes: ['admin'] })).text);
    phone = await openEmulatedPhone(join(folder, 'profile'));
    phone.page.setDefaultTimeout(PATIENCE_MS);
    const courier = await merchant('POST', '/couriers', {
      name: 'Ana Vogel',
      vehicle: 'van',
      home_facility: 'HAM-1',
    });
    courierId = String(courier.body['id']);
  });
  afterAll(async () => {
    await phone?.context.close();
    await hub?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function newParcel(line1: string): Promise<{ id: string; number: string }> {
    const { body, status } = await merchant('POST', '/shipments', {
      carrier: 'fleet',
      recipient: { name: 'Kim Petersen' },
      destination: { line1, postal_code: '22767', city: 'Hamburg', country: 'DE' },
    });
    expect(status).toBe(201);
    return { id: String(body['id']), number: String(body['tracking_number']) };
  }

  async function putRoute(...ids: readonly string[]): Promise<void> {
    const { status } = await merchant('PUT', `/couriers/${courierId}/route`, {
      parcels: ids.map((id) => ({ shipment_id: id })),
    });
    expect(status).toBe(200);
  }

  it('shows what the merchant changes while the courier looks', async () => {
    const { page } = phone;
    const enrolment = await merchant('POST', `/couriers/${courierId}/enrolments`);
    await page.goto(String(enrolment.body['url']));
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByText('No stops yet.').waitFor();
    const [one, two] = [await newParcel('Fischmarkt 1'), await newParcel('Elbchaussee 2')];
    await putRoute(one.id, two.id);
    await page.getByRole('link', { name: 'Fischmarkt 1' }).waitFor();
    await page.getByRole('link', { name: 'Elbchaussee 2' }).waitFor();
    await putRoute(two.id);
    await page.getByRole('link', { name: 'Fischmarkt 1' }).waitFor({ state: 'detached' });
    await page.getByRole('listitem').getByText(`${one.number} is off your route.`).waitFor();
    expect(phone.complaints).toEqual([]);
  });

  it('hands in what was not delivered, one by one or the whole van', async () => {
    const { page } = phone;
    const [one, two, three] = [
      await newParcel('A 1'),
      await newParcel('B 2'),
      await newParcel('C 3'),
    ];
    await putRoute(one.id, two.id, three.id);
    await page.getByRole('link', { name: 'C 3' }).waitFor();
    await page.getByRole('link', { name: 'Load', exact: true }).click();
    for (const { number } of [one, two, three]) {
      await page.getByLabel('Type a number').fill(number);
      await page.getByRole('button', { name: 'Add' }).click();
      await page.locator('.announced').getByText(`${number} loaded`).waitFor();
    }
    await page.getByText('Everything is loaded.').waitFor();
    await page.getByText('Everything sent').waitFor();
    // Parcels must be loaded before they are handed in; the hub's clock stands still, the phone's
    // does not.
    hub.clock.advance(3_600_000);
    await page.getByRole('navigation').getByRole('link', { name: 'Stops' }).click();
    await page.getByRole('link', { name: 'Hand in' }).click();
    expect(await page.getByLabel('Building (code)').inputValue()).toBe('HAM-1');
    await page.getByLabel('Type a number').fill(one.number);
    await page.getByRole('button', { name: 'Hand in', exact: true }).click();
    await page.locator('.announced').getByText(`${one.number} handed in`).waitFor();
    await page.getByRole('button', { name: 'Hand in all 2' }).click();
    await page.getByText('Hand in all 2 at HAM-1?').waitFor();
    await page.getByRole('button', { name: 'Yes, hand in' }).click();
    await page.getByText('You have no parcels with you.').waitFor();
    await page.getByText('Everything sent').waitFor();
    await hub.settled();
    for (const { id } of [one, two, three]) {
      const { body } = await merchant('GET', `/shipments/${id}`);
      expect(body).toMatchObject({ status: 'at_facility' });
    }
    expect((await merchant('GET', `/couriers/${courierId}`)).body).toMatchObject({ holds: 0 });
    expect(phone.complaints).toEqual([]);
  });

  it('shows at once that the phone was revoked', async () => {
    const { status } = await merchant('DELETE', `/couriers/${courierId}/devices`);
    expect(status).toBe(204);
    await phone.page.getByText('This phone is signed out').waitFor();
  });
});

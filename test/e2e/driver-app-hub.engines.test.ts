import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { driverAppRoutes } from '../../src/http/index.ts';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { type EmulatedPhone, openEmulatedPhone } from '../support/driver-app/emulated-phone.ts';
import { TEXTS } from '../support/driver-app/fake-server.ts';
import { CHROMIUM, HAS_CHROMIUM } from './tracking-page-browser.ts';

/** The app against the hub itself: what a courier did without a network is what the merchant sees. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const STREETS = ['Bernstorffstraße 11', 'Große Bergstraße 12', 'Schulterblatt 13', 'Elbchaussee 1'];

interface Parcel {
  readonly id: string;
  readonly number: string;
}

describe.skipIf(!HAS_CHROMIUM)('the driver’s app on a hub', { timeout: 120_000 }, () => {
  let folder = '';
  let hub: TestHub;
  let merchant: Caller;
  let phone: EmulatedPhone;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-driver-hub-'));
    hub = await createTestHub({ publicRoutes: () => driverAppRoutes(TEXTS) });
    merchant = callerOf(hub, (await hub.newKey({ scopes: ['admin'] })).text);
    phone = await openEmulatedPhone(join(folder, 'profile'));
  });
  afterAll(async () => {
    await phone?.context.close();
    await hub?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function newParcel(line1: string): Promise<Parcel> {
    const { body, status } = await merchant('POST', '/shipments', {
      carrier: 'fleet',
      recipient: { name: 'Kim Petersen', phone: '+4940123456' },
      destination: { line1, postal_code: '22767', city: 'Hamburg', country: 'DE' },
    });
    expect(status).toBe(201);
    return { id: String(body['id']), number: String(body['tracking_number']) };
  }

  const shown = async ({ id }: Parcel) => {
    const { body } = await merchant('GET', `/shipments/${id}`);
    return [body['status'], body['sub_status']];
  };

  /** What the courier enters at a door, where nothing but an outcome is needed. */
  async function confirm(page: Page, street: string, outcome: string, reason?: string) {
    await page.getByRole('navigation').getByRole('link', { name: 'Stops' }).click();
    await page.getByRole('link', { name: street }).click();
    await page.getByRole('link', { name: outcome, exact: true }).click();
    if (reason !== undefined) await page.getByLabel(reason).check();
    await page.getByRole('button', { name: /^Confirm/ }).click();
    // Not by 'Saved.', which may still be that of the door before.
    await page.locator('form.door').waitFor({ state: 'detached' });
  }

  it('loads a van, works offline, and the shipments say what happened', async () => {
    const { page, context } = phone;
    const courier = await merchant('POST', '/couriers', { name: 'Ana Vogel', vehicle: 'van' });
    const courierId = String(courier.body['id']);
    const parcels: Parcel[] = [];
    for (const street of STREETS) parcels.push(await newParcel(street));
    const route = await merchant('PUT', `/couriers/${courierId}/route`, {
      parcels: parcels.map(({ id }) => ({ shipment_id: id })),
    });
    expect(route.status).toBe(200);
    const enrolment = await merchant('POST', `/couriers/${courierId}/enrolments`);

    await page.goto(String(enrolment.body['url']));
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByText('0 of 4 done').waitFor();
    await page.getByRole('button', { name: 'Start shift' }).click();
    await page.getByRole('link', { name: 'Load', exact: true }).click();
    for (const { number } of parcels) {
      await page.getByLabel('Type a number').fill(number);
      await page.getByRole('button', { name: 'Add' }).click();
      await page.getByText(`${number} loaded`).waitFor();
    }
    await page.getByText('Everything is loaded.').waitFor();
    await page.getByText('Everything sent').waitFor();
    await hub.settled();
    expect((await merchant('GET', `/couriers/${courierId}`)).body).toMatchObject({
      ...{ shift: 'on', holds: 4 },
    });

    await context.setOffline(true);
    // The hub's clock stands still, the phone's does not: so that what is told late is not dated back
    // before the loading.
    hub.clock.advance(3_600_000);
    await confirm(page, 'Bernstorffstraße 11', 'Delivered');
    await confirm(page, 'Große Bergstraße 12', 'Not delivered', 'Nobody at home');
    await confirm(page, 'Schulterblatt 13', 'Refused');
    await page.getByText('3 to send').waitFor();
    await page.getByText('3 of 4 done').waitFor();

    await context.setOffline(false);
    await page.getByText('Everything sent').waitFor();
    await hub.settled();
    expect(await Promise.all(parcels.map(shown))).toEqual([
      ['delivered', null],
      ['delivery_attempted', 'recipient_unavailable'],
      ['delivery_attempted', 'refused'],
      ['out_for_delivery', null],
    ]);
    expect(phone.complaints).toEqual([]);
  });

  it('tells the courier that the phone was revoked, and keeps what was done', async () => {
    const { page } = phone;
    const couriers = await merchant('GET', '/couriers');
    const [{ id: courierId } = { id: '' }] = couriers.body['data'] as { id: string }[];
    const list = await merchant('GET', `/couriers/${courierId}/devices`);
    const [{ id: deviceId } = { id: '' }] = list.body['data'] as { id: string }[];
    expect((await merchant('DELETE', `/couriers/${courierId}/devices/${deviceId}`)).status).toBe(
      204,
    );

    await confirm(page, 'Elbchaussee 1', 'Delivered');
    await page.getByText('This phone is signed out').waitFor();
    await page.goto(`${hub.url}/driver#/queue`);
    await page.getByText('To be sent (1)').waitFor();

    const enrolment = await merchant('POST', `/couriers/${courierId}/enrolments`);
    await page.goto(String(enrolment.body['url']));
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByText('Everything sent').waitFor();
    await hub.settled();
    const { body } = await merchant('GET', '/shipments?status=delivered');
    expect(body['data']).toHaveLength(2);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  confirmDelivery,
  expectAccessible,
  expectFits,
  openDelivery,
  section,
  sign,
  takePhoto,
} from '../support/driver-app/app-actions.ts';
import { writeCameraVideo } from '../support/driver-app/camera-video.ts';
import { draftStored } from '../support/driver-app/drafts.ts';
import { type EmulatedPhone, openEmulatedPhone } from '../support/driver-app/emulated-phone.ts';
import { photoWithPlace, readJpeg } from '../support/driver-app/photos.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { CHROMIUM, HAS_CHROMIUM, PATIENCE_MS } from './tracking-page-browser.ts';

/**
 * A courier's day from end to end: the app in a browser on an emulated phone, and a hub with
 * default settings in its own process. The merchant sees what was done offline.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const PARCELS = 30;
const DELIVERED = 20;
const ATTEMPTED = 3;
const DAMAGED = DELIVERED + ATTEMPTED + 1;
const AT = { lat: 53.5511, lng: 9.9355 };
const ENV = { WAYBILL_SANDBOX: 'off' };

interface Parcel {
  readonly id: string;
  readonly tracking_number: string;
  readonly street: string;
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe.skipIf(!HAS_CHROMIUM)('a courier’s day with the app', { timeout: 900_000 }, () => {
  let folder = '';
  let data = '';
  let hub: RunningHub;
  let phone: EmulatedPhone | null = null;
  let courierId = '';
  let parcels: readonly Parcel[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-driver-day-'));
    data = newDataFolder();
    hub = await startHub(data, ENV);
    const courier = await ask<{ id: string }>('POST', '/couriers', {
      name: 'Ana Vogel',
      vehicle: 'van',
    });
    courierId = courier.id;
    parcels = await newParcels();
    await ask('PUT', `/couriers/${courierId}/route`, {
      parcels: parcels.map(({ id }, index) => ({
        shipment_id: id,
        ...(index === 0 ? { notes: 'Rear building, 3rd floor.' } : {}),
      })),
    });
    const numbers = parcels.map(({ tracking_number: number }) => number);
    writeCameraVideo(join(folder, 'labels.y4m'), numbers);
  });
  afterAll(async () => {
    await phone?.context.close();
    await hub?.stop();
    removeDataFolder(data);
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = <T>(method: string, path: string, body?: unknown) =>
    callApi<T>(hub.url, method, `/v1${path}`, body);
  const streetOf = (index: number) => parcels[index - 1]?.street ?? '';

  async function newParcels(): Promise<readonly Parcel[]> {
    const streets = range(1, PARCELS).map((index) => `Große Bergstraße ${100 + index}`);
    const shipments = streets.map((line1, index) => ({
      carrier: 'fleet',
      recipient: { name: `Recipient ${index + 1}`, phone: '+4940123456' },
      destination: { line1, postal_code: '22767', city: 'Hamburg', country: 'DE', ...AT },
      require_proof: ['photo', 'signature'],
    }));
    const made = await ask<{ data: { body: Parcel }[] }>('POST', '/shipments/batch', { shipments });
    return made.data.map(({ body }, index) => ({ ...body, street: streets[index] ?? '' }));
  }

  /** The same phone each time, with its stored data. */
  async function openPhone(): Promise<Page> {
    const camera = join(folder, 'labels.y4m');
    phone = await openEmulatedPhone(join(folder, 'profile'), { camera });
    return phone.page;
  }

  async function enrol(page: Page): Promise<void> {
    const made = await ask<{ url: string }>('POST', `/couriers/${courierId}/enrolments`, {});
    await page.goto(made.url);
    await page.getByRole('button', { name: 'Set up' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Set up' }).click();
  }

  it('is enrolled and loaded, worked offline, and seen by the merchant in order and once', async () => {
    let page = await openPhone();
    const photo = await photoWithPlace(page);
    await enrol(page);
    await page.getByText('0 of 30 done').waitFor();
    await page.getByRole('button', { name: 'Start shift' }).click();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await load(page);
    await ownCourier({ shift: 'on', holds: PARCELS });

    await phone?.context.setOffline(true);
    await makeDeliveries(page, photo);
    // The form of a stop is half filled in when the browser is killed.
    await openDelivery(page, streetOf(DAMAGED + 1), 'Left with a neighbour');
    await page.getByLabel('Name of the neighbour').fill('Frau Özil');
    await draftStored(page, 'Frau Özil');
    expect(phone?.complaints).toEqual([]);
    await phone?.context.close();
    // Nothing of it reached the hub.
    await ownCourier({ shift: 'on', holds: PARCELS });

    page = await reopenWithoutNetwork();
    await phone?.context.setOffline(false);
    await page.getByText('Everything sent').waitFor();
    expect(phone?.complaints).toEqual([]);
    await section(page, 'Queue');
    await page.getByText('refused').waitFor({ state: 'detached' });
    await ownCourier({ shift: 'on', holds: PARCELS - DELIVERED });
    await expectEvents();
    for (const index of range(1, PARCELS)) await expectParcel(index);
    await expectCase();
  });

  /** Load the van: the camera sees one label after the other. */
  async function load(page: Page): Promise<void> {
    await section(page, 'Load');
    await page.getByRole('button', { name: 'Scan' }).click();
    await page.getByText('Everything is loaded.').waitFor({ timeout: 240_000 });
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Stop scanning' }).click();
    await page.getByText('Everything sent').waitFor();
  }

  /** A phone's receiver reports its position repeatedly; an emulated one only on command. */
  async function standThere(): Promise<void> {
    await phone?.context.setGeolocation({ latitude: AT.lat, longitude: AT.lng, accuracy: 7 });
  }

  async function makeDeliveries(page: Page, photo: Buffer): Promise<void> {
    for (const index of range(1, DELIVERED)) {
      await openDelivery(page, streetOf(index), 'Delivered');
      await standThere();
      await page.getByLabel('Who took it?').fill(`Recipient ${index}`);
      await takePhoto(page, photo);
      await sign(page);
      if (index === 1) await expectFits(page, 'door');
      await confirmDelivery(page);
      await page.getByText(`${index} of 30 done`).waitFor();
    }
    for (const index of range(DELIVERED + 1, DELIVERED + ATTEMPTED)) {
      await openDelivery(page, streetOf(index), 'Not delivered');
      await page.getByLabel('Nobody at home').check();
      await confirmDelivery(page);
      await page.getByText('Sorry we missed you').waitFor();
    }
    await expectFits(page, 'card');
    await openDelivery(page, streetOf(DAMAGED), 'Damaged');
    await standThere();
    await takePhoto(page, photo);
    await page.getByLabel('Note').fill('One corner is soaked.');
    await confirmDelivery(page);
    await page.getByText(`${DAMAGED} of 30 done`).waitFor();
  }

  /** From cold: the browser has been closed, and there is no network. */
  async function reopenWithoutNetwork(): Promise<Page> {
    const page = await openPhone();
    await phone?.context.setOffline(true);
    const before = performance.now();
    await page.goto(new URL('/driver', hub.url).href);
    await page.getByText(`${DAMAGED} of 30 done`).waitFor();
    // The target is 2 s. It is printed, not asserted: the time depends on what else the machine
    // does.
    const coldStartMs = Math.round(performance.now() - before);
    process.stdout.write(`cold start without a network: ${coldStartMs} ms\n`);
    await page.getByRole('button', { name: 'End shift' }).waitFor();
    await expectFits(page, 'stops');
    await section(page, 'Queue');
    // 20 proofs and deliveries, 3 attempts, a proof of damage and the damage.
    await page.getByText('To be sent (45)').waitFor();
    await expectFits(page, 'queue');
    await section(page, 'Settings');
    await page.getByRole('combobox').selectOption('de');
    await page.getByRole('heading', { name: 'Optionen' }).waitFor();
    await expectFits(page, 'settings-de');
    await page.getByRole('navigation').getByRole('link', { name: 'Stopps' }).click();
    await page.getByText(`${DAMAGED} von 30 erledigt`).waitFor();
    await expectFits(page, 'stops-de');
    await page.getByRole('navigation').getByRole('link').last().click();
    await page.getByRole('combobox').selectOption('en');
    await openDelivery(page, streetOf(DAMAGED + 1), 'Left with a neighbour');
    expect(await page.getByLabel('Name of the neighbour').inputValue()).toBe('Frau Özil');
    return page;
  }

  const eventually = (check: () => Promise<void>) =>
    expect.poll(() => check().then(() => null, String), { timeout: PATIENCE_MS }).toBeNull();

  const ownCourier = (wanted: object) =>
    eventually(async () =>
      expect(await ask('GET', `/couriers/${courierId}`)).toMatchObject(wanted),
    );

  /** In the order of the stops, whatever the network did. */
  async function expectEvents(): Promise<void> {
    const { data: events } = await ask<{
      data: { type: string; code: string; shipment_id: string; received_at: string; at: string }[];
    }>('GET', `/couriers/${courierId}/events`);
    const statuses = events.filter(({ type }) => type === 'status').toReversed();
    expect(statuses.map(({ shipment_id: id, code }) => [id, code])).toEqual(
      range(1, DAMAGED).map((index) => [parcels[index - 1]?.id, statusOf(index)[0]]),
    );
    expect(statuses.map(({ at }) => at)).toEqual(statuses.map(({ at }) => at).toSorted());
    expect(events.filter(({ type }) => type === 'scan')).toHaveLength(PARCELS);
  }

  function statusOf(index: number): readonly [status: string, subStatus: string | null] {
    if (index <= DELIVERED) return ['delivered', null];
    if (index < DAMAGED) return ['delivery_attempted', 'recipient_unavailable'];
    return index === DAMAGED ? ['exception', 'damaged'] : ['out_for_delivery', null];
  }

  async function expectParcel(index: number): Promise<void> {
    const id = parcels[index - 1]?.id ?? '';
    const [status, subStatus] = statusOf(index);
    await eventually(async () => {
      const shown = await ask<{ events: { status: string }[] }>('GET', `/shipments/${id}`);
      expect(shown).toMatchObject({ status, sub_status: subStatus });
      const wanted = status === 'out_for_delivery' ? [status] : ['out_for_delivery', status];
      expect(shown.events.map((event) => event.status).toSorted()).toEqual(wanted.toSorted());
    });
    const { proofs } = await ask<{ proofs: { files: File[] }[] }>('GET', `/shipments/${id}/proof`);
    if (status === 'out_for_delivery' || status === 'delivery_attempted') {
      expect(proofs).toEqual([]);
      return;
    }
    const isDelivered = status === 'delivered';
    expect(proofs).toMatchObject([
      {
        given_by: 'courier',
        kinds: isDelivered ? ['photo', 'signature', 'name'] : ['photo'],
        received_by: isDelivered ? `Recipient ${index}` : null,
        place: { ...AT, distance_m: 0 },
        signature: isDelivered ? { width: 600, height: 240 } : null,
      },
    ]);
    await expectFiles(proofs[0]?.files ?? [], isDelivered ? ['photo', 'signature'] : ['photo']);
  }

  interface File {
    readonly kind: string;
    readonly url: string;
  }

  /** The merchant can read them, and nobody without a key. */
  async function expectFiles(files: readonly File[], kinds: readonly string[]): Promise<void> {
    expect(files.map(({ kind }) => kind).toSorted()).toEqual(kinds);
    for (const { kind, url } of files) {
      const file = new URL(url, hub.url);
      const answer = await fetch(file, { headers: { authorization: `Bearer ${HUB_TEST_KEY}` } });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (kind === 'photo')
        expect(readJpeg(bytes)).toEqual({ longerEdgePx: 1_600, hasExif: false });
      else expect(Buffer.from(bytes.subarray(1, 4)).toString()).toBe('PNG');
      const stranger = await fetch(file);
      await stranger.body?.cancel();
      expect(stranger.status).toBe(401);
    }
  }

  /** The damage, with what the courier wrote; nothing else needs a case. */
  async function expectCase(): Promise<void> {
    const id = parcels[DAMAGED - 1]?.id ?? '';
    let caseId = '';
    await eventually(async () => {
      const { data: cases } = await ask<{
        data: { id: string; shipment_id: string; kind: string }[];
      }>('GET', '/exceptions?kind=damaged');
      expect(cases).toMatchObject([{ kind: 'damaged', state: 'open', shipment_id: id }]);
      caseId = cases[0]?.id ?? '';
    });
    const found = await ask('GET', `/exceptions/${caseId}`);
    expect(JSON.stringify(found)).toContain('One corner is soaked.');
    const { data: unproved } = await ask<{ data: unknown[] }>(
      'GET',
      '/exceptions?kind=proof_missing',
    );
    expect(unproved).toEqual([]);
  }

  it('continues on another key after the phone was revoked', async () => {
    const page = phone?.page ?? (await openPhone());
    const { data: devices } = await ask<{ data: { id: string }[] }>(
      'GET',
      `/couriers/${courierId}/devices`,
    );
    const revoked = new URL(`/v1/couriers/${courierId}/devices/${devices[0]?.id}`, hub.url);
    const headers = { authorization: `Bearer ${HUB_TEST_KEY}` };
    expect((await fetch(revoked, { method: 'DELETE', headers })).status).toBe(204);

    await openDelivery(page, streetOf(PARCELS), 'Refused');
    await confirmDelivery(page);
    await page.getByText('This phone is signed out').waitFor();
    await section(page, 'Queue');
    await page.getByText('To be sent (1)').waitFor();
    await expectFits(page, 'revoked');

    await enrol(page);
    await page.getByText('Everything sent').waitFor();
    const id = parcels[PARCELS - 1]?.id;
    await eventually(async () =>
      expect(await ask('GET', `/shipments/${id}`)).toMatchObject({
        status: 'delivery_attempted',
        sub_status: 'refused',
      }),
    );
  });
});

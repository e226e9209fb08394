import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { consumeForDeliveries, startMatcher } from '../../src/fleet/deliveries/index.ts';
import { driverAppRoutes } from '../../src/fleet/pages/driver-app/routes.ts';
import { openTestPublic, type TestPublic } from '../../src/http/public/tracking/test-public.ts';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import { openListener } from '../../src/platform/database/listen.ts';
import { createLog } from '../../src/platform/observability/log.ts';
import { createMetrics } from '../../src/platform/observability/metrics.ts';
import { confirmDelivery, expectFits, sign, takePhoto } from '../support/driver-app/app-actions.ts';
import { type EmulatedPhone, openEmulatedPhone } from '../support/driver-app/emulated-phone.ts';
import { photoWithPlace } from '../support/driver-app/photos.ts';
import { OPS_BOOTSTRAP_KEY } from '../support/hubs/ops-hub.ts';
import {
  CHROMIUM,
  closePages,
  DESKTOP,
  DRAWS,
  HAS_CHROMIUM,
  openPage,
  PATIENCE_MS,
  sharedBrowser,
} from './tracking-page-browser.ts';

/**
 * One delivery from the request to the proof, in four browsers: two couriers' phones, the dispatcher's
 * board and the recipient's page. `WAYBILL_SCREENSHOTS=folder` keeps what each of them saw.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** The recipient's map is drawn, by software. */
const soon = (check: () => Promise<unknown>) =>
  vi.waitFor(check, { timeout: PATIENCE_MS, interval: 100 });
const SHOP = { lat: 53.5511, lng: 9.9355 };
const DESTINATION = { lat: 53.5453, lng: 9.9467 };
const BETWEEN = { lat: 53.549, lng: 9.942 };
const WANTED = {
  origin: SHOP,
  origin_address: 'Kleine Freiheit 7, 22767 Hamburg, Germany',
  destination: DESTINATION,
  recipient_name: 'Grace Recipient',
  destination_address: {
    line1: 'Große Elbstraße 68',
    postal_code: '22767',
    city: 'Hamburg',
    country: 'DE',
  },
  package_size: 'small',
  phone: '+4915112345678',
  require_proof: ['photo', 'signature'],
};

describe.skipIf(!HAS_CHROMIUM)('a delivery', { timeout: 600_000 }, () => {
  let folder = '';
  let site: TestPublic;
  let merchant: Caller;
  let browser: Browser;
  const phones: EmulatedPhone[] = [];
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-journey-'));
    browser = await sharedBrowser(DRAWS);
    ends.push(() => closePages(browser));
    site = await openTestPublic({ listens: true, besides: () => driverAppRoutes() });
    ends.push(() => site.close());
    const { hub } = site;
    const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
    await bootstrap(keys, OPS_BOOTSTRAP_KEY);
    merchant = callerOf(hub, (await hub.newKey({ scopes: ['admin'] })).text);
    startWork();
  });
  afterAll(async () => {
    for (const { context } of phones) await context.close();
    for (const end of ends.reverse()) await end();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What looks for couriers in a hub, woken by the database as there. */
  function startWork(): void {
    const { hub } = site;
    const log = createLog({ level: 'silent' });
    const listener = openListener({ url: hub.db.pipeline.options.connectionString ?? '' });
    const metrics = createMetrics({ processMetrics: false });
    const applyCases = async () => {};
    const around = { listener, log, metrics, applyCases, movedTo: () => null };
    const matcher = startMatcher({ ...hub.deliveries, ...around });
    const deps = { ...hub.deliveries, ownCarrier: 'fleet', log, listener };
    const consumer = consumeForDeliveries(deps);
    ends.push(async () => {
      await matcher.stop();
      await consumer.stop();
      await listener.close();
    });
  }

  async function standsAt(courier: string, { lat, lng }: { lat: number; lng: number }) {
    const ts = new Date(site.hub.clock.nowMs()).toISOString();
    const sent = await merchant('POST', '/positions', [{ courier_id: courier, ts, lat, lng }]);
    expect(sent.status, sent.text).toBe(202);
  }

  /** A courier who is on shift, beside the shop, with the app in front. */
  async function atWork(name: string): Promise<{ page: Page; id: string }> {
    const courier = await merchant('POST', '/couriers', { name, vehicle: 'bike' });
    const id = String(courier.body['id']);
    const enrolment = await merchant('POST', `/couriers/${id}/enrolments`);
    const phone = await openEmulatedPhone(join(folder, name));
    phones.push(phone);
    const { page } = phone;
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(String(enrolment.body['url']));
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('button', { name: 'Start shift' }).click();
    await soon(async () =>
      expect((await merchant('GET', `/couriers/${id}`)).body).toMatchObject({ shift: 'on' }),
    );
    await standsAt(id, SHOP);
    return { page, id };
  }

  async function openBoard(): Promise<Page> {
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await page.goto(`${site.hub.url}/console/hub`);
    await page.getByLabel('Key').fill(OPS_BOOTSTRAP_KEY);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.goto(`${site.hub.url}/console/deliveries?of=all`);
    await page.locator('#map-frame:not([hidden])').waitFor();
    return page;
  }

  /** The board looks every five seconds, or when somebody comes back to it. */
  async function boardSays(board: Page, words: RegExp): Promise<void> {
    await soon(async () => {
      await board.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      expect(await board.locator('#map-table').textContent()).toMatch(words);
    });
  }

  async function saved(page: Page, name: string): Promise<void> {
    const shots = process.env['WAYBILL_SCREENSHOTS'];
    if (shots === undefined) return;
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: join(shots, `journey-${name}.png`), fullPage: true });
  }

  /** The page's live stream goes by the test's clock: it goes on until the page shows it. */
  async function recipientSees(page: Page, at: { lat: number; lng: number }): Promise<void> {
    await soon(async () => {
      site.timers.elapse();
      const shown = await page.evaluate(
        () => document.getElementById('courier-frame')?.dataset['at'] ?? null,
      );
      expect(shown).toBe(`${at.lat},${at.lng}`);
    });
  }

  it('is asked for, offered to two, taken by one, fetched, followed and handed over with proof', async () => {
    const board = await openBoard();
    const [ada, ben] = [await atWork('Ada'), await atWork('Ben')];
    const made = await merchant('POST', '/deliveries', WANTED);
    expect(made.status, made.text).toBe(201);
    const { delivery_id: id, shipment_id: shipmentId, tracking_number: number } = made.body;
    const isNow = (wanted: object) =>
      soon(async () =>
        expect((await merchant('GET', `/deliveries/${id}`)).body).toMatchObject(wanted),
      );

    for (const [name, { page }] of [['ada', ada] as const, ['ben', ben] as const]) {
      await page.getByRole('link', { name: 'A delivery for you' }).click();
      await page.getByText('Kleine Freiheit 7').waitFor();
      await page.getByText('22767 Hamburg', { exact: true }).waitFor();
      // Only the courier who accepts sees the address.
      expect(await page.getByText('Elbstraße').count()).toBe(0);
      await saved(page, `1-offered-${name}`);
    }
    await expectFits(ben.page, 'offers');
    await boardSays(
      board,
      new RegExp(`${number}[\\s\\S]*offered[\\s\\S]*(Ada|Ben) [^:]+:[^:]+:[^:]+: not answered`),
    );
    await saved(board, '1-offered-board');

    // Neither as an offer nor among what is near.
    const gone = Promise.all([
      ben.page.getByText('Nobody is asking you at the moment.').waitFor(),
      ben.page.getByText('Nothing near you is waiting').waitFor(),
      ben.page.getByText('Kleine Freiheit 7').waitFor({ state: 'detached' }),
    ]);
    const tapped = performance.now();
    await ada.page.getByRole('button', { name: 'Take it' }).click();
    await gone;
    const goneMs = Math.round(performance.now() - tapped);
    process.stderr.write(`journey: the other phone saw it gone ${goneMs} ms after the tap\n`);
    await saved(ben.page, '2-gone-ben');
    await ada.page.getByRole('link', { name: 'Große Elbstraße 68' }).click();
    await ada.page.getByText('Fetch it here').waitFor();
    await expectFits(ada.page, 'pickup');
    await saved(ada.page, '2-taken-ada');
    await isNow({ phase: 'assigned', courier: { name: 'Ada' } });
    await boardSays(board, /Ada[\s\S]*assigned/);
    await board.getByText('Pause an area').click();
    await board.getByRole('button', { name: 'Use the visible part of the map' }).click();
    await board.getByText(/^From 53\.\d+, 9\.\d+ to 53\.\d+, 9\.\d+$/).waitFor();
    await saved(board, '2-assigned-board');

    await ada.page.getByRole('button', { name: 'I have it' }).click();
    await ada.page.getByRole('heading', { name: 'Fetch it here' }).waitFor({ state: 'detached' });
    await isNow({ phase: 'picked_up', status: 'out_for_delivery' });
    await boardSays(board, /Ada[\s\S]*out for delivery/);
    await saved(ada.page, '3-fetched-ada');

    const recipient = await openPage(browser);
    site.hub.clock.advance(60_000);
    await standsAt(ada.id, SHOP);
    const link = `/track/fleet/${number}?t=${site.token(String(shipmentId), {}, WANTED.phone)}`;
    await recipient.page.goto(`${site.hub.url}${link}`);
    await recipientSees(recipient.page, SHOP);
    await saved(recipient.page, '3-followed-recipient');
    for (const place of [BETWEEN, DESTINATION]) {
      site.hub.clock.advance(180_000);
      await standsAt(ada.id, place);
      await recipientSees(recipient.page, place);
    }
    await saved(recipient.page, '4-near-recipient');
    await isNow({ phase: 'arriving' });

    site.hub.clock.advance(60_000);
    await ada.page.getByRole('link', { name: 'Delivered', exact: true }).click();
    await ada.page.locator('form.door').waitFor();
    await saved(ada.page, '5-door-ada');
    await takePhoto(ada.page, await photoWithPlace(ada.page));
    await sign(ada.page);
    await confirmDelivery(ada.page);
    await isNow({ phase: 'delivered', status: 'delivered', courier: { name: 'Ada' } });
    const proofs = await merchant('GET', `/shipments/${shipmentId}/proof`);
    expect(proofs.text).toContain('photo');
    expect(proofs.text).toContain('signature');
    await boardSays(board, new RegExp(`Done[\\s\\S]*delivered[\\s\\S]*${number}`));
    await board.goto(`${site.hub.url}/console/deliveries/${id}`);
    for (const step of ['Ordered', 'Couriers were asked', 'A courier accepted it']) {
      await board.getByRole('listitem').filter({ hasText: step }).first().waitFor();
    }
    await saved(board, '6-why-board');
    await soon(async () => {
      await recipient.page.reload();
      expect(await recipient.page.locator('h1').textContent()).toMatch(/delivered/i);
    });
    await saved(recipient.page, '6-delivered-recipient');
    expect(phones.map(({ complaints }) => complaints)).toEqual([[], []]);
    expect(recipient.complaints).toEqual([]);
  });
});

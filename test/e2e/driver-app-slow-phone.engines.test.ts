import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeHub } from '../../src/fleet/driver/test-fake-hub.ts';
import { dayOf } from '../support/driver-app/day.ts';
import { type EmulatedPhone, openEmulatedPhone } from '../support/driver-app/emulated-phone.ts';
import { type FakeServer, serveDriverApp } from '../support/driver-app/fake-server.ts';
import { photoWithPlace, readJpeg } from '../support/driver-app/photos.ts';
import { holdDisk, releaseDisk, withSlowDisk } from '../support/driver-app/slow-disk.ts';
import { CHROMIUM, HAS_CHROMIUM } from './tracking-page-browser.ts';

/**
 * A cheap phone stores slowly, and its courier is faster: the app must never change the screen
 * unexpectedly.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

describe.skipIf(!HAS_CHROMIUM)('the driver’s app on a slow phone', { timeout: 240_000 }, () => {
  let folder = '';
  let hub: FakeHub;
  let server: FakeServer;
  let phone: EmulatedPhone;
  let page: Page;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-slow-phone-'));
    hub = new FakeHub();
    hub.route = dayOf(3);
    server = await serveDriverApp(hub);
    phone = await openEmulatedPhone(join(folder, 'profile'));
    page = phone.page;
    await withSlowDisk(phone.context);
    await page.goto(`${server.url}/driver#enrol=GOOD`);
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByText('0 of 3 done').waitFor();
  });
  afterEach(async () => {
    await phone?.context.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const heading = () => page.getByRole('heading', { level: 1 }).textContent();
  const openStop = async (index: number) => {
    await page.getByRole('navigation').getByRole('link', { name: 'Stops' }).click();
    await page.locator('ol.stops').getByRole('link').nth(index).click();
    await page.locator('.outcomes').waitFor();
  };
  async function openDelivery(index: number, outcome: string): Promise<void> {
    await openStop(index);
    await page.getByRole('link', { name: outcome, exact: true }).click();
    await page.locator('form.door').waitFor();
  }
  /** The statuses that reached the hub; waits for them. */
  const expectConfirmed = (...statuses: readonly string[]) =>
    expect
      .poll(() =>
        hub.effects.flatMap(({ content: { type, status } }) => (type === 'status' ? [status] : [])),
      )
      .toEqual(statuses);

  it('leaves the courier on the screen she opened while the previous stop was being stored', async () => {
    await openDelivery(0, 'Not delivered');
    await page.getByLabel('Nobody at home').check();
    await holdDisk(page);
    await page.getByRole('button', { name: 'Confirm attempt' }).click();
    await page.getByRole('button', { name: 'Saving' }).waitFor();
    await openStop(1);
    expect(await heading()).toBe('Stop 2');
    await releaseDisk(page);
    await page.getByText('Saved.').waitFor();
    await expectConfirmed('delivery_attempted');
    expect(await heading()).toBe('Stop 2');
    expect(phone.complaints).toEqual([]);
  });

  it('announces for each stop that it is saved, even with the same text as before', async () => {
    for (const done of [1, 2]) {
      await openDelivery(0, 'Refused');
      const [before = null] = await page.locator('.announced p').elementHandles();
      await page.getByRole('button', { name: 'Confirm refusal' }).click();
      await page.getByText(`${done} of 3 done`).waitFor();
      await page.getByText('Saved.').waitFor();
      const after = await page.locator('.announced p').elementHandle();
      expect(await page.evaluate(([a, b]) => a === b, [before, after])).toBe(false);
    }
  });

  it('does not record a stop twice when it is opened again while it is stored', async () => {
    await openDelivery(0, 'Delivered');
    await page.getByLabel('Who took it?').fill('Kim');
    await holdDisk(page);
    await page.getByRole('button', { name: 'Confirm delivery' }).click();
    await page.getByRole('button', { name: 'Saving' }).waitFor();
    await page.getByRole('link', { name: 'Back' }).click();
    await page.getByRole('link', { name: 'Delivered', exact: true }).click();
    await page.getByRole('heading', { name: 'Delivered' }).waitFor();
    expect(await page.locator('form.door').count()).toBe(0);
    await releaseDisk(page);
    await page.getByText('Nothing left to do here.').waitFor();
    await expectConfirmed('delivered');
  });

  it('includes a photo that is still being resized, and the one after it', async () => {
    await openDelivery(0, 'Delivered');
    const photo = await photoWithPlace(page);
    await page.evaluate(() => {
      const { createImageBitmap: own } = globalThis;
      const held = new Promise<void>((resolve) => {
        Object.assign(globalThis, { goOn: resolve });
      });
      Object.assign(globalThis, {
        createImageBitmap: async (...given: Parameters<typeof own>) => {
          await held;
          return own(...given);
        },
      });
    });
    const file = { name: 'door.jpg', mimeType: 'image/jpeg', buffer: photo };
    const confirm = page.getByRole('button', { name: 'Confirm delivery' });
    await page.setInputFiles('input[type=file]', file);
    await page.setInputFiles('input[type=file]', file);
    await page.getByText('Preparing the photo').waitFor();
    expect(await confirm.isDisabled()).toBe(true);
    await page.evaluate(() => (globalThis as object as { goOn(): void }).goOn());
    await page.locator('.photo img').nth(1).waitFor();
    await confirm.click();
    await expectConfirmed('delivered');
    const [proof] = hub.requests.filter(({ url }) => url.endsWith('/proofs'));
    const photos = proof?.form?.flatMap((part) => ('file' in part ? [part.file] : [])) ?? [];
    // Resized before they leave the phone, and without the file's location.
    expect(photos.map((each) => ('bytes' in each ? readJpeg(each.bytes) : null))).toEqual([
      { longerEdgePx: 1_600, hasExif: false },
      { longerEdgePx: 1_600, hasExif: false },
    ]);
  });

  it('starts a new version only when everything is stored', async () => {
    await page.evaluate(() => navigator.serviceWorker.ready);
    await openDelivery(0, 'Refused');
    await holdDisk(page);
    await page.getByRole('button', { name: 'Confirm refusal' }).click();
    await page.getByRole('button', { name: 'Saving' }).waitFor();
    server.publishNewVersion();
    await page.evaluate(async () => {
      const { serviceWorker } = navigator;
      const changed = new Promise<void>((resolve) => {
        serviceWorker.addEventListener('controllerchange', () => resolve());
      });
      const registration = await serviceWorker.ready;
      await registration.update();
      location.hash = '#/settings';
      await changed;
    });
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await releaseDisk(page);
    await page.getByRole('navigation').getByRole('link', { name: 'Stops' }).click();
    await page.getByText('Stops of today').waitFor();
    await page.getByText('1 of 3 done').waitFor();
    await expectConfirmed('delivery_attempted');
  });
});

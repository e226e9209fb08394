import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FakeHub, problem } from '../../src/fleet/driver/test-fake-hub.ts';
import { dayOf } from '../support/driver-app/day.ts';
import { draftStored } from '../support/driver-app/drafts.ts';
import { openEmulatedPhone } from '../support/driver-app/emulated-phone.ts';
import { type FakeServer, serveDriverApp } from '../support/driver-app/fake-server.ts';
import { CHROMIUM, HAS_CHROMIUM } from './tracking-page-browser.ts';

/**
 * The app as a page: loading, storing and updating. The hub is in memory;
 * driver-app-hub.engines.test.ts covers a whole day against a real one.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const FIRST_LOAD_BYTES_MAX = 200_000;

describe.skipIf(!HAS_CHROMIUM)('the driver’s app', { timeout: 480_000 }, () => {
  let folder = '';
  let hub: FakeHub;
  let server: FakeServer;
  let phone: BrowserContext | null = null;
  let complaints: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-driver-'));
    hub = new FakeHub();
    server = await serveDriverApp(hub);
  });
  afterEach(async () => {
    await phone?.close();
    phone = null;
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The same name means the same phone, with its stored data. */
  async function openPhone(name: string): Promise<Page> {
    const opened = await openEmulatedPhone(join(folder, name));
    phone = opened.context;
    complaints = opened.complaints;
    return opened.page;
  }

  async function openDelivery(page: Page, index: number, outcome: string): Promise<void> {
    await page.goto(`${server.url}/driver#/stop/sto_${String(index).padStart(32, '0')}`);
    await page.getByRole('link', { name: outcome, exact: true }).click();
    await page.locator('form.door').waitFor();
  }

  /**
   * The barcode reader, for browsers without one, is loaded last and is not part of the first
   * load.
   */
  async function readerLoaded(page: Page): Promise<void> {
    await page.waitForFunction(() => {
      const names = performance.getEntriesByType('resource').map(({ name }) => name);
      return ['.wasm', 'wasm-reader'].every((part) => names.some((name) => name.includes(part)));
    });
  }

  it('is small on the first load, and available offline from then on', async () => {
    hub.route = dayOf(3);
    let page = await openPhone('a small phone');
    await page.goto(`${server.url}/driver#enrol=GOOD`);
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByText('0 of 3 done').waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready);
    expect(server.bytesSent()).toBeLessThan(FIRST_LOAD_BYTES_MAX);
    await readerLoaded(page);
    await phone?.close();

    page = await openPhone('a small phone');
    await phone?.setOffline(true);
    await page.goto(`${server.url}/driver`);
    await page.getByText('0 of 3 done').waitFor();
    expect(complaints).toEqual([]);
  });

  it('installs a new version only when no form is half filled in, and keeps its queue', async () => {
    hub.route = dayOf(3);
    const page = await openPhone('an upgrade');
    await page.goto(`${server.url}/driver#enrol=GOOD`);
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByText('0 of 3 done').waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready);
    const version = () =>
      page.evaluate(
        () => JSON.parse(document.getElementById('config')?.textContent ?? '{}').version as string,
      );
    const first = await version();
    hub.instead = ({ method }) => (method === 'POST' ? problem(503, 'overloaded', 'Busy.') : null);
    await page.getByRole('button', { name: /(Start|End) shift/ }).click();
    await page.getByText('1 to send').waitFor();
    await openDelivery(page, 1, 'Delivered');
    await page.getByLabel('Who took it?').fill('Kim');
    await draftStored(page, 'Kim');

    // The hub is upgraded meanwhile.
    server.publishNewVersion();
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update();
      const worker = registration.installing ?? registration.waiting;
      await new Promise<void>((resolve) => {
        if (worker === null || worker.state === 'installed') resolve();
        else worker.addEventListener('statechange', () => resolve());
      });
    });
    expect(await version()).toBe(first);
    expect(await page.getByLabel('Who took it?').inputValue()).toBe('Kim');

    await page.goto(`${server.url}/driver#/stops`);
    await page.getByText('Stops of today').waitFor();
    expect(await version()).not.toBe(first);
    await page.getByText('1 to send').waitFor();
    await openDelivery(page, 1, 'Delivered');
    expect(await page.getByLabel('Who took it?').inputValue()).toBe('Kim');
    hub.instead = null;
    expect(complaints).toEqual([]);
  });

  it('is installable, and is denied what other pages are denied', async () => {
    const page = await fetch(`${server.url}/driver`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).toContain("default-src 'none'");
    expect(page.headers.get('permissions-policy')).toContain('camera=(self)');
    const manifest = await (await fetch(`${server.url}/driver/_/manifest.webmanifest`)).json();
    expect(manifest).toMatchObject({
      start_url: '/driver',
      scope: '/driver',
      display: 'standalone',
    });
    for (const { src } of manifest.icons) {
      const icon = await fetch(server.url + src);
      expect(icon.headers.get('cache-control')).toContain('immutable');
      expect(
        Buffer.from(await icon.arrayBuffer())
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG');
    }
    const worker = await fetch(`${server.url}/driver/_/service-worker.js`);
    expect(worker.headers.get('service-worker-allowed')).toBe('/driver');
    expect(worker.headers.get('cache-control')).toBe('no-cache');
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Driver from '../../src/fleet/driver/index.ts';
import { FakeHub } from '../../src/fleet/driver/test-fake-hub.ts';
import { PROJECT_ROOT } from '../../src/platform/settings/yaml-settings.ts';
import { openEmulatedPhone } from '../support/driver-app/emulated-phone.ts';
import { type FakeServer, serveDriverApp } from '../support/driver-app/fake-server.ts';
import { CHROMIUM, HAS_CHROMIUM } from './tracking-page-browser.ts';

/** `waybill/driver` on a real IndexedDB: a long day offline, and a browser that is closed. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const STOPS = 200;
/** As large as the app makes them. */
const PHOTO_BYTES = 250_000;

/** What the page gets. */
interface Given {
  readonly driver: typeof Driver;
  readonly session: Driver.Session;
}

describe.skipIf(!HAS_CHROMIUM)('the queue in a browser', { timeout: 180_000 }, () => {
  let folder = '';
  let module = '';
  let hub: FakeHub;
  let server: FakeServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-queue-'));
    hub = new FakeHub();
    server = await serveDriverApp(hub);
    const { outputFiles } = await build({
      entryPoints: [join(PROJECT_ROOT, 'src/fleet/driver/index.ts')],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'driver',
      footer: { js: 'globalThis.driver = driver;' },
    });
    module = outputFiles[0]?.text ?? '';
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A page without the app, so that only the module runs. */
  async function open(page: Page): Promise<void> {
    await page.goto(`${server.url}/driver/_/manifest.webmanifest`);
    await page.evaluate(module);
    await page.evaluate(async () => {
      const given = globalThis as object as { driver: Given['driver']; session: Given['session'] };
      const { driver } = given;
      const timer = {
        set: (work: () => void, ms: number) => setTimeout(work, ms),
        clear: (handle: unknown) => clearTimeout(handle as number),
      };
      const opened = driver.openDriver({
        storage: await driver.indexedDbStorage(indexedDB, IDBKeyRange),
        transport: driver.fetchTransport((url, init) => fetch(url, init), timer),
        now: () => performance.timeOrigin + performance.now(),
        newId: () => crypto.randomUUID(),
        random: () => 0,
        timer,
      });
      const [known] = await opened.enrolments();
      if (known === undefined) {
        const device = { name: 'a phone' };
        await opened.enrol({ hub: location.origin, code: 'GOOD', device });
      }
      const [enrolment] = await opened.enrolments();
      given.session = await opened.open(enrolment?.courier.id ?? '');
    });
  }

  it(`keeps ${STOPS} deliveries with a photo each, and sends each once`, async () => {
    const profile = join(folder, 'profile');
    const first = await openEmulatedPhone(profile);
    await open(first.page);
    await first.context.setOffline(true);
    const offline = await first.page.evaluate(
      async ([stops, bytes]) => {
        const { session } = globalThis as object as Given;
        for (let index = 1; index <= stops; index += 1) {
          const photo = { type: 'image/jpeg', bytes: new Uint8Array(bytes).fill(index) };
          await session.record([
            { proof: { shipment_ids: [`stop ${index}`], photos: [photo] } },
            { event: { type: 'status', shipment_id: `stop ${index}`, status: 'delivered' } },
          ]);
        }
        // A request still in progress would reach the hub when the closing browser ends the
        // emulation.
        const { kind } = await session.flush();
        session.stop();
        return kind;
      },
      [STOPS, PHOTO_BYTES] as const,
    );
    expect(offline).toBe('later');
    await first.context.close();
    expect(hub.effects).toEqual([]);

    const next = await openEmulatedPhone(profile);
    await open(next.page);
    const openedMs = await next.page.evaluate(async (waiting) => {
      const { session } = globalThis as object as Given;
      const before = performance.now();
      const snapshot = await session.snapshot();
      if (snapshot.waiting.length !== waiting) throw new Error(`${snapshot.waiting.length} wait`);
      return performance.now() - before;
    }, STOPS * 2);
    process.stdout.write(`${STOPS} stops with photos opened in ${Math.round(openedMs)} ms\n`);
    const state = await next.page.evaluate(async () => {
      const { session } = globalThis as object as Given;
      return (await session.flush()).kind;
    });
    expect(state).toBe('idle');
    await next.context.close();
    expect(hub.effects).toHaveLength(STOPS * 2);
    for (const [index, { kind, content }] of hub.effects.entries()) {
      const stop = Math.floor(index / 2) + 1;
      if (kind === 'event') {
        expect(content).toMatchObject({ shipment_id: `stop ${stop}`, status: 'delivered' });
        continue;
      }
      const { bytes } = content['photo'] as { bytes: Uint8Array };
      expect([content['shipment_ids'], bytes.length, bytes[0]]).toEqual([
        `stop ${stop}`,
        PHOTO_BYTES,
        stop % 256,
      ]);
    }
  });
});

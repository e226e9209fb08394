import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  callApi,
  isAtWork,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { freePort } from '../support/own-servers.ts';
import { hasVarnish, startVarnish, type Varnish } from '../support/varnish.ts';

/** A real shared cache in front of a real hub, configured as in docs/operators.md. */
const VCL = fileURLToPath(new URL('../../examples/shared-cache/varnish.vcl', import.meta.url));
/** Far longer than a purge takes on a busy machine, far shorter than an answer's own expiry. */
const LAG_MS_MAX = 60_000;

const installed = hasVarnish();
if (!installed)
  process.stderr.write(
    '\n!!! skipped: a shared cache; no varnishd on the PATH (apt-get install varnish)\n',
  );

describe.skipIf(!installed)('a shared cache in front of the hub', () => {
  let data: string;
  let hub: RunningHub;
  let varnish: Varnish;
  let cache: string;
  beforeAll(async () => {
    data = newDataFolder();
    const port = await freePort();
    cache = `http://127.0.0.1:${port}`;
    const list = join(data, 'caches.yaml');
    writeFileSync(list, `purgers:\n  - { type: http, url: "${cache}/" }\n`);
    hub = await startHub(data, { WAYBILL_CACHE_PURGE: list, WAYBILL_SANDBOX: 'off' });
    varnish = await startVarnish(VCL, port, hub.url.port);
    await vi.waitFor(async () => expect(await isAtWork(hub)).toBe(true), { timeout: 30_000 });
  });
  afterAll(async () => {
    await varnish?.stop();
    await hub?.stop();
    removeDataFolder(data);
  });

  const json = { headers: { accept: 'application/json' } };

  async function statusBy(path: string): Promise<{ status: string; how: string | null }> {
    const answer = await fetch(cache + path, json);
    const { status } = (await answer.json()) as { status: string };
    return { status, how: answer.headers.get('x-cache') };
  }

  test('serves from memory, and shows changes at once', async () => {
    const number = '920241085725456';
    const paths = [`/track/${number}`, `/v1/track/${number}`, `/track/fedex/${number}`];
    const { id } = await callApi<{ id: string }>(hub.url, 'POST', '/v1/shipments', {
      carrier: 'fedex',
      tracking_number: number,
    });
    for (const path of paths) {
      await statusBy(path);
      // The purges of the registration itself may still be in flight.
      await expect.poll(() => statusBy(path)).toEqual({ status: 'created', how: 'hit' });
    }
    const page = await fetch(cache + paths[0], { headers: { accept: 'text/html' } });
    expect(page.headers.get('cache-control')).toContain('s-maxage=300');
    expect(page.headers.get('cache-tag')).toBeNull();

    const moves = ['picked_up', 'in_transit', 'at_facility', 'out_for_delivery', 'delivered'];
    for (const status of moves) {
      await callApi(hub.url, 'POST', `/v1/shipments/${id}/status`, { status });
      for (const path of paths) {
        await expect
          .poll(async () => (await statusBy(path)).status, { timeout: LAG_MS_MAX, interval: 20 })
          .toBe(status);
      }
    }
    // And they are cached again.
    for (const path of paths) {
      await expect
        .poll(() => statusBy(path), { timeout: LAG_MS_MAX })
        .toEqual({ status: 'delivered', how: 'hit' });
    }
  });

  test('does not cache an old answer after the purge for it', async () => {
    const number = '920241085725457';
    const { id } = await callApi<{ id: string }>(hub.url, 'POST', '/v1/shipments', {
      carrier: 'fedex',
      tracking_number: number,
    });
    const path = `/track/${number}`;
    // Readers who never stop: answers are always on their way into the cache during a purge.
    let stop = false;
    const reader = async () => {
      while (!stop) await statusBy(path);
    };
    const readers = Promise.all([reader(), reader(), reader()]);
    for (const status of ['picked_up', 'in_transit', 'out_for_delivery']) {
      await callApi(hub.url, 'POST', `/v1/shipments/${id}/status`, { status });
    }
    await expect
      .poll(async () => (await statusBy(path)).status, { timeout: LAG_MS_MAX, interval: 20 })
      .toBe('out_for_delivery');
    stop = true;
    await readers;
  });

  test('shows a merchant’s new branding on cached pages', async () => {
    const number = '920241085725458';
    await callApi(hub.url, 'POST', '/v1/shipments', { carrier: 'fedex', tracking_number: number });
    const html = { headers: { accept: 'text/html' } };
    const page = async () => {
      const answer = await fetch(`${cache}/track/${number}`, html);
      return { text: await answer.text(), how: answer.headers.get('x-cache') };
    };
    await page();
    await expect.poll(async () => (await page()).how).toBe('hit');
    for (const name of ['Northwind Outfitters', 'Southwind Outfitters']) {
      await callApi(hub.url, 'PUT', '/v1/branding', { name });
      await expect
        .poll(async () => (await page()).text.includes(name), { timeout: LAG_MS_MAX, interval: 50 })
        .toBe(true);
    }
  });

  test('accepts a purge from the hub only by its tag', async () => {
    expect((await fetch(cache, { method: 'PURGE' })).status).toBe(400);
  });
});

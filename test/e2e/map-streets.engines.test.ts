import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  openTestPublic,
  TEST_READER,
  type TestPublic,
} from '../../src/http/public/tracking/test-public.ts';
import { callerOf } from '../../src/http/testing/test-client.ts';
import { newDriver } from '../../src/http/testing/test-driver.ts';
import {
  CHROMIUM,
  closePages,
  DRAWS,
  HAS_CHROMIUM,
  openPage,
  PATIENCE_MS,
  sharedBrowser,
} from './tracking-page-browser.ts';

/** The map of the tracking page with streets from the configured site, and no other. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** A single-colour image, 1 px. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkqPpfDwAEOgHPoQpHZgAAAABJRU5ErkJggg==',
  'base64',
);
const GROUND = [210, 240, 220] as const;
const STREET = [230, 120, 20] as const;
const FOREIGN = [10, 10, 240] as const;
const cssOf = (colour: readonly number[]) => `rgb(${colour.join()})`;

interface Site {
  readonly origin: string;
  readonly requests: string[];
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A map server beside the hub. */
async function serve(answer: (path: string, response: ServerResponse) => void): Promise<Site> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.setHeader('access-control-allow-origin', '*');
    answer(request.url ?? '', response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ends.push(() => server.close());
  return { requests, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A page with a map of streets, of a parcel that is out for delivery. */
async function openMap(
  map: { readonly style: string; readonly credit: string | null } | null,
  place = { lat: 53.55, lng: 9.95 },
  options: Parameters<typeof openPage>[1] = {},
) {
  const site: TestPublic = await openTestPublic({ map });
  ends.push(() => site.close());
  const browser: Browser = await sharedBrowser(DRAWS);
  ends.push(() => closePages(browser));
  const call = callerOf(site.hub, (await site.hub.newKey()).text);
  const ada = await newDriver(site.hub, call, 'Ada Lovelace');
  const made = await call('POST', '/shipments', {
    carrier: 'fleet',
    destination: { line1: 'Street 1', postal_code: '22767', city: 'Hamburg', country: 'DE' },
    recipient: { email: TEST_READER },
  });
  const { id, tracking_number: number } = made.body;
  await ada.call('POST', '/driver/shift', { shift: 'on' });
  await call('PUT', `/couriers/${ada.id}/route`, { parcels: [{ shipment_id: id }] });
  site.hub.clock.advance(1_000);
  const at = new Date(site.hub.clock.nowMs()).toISOString();
  const load = { id: 'e-1', type: 'scan', at, tracking_number: number, code: 'LOAD' };
  await ada.call('POST', '/driver/events', [load]);
  await site.hub.settled();
  await ada.call('POST', '/driver/positions', [{ ts: at, ...place }]);
  const opened = await openPage(browser, options);
  const path = `/track/fleet/${number}`;
  const answer = await opened.page.goto(
    `${site.hub.url}${path}?t=${site.token(String(id))}&lang=en`,
  );
  const policy = answer?.headers()['content-security-policy'] ?? '';
  const credit = opened.page.locator('#courier-frame .credit:not([hidden])');
  return { ...opened, site, path, policy, credit };
}

/** Shares of the map's picture that have these colours, nearly. */
async function coloursOf(
  picture: Buffer,
  wanted: readonly (readonly number[])[],
): Promise<number[]> {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const counts = wanted.map(() => 0);
  for (let at = 0; at < data.length; at += info.channels) {
    for (const [index, colour] of wanted.entries()) {
      const isLike = colour.every((each, part) => Math.abs((data[at + part] ?? 0) - each) < 12);
      if (isLike) counts[index] = (counts[index] ?? 0) + 1;
    }
  }
  return counts.map((count) => count / (info.width * info.height));
}

/** A varint in protocol buffers' encoding. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}
const field = (index: number, bytes: readonly number[]) => [
  ...varint((index << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];
const number = (index: number, value: number) => [...varint(index << 3), ...varint(value)];

/** A vector tile (Mapbox Vector Tile 2.1) with streets straight from west to east, one in any picture. */
function streetTile(): Buffer {
  const [moveTo, lineTo] = [(1 << 3) | 1, (1 << 3) | 2];
  const zigzag = (value: number) => (value << 1) ^ (value >> 31);
  // Each point is encoded relative to the previous one.
  const geometry = Array.from({ length: 8 }, (_, index) => [
    ...[moveTo, zigzag(index === 0 ? 0 : -4_096), zigzag(index === 0 ? 256 : 512)],
    ...[lineTo, zigzag(4_096), zigzag(0)],
  ]).flat();
  const LINE = 2;
  const feature = [...number(3, LINE), ...field(4, geometry.flatMap(varint))];
  const name = [...Buffer.from('streets')];
  const layer = [...field(1, name), ...field(2, feature), ...number(5, 4_096), ...number(15, 2)];
  return Buffer.from(field(3, layer));
}

/** What tests read of a drawn map. */
interface DrawnMap {
  queryRenderedFeatures(query: object): { properties: Record<string, unknown> }[];
  getStyle(): { layers: { id: string; source?: string; type: string }[] };
}

describe.skipIf(!HAS_CHROMIUM)('the map with streets', () => {
  it.each(['light', 'dark'] as const)(
    'draws a city from the hub’s own file: %s',
    async (scheme) => {
      const vaduz = { lat: 47.1405, lng: 9.5209 };
      const options = { colorScheme: scheme, locale: 'de' };
      const { page, policy, credit, complaints, requests, site } = await openMap(
        null,
        vaduz,
        options,
      );
      expect(policy).toContain("connect-src 'self';");
      await page.locator(`#courier-frame[data-drawn=${scheme}]`).waitFor();
      const names = await page.waitForFunction(() => {
        const frame = document.getElementById('courier-frame');
        const map: DrawnMap = Object.getOwnPropertyDescriptor(frame ?? {}, 'map')?.value;
        const ids = map.getStyle().layers.filter(({ source }) => source === 'streets');
        const drawn = (type: string) =>
          map.queryRenderedFeatures({
            layers: ids.filter((layer) => layer.type === type).map(({ id }) => id),
          });
        const [roads, labels] = ['line', 'symbol'].map((type) =>
          drawn(type).map(({ properties }) => properties['name']),
        );
        return labels?.includes('Vaduz') ? roads : null;
      });
      expect(await names.jsonValue()).toContain('Äulestrasse');
      await credit.waitFor();
      expect(await credit.textContent()).toBe('© OpenStreetMap contributors');
      const elsewhere = requests.filter(({ url }) => !url.startsWith(site.hub.url));
      expect(elsewhere).toEqual([]);
      expect(complaints).toEqual([]);
      const folder = process.env['WAYBILL_SCREENSHOTS'];
      if (folder) await page.screenshot({ path: `${folder}/courier-map-city-${scheme}.png` });
    },
  );

  it('draws pictures from the configured site only, on personal pages only', async () => {
    const tiles = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'image/png' }).end(PIXEL);
    });
    const { origin, requests } = tiles;
    const style = `${origin}/{z}/{x}/{y}.png`;
    const { site, path, policy, credit, complaints } = await openMap({
      style,
      credit: '© <b>Street</b> people',
    });
    expect(policy).toContain(`connect-src 'self' ${origin};`);
    await credit.waitFor();
    expect(await credit.textContent()).toBe('© Street people');
    await vi.waitFor(() => expect(requests.length).toBeGreaterThan(0), { timeout: PATIENCE_MS });
    expect(requests.every((url) => /^\/\d+\/\d+\/\d+\.png$/.test(url))).toBe(true);
    expect(complaints).toEqual([]);
    const open = await site.call('GET', path, undefined, { accept: 'text/html' });
    expect(open.headers.get('content-security-policy')).not.toContain(origin);
  });

  it('draws a style’s vector tiles, and requests nothing from other sites', async () => {
    const tile = streetTile();
    const foreign = await serve((_, response) => response.end(tile));
    const maps = await serve((path, response) => {
      if (path === '/style.json') {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(styleOf(maps.origin, foreign.origin)));
      } else if (/^\/tiles\/\d+\/\d+\/\d+\.pbf$/.test(path)) {
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(tile);
      } else response.writeHead(404).end();
    });
    const { page, policy, credit, complaints } = await openMap({
      style: `${maps.origin}/style.json`,
      credit: null,
    });
    expect(policy).toContain(`connect-src 'self' ${maps.origin};`);
    expect(policy).not.toContain(foreign.origin);
    await credit.waitFor();
    expect(await credit.textContent()).toBe('© Own streets');
    const map = page.locator('#courier-frame .map');
    await vi.waitFor(
      async () => {
        const shares = await coloursOf(await map.screenshot(), [GROUND, STREET, FOREIGN]);
        expect(shares[0]).toBeGreaterThan(0.5);
        expect(shares[1]).toBeGreaterThan(0.005);
        expect(shares[2]).toBe(0);
      },
      { timeout: PATIENCE_MS, interval: 500 },
    );
    expect(maps.requests[0]).toBe('/style.json');
    expect(maps.requests.filter((path) => path.startsWith('/tiles/')).length).toBeGreaterThan(0);
    expect(foreign.requests).toEqual([]);
    // The browser reports what the policy blocked, and nothing else.
    expect(complaints.filter((text) => !text.includes(foreign.origin))).toEqual([]);
    const folder = process.env['WAYBILL_SCREENSHOTS'];
    if (folder) await page.screenshot({ path: `${folder}/courier-map-vector-style.png` });
  });
});

function styleOf(origin: string, foreign: string) {
  const vector = (at: string, attribution: string) => ({
    type: 'vector',
    attribution,
    maxzoom: 14,
    tiles: [`${at}/tiles/{z}/{x}/{y}.pbf`],
  });
  const line = (id: string, colour: readonly number[]) => ({
    id,
    type: 'line',
    source: id,
    'source-layer': 'streets',
    paint: { 'line-color': cssOf(colour), 'line-width': 8 },
  });
  return {
    version: 8,
    sources: { own: vector(origin, '© Own streets'), foreign: vector(foreign, '') },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': cssOf(GROUND) } },
      ...[line('own', STREET), line('foreign', FOREIGN)],
    ],
  };
}

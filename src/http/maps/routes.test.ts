import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shippedFile } from '../../platform/shipped.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';
import { loadMapAssets, type MapAssets } from './map-assets.ts';
import { openTileArchive } from './tile-archive.ts';

const CITY = shippedFile('config/maps/liechtenstein.pmtiles');
const bytes = readFileSync(CITY);
const { fileName } = openTileArchive(CITY);

let hub: TestHub;
let assets: MapAssets;
beforeAll(async () => {
  assets = loadMapAssets(null);
  hub = await createTestHub();
});
afterAll(() => hub?.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(hub.url + path, { headers });

it('serves parts of the tiles’ file, uncompressed and for ever', async () => {
  const part = await get(`/maps/${fileName}`, { range: 'bytes=127-1126' });
  expect(part.status).toBe(206);
  expect(Object.fromEntries(part.headers)).toMatchObject({
    'content-type': 'application/vnd.pmtiles',
    'content-length': '1000',
    'content-range': `bytes 127-1126/${bytes.length}`,
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=31536000, immutable',
    etag: `"${fileName}"`,
  });
  expect(part.headers.has('content-encoding')).toBe(false);
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(127, 1127))).toBe(true);

  const all = await get(`/maps/${fileName}`);
  expect([all.status, (await all.arrayBuffer()).byteLength]).toEqual([200, bytes.length]);
  const outside = await get(`/maps/${fileName}`, { range: `bytes=${bytes.length}-` });
  expect([outside.status, outside.headers.get('content-range')]).toEqual([
    416,
    `bytes */${bytes.length}`,
  ]);
});

it('serves everything that its styles and pages name, and nothing else', async () => {
  const urls = [assets.scriptUrl, assets.libraryUrl, assets.workerUrl];
  for (const url of Object.values(assets.styleUrls)) {
    const style = await (await get(url)).text();
    urls.push(
      url,
      ...[...style.matchAll(/"(?:pmtiles:\/\/)?(\/maps\/[^"]+)"/g)].map(([, at = '']) => at),
    );
  }
  expect(new Set(urls).size).toBe(8);
  for (const url of urls) expect([url, (await get(url)).status]).toEqual([url, 200]);
  for (const name of ['world.pmtiles', '..%2Fmaps%2Fworld.pmtiles', 'map.js']) {
    expect((await get(`/maps/${name}`)).status).toBe(404);
  }
});

it('refuses a file that is no PMTiles file with vector tiles', () => {
  const script = shippedFile('config/maps/liechtenstein-roads.json');
  expect(() => openTileArchive(script)).toThrow(/roads\.json: expected a PMTiles file/);
});

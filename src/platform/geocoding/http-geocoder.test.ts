import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../net/http-client.ts';
import {
  type RecordedAnswer,
  type RecordedServer,
  recordedServer,
} from '../net/test-recorded-server.ts';
import type { GeocodingServer } from '../settings/map-servers.ts';
import type { SoughtAddress } from './address.ts';
import { httpGeocoder } from './http-geocoder.ts';

const ADDRESS: SoughtAddress = {
  lines: ['Städtle 49', 'Hinterhaus'],
  postalCode: '9490',
  city: 'Vaduz',
  region: null,
  country: 'LI',
};

const open: RecordedServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function asking(
  engine: GeocodingServer['engine'],
  answerTo: () => RecordedAnswer | null,
  timeoutMs = 5_000,
) {
  const server = await recordedServer(answerTo);
  open.push(server);
  const geocoder = httpGeocoder(createHttpClient(), { engine, url: server.url, timeoutMs });
  return { geocoder, requests: server.requests };
}

/** Answers as the servers' own documentation shows them. */
const nominatim = (place_rank: number) => ({
  body: [
    { place_id: 1, lat: '47.1391', lon: '9.5221', category: 'building', type: 'yes', place_rank },
  ],
});
const feature = (properties: object) => ({
  body: {
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', geometry: { type: 'Point', coordinates: [9.5221, 47.1391] }, properties },
    ],
  },
});
const found = (precision: string) => ({
  kind: 'found',
  place: { lat: 47.1391, lng: 9.5221, precision },
});

describe('a geocoder', () => {
  it('Nominatim receives the parts of an address; its rank gives the precision', async () => {
    const { geocoder, requests } = await asking('nominatim', () => nominatim(30));
    expect(await geocoder.find(ADDRESS)).toEqual(found('rooftop'));
    const url = new URL(requests[0]?.split(' ')[1] ?? '', 'http://x');
    expect(url.pathname).toBe('/search');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      format: 'jsonv2',
      limit: '1',
      street: 'Städtle 49',
      postalcode: '9490',
      city: 'Vaduz',
      countrycodes: 'li',
    });
    for (const [rank, precision] of [
      [26, 'street'],
      [21, 'postal_code'],
      [16, 'city'],
    ] as const) {
      const other = await asking('nominatim', () => nominatim(rank));
      expect(await other.geocoder.find(ADDRESS)).toEqual(found(precision));
    }
  });

  it.each([
    ['photon', '/api?q=', { type: 'house', osm_key: 'building' }, 'rooftop'],
    ['photon', '/api?q=', { type: 'city' }, 'city'],
    ['pelias', '/v1/search?text=', { layer: 'address', accuracy: 'point' }, 'rooftop'],
    ['pelias', '/v1/search?text=', { layer: 'postalcode' }, 'postal_code'],
  ] as const)(
    '%s receives one line, longitude comes first',
    async (engine, path, is, precision) => {
      const { geocoder, requests } = await asking(engine, () => feature(is));
      expect(await geocoder.find(ADDRESS)).toEqual(found(precision));
      expect(decodeURIComponent(requests[0] ?? '').replaceAll('+', ' ')).toContain(
        `${path}Städtle 49, 9490 Vaduz, LI`,
      );
    },
  );

  it('that does not know the address, or only its country, says so', async () => {
    for (const [engine, said] of [
      ['nominatim', { body: [] }],
      ['nominatim', nominatim(4)],
      ['photon', { body: { features: [] } }],
      ['pelias', feature({ layer: 'country' })],
    ] as const) {
      const { geocoder } = await asking(engine, () => said);
      expect(await geocoder.find(ADDRESS)).toEqual({ kind: 'unknown' });
    }
  });

  it('that found the address in another country or at 0, 0 does not know it', async () => {
    const nowhere = { place_rank: 30, lat: '0', lon: '0.0' };
    for (const [engine, said] of [
      ['photon', feature({ type: 'house', countrycode: 'DE' })],
      ['pelias', feature({ layer: 'address', country_code: 'DE' })],
      ['nominatim', { body: [nowhere] }],
    ] as const) {
      const { geocoder } = await asking(engine, () => said);
      expect(await geocoder.find(ADDRESS)).toEqual({ kind: 'unknown' });
    }
    const { geocoder } = await asking('photon', () =>
      feature({ type: 'house', countrycode: 'LI' }),
    );
    expect(await geocoder.find(ADDRESS)).toEqual(found('rooftop'));
  });

  it.each([
    ['is busy', { status: 429, body: '' }, 'HTTP 429'],
    ['sends us elsewhere', { status: 302, body: '' }, 'HTTP 302'],
    ['says something else', { body: '<html>' }, 'an unreadable answer'],
  ] as const)('that %s is unavailable, and does not throw', async (_, said, detail) => {
    for (const engine of ['nominatim', 'photon', 'pelias'] as const) {
      const { geocoder } = await asking(engine, () => said);
      expect(await geocoder.find(ADDRESS)).toEqual({ kind: 'unavailable', detail });
    }
  });

  it('that does not answer is unavailable; an empty address causes no request', async () => {
    const { geocoder, requests } = await asking('photon', () => null, 50);
    const nowhere = { ...ADDRESS, lines: [], postalCode: null, city: null };
    expect(await geocoder.find(nowhere)).toEqual({ kind: 'unknown' });
    expect(requests).toEqual([]);
    expect(await geocoder.find(ADDRESS)).toEqual({ kind: 'unavailable', detail: 'timeout' });
  });
});

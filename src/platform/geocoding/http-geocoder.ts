import { z } from 'zod';
import type { HttpClient } from '../net/http-client.ts';
import type { GeocodingServer } from '../settings/map-servers.ts';
import type { FoundPlace, Geocoder, Lookup, PlacePrecision, SoughtAddress } from './address.ts';

/**
 * Reads a server's first result; null: it does not know the address, or only its country, or found
 * a place of the same name in another one.
 */
type Reader = (body: unknown, country: string | null) => FoundPlace | null | 'unreadable';

const degrees = z.coerce.number();

const nominatim = z.array(
  z.object({ lat: degrees, lon: degrees, place_rank: z.number().optional() }),
);
const features = z.object({
  features: z.array(
    z.object({
      geometry: z.object({ coordinates: z.tuple([degrees, degrees], z.unknown()) }),
      properties: z.object({
        /** Photon's kind of place. */
        type: z.string().optional(),
        /** Pelias' kind of place. */
        layer: z.string().optional(),
        /** Photon's country. */
        countrycode: z.string().optional(),
        /** Pelias' country. */
        country_code: z.string().optional(),
      }),
    }),
  ),
});

/**
 * Translates Nominatim's ranks: a house is 30, streets 26 and 27, postal codes 21 to 25, towns from
 * 12 on.
 */
function precisionOfRank(rank: number): PlacePrecision | null {
  if (rank >= 28) return 'rooftop';
  if (rank >= 26) return 'street';
  if (rank >= 21) return 'postal_code';
  return rank >= 12 ? 'city' : null;
}

/** Photon's types and Pelias' layers. */
const KINDS: Readonly<Record<string, PlacePrecision>> = {
  house: 'rooftop',
  address: 'rooftop',
  venue: 'rooftop',
  street: 'street',
  postalcode: 'postal_code',
  postcode: 'postal_code',
  locality: 'city',
  district: 'city',
  city: 'city',
  neighbourhood: 'city',
  borough: 'city',
  localadmin: 'city',
};

const READERS: Readonly<Record<GeocodingServer['engine'], Reader>> = {
  nominatim(body) {
    const read = nominatim.safeParse(body);
    if (!read.success) return 'unreadable';
    const [first] = read.data;
    const precision = precisionOfRank(first?.place_rank ?? 0);
    return first === undefined || precision === null
      ? null
      : placeOf(first.lat, first.lon, precision);
  },
  photon: readFeatures,
  pelias: readFeatures,
};

function readFeatures(body: unknown, country: string | null): FoundPlace | null | 'unreadable' {
  const read = features.safeParse(body);
  if (!read.success) return 'unreadable';
  const [first] = read.data.features;
  if (first === undefined) return null;
  const { type, layer, countrycode, country_code = countrycode } = first.properties;
  if (country && country_code && country_code.toUpperCase() !== country) return null;
  const precision = KINDS[type ?? layer ?? ''];
  const [lng, lat] = first.geometry.coordinates;
  return precision === undefined ? null : placeOf(lat, lng, precision);
}

function placeOf(lat: number, lng: number, precision: PlacePrecision): FoundPlace | null {
  const isOnEarth = Math.abs(lat) <= 90 && Math.abs(lng) <= 180;
  // Servers that lost the coordinates answer with 0, 0, which is in the sea.
  return isOnEarth && (lat !== 0 || lng !== 0) ? { lat, lng, precision } : null;
}

/** The path and query for an address: the address alone, never who lives there. */
const PATHS: Readonly<Record<GeocodingServer['engine'], (address: SoughtAddress) => string>> = {
  nominatim({ lines, postalCode, city, region, country }) {
    const query = new URLSearchParams({ format: 'jsonv2', limit: '1' });
    const [street] = lines;
    const parts = { street, postalcode: postalCode, city, state: region };
    for (const [name, value] of Object.entries(parts)) if (value) query.set(name, value);
    if (country) query.set('countrycodes', country.toLowerCase());
    return `/search?${query}`;
  },
  photon: (address) => `/api?${new URLSearchParams({ q: inOneLine(address), limit: '1' })}`,
  pelias: (address) => `/v1/search?${new URLSearchParams({ text: inOneLine(address), size: '1' })}`,
};

function inOneLine({ lines, postalCode, city, region, country }: SoughtAddress): string {
  const [street] = lines;
  const town = [postalCode, city].filter(Boolean).join(' ');
  return [street, town, region, country].filter(Boolean).join(', ');
}

/**
 * Creates the geocoder of the settings: Nominatim, Photon or Pelias. It calls that server and no
 * other: no redirect is followed, and an address is sent only as values of a query.
 */
export function httpGeocoder(
  http: Pick<HttpClient, 'send'>,
  { engine, url, timeoutMs }: GeocodingServer,
): Geocoder {
  return {
    async find(address): Promise<Lookup> {
      if (inOneLine({ ...address, country: null }) === '') return { kind: 'unknown' };
      const sent = await http.send({
        method: 'GET',
        url: `${url}${PATHS[engine](address)}`,
        headers: { accept: 'application/json' },
        timeoutMs,
      });
      if (sent.kind === 'failed') return { kind: 'unavailable', detail: sent.reason };
      if (sent.status !== 200) return { kind: 'unavailable', detail: `HTTP ${sent.status}` };
      const place = READERS[engine](jsonOrNull(sent.text), address.country);
      if (place === 'unreadable') return { kind: 'unavailable', detail: 'an unreadable answer' };
      return place === null ? { kind: 'unknown' } : { kind: 'found', place };
    },
  };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

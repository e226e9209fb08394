import { COUNTRY_ZONES } from './country-zones.ts';
import {
  CENTRAL,
  EASTERN,
  MOUNTAIN,
  PACIFIC,
  STATE_ZONES,
  ZIP3_ZONES,
  ZIP5_ZONES,
  type ZipRange,
} from './us-zones.ts';

/**
 * IANA zone of a United States place by ZIP (5 or 9 digits, with or without dash) and two-letter
 * state, either of which may be missing; null when they do not settle it or contradict each
 * other. Never a guess: without a zone a time stays an honest interval.
 *
 * @example zoneOfUsPlace('97205', 'OR') // 'America/Los_Angeles'
 */
export function zoneOfUsPlace(zip: string | null, state: string | null): string | null {
  const code = state?.trim().toUpperCase() ?? '';
  const stateZones = Object.hasOwn(STATE_ZONES, code) ? STATE_ZONES[code] : undefined;
  const digits = /^\s*(\d{5})(?:-?\d{4})?\s*$/.exec(zip ?? '')?.[1];
  if (digits === undefined) return stateZones?.length === 1 ? (stateZones[0] ?? null) : null;
  const zone =
    inRange(ZIP5_ZONES, Number(digits)) ?? inRange(ZIP3_ZONES, Number(digits.slice(0, 3)));
  if (zone === null || stateZones === undefined) return zone;
  return stateZones.includes(zone) ? zone : null;
}

/**
 * IANA zone of a country (ISO 3166-1 alpha-2) that keeps one clock, else of its postal code where
 * that settles it; null when not certain. The United States are in `zoneOfUsPlace`.
 */
export function zoneOfCountry(country: string, postalCode: string | null = null): string | null {
  const code = country.trim().toUpperCase();
  const digits = (postalCode ?? '').replace(/\D/g, '');
  if (code === 'ES') return spainZone(digits);
  if (code === 'PT') return portugalZone(digits);
  if (code === 'NZ') return digits === '8942' ? 'Pacific/Chatham' : 'Pacific/Auckland';
  // Overseas departments have codes of their own, yet mail to them is often labelled FR.
  if (code === 'FR' && /^9[78]/.test(digits)) return null;
  return Object.hasOwn(COUNTRY_ZONES, code) ? (COUNTRY_ZONES[code] ?? null) : null;
}

/** Returns the zone by `zoneOfUsPlace` or `zoneOfCountry`; null without a country. */
export function zoneOfPlace(place: {
  readonly country: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
}): string | null {
  if (place.country === null) return null;
  if (place.country.trim().toUpperCase() === 'US') {
    return zoneOfUsPlace(place.postalCode, place.region);
  }
  return zoneOfCountry(place.country, place.postalCode);
}

/**
 * Provinces 35 and 38 are the Canary Islands. Without a postal code the mainland is meant: parcels
 * to the islands cross a customs border, so their address says so.
 */
function spainZone(digits: string): string {
  return /^3[58]\d{3}$/.test(digits) ? 'Atlantic/Canary' : 'Europe/Madrid';
}

/** 90–94 Madeira, 95–99 Azores; without a postal code the mainland. */
function portugalZone(digits: string): string {
  if (/^9[5-9]/.test(digits)) return 'Atlantic/Azores';
  return /^9/.test(digits) ? 'Atlantic/Madeira' : 'Europe/Lisbon';
}

function inRange(ranges: readonly ZipRange[], value: number): string | null {
  return ranges.find(([from, to]) => value >= from && value <= to)?.[2] ?? null;
}

/**
 * Cities that often appear in parcel scans, by state and zone. In states with two time zones, they
 * are those far from the border between the zones; elsewhere they are the largest, which confirm
 * that the two letters are a state at all. Sources: 49 CFR part 71 (limits of the zones), IANA time
 * zone database.
 */
const CITIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AK: { 'America/Anchorage': 'Anchorage, Fairbanks, Juneau' },
  AL: { [CENTRAL]: 'Birmingham, Huntsville, Mobile, Montgomery, Tuscaloosa' },
  AZ: {
    'America/Phoenix': 'Chandler, Glendale, Mesa, Phoenix, Scottsdale, Tempe, Tolleson, Tucson',
  },
  CA: { [PACIFIC]: 'Los Angeles, Oakland, Sacramento, San Diego, San Francisco, San Jose' },
  CO: { [MOUNTAIN]: 'Denver' },
  FL: {
    [EASTERN]: `Doral, Fort Lauderdale, Fort Myers, Jacksonville, Lakeland, Miami, Orlando, Tampa,
      West Palm Beach`,
    [CENTRAL]: 'Panama City, Pensacola',
  },
  GA: { [EASTERN]: 'Atlanta' },
  ID: { 'America/Boise': 'Boise, Idaho Falls, Meridian, Nampa, Pocatello, Twin Falls' },
  IL: { [CENTRAL]: 'Chicago, Hodgkins' },
  IN: {
    'America/Indiana/Indianapolis': 'Fort Wayne, Indianapolis, Plainfield, South Bend, Whitestown',
    [CENTRAL]: 'Evansville, Gary, Hammond',
  },
  KS: { [CENTRAL]: 'Kansas City, Lenexa, Olathe, Overland Park, Topeka, Wichita' },
  KY: {
    [EASTERN]: 'Erlanger, Florence, Hebron, Lexington, Louisville, Shepherdsville',
    [CENTRAL]: 'Bowling Green, Owensboro, Paducah',
  },
  MA: { [EASTERN]: 'Boston' },
  MI: { 'America/Detroit': 'Ann Arbor, Detroit, Flint, Grand Rapids, Lansing, Livonia, Romulus' },
  ND: { [CENTRAL]: 'Bismarck, Fargo, Grand Forks, Minot' },
  NE: { [CENTRAL]: 'Grand Island, Lincoln, Omaha' },
  NJ: { [EASTERN]: 'Newark, Secaucus' },
  NV: { [PACIFIC]: 'Carson City, Henderson, Las Vegas, North Las Vegas, Reno, Sparks' },
  NY: { [EASTERN]: 'Brooklyn, Maspeth, New York' },
  OR: { [PACIFIC]: 'Beaverton, Bend, Eugene, Gresham, Hillsboro, Portland, Salem, Troutdale' },
  PA: { [EASTERN]: 'Philadelphia, Pittsburgh' },
  SD: { [CENTRAL]: 'Sioux Falls', [MOUNTAIN]: 'Rapid City' },
  TN: { [CENTRAL]: 'Memphis, Nashville', [EASTERN]: 'Chattanooga, Kingsport, Knoxville' },
  TX: {
    [CENTRAL]: `Arlington, Austin, Coppell, Corpus Christi, Dallas, Fort Worth, Garland,
      Grand Prairie, Houston, Irving, Laredo, Lubbock, McAllen, Mesquite, Plano, San Antonio,
      Stafford, Waco`,
    [MOUNTAIN]: 'El Paso',
  },
  WA: { [PACIFIC]: 'Redmond, Seattle, Tacoma' },
};

/**
 * IANA zone of a place of the United States by its city and two-letter state, where `zoneOfPlace`
 * knows none because there is no ZIP or no country; null for any city that is not in the list, and
 * where a ZIP says otherwise. Never a guess: only cities whose clock is certain are in it.
 *
 * @example zoneOfCity({ city: 'LOUISVILLE', region: 'KY', postalCode: null, country: 'US' })
 */
export function zoneOfCity(place: {
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
}): string | null {
  const { city, region, postalCode, country } = place;
  if (country !== null && country.trim().toUpperCase() !== 'US') return null;
  const zone = ZONE_BY_CITY.get(keyOf(city ?? '', region ?? '')) ?? null;
  return postalCode === null || zoneOfUsPlace(postalCode, region) === zone ? zone : null;
}

/** Every city with its state and zone, as the tests ask for them. */
export function usCities(): readonly (readonly [city: string, state: string, zone: string])[] {
  return Object.entries(CITIES).flatMap(([state, byZone]) =>
    Object.entries(byZone).flatMap(([zone, names]) =>
      names.split(/,\s+/).map((city): [string, string, string] => [city, state, zone]),
    ),
  );
}

const ZONE_BY_CITY: ReadonlyMap<string, string> = new Map(
  usCities().map(([city, state, zone]) => [keyOf(city, state), zone]),
);

function keyOf(city: string, state: string): string {
  return `${city.trim().toLowerCase()}, ${state.trim().toUpperCase()}`;
}

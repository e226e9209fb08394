import { zoneOfUsPlace } from './postal-zone.ts';

const EASTERN = 'America/New_York';
const CENTRAL = 'America/Chicago';
const MOUNTAIN = 'America/Denver';
const PACIFIC = 'America/Los_Angeles';

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

import { zoneNamed } from '../time/formatters.ts';
import { COUNTRY_ZONES } from './country-zones.ts';
import { zoneOfPlace } from './postal-zone.ts';
import { STATE_ZONES } from './us-zones.ts';

/**
 * Countries that keep several clocks: one IANA zone for each clock that differs today. Zones that
 * differed only in the past (Indianapolis and New York, Hobart and Sydney) are one here, because
 * parcels are of today. Source: IANA time zone database, zone1970.tab. Territories that mail is
 * often labelled with their mother country's code for are listed with it.
 */
const SEVERAL: Readonly<Record<string, readonly string[]>> = {
  AU: zones('Australia', 'Sydney Brisbane Adelaide Darwin Perth Lord_Howe Eucla'),
  BR: zones('America', 'Sao_Paulo Manaus Rio_Branco Noronha'),
  CA: zones(
    'America',
    'St_Johns Halifax Puerto_Rico Toronto Panama Winnipeg Regina Edmonton Whitehorse Vancouver',
  ),
  CD: zones('Africa', 'Kinshasa Lubumbashi'),
  CL: [...zones('America', 'Santiago Punta_Arenas'), 'Pacific/Easter'],
  EC: ['America/Guayaquil', 'Pacific/Galapagos'],
  ES: ['Europe/Madrid', 'Atlantic/Canary'],
  FM: zones('Pacific', 'Chuuk Pohnpei'),
  FR: [
    'Europe/Paris',
    ...zones('America', 'Guadeloupe Cayenne Miquelon'),
    ...zones('Indian', 'Reunion Mayotte'),
    ...zones('Pacific', 'Noumea Tahiti'),
  ],
  GL: zones('America', 'Nuuk Thule Danmarkshavn'),
  ID: zones('Asia', 'Jakarta Makassar Jayapura'),
  KI: zones('Pacific', 'Tarawa Kanton Kiritimati'),
  MN: zones('Asia', 'Ulaanbaatar Hovd'),
  MX: zones('America', 'Mexico_City Cancun Hermosillo Tijuana Ciudad_Juarez Matamoros'),
  NZ: zones('Pacific', 'Auckland Chatham'),
  PF: zones('Pacific', 'Tahiti Marquesas Gambier'),
  PG: zones('Pacific', 'Port_Moresby Bougainville'),
  PT: ['Europe/Lisbon', 'Atlantic/Azores'],
  RU: [
    ...zones('Europe', 'Kaliningrad Moscow Samara'),
    ...zones(
      'Asia',
      'Yekaterinburg Omsk Krasnoyarsk Irkutsk Yakutsk Vladivostok Magadan Kamchatka',
    ),
  ],
  US: [
    ...zones('America', 'New_York Chicago Denver Phoenix Los_Angeles Anchorage Adak Puerto_Rico'),
    ...zones('Pacific', 'Honolulu Guam Pago_Pago'),
  ],
};

/**
 * The zones a place may be in, by its country, region and postal code: one where they settle it,
 * several where not, none where the country is unknown.
 *
 * @example zonesOfPlace({ country: 'US', region: 'TN', postalCode: null }) // Chicago, New York
 */
export function zonesOfPlace(place: {
  readonly country: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
}): readonly string[] {
  const settled = zoneOfPlace(place);
  if (settled !== null) return [settled];
  const country = place.country?.trim().toUpperCase() ?? '';
  const state = place.region?.trim().toUpperCase() ?? '';
  if (country === 'US' && Object.hasOwn(STATE_ZONES, state)) return STATE_ZONES[state] ?? [];
  return zonesOfCountry(country);
}

/** The zones of a whole country (ISO 3166-1 alpha-2); none where it is not known. */
export function zonesOfCountry(country: string): readonly string[] {
  if (Object.hasOwn(SEVERAL, country)) return SEVERAL[country] ?? [];
  const only = Object.hasOwn(COUNTRY_ZONES, country) ? COUNTRY_ZONES[country] : undefined;
  return only === undefined ? [] : [only];
}

/** True when clocks in both zones show the same, all through these years. */
export function keepSameClock(zone: string, other: string): boolean {
  const a = zoneNamed(zone);
  const b = zoneNamed(other);
  if (!a.isValid || !b.isValid) return false;
  return COMPARED_MS.every((ms) => a.offset(ms) === b.offset(ms));
}

/** Twice a month for two years: no clock is moved and moved back in between. */
const COMPARED_MS: readonly number[] = Array.from({ length: 48 }, (_, half) =>
  Date.UTC(2025, Math.floor(half / 2), half % 2 === 0 ? 8 : 23, 12),
);

function zones(area: string, cities: string): readonly string[] {
  return cities.split(' ').map((city) => `${area}/${city}`);
}
